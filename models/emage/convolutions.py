"""EMAGE's convolutions: the wav encoders with batch norms folded in, and the encoders and decoders of width 3."""

from __future__ import annotations

from collections.abc import Callable
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
    """A residual block on signals (channels, N, L).

    Where there is a shortcut, `first` makes it too and its bias carries the second convolution's.
    """

    first: Tensor | FourierConvolution
    first_bias: Tensor
    stride: int
    second: FourierConvolution
    second_bias: Tensor | None

    def start(self, x: Tensor) -> Tensor:
        """The first convolution's result."""
        if isinstance(self.first, FourierConvolution):
            return self.first(x).add_(self.first_bias[:, None, None])
        return F.conv1d(x.transpose(0, 1), self.first, self.first_bias, self.stride).transpose(0, 1)

    def finish(self, y: Tensor, x: Tensor) -> Tensor:
        """From the first convolution's result and what the block had before it."""
        y, x = y.chunk(2) if self.second_bias is None else (y, x + self.second_bias[:, None, None])
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
            if k == 0:
                # From one channel a matrix product is many times faster than the library's convolution; the bias is a
                # tap more.
                self._taps = torch.cat([first[:, 0], first_bias[:, None]], dim=1)
            if k < len(PIECES):
                after = second_bias if stride == 1 else None
                made = FourierConvolution(first, PIECES[k]) if stride == 1 else first
                self._blocks.append(_Block(made, first_bias, stride, FourierConvolution(second, PIECES[k]), after))
            else:
                self._last = TimeConvolution(first, first_bias, stride)
                self._last_second = TimeConvolution(second, torch.zeros_like(second_bias), padding=WAV_KERNEL // 2)

    def __call__(self, audio: Tensor, pause: Callable[[], None]) -> Tensor:
        """Samples (N, L) at 16 kHz to features (N, S, audio width); calls `pause` every few milliseconds."""
        second, starts = self._blocks[1], []
        for samples in audio:
            # The long first signals fill the processor one by one; the short later ones need each other's company.
            starts.append(second.start(self._long(samples)))
            pause()
        y = torch.cat(starts, dim=1)
        x = second.finish(y, y)
        for block in self._blocks[2:]:
            pause()
            x = block.finish(block.start(x), x)
        pause()
        y, x = self._last(x.permute(1, 2, 0)).chunk(2, dim=2)
        return F.leaky_relu_(self._last_second(F.leaky_relu(y)).add_(x))

    def _long(self, samples: Tensor) -> Tensor:
        """The first block's result (channels, 1, steps) of samples (L,)."""
        block = self._blocks[0]
        padded = F.pad(samples, (WAV_FIRST_PADDING, WAV_FIRST_PADDING))
        pieces = padded.unfold(0, WAV_KERNEL, block.stride)
        seen = samples.new_ones(WAV_KERNEL + 1, len(pieces))
        seen[:-1] = pieces.t()
        return block.finish(torch.mm(self._taps, seen)[:, None], samples)


class Encoder:
    """The convolutional encoder of poses and of hints: plain convolutions and residual pairs of width 3."""

    def __init__(self, w: Tensors, name: str, layers: int) -> None:
        def made(layer: str) -> TimeConvolution:
            return TimeConvolution(w[f"{name}.{layer}.weight"], w[f"{name}.{layer}.bias"], padding=1)

        self._layers = [
            (made(str(3 * k)), made(f"{3 * k + 2}.model.0"), made(f"{3 * k + 2}.model.2")) for k in range(layers)
        ]

    def __call__(self, x: Tensor) -> Tensor:
        """(N, T, channels) to (N, T, width)."""
        for first, second, third in self._layers:
            x = F.leaky_relu_(first(x), 0.2)
            x = third(F.leaky_relu_(second(x), 0.2)).add_(x)
        return x


class PublishedConvolution:
    """A convolution of width 3 over (N, T, channels) that adds in the published order: see SMALL_CONVOLUTION."""

    def __init__(self, weight: Tensor, bias: Tensor, last: bool) -> None:
        """`last`: that of a decoder, whose sums of a certain length are made in two halves."""
        self._weight, self._bias = weight, bias
        self._halves = last and weight.shape[1] * 3 in SPLIT_SUMS

    def __call__(self, x: Tensor) -> Tensor:
        """(N, T, channels) to (N, T, outputs)."""
        x, weight, bias = x.transpose(1, 2), self._weight, self._bias
        if self._halves and x.numel() <= SMALL_CONVOLUTION:
            half = x.shape[1] // 2
            y = F.conv1d(x[:, :half], weight[:, :half], bias, padding=1)
            return y.add_(F.conv1d(x[:, half:], weight[:, half:], padding=1)).transpose(1, 2)
        return F.conv1d(x, weight, bias, padding=1).transpose(1, 2)


class Decoder:
    """A part's decoder of code vectors; `exact` adds in the published order, else in the fastest."""

    def __init__(self, w: Tensors, part: str, exact: bool) -> None:
        layers = VQ_LAYERS[part]

        def made(name: str, last: bool = False) -> PublishedConvolution | TimeConvolution:
            weight, bias = w[f"decoder.main.{name}.weight"], w[f"decoder.main.{name}.bias"]
            return PublishedConvolution(weight, bias, last) if exact else TimeConvolution(weight, bias, padding=1)

        self._residual = [(made(f"{k}.model.0"), made(f"{k}.model.2")) for k in range(2)]
        self._plain = [made(str(2 + 2 * k)) for k in range(layers)]
        self._last = made(str(2 + 2 * layers), last=True)

    def __call__(self, x: Tensor) -> Tensor:
        """Latents (N, T, width) to channels (N, T, layout.VQ_WIDTHS[part])."""
        for first, second in self._residual:
            x = x + second(F.leaky_relu_(first(x), 0.2))
        for layer in self._plain:
            x = F.leaky_relu_(layer(x), 0.2)
        return self._last(x)


def encoder_reach(layers: int) -> int:
    """Frames to each side that an Encoder sees."""
    return 3 * layers


def decoder_reach(part: str) -> int:
    """Frames to each side that a part's decoder sees."""
    return 5 + VQ_LAYERS[part]
