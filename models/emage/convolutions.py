"""EMAGE's convolutions: the wav encoders with batch norms folded in, and the encoders and decoders of width 3."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from .fourier import FourierConvolution
from .layout import VQ_LAYERS, WAV_FIRST_PADDING, WAV_KERNEL, WAV_STRIDES
from .linear import TimeConvolution

Tensors = dict[str, Tensor]
BATCH_NORM_EPSILON = 1e-5
PIECES = (96, 48, 48, 32, 32)
"""Length of the pieces in which each wav block's convolutions of stride 1 are made: longer for longer signals."""
SPLIT_SUMS = range(193, 385)
SMALL_CONVOLUTION = 20480
"""Up to this many inputs torch multiplies matrices instead of calling oneDNN, and the library that made the published
numbers adds sums of 193 to 384 terms in two halves. Axis-angle takes square roots of differences near zero, which turn
that last bit into 3e-4 radians, so the order of summing is part of the result."""


def _folded(conv: str, norm: str, w: Tensors) -> tuple[Tensor, Tensor]:
    scale = w[f"{norm}.weight"] / torch.sqrt(w[f"{norm}.running_var"] + BATCH_NORM_EPSILON)
    bias = (w[f"{conv}.bias"] - w[f"{norm}.running_mean"]) * scale + w[f"{norm}.bias"]
    return w[f"{conv}.weight"] * scale[:, None, None], bias


class _Block(NamedTuple):
    """A residual block; where there is a shortcut, `first` makes it too and it carries the second bias."""

    first: Tensor | FourierConvolution
    first_bias: Tensor
    stride: int
    second: FourierConvolution
    second_bias: Tensor | None

    def start(self, x: Tensor) -> Tensor:
        """The first convolution's result of x (channels, L)."""
        if isinstance(self.first, FourierConvolution):
            return self.first(x) + self.first_bias[:, None]
        return F.conv1d(x[None], self.first, self.first_bias, self.stride)[0]

    def finish(self, y: Tensor, x: Tensor) -> Tensor:
        """(channels, L) from the first convolution's result and what the block had before it."""
        y, x = y.chunk(2) if self.second_bias is None else (y, x + self.second_bias)
        return F.leaky_relu_(self.second(F.leaky_relu_(y)) + x)


class WavEncoder:
    """Six residual blocks over samples, batch norms folded in."""

    def __init__(self, w: Tensors) -> None:
        self._blocks: list[_Block] = []
        for k, stride in enumerate(WAV_STRIDES):
            base = f"feat_extractor.{k}"
            first, first_bias = _folded(f"{base}.conv1", f"{base}.bn1", w)
            second, second_bias = _folded(f"{base}.conv2", f"{base}.bn2", w)
            if stride > 1:
                other, other_bias = _folded(f"{base}.downsample.0", f"{base}.downsample.1", w)
                first, first_bias = torch.cat([first, other]), torch.cat([first_bias, other_bias + second_bias])
            if k < len(PIECES):
                after = second_bias[:, None] if stride == 1 else None
                made = FourierConvolution(first, PIECES[k]) if stride == 1 else first
                self._blocks.append(_Block(made, first_bias, stride, FourierConvolution(second, PIECES[k]), after))
            else:
                self._last = TimeConvolution(first, first_bias, stride)
                self._last_second = TimeConvolution(second, torch.zeros_like(second_bias), padding=WAV_KERNEL // 2)

    def __call__(self, audio: Tensor) -> Tensor:
        """Samples (L,) at 16 kHz to features (S, audio width)."""
        block = self._blocks[0]
        # From one channel a matrix product is many times faster than the library's convolution.
        pieces = F.pad(audio, (WAV_FIRST_PADDING, WAV_FIRST_PADDING)).unfold(0, WAV_KERNEL, block.stride)
        x = block.finish(torch.mm(block.first[:, 0], pieces.t()).add_(block.first_bias[:, None]), audio)
        for block in self._blocks[1:]:
            x = block.finish(block.start(x), x)
        y, x = self._last(x.t()[None])[0].chunk(2, dim=1)
        return F.leaky_relu_(self._last_second(F.leaky_relu(y)[None])[0].add_(x))


class HintEncoder:
    """The convolutional encoder of hints, for the few frames that change from window to window."""

    def __init__(self, w: Tensors, layers: int) -> None:
        def made(name: str) -> TimeConvolution:
            return TimeConvolution(w[f"{name}.weight"], w[f"{name}.bias"], padding=1)

        self._layers = [
            (made(f"main.{3 * k}"), made(f"main.{3 * k + 2}.model.0"), made(f"main.{3 * k + 2}.model.2"))
            for k in range(layers)
        ]

    def __call__(self, x: Tensor) -> Tensor:
        """(N, T, 337) to (N, T, width)."""
        for first, second, third in self._layers:
            x = F.leaky_relu_(first(x), 0.2)
            x = third(F.leaky_relu_(second(x), 0.2)).add_(x)
        return x


def conv_stack(w: Tensors, x: Tensor, plan: list[tuple[str, bool]]) -> Tensor:
    """Convolutions of width 3 over (N, T, channels); a plan entry is (name, residual pair or plain with leaky ReLU)."""
    x = x.transpose(1, 2)
    for name, residual in plan:
        if residual:
            y = F.conv1d(x, w[f"{name}.model.0.weight"], w[f"{name}.model.0.bias"], padding=1)
            y = F.conv1d(F.leaky_relu_(y, 0.2), w[f"{name}.model.2.weight"], w[f"{name}.model.2.bias"], padding=1)
            x = x + y
        else:
            x = F.leaky_relu_(F.conv1d(x, w[f"{name}.weight"], w[f"{name}.bias"], padding=1), 0.2)
    return x.transpose(1, 2)


def conv_encode(w: Tensors, name: str, x: Tensor, layers: int) -> Tensor:
    """The convolutional encoder of poses: (N, T, channels) to (N, T, width)."""
    plan = []
    for k in range(layers):
        plan += [(f"{name}.main.{3 * k}", False), (f"{name}.main.{3 * k + 2}", True)]
    return conv_stack(w, x, plan)


def conv_decode(w: Tensors, part: str, x: Tensor) -> Tensor:
    """A part's decoder: latents (N, T, width) to channels (N, T, layout.VQ_WIDTHS[part])."""
    layers = VQ_LAYERS[part]
    plan = [("decoder.main.0", True), ("decoder.main.1", True)]
    plan += [(f"decoder.main.{2 + 2 * k}", False) for k in range(layers)]
    last = f"decoder.main.{2 + 2 * layers}"
    y, weight = conv_stack(w, x, plan).transpose(1, 2), w[f"{last}.weight"]
    if y.shape[1] * 3 in SPLIT_SUMS and y.numel() <= SMALL_CONVOLUTION:
        half = y.shape[1] // 2
        z = F.conv1d(y[:, :half], weight[:, :half], w[f"{last}.bias"], padding=1)
        return z.add_(F.conv1d(y[:, half:], weight[:, half:], padding=1)).transpose(1, 2)
    return F.conv1d(y, weight, w[f"{last}.bias"], padding=1).transpose(1, 2)


def decoder_reach(part: str) -> int:
    """Frames to each side that a part's decoder sees."""
    return 5 + VQ_LAYERS[part]
