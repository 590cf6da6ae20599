"""Guide poses about one a second: where the body is stillest, at the ends of strokes, in holds and rests."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter1d

from ...core.arrays import Array
from ...core.body.measure import wrists_on_chest
from ...core.performance import MODEL_FPS

NEAREST: Final = 0.3
FARTHEST: Final = 1.0
"""Seconds between two guides."""
CLEAR: Final = 1.0
"""Seconds from a joint's given pose within which nothing else guides it: there the artist's poses are the guides."""


def guide_frames(rotations: Array) -> Array:
    """Frames (K,) of the guides in rotations (T, 55, 4): the stillest one of every 0.3 to 1 s."""
    frames = len(rotations)
    if frames < 2:
        return np.arange(frames)
    wrists = np.linalg.norm(np.gradient(wrists_on_chest(rotations), axis=0), axis=-1).sum(axis=-1)
    speed = gaussian_filter1d(wrists, 1.5)
    nearest, farthest = round(NEAREST * MODEL_FPS), round(FARTHEST * MODEL_FPS)
    found = [0]
    while found[-1] + farthest < frames - 1:
        ahead = slice(found[-1] + nearest, found[-1] + farthest + 1)
        found.append(ahead.start + int(speed[ahead].argmin()))
    return np.array([*found, frames - 1])


def guide_bits(at: Array, given: Array) -> Array:
    """Bits (T, K) of guides at frames `at` for given bits (T, K): away from what the artist gives."""
    bits = np.zeros(given.shape, np.float32)
    bits[at] = 1.0
    for joint in np.flatnonzero(given.any(axis=0)):
        away = distance_transform_edt(~given[:, joint])
        bits[away < CLEAR * MODEL_FPS, joint] = 0.0
    return np.maximum(bits, given.astype(np.float32))
