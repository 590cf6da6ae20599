"""Mouths of the chart over time, as lip-sync tools such as Rhubarb say them: told of a face, and made into one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from ..arkit import INDEX
from ..arrays import Array
from ..errors import OratorError
from ..performance import MODEL_FPS, Performance, make_performance
from ..stance import relaxed_performance
from .chart import MOUTHS, mouth_letters, resting

SHAPES: Final[dict[str, dict[str, float]]] = {
    "A": {"jawOpen": 0.06, "mouthClose": 0.06, "mouthPressLeft": 0.4, "mouthPressRight": 0.4},
    "B": {"jawOpen": 0.12, "mouthStretchLeft": 0.35, "mouthStretchRight": 0.35},
    "C": {"jawOpen": 0.34, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15},
    "D": {"jawOpen": 0.68, "mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2},
    "E": {"jawOpen": 0.34, "mouthFunnel": 0.6, "mouthPucker": 0.1},
    "F": {"jawOpen": 0.16, "mouthFunnel": 0.2, "mouthPucker": 0.75},
    "G": {"jawOpen": 0.08, "mouthRollLower": 0.6, "mouthUpperUpLeft": 0.2, "mouthUpperUpRight": 0.2},
    "H": {"jawOpen": 0.3, "tongueOut": 0.25},
    "X": {},
}
"""A face for each of MOUTHS; `chart.mouth_letters` finds the same letter in it."""
MOST_SECONDS: Final = 7200.0
_BLEND: Final = 0.05
"""Seconds to either side of a change in which one mouth becomes the next."""
_HARD: Final = "AG"
"""Mouths that no other two pass through on their way to each other: one frame of them is meant."""


@dataclass(frozen=True)
class MouthCue:
    """A mouth of the chart from `start` to `end` seconds. Raises OratorError for what is none."""

    start: float
    end: float
    shape: str

    def __post_init__(self) -> None:
        if self.shape not in MOUTHS or len(self.shape) != 1:
            raise OratorError(f"'{self.shape}' is no mouth of the chart. There are {', '.join(MOUTHS)}.")
        if not 0.0 <= self.start < self.end <= MOST_SECONDS:
            raise OratorError(f"The mouth {self.shape} at {self.start:g} s has no time that a mouth can have.")


def shape_weights(shape: str) -> Array:
    """(52,) the face of a letter."""
    face = np.zeros(52, np.float32)
    for name, value in SHAPES[shape].items():
        face[INDEX[name]] = value
    return face


def mouths_of(performance: Performance) -> tuple[MouthCue, ...]:
    """The mouths that a face shows from its start to its end without a gap.

    A single frame that lips only pass through between two mouths is shared by these.
    """
    fps = performance.fps
    letters = mouth_letters(performance.face, resting(performance.face, fps))
    edges = [k for k in range(len(letters)) if k == 0 or letters[k] != letters[k - 1]] + [len(letters)]
    kept: list[tuple[float, float, str]] = []  # first frame, the one after the last, letter
    for first, last in pairwise(edges):
        shape, (begin, end, before) = letters[first], kept[-1] if kept else (0.0, 0.0, "")
        passing = last - first == 1 and shape not in _HARD and first > 0 and last < len(letters)
        if kept and (passing or shape == before):
            kept[-1] = (begin, (first + last) / 2 if passing else float(last), before)
        else:
            kept.append((end, float(last), shape))
    # A frame shows the middle of its time, so that a change lies between two of them.
    times = [*(max(first - 0.5, 0.0) / fps for first, _, _ in kept), performance.seconds]
    spans = zip((shape for _, _, shape in kept), pairwise(times), strict=True)
    return tuple(MouthCue(start, end, shape) for shape, (start, end) in spans if start < end)


def mouth_performance(cues: Sequence[MouthCue]) -> Performance:
    """A face that shows mouths over time, each becoming the next around the change; at rest between and beside them.

    Raises OratorError without a cue.
    """
    if not cues:
        raise OratorError("There are no mouths.")
    ordered = sorted(cues, key=lambda cue: cue.start)
    frames = max(math.ceil(ordered[-1].end * MODEL_FPS - 1e-6), 1)
    times, face = np.arange(frames) / MODEL_FPS, np.zeros((frames, 52), np.float64)
    for k, cue in enumerate(ordered):
        before = ordered[k - 1] if k else None
        after = ordered[k + 1] if k + 1 < len(ordered) else None
        rise = _ramp(times, cue.start, _reach(cue, before))
        fall = _ramp(times, cue.end, _reach(cue, after))
        face += (rise - fall)[:, None] * shape_weights(cue.shape)
    still = relaxed_performance(frames)
    return make_performance(still.rotations, still.translation, np.clip(face, 0.0, 1.0), MODEL_FPS)


def _reach(cue: MouthCue, other: MouthCue | None) -> float:
    """Seconds to either side of a change: less where one of the two mouths is short."""
    lengths = [cue.end - cue.start, *([other.end - other.start] if other is not None else [])]
    return min(_BLEND, min(lengths) / 3)


def _ramp(times: Array, at: float, reach: float) -> Array:
    rise = np.clip((times - at + reach) / (2 * reach), 0.0, 1.0)
    return rise * rise * (3.0 - 2.0 * rise)
