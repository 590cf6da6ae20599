"""Random numbers that belong to a moment, and moments that are free: so a change in one place leaves the others."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np


def rng_at(seed: int, time: float, salt: int) -> np.random.Generator:
    """Random numbers that belong to a seed, a moment (to a thirtieth of a second) and a purpose."""
    return np.random.default_rng((int(seed) & 0xFFFFFFFF, max(0, round(time * 30.0)), salt))


def free_at(time: float, taken: list[float], apart: float) -> bool:
    """Whether no one of the sorted `taken` is within `apart` seconds."""
    k = bisect_left(taken, time)
    return all(abs(time - other) >= apart for other in taken[max(0, k - 1) : k + 1])
