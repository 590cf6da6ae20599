"""Mouth shapes over time as Rhubarb Lip Sync writes them: .tsv and .json, read within bounds."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ..anime.chart import MOUTHS
from ..anime.mouths import MOST_SECONDS, MouthCue
from ..errors import OratorError
from ..files import write_atomically
from ..reading import parse_json, read_text

SUFFIXES: Final = (".tsv", ".json")
_LARGEST: Final = 16 << 20
_MOST: Final = 400_000
_LAST: Final = 0.1
"""Seconds of a last mouth whose end nobody says."""


def read_mouths(path: str | Path) -> tuple[MouthCue, ...]:
    """The mouths of a file in time order. Raises OratorError for a file of something else."""
    path = Path(path)
    text = read_text(path, "timing", _LARGEST)
    rows = _of_json(text, path.name) if path.suffix.lower() == ".json" else _of_tsv(text)
    found = []
    for start, end, shape in rows[:_MOST]:
        if shape not in MOUTHS or len(shape) != 1 or not 0.0 <= start <= end <= MOST_SECONDS:
            raise OratorError(
                f"'{path.name}' says '{shape[:20]}' at {start:g} s, which is no mouth of Rhubarb ({', '.join(MOUTHS)})."
            )
        if start < end:
            found.append(MouthCue(start, end, shape))
    if not found:
        raise OratorError(f"'{path.name}' has no mouths with times. Choose a .tsv or .json of Rhubarb Lip Sync.")
    found.sort(key=lambda cue: cue.start)
    # One mouth at a time: a later one ends the one before.
    limits = [*(cue.start for cue in found[1:]), math.inf]
    return tuple(
        MouthCue(cue.start, min(cue.end, limit), cue.shape)
        for cue, limit in zip(found, limits, strict=True)
        if cue.start < limit
    )


def _of_tsv(text: str) -> list[tuple[float, float, str]]:
    """Rows 'seconds, tab, mouth'; the last one says where the sound ends."""
    starts = []
    for line in text.splitlines():
        parts = line.split("\t") if "\t" in line else line.split()
        if len(parts) != 2:
            continue
        at = _number(parts[0])
        if at is not None:
            starts.append((at, parts[1].strip()))
    ends = [at for at, _ in starts[1:]]
    if starts and (len(starts) == 1 or starts[-1][1] != "X"):
        ends.append(starts[-1][0] + _LAST)
    return [(at, max(end, at), shape) for (at, shape), end in zip(starts, ends, strict=False)]


def _of_json(text: str, name: str) -> list[tuple[float, float, str]]:
    document = parse_json(text, f"'{name}'")
    cues = document.get("mouthCues") if isinstance(document, dict) else None
    rows = []
    for cue in cues if isinstance(cues, list) else ():
        start, end = (_number(cue.get(key)) for key in ("start", "end")) if isinstance(cue, dict) else (None, None)
        if start is None or end is None:
            raise OratorError(f"'{name}' has a mouth without a time. Write it again with Rhubarb Lip Sync.")
        rows.append((start, end, str(cue.get("value", ""))))
    return rows


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def write_mouths(path: str | Path, cues: Sequence[MouthCue], sound: str = "") -> None:
    """Write mouths to a .tsv or a .json, to the hundredth as Rhubarb does. Raises OratorError for another ending."""
    path = Path(path)
    # Rounded ends meet rounded starts, and what lasts less than a hundredth is nothing there.
    rows = [(round(cue.start, 2), round(cue.end, 2), cue.shape) for cue in cues]
    rows = [row for row in rows if row[0] < row[1]]
    end = rows[-1][1] if rows else 0.0
    if path.suffix.lower() == ".tsv":
        lines = [f"{start:.2f}\t{shape}" for start, _, shape in rows]
        text = "\n".join([*lines, f"{end:.2f}\tX"]) + "\n"
    elif path.suffix.lower() == ".json":
        mouths = [{"start": start, "end": last, "value": shape} for start, last, shape in rows]
        document = {"metadata": {"soundFile": sound, "duration": end}, "mouthCues": mouths}
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    else:
        raise OratorError(f"'{path.name}' is no file of Rhubarb. End its name in {' or '.join(SUFFIXES)}.")
    write_atomically(path, lambda stream: stream.write(text.encode("utf-8")))
