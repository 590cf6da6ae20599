"""The corpus in memory as one long track with take borders, and random windows of it as tensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ....core.arrays import Array
from .corpus import Take, load_takes


@dataclass(frozen=True)
class Track:
    """Takes end to end, half precision; `starts` (K + 1,) frames of the takes' borders."""

    rhythm: Array
    phones: Array
    heard: Array
    words: Array
    rotations: Array
    translation: Array
    contacts: Array
    controls: Array
    starts: Array

    @property
    def frames(self) -> int:
        return int(self.starts[-1])


def load_track(split: str) -> Track:
    """All takes of a split. Raises FileNotFoundError before the corpus has been built."""
    takes: list[Take] = list(load_takes(split))
    starts = np.concatenate([[0], np.cumsum([len(t.rotations) for t in takes])])
    joined = {
        k: np.concatenate([getattr(t, k) for t in takes]).astype(np.float16)
        for k in ("rhythm", "phones", "heard", "words", "rotations", "translation", "contacts")
    }
    return Track(**joined, controls=np.stack([t.controls for t in takes]).astype(np.float32), starts=starts)


def windows(track: Track, count: int, length: int, rng: np.random.Generator, step: int = 1) -> tuple[Array, Array]:
    """(frame indices (count, length), take of each window (count,)); starts are multiples of `step` in the take."""
    lengths = np.diff(track.starts)
    usable = np.flatnonzero(lengths > length)
    weights = (lengths[usable] - length).astype(np.float64)
    take = usable[rng.choice(len(usable), count, p=weights / weights.sum())]
    first = (rng.random(count) * (lengths[take] - length + 1)).astype(int) // step * step
    return (track.starts[take] + first)[:, None] + np.arange(length), take


def tensor(array: Array, index: Array) -> Tensor:
    """The rows of a half-precision track as a float32 tensor."""
    return torch.from_numpy(array[index].astype(np.float32))
