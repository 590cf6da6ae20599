"""The trunks of the published networks: what turns a picture into features of the same size."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import FirstResidual, Residual, block

DEPTH = 3
"""Halvings between a picture and the narrowest place, in all of the published networks."""
RESIDUALS = 6


def widths(start: int, most: int = 512) -> list[int]:
    """Channels at each size, from the picture's down."""
    return [min(start << k, most) for k in range(DEPTH + 1)]


class FirstChain(nn.Module):
    """Down, residuals, up: the first form's morpher and rotator."""

    def __init__(self, channels: int, start: int = 64) -> None:
        super().__init__()
        w = widths(start)
        self.module_list = nn.ModuleList(
            [
                block(channels, w[0], "7"),
                *(block(w[k], w[k + 1], "down") for k in range(DEPTH)),
                *(FirstResidual(w[-1]) for _ in range(RESIDUALS)),
                *(block(w[k + 1], w[k], "up") for k in reversed(range(DEPTH))),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        for module in self.module_list:
            x = module(x)
        return x


class FirstUNet(nn.Module):
    """As the chain, with what was there on the way down beside what comes up: the first form's combiner.

    The modules of the way up are listed from the outermost in.
    """

    def __init__(self, channels: int, start: int = 64) -> None:
        super().__init__()
        w = widths(start)
        self.downward_modules = nn.ModuleList(
            [block(channels, w[0], "7"), *(block(w[k], w[k + 1], "down") for k in range(DEPTH))]
        )
        self.bottleneck_modules = nn.ModuleList(FirstResidual(w[-1]) for _ in range(RESIDUALS))
        ups = [block(w[k + 1] * (1 if k == DEPTH - 1 else 2), w[k], "up") for k in range(DEPTH)]
        self.upsampling_modules = nn.ModuleList([block(2 * w[0], w[0], "7"), *ups])

    def forward(self, x: Tensor) -> Tensor:
        beside = []
        for module in self.downward_modules:
            x = module(x)
            beside.append(x)
        beside.pop()
        for module in self.bottleneck_modules:
            x = module(x)
        *outer, innermost = self.upsampling_modules
        x = innermost(x)
        for module in reversed(outer):
            x = module(torch.cat([x, beside.pop()], dim=1))
        return x


class PoseChain(nn.Module):
    """Down, the pose beside the narrowest features, residuals, up: brows and faces of the later forms."""

    def __init__(self, channels: int, numbers: int, separable: bool, start: int = 64) -> None:
        super().__init__()
        w = widths(start)
        self.downsample_blocks = nn.ModuleList(
            [
                block(channels, w[0], "3", separable),
                *(block(w[k], w[k + 1], "down", separable) for k in range(DEPTH)),
            ]
        )
        self.bottleneck_blocks = nn.ModuleList(
            [
                block(w[-1] + numbers, w[-1], "3", separable),
                *(Residual(w[-1], separable) for _ in range(RESIDUALS - 1)),
            ]
        )
        self.upsample_blocks = nn.ModuleList(block(w[k + 1], w[k], "up", separable) for k in reversed(range(DEPTH)))

    def features(self, image: Tensor, pose: Tensor | None = None) -> Tensor:
        x = image
        for module in self.downsample_blocks:
            x = module(x)
        if pose is not None:
            x = torch.cat([x, pose[:, :, None, None].expand(-1, -1, *x.shape[2:])], dim=1)
        for module in (*self.bottleneck_blocks, *self.upsample_blocks):
            x = module(x)
        return x


class ResizeChain(nn.Module):
    """Down, residuals, and up by doubling pixels before a convolution: the third form's rotator.

    In the published standard form the ways down are made with a ReLU while all else is leaky.
    """

    def __init__(self, channels: int, separable: bool, start: int = 64, slope: float = 0.1) -> None:
        super().__init__()
        w = widths(start)
        down = slope if separable else 0.0
        self.downsample_blocks = nn.ModuleList(
            [
                block(channels, w[0], "7", separable, slope),
                *(block(w[k], w[k + 1], "down", separable, down) for k in range(DEPTH)),
            ]
        )
        self.bottleneck_blocks = nn.ModuleList(Residual(w[-1], separable, slope) for _ in range(RESIDUALS))
        self.upsample_blocks = nn.ModuleList(
            nn.Sequential(nn.Upsample(scale_factor=2), block(w[k + 1], w[k], "3", separable, slope))
            for k in reversed(range(DEPTH))
        )

    def forward(self, x: Tensor) -> Tensor:
        for module in (*self.downsample_blocks, *self.bottleneck_blocks, *self.upsample_blocks):
            x = module(x)
        return x


class ResizeUNet(nn.Module):
    """As `ResizeChain`, with what was there on the way down beside what comes up: the third form's editor."""

    def __init__(self, channels: int, separable: bool, start: int = 32, slope: float = 0.1) -> None:
        super().__init__()
        w = widths(start)
        down = slope if separable else 0.0
        self.downsample_blocks = nn.ModuleList(
            [
                block(channels, w[0], "3", separable, slope),
                *(block(w[k], w[k + 1], "down", separable, down) for k in range(DEPTH)),
            ]
        )
        self.bottleneck_blocks = nn.ModuleList(Residual(w[-1], separable, slope) for _ in range(RESIDUALS))
        self.upsample_blocks = nn.ModuleList(
            block(w[k + 1] + w[k], w[k], "3", separable, slope) for k in reversed(range(DEPTH))
        )

    def forward(self, x: Tensor) -> Tensor:
        beside = []
        for module in self.downsample_blocks:
            x = module(x)
            beside.append(x)
        beside.pop()
        for module in self.bottleneck_blocks:
            x = module(x)
        for module in self.upsample_blocks:
            x = module(torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), beside.pop()], dim=1))
        return x
