"""The mouths of a score: read from what the lips of a take show, and set as pulls of the lips."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from ..anime.mouths import MouthCue, mouths_of, shape_weights
from ..arkit import LIPS
from ..directing.directions import apply_directions, apply_sliders
from ..directing.pins import PosePin
from ..directing.score import Row
from ..performance import MODEL_FPS, rest_performance
from .directions import read_directions
from .take_store import load_meta, load_performance

_FADE: Final = 0.06
"""Seconds beside a mouth that was set in which the lips go there and back."""


def mouth_rows(take: Any) -> list[Row]:
    """What the lips of a take show, as rows; never kept: they are read from its face each time."""
    directions = read_directions(take.layers, load_meta(take))
    shown = apply_sliders(load_performance(take), directions)
    shown = apply_directions(shown, np.arange(shown.frames) / shown.fps, directions)
    return [Row("mouth", cue.shape, cue.start, cue.end) for cue in mouths_of(shown)]


def mouth_pins(cues: Iterable[MouthCue]) -> tuple[PosePin, ...]:
    """Mouths as pulls of the lips that fade within a frame or two."""
    rest, lips = rest_performance(1), np.zeros(52, bool)
    lips[list(LIPS)] = True
    half = 0.5 / MODEL_FPS  # the last frame of its own is no longer the next one's
    return tuple(
        PosePin(
            f"Mouth {cue.shape}",
            cue.start,
            rest.rotations[0],
            np.zeros(55, bool),
            rest.translation[0],
            False,
            shape_weights(cue.shape),
            lips,
            hold=max(cue.end - cue.start - half, half),
            falloff=_FADE,
        )
        for cue in cues
    )
