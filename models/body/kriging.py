"""The likely way between given poses: ordinary kriging (Matheron 1963) of each channel over the poses that are given.

Unlike the straight way it comes and goes smoothly, and far between two poses it leans towards the mean of them all.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ...core.arrays import Array
from ...core.performance import MODEL_FPS

REACH: Final = 1.3
POWER: Final = 1.5
"""Poses t seconds apart are alike by exp(-(t / REACH) ^ POWER); chosen on validation takes."""
_JITTER: Final = 1e-9


def kriging_weights(keys: Array, frames: int) -> Array:
    """Weights (frames, K) of what is given at frames keys (K,), ascending; each row's sum is 1.

    Before the first and after the last key these hold.
    """
    seconds = np.asarray(keys, np.float64) / MODEL_FPS
    times = np.clip(np.arange(frames) / MODEL_FPS, seconds[0], seconds[-1])

    def alike(a: Array, b: Array) -> Array:
        return np.exp(-((np.abs(a[:, None] - b[None]) / REACH) ** POWER))

    count = len(seconds)
    system, asked = np.ones((count + 1, count + 1)), np.ones((count + 1, frames))
    system[:count, :count] = alike(seconds, seconds) + _JITTER * np.eye(count)
    system[count, count] = 0.0
    asked[:count] = alike(seconds, times)
    return np.linalg.solve(system, asked)[:count].T


def krige(values: Array, bits: Array) -> Array:
    """Values (T, C) that count where bits (T, C) are set, over all frames; a channel without any stays as it is.

    What is given stays to the bit.
    """
    out, alike = np.array(values), dict[bytes, list[int]]()
    given = np.ascontiguousarray(np.asarray(bits).T > 0)
    for channel, row in enumerate(given):
        alike.setdefault(row.tobytes(), []).append(channel)
    for channels in alike.values():
        row = given[channels[0]]
        keys, free, here = np.flatnonzero(row), ~row, np.array(channels)
        if len(keys):
            made = kriging_weights(keys, len(values)) @ values[np.ix_(keys, here)]
            out[np.ix_(free, here)] = made[free]
    return out
