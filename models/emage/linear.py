"""Matrices laid out for the few rows of one window, and convolutions over time that become such matrices."""

from __future__ import annotations

import platform

import torch
from torch import Tensor
from torch.nn import functional as F

ROWS = 64
"""Rows that matrices are laid out for, a window's; fewer and more go through the same layout."""
HALF_FROM = 1 << 18
"""Numbers from which a matrix is worth keeping in bfloat16."""


def _can_pack() -> bool:
    """Whether torch has oneDNN's blocked matrices here.

    They are a quarter faster than plain ones for a window's rows where the plain library knows the processor poorly,
    and nearly twice as fast for the 13 to 30 rows around a window's seeds.
    """
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    return x86 and torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


class Linear:
    """A matrix with its bias, blocked for oneDNN where torch has it; in bfloat16 with sums in float32 on request."""

    def __init__(self, weight: Tensor, bias: Tensor, half: bool = False) -> None:
        self._outputs, self._bias = len(weight), bias
        self._half = half and weight.numel() >= HALF_FROM
        if self._half:
            weight = weight.to(torch.bfloat16)
        self._packed = _can_pack() and (not self._half or torch.ops.mkldnn._is_mkldnn_bf16_supported())
        if self._packed:
            self._weight = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), ROWS)
        else:
            self._weight = weight.t().contiguous()

    def __call__(self, x: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs)."""
        rows = x.reshape(-1, x.shape[-1])
        if self._half:
            out = self._multiplied(rows.to(torch.bfloat16), None).float().add_(self._bias)
        else:
            out = self._multiplied(rows, self._bias)
        return out.view(*x.shape[:-1], self._outputs)

    def _multiplied(self, rows: Tensor, bias: Tensor | None) -> Tensor:
        if self._packed:
            return torch.ops.mkldnn._linear_pointwise(rows, self._weight, bias, "none", [], "")
        return rows @ self._weight if bias is None else torch.addmm(bias, rows, self._weight)


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
