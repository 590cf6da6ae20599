"""Emotions as FACS patterns on the ARKit weights: what a face shows at intensity 1, and how the head is held.

The mouth part is added around
speech: it never fights a closure. The networks learned from these patterns, and a reference clip is read with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arkit import COUNT, INDEX
from ..arrays import Array
from ..catalogue.emotions import EMOTION_ROWS, EMOTIONS


def _table(patterns: dict[str, Mapping[str, float]]) -> Array:
    table = np.zeros((len(EMOTIONS), COUNT))
    for k, emotion in enumerate(EMOTIONS):
        for name, value in patterns[emotion].items():
            for full in (name, name + "Left", name + "Right"):
                if full in INDEX:
                    table[k, INDEX[full]] = value
    return table


UPPER_TABLE: Final[Array] = _table({row.name: row.upper for row in EMOTION_ROWS})
MOUTH_TABLE: Final[Array] = _table({row.name: row.mouth for row in EMOTION_ROWS})


def emotion_head(felt: Array, fps: float) -> Array:
    """How an emotion holds the head, (T, 3) rotation vectors in radians, of weights times intensity (T, 8).

    Slow and still: for bodies whose own network moves the head.
    """
    pose = np.radians(np.asarray(felt, np.float64) @ np.array([row.head for row in EMOTION_ROWS], np.float64))
    return gaussian_filter1d(pose, 0.35 * fps, axis=0, mode="nearest") if len(pose) else pose
