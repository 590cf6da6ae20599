"""Batches of heads at half size: mirrored, moved, and in other colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ....core.arrays import Array
from .data import POSES, Heads, read_heads

HELD = 30
"""The last heads of the file are for the table alone."""
_MIRROR = torch.tensor([1.0, -1.0, -1.0, 1.0, 1.0, 1.0])


def premultiplied(pictures: Array) -> Tensor:
    """uint8 (..., H, W, 4) with straight opacity as (..., 4, H, W) of 0 - 1 times opacity."""
    x = torch.from_numpy(np.array(pictures)).float() / 255.0
    x[..., :3] *= x[..., 3:]
    return x.movedim(-1, -3)


def _half(pictures: Array) -> Tensor:
    return torch.nn.functional.avg_pool2d(premultiplied(pictures), 2).mul(255.0).round().byte()


class Batches:
    """The heads to train on, in memory at 128 x 128, and a generator of batches."""

    def __init__(self, path: Path, seed: int, count: int = 8) -> None:
        heads: Heads = read_heads(path)
        trained = len(heads.rest) - HELD
        self.rest = torch.stack([_half(heads.rest[k]) for k in range(trained)])
        self.faces = torch.stack([_half(heads.faces[k]) for k in range(trained)])
        self.turned = torch.stack([_half(heads.turned[k]) for k in range(trained)])
        self.poses = torch.from_numpy(heads.poses[:trained])
        self.random = torch.Generator().manual_seed(seed)
        self.count = count

    def _chance(self) -> float:
        return float(torch.rand((), generator=self.random))

    def next(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Pictures at rest, with the face moved, and turned, (B, 4, 128, 128), and numbers (B, 6)."""
        head = torch.randint(len(self.rest), (self.count,), generator=self.random)
        pose = torch.randint(POSES, (self.count,), generator=self.random)
        three = torch.stack([self.rest[head], self.faces[head, pose], self.turned[head, pose]], dim=1).float() / 255.0
        numbers = self.poses[head, pose].clone()
        for k in range(self.count):
            if self._chance() < 0.5:
                three[k] = three[k].flip(-1)
                numbers[k] = numbers[k, [0, 1, 2, 4, 3, 5]] * _MIRROR
            if self._chance() < 0.5:
                three[k, :, :3] = three[k][:, torch.randperm(3, generator=self.random)]
            if self._chance() < 0.5:
                # Darker or paler, never beyond the opacity.
                power = 0.6 + 0.9 * self._chance()
                alpha = three[k, :, 3:].clamp_min(1e-3)
                three[k, :, :3] = (three[k, :, :3] / alpha).clamp(0, 1) ** power * three[k, :, 3:]
            down, right = (int(torch.randint(-6, 7, (), generator=self.random)) for _ in range(2))
            three[k] = torch.roll(three[k], (down, right), dims=(-2, -1))
        return three[:, 0], three[:, 1], three[:, 2], numbers
