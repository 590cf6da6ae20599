"""The record of where a take comes from, and how older records become today's.

Version 1 is what 0.1.0 wrote: no version, and EMAGE's own options among the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Record = dict[str, object]
VERSION: Final = 2


def stamped(record: Mapping[str, object]) -> Record:
    """The record as it is stored: with today's version."""
    return {**record, "version": VERSION}


def upgraded(record: Mapping[str, object]) -> Record:
    """A stored record in today's form; one of a later Orator stays as it is. What is damaged is left for its reader."""
    out = dict(record)
    version = out.get("version", 1)
    while isinstance(version, int) and version in _UPGRADES:
        out = _UPGRADES[version](out)
        version += 1
        out["version"] = version
    return out


def _options_of_models(record: Record) -> Record:
    """1 to 2: what is for one model alone moved from the settings into their `options`."""
    settings = record.get("settings")
    if not isinstance(settings, dict):
        return record
    moved = {"emage_mode": "mode", "smplx_file": "smplx_file", "hand_mean": "hand_mean"}
    kept = {name: value for name, value in settings.items() if name not in moved}
    emage = str(settings.get("model", "")).startswith("emage")
    told = {new: settings[old] for old, new in moved.items() if settings.get(old) and (emage or old != "emage_mode")}
    own = kept.get("options")
    return {**record, "settings": {**kept, "options": {**told, **(own if isinstance(own, dict) else {})}}}


_UPGRADES: Final[Mapping[int, Callable[[Record], Record]]] = {1: _options_of_models}


def lines_of(record: Mapping[str, Any], fps: float) -> tuple[str, ...]:
    """Where a take comes from, in lines that an artist can read; frames at the scene's rate."""
    out = []
    start = float(record.get("start", 0.0))

    def span(first: float | None, last: float | None) -> str:
        if first is None or last is None:
            return "whole take"
        return f"frames {round((start + first) * fps)} - {round((start + last) * fps)}"

    if "seed" in record:
        out.append(f"Seed {record['seed']}, {', '.join(record.get('models', {})) or 'made elsewhere'}")
    again = record.get("again")
    if again:
        first, last = (frame / 30.0 for frame in again["frames"])
        out.append(f"{record.get('made_from', 'A take')}, made again: {_named(again['regions'])}, {span(first, last)}")
    for k, piece in enumerate(record.get("comp", ())):
        what = "all" if k == 0 else _named(piece.get("regions", []))
        where = span(piece.get("start"), piece.get("end"))
        out.append(f"{piece['source']} (seed {piece.get('seed', '-')}): {what}, {where}")
    for key, what in (("pins", "pins"), ("looks", "look-at ranges"), ("given", "stretches of your own motion")):
        if record.get(key):
            out.append(f"{len(record[key])} {what}")
    return tuple(out)


def _named(regions: list[str]) -> str:
    return "all" if set(regions) >= {"upper", "hands", "lower", "face"} else ", ".join(regions).replace("_", " ")
