"""EMAGE's convolutions: the wav encoders with batch norms folded in, and the encoders and decoders of width 3."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from .layout import VQ_LAYERS, WAV_FIRST_PADDING, WAV_KERNEL, WAV_STRIDES

Tensors = dict[str, Tensor]
BATCH_NORM_EPSILON = 1e-5
SPLIT_SUMS = range(193, 385)
SMALL_CONVOLUTION = 20480
"""Up to this many inputs torch multiplies matrices instead of calling oneDNN, and the library that made the published
numbers adds sums of 193 to 384 terms in two halves. Axis-angle takes square roots of differences near zero, which turn
that last bit into 3e-4 radians, so the order of summing is part of the result."""


class WavBlock(NamedTuple):
    """One residual block of a wav encoder, batch norms folded; `first` also makes the shortcut where there is one."""

    first: Tensor
    first_bias: Tensor
    second: Tensor
    second_bias: Tensor
    stride: int
    padding: int
    shortcut: bool


def _folded(conv: str, norm: str, w: Tensors) -> tuple[Tensor, Tensor]:
    scale = w[f"{norm}.weight"] / torch.sqrt(w[f"{norm}.running_var"] + BATCH_NORM_EPSILON)
    bias = (w[f"{conv}.bias"] - w[f"{norm}.running_mean"]) * scale + w[f"{norm}.bias"]
    return w[f"{conv}.weight"] * scale[:, None, None], bias


def wav_blocks(w: Tensors) -> list[WavBlock]:
    blocks = []
    for k, stride in enumerate(WAV_STRIDES):
        base = f"feat_extractor.{k}"
        first, first_bias = _folded(f"{base}.conv1", f"{base}.bn1", w)
        second, second_bias = _folded(f"{base}.conv2", f"{base}.bn2", w)
        if stride > 1:
            other, other_bias = _folded(f"{base}.downsample.0", f"{base}.downsample.1", w)
            first, first_bias = torch.cat([first, other]), torch.cat([first_bias, other_bias])
        padding = WAV_FIRST_PADDING if k == 0 else (0 if stride > 1 else WAV_KERNEL // 2)
        blocks.append(WavBlock(first, first_bias, second, second_bias, stride, padding, stride > 1))
    return blocks


def encode_audio(blocks: list[WavBlock], audio: Tensor) -> Tensor:
    """Samples (N, L) at 16 kHz to features (N, S, audio width)."""
    x = audio[:, None]
    for block in blocks:
        if x.shape[1] == 1:
            # From one channel a matrix product is many times faster than the library's convolution.
            rows = F.pad(x[:, 0], (block.padding, block.padding)).unfold(1, WAV_KERNEL, block.stride)
            y = torch.matmul(block.first[:, 0], rows.transpose(1, 2)).add_(block.first_bias[:, None])
        else:
            y = F.conv1d(x, block.first, block.first_bias, block.stride, block.padding)
        if block.shortcut:
            y, x = y.chunk(2, dim=1)
        y = F.conv1d(F.leaky_relu(y), block.second, block.second_bias, padding=WAV_KERNEL // 2)
        x = F.leaky_relu_(y.add_(x))
    return x.transpose(1, 2)


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
    """The convolutional encoder of hints and poses: (N, T, channels) to (N, T, width)."""
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
