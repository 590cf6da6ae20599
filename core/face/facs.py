"""Emotions as FACS patterns on the ARKit weights: what a face shows at intensity 1, and how the head is held.

The mouth part is added around
speech: it never fights a closure. The networks learned from these patterns, and a reference clip is read with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from ..arkit import COUNT, INDEX
from ..arrays import Array
from ..catalogue.emotions import EMOTION_ROWS, EMOTIONS, LEARNED


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

TELLS_TABLE: Final[Array] = _table({row.name: row.tells for row in EMOTION_ROWS})


_PARTING: Final = [i for name, i in INDEX.items() if name.startswith(("jawOpen", "mouthLowerDown", "mouthUpperUp"))]
"""Opens the lips: left to the networks, which hear the closures."""
_CORNERS: Final = [i for name, i in INDEX.items() if name.startswith(("mouthSmile", "mouthStretch", "mouthDimple"))]
_AS_LEARNED: Final[Array] = np.array(
    [[float(row.name == name) if row.name in LEARNED else row.like.get(name, 0.0) for name in LEARNED]
     for row in EMOTION_ROWS]
)  # fmt: skip


def as_learned(felt: Array) -> Array:
    """What the networks are told, (T, 8), of weights of every emotion (T, K)."""
    return felt if len(EMOTIONS) == len(LEARNED) else (felt @ _AS_LEARNED).astype(felt.dtype)


def beyond_learned(felt: Array) -> Array:
    """Weights (T, 52): how the patterns of emotions that no network learned differ from what is performed for them."""
    table = UPPER_TABLE + MOUTH_TABLE
    table[:, _PARTING] = 0.0
    own = [EMOTIONS.index(name) for name in LEARNED]
    return felt @ (table - _AS_LEARNED @ table[own])


_LIPS_APART: Final = 0.26
"""How far apart lips are (jaw and parting lips together) when they show all of an emotion."""


def telling(face: Array, felt: Array, asked: Array) -> Array:
    """The face (T, 52) with the signs that tell felt emotions (T, K) apart, where emotion is asked for, (T,).

    What parts the lips counts as far as they are apart, so closures stay; round lips keep their corners.
    """
    asked = np.clip(np.asarray(asked, np.float64), 0.0, 1.0)
    # Half an emotion needs them most; at full the patterns are plain by themselves.
    amount = np.clip(2.0 * asked, 0.0, 1.0) * (1.0 - 0.6 * np.clip(2.0 * asked - 1.0, 0.0, 1.0))
    added = felt @ TELLS_TABLE * amount[:, None]
    gap = np.maximum(face[:, INDEX["jawOpen"]] - face[:, INDEX["mouthClose"]], 0.0)
    lips = [i for i in _PARTING if i != INDEX["jawOpen"]]
    apart = np.clip((gap + face[:, lips].mean(axis=1)) / _LIPS_APART, 0.0, 1.0)
    # Softly, and over no more frames than the minimum looks ahead, so that shut lips stay shut.
    if len(apart):
        apart = gaussian_filter1d(minimum_filter1d(apart, 5, mode="nearest"), 1.2, mode="nearest", radius=2)
    added[:, _PARTING] *= apart[:, None]
    rounded = np.clip(face[:, INDEX["mouthPucker"]] + face[:, INDEX["mouthFunnel"]], 0.0, 1.0)
    added[:, _CORNERS] *= (1.0 - 0.45 * rounded)[:, None]
    return np.clip(face + added * np.where(added > 0, 1.0 - 0.35 * face, 1.0), 0.0, 1.0).astype(np.float32)


def emotion_head(felt: Array, fps: float) -> Array:
    """How an emotion holds the head, (T, 3) rotation vectors in radians, of weights times intensity (T, 8).

    Slow and still: for bodies whose own network moves the head.
    """
    pose = np.radians(np.asarray(felt, np.float64) @ np.array([row.head for row in EMOTION_ROWS], np.float64))
    return gaussian_filter1d(pose, 0.35 * fps, axis=0, mode="nearest") if len(pose) else pose
