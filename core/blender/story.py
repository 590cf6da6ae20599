"""Where a take comes from, in lines that an artist can read."""

from __future__ import annotations

from typing import Any

import bpy

from .scene_rate import scene_fps
from .take_store import load_meta, meta_text

_known: dict[str, tuple[int, tuple[str, ...]]] = {}


def lines(take: Any, scene: bpy.types.Scene) -> tuple[str, ...]:
    """The lines; remembered, since panels are drawn often and the record of a take may be long."""
    text = meta_text(take)
    key = hash((text, scene_fps(scene)))
    if _known.get(take.uid, (None,))[0] != key:
        _known.clear()
        _known[take.uid] = (key, tuple(_lines(load_meta(take), scene_fps(scene))))
    return _known[take.uid][1]


def _lines(meta: dict[str, Any], fps: float) -> list[str]:
    out = []
    start = float(meta.get("start", 0.0))

    def span(first: float, last: float | None) -> str:
        if last is None:
            return "whole take"
        return f"frames {round((start + first) * fps)} - {round((start + last) * fps)}"

    if "seed" in meta:
        out.append(f"Seed {meta['seed']}, {', '.join(meta.get('models', {})) or 'made elsewhere'}")
    again = meta.get("again")
    if again:
        first, last = (frame / 30.0 for frame in again["frames"])
        out.append(f"{meta.get('made_from', 'A take')}, made again: {_named(again['regions'])}, {span(first, last)}")
    for k, piece in enumerate(meta.get("comp", ())):
        what = "all" if k == 0 else _named(piece["regions"])
        out.append(f"{piece['source']} (seed {piece.get('seed', '-')}): {what}, {span(piece['start'], piece['end'])}")
    for key, what in (("pins", "pins"), ("looks", "look-at ranges"), ("given", "stretches of your own motion")):
        if meta.get(key):
            out.append(f"{len(meta[key])} {what}")
    return out


def _named(regions: list[str]) -> str:
    return "all" if set(regions) >= {"upper", "hands", "lower", "face"} else ", ".join(regions).replace("_", " ")
