"""Which drawing of a mouth chart, of eyes and of brows a performance shows at each frame.

The chart is Preston Blair's nine mouths, as lip-sync tools letter them: A closed lips (p b m), B teeth together and
most consonants, C open, D wide open, E rounded, F puckered, G teeth on the lip (f v), H the tongue behind the teeth
(l), X at rest. Other charts are mapped to it once.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arkit import INDEX
from ..arrays import Array
from ..errors import OratorError
from ..performance import Performance
from .drawn import held_performance
from .stepping import openness, shown

MOUTHS: Final = "ABCDEFGHX"
EYES: Final = ("open", "half", "closed")
BROWS: Final = ("low", "rest", "high")
INSTEAD: Final = {
    "A": "XBGC",
    "B": "CXAD",
    "C": "DBEH",
    "D": "CEBH",
    "E": "FDCB",
    "F": "EBAC",
    "G": "BAXC",
    "H": "CBDE",
    "X": "ABGC",
}
"""What stands in for a drawing that a chart lacks, the best first."""
_SHUT: Final = 0.06
_REST_SECONDS: Final = 0.3
"""Lips that are shut for longer than this are at rest."""


@dataclass(frozen=True)
class Chart:
    """Which drawing plays each letter of MOUTHS, and each of EYES and BROWS: a number, the place in its set."""

    mouths: dict[str, int]
    eyes: dict[str, int]
    brows: dict[str, int]


def chart_of(names: list[str], mapping: dict[str, str] | None = None, mouths_needed: bool = True) -> Chart:
    """The chart of drawings by their names, in order; names end in what they show: mouth_A, eyes closed, brow-high.

    `mapping` says for names of another chart which of the letters, eyes or brows they are. Letters without a drawing
    take the nearest. Raises OratorError when there is nothing of the chart, or no mouth though `mouths_needed`, or two
    drawings are the same letter.
    """
    kinds = {**{m: m for m in MOUTHS}, **{e: e for e in EYES}, **{f"brow {b}": f"brow {b}" for b in BROWS}}
    found: dict[str, int] = {}
    for index, name in enumerate(names):
        what = (mapping or {}).get(name) or _named_part(name)
        if what is None:
            continue
        if what not in kinds:
            raise OratorError(f"'{what}' is none of {', '.join(kinds)}: mend the mapping of '{name}'.")
        if what in found:
            raise OratorError(f"'{names[found[what]]}' and '{name}' are both {what}: rename one of them.")
        found[what] = index
    mouths = {m: found[m] for m in MOUTHS if m in found}
    if not mouths and (mouths_needed or not found):
        raise OratorError(
            "No drawing is a mouth of the chart: name them mouth_A to mouth_H and mouth_X, or map your names to these."
        )
    full = {m: _nearest(m, mouths) for m in MOUTHS} if mouths else {}
    return Chart(full, _states(EYES, found, ""), _states(BROWS, found, "brow "))


def missing_mouths(names: list[str], mapping: dict[str, str] | None = None) -> str:
    """The letters that no drawing is, for a note."""
    part = {(mapping or {}).get(name) or _named_part(name) for name in names}
    return "".join(m for m in MOUTHS if m not in part)


def set_of(name: str) -> str | None:
    """Whether a drawing is of the 'mouth', the 'eyes' or the 'brows', by its name; None when it is of neither."""
    part = _named_part(name)
    if part is None:
        return None
    return "mouth" if part in MOUTHS else ("eyes" if part in EYES else "brows")


def _named_part(name: str) -> str | None:
    # Blender puts .001 behind the second thing of a name.
    words = "".join(c if c.isalnum() else " " for c in re.sub(r"\.\d{3}$", "", name)).split()
    lower = [w.lower() for w in words]
    if any(w.startswith("brow") for w in lower):
        return next((f"brow {b}" for b in BROWS if b in lower), None)
    if any(w.startswith("eye") for w in lower):
        return next((e for e in EYES if e in lower), None)
    last = words[-1].upper() if words else ""
    return last if len(last) == 1 and last in MOUTHS else None


def _nearest(letter: str, mouths: dict[str, int]) -> int:
    return next(mouths[m] for m in (letter, *INSTEAD[letter], *MOUTHS) if m in mouths)


def _states(states: tuple[str, ...], found: dict[str, int], prefix: str) -> dict[str, int]:
    own = {s: found[prefix + s] for s in states if prefix + s in found}
    if not own:
        return {}
    order = list(states)
    return {s: own[min(own, key=lambda o: abs(order.index(o) - order.index(s)))] for s in states}


def mouth_letters(face: Array, resting: Array | None = None) -> list[str]:
    """The letter of each face (T, 52); lips that are shut and not pressed are X where `resting` (T,) says so."""
    face = np.asarray(face, np.float64)

    def w(name: str) -> Array:
        return face[:, INDEX[name]]

    gap = openness(face)
    round_ = w("mouthFunnel") + w("mouthPucker")
    pressed = (w("mouthPressLeft") + w("mouthPressRight") > 0.3) | (w("mouthClose") > 0.05)
    rest = np.zeros(len(face), bool) if resting is None else resting & ~pressed
    out = np.select(
        [
            (gap < _SHUT) & rest,
            gap < _SHUT,
            (w("mouthRollLower") > 0.25) & (gap < 0.35),
            w("tongueOut") > 0.1,
            (round_ > 0.4) & (w("mouthPucker") > w("mouthFunnel")),
            round_ > 0.4,
            gap < 0.22,
            gap < 0.5,
        ],
        list("XAGHFEBC"),
        "D",
    )
    return [str(letter) for letter in out]


def resting(face: Array, fps: float) -> Array:
    """Frames (T,) within stretches of shut lips longer than a consonant."""
    shut = openness(np.asarray(face, np.float64)) < _SHUT
    edges = np.flatnonzero(np.diff(np.concatenate([[0], shut.astype(int), [0]])))
    out = np.zeros(len(shut), bool)
    for first, last in edges.reshape(-1, 2):
        out[first:last] = last - first > _REST_SECONDS * fps
    return out


def eye_states(face: Array) -> list[str]:
    """'open', 'half' or 'closed' of each face (T, 52)."""
    blink = np.maximum(face[:, INDEX["eyeBlinkLeft"]], face[:, INDEX["eyeBlinkRight"]])
    return [str(s) for s in np.select([blink > 0.65, blink > 0.3], ["closed", "half"], "open")]


def brow_states(face: Array) -> list[str]:
    """'low', 'rest' or 'high' of each face (T, 52)."""
    up = face[:, INDEX["browInnerUp"]] + (face[:, INDEX["browOuterUpLeft"]] + face[:, INDEX["browOuterUpRight"]]) / 2
    lift = up / 2 - (face[:, INDEX["browDownLeft"]] + face[:, INDEX["browDownRight"]]) / 2
    return [str(s) for s in np.select([lift > 0.25, lift < -0.2], ["high", "low"], "rest")]


@dataclass(frozen=True)
class Exposure:
    """An exposure sheet: for each of N whole frames from the speech's start what mouth, eyes and brows are shown."""

    mouths: list[str]
    eyes: list[str]
    brows: list[str]
    fps: float


def expose(performance: Performance, fps: float, every: int = 2) -> Exposure:
    """The exposure sheet of a performance at `fps`, drawings held for `every` frames; closures are never lost."""
    drawings, times = held_performance(performance, fps, every)
    rest = resting(performance.face, performance.fps)
    at = np.clip(np.round((times + every / fps / 2) * performance.fps).astype(int), 0, len(rest) - 1)
    sets = (mouth_letters(drawings.face, rest[at]), eye_states(drawings.face), brow_states(drawings.face))
    frames = max(1, math.ceil(performance.seconds * fps - 1e-6))
    which = shown(np.arange(len(times)), times, fps, frames)
    mouths, eyes, brows = ([states[k] for k in which] for states in sets)
    return Exposure(mouths, eyes, brows, fps)


def changes(states: list[str], numbers: dict[str, int]) -> list[tuple[int, int]]:
    """(frame, drawing) wherever another drawing begins."""
    out: list[tuple[int, int]] = []
    for frame, state in enumerate(states):
        if not out or out[-1][1] != numbers[state]:
            out.append((frame, numbers[state]))
    return out
