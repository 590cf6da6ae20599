"""Matrices laid out for the few rows of one window, and convolutions over time that become such matrices."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

BLOCK = 384
"""Columns of a matrix that are multiplied at a time. For whole windows that is as fast as twice as many, for the 13 to
30 rows around a window's seeds a third faster, and loading a checkpoint takes less memory."""
HALF_FROM = 1 << 18
"""Numbers from which a matrix is worth keeping in bfloat16."""


class Linear:
    """A matrix with its bias: in column blocks, each contiguous, or whole in bfloat16 with sums in float32."""

    def __init__(self, weight: Tensor, bias: Tensor, half: bool = False) -> None:
        self._outputs, self._bias = len(weight), bias
        self._half = weight.to(torch.bfloat16).t().contiguous() if half and weight.numel() >= HALF_FROM else None
        blocks = () if self._half is not None else weight.split(BLOCK)
        self._columns = [block.t().contiguous() for block in blocks]
        self._biases = bias.split(BLOCK)

    def __call__(self, x: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs)."""
        rows = x.reshape(-1, x.shape[-1])
        if self._half is not None:
            return (rows.to(torch.bfloat16) @ self._half).float().add_(self._bias).view(*x.shape[:-1], self._outputs)
        if len(self._columns) == 1:
            return torch.addmm(self._bias, rows, self._columns[0]).view(*x.shape[:-1], self._outputs)
        out = rows.new_empty(len(rows), self._outputs)
        for piece, columns, bias in zip(out.split(BLOCK, dim=1), self._columns, self._biases, strict=True):
            torch.addmm(bias, rows, columns, out=piece)
        return out.view(*x.shape[:-1], self._outputs)


class TimeConvolution:
    """A convolution over (N, T, channels) as one matrix: for short signals far faster than the library's."""

    def __init__(self, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> None:
        self._linear = Linear(weight.permute(0, 2, 1).flatten(1), bias)
        self._kernel, self._stride, self._padding = weight.shape[2], stride, padding

    def __call__(self, x: Tensor) -> Tensor:
        """(N, T, channels) to (N, steps, outputs)."""
        x = F.pad(x, (0, 0, self._padding, self._padding)).contiguous()
        count, length, width = x.shape
        steps = (length - self._kernel) // self._stride + 1
        seen = (count, steps, self._kernel * width)
        return self._linear(x.as_strided(seen, (length * width, self._stride * width, 1)))
