"""Several takes from one network: classes sampled with noise that is smooth in time, so that a take stays coherent.

Arg-max over logits plus Gumbel noise samples the softmax exactly. The noise of each class is a Gaussian process of unit
variance, turned into Gumbel values: every frame still samples its softmax, but neighbouring frames agree.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from scipy.special import ndtr
from torch import Tensor

from ...core.arrays import Array

KNOT_FRAMES: Final = 20
"""Frames between independent draws: about as long as a gesture's phase."""
_CLIP: Final = 1e-7


class SmoothGumbel:
    """Noise (T, C) for any frames, the same for a seed and part however it is asked for."""

    def __init__(self, seed: int, part: int, classes: int) -> None:
        self._key = (seed & 0xFFFFFFFF, 71, part)
        self._classes = classes
        self._knots: dict[int, Array] = {}

    def _knot(self, number: int) -> Array:
        if number not in self._knots:
            self._knots = {k: v for k, v in self._knots.items() if abs(k - number) < 64}
            rng = np.random.default_rng([*self._key, number])
            self._knots[number] = rng.standard_normal(self._classes)
        return self._knots[number]

    def at(self, frames: Array) -> Array:
        """(T, C) Gumbel-distributed values at frame numbers (T,), which are not negative."""
        place = np.asarray(frames) / KNOT_FRAMES
        low = np.floor(place).astype(int)
        turn = (place - low) * (np.pi / 2)
        knots = {n: self._knot(n) for n in range(int(low.min()), int(low.max()) + 2)}
        before = np.stack([knots[n] for n in low])
        after = np.stack([knots[n + 1] for n in low])
        # Cosine and sine weights keep the variance at 1 between knots.
        normal = np.cos(turn)[:, None] * before + np.sin(turn)[:, None] * after
        return -np.log(-np.log(np.clip(ndtr(normal), _CLIP, 1 - _CLIP)))


def sampled(logits: Tensor, noise: Array, temperature: float) -> Tensor:
    """Class indices (T,) of logits (T, C)."""
    return (logits + torch.from_numpy(noise.astype(np.float32)) * temperature).argmax(dim=1)
