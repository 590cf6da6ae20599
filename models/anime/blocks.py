"""The pieces that the published networks are built of. Attribute names are those of the published state dicts."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def convolution(a: int, b: int, kernel: int, separable: bool = False, bias: bool = False) -> nn.Module:
    """From `a` to `b` channels at the same size; separable: one filter a channel, then one matrix a pixel."""
    if not separable:
        return nn.Conv2d(a, b, kernel, padding=kernel // 2, bias=bias)
    return nn.Sequential(
        nn.Conv2d(a, a, kernel, padding=kernel // 2, groups=a, bias=False), nn.Conv2d(a, b, 1, bias=bias)
    )


def activation(slope: float) -> nn.Module:
    """ReLU, or leaky with a slope below zero."""
    return nn.LeakyReLU(slope, inplace=True) if slope else nn.ReLU(inplace=True)


def block(a: int, b: int, how: str = "7", separable: bool = False, slope: float = 0.0) -> nn.Sequential:
    """Convolution, instance normalisation, activation. `how`: '3' or '7' at the same size, 'down' or 'up' by two."""
    if how in ("3", "7"):
        layers = convolution(a, b, int(how), separable)
        first = [*layers] if isinstance(layers, nn.Sequential) else [layers]
    else:
        kind = nn.Conv2d if how == "down" else nn.ConvTranspose2d
        if separable:
            first = [kind(a, a, 4, 2, 1, groups=a, bias=False), nn.Conv2d(a, b, 1, bias=False)]
        else:
            first = [kind(a, b, 4, 2, 1, bias=False)]
    return nn.Sequential(*first, nn.InstanceNorm2d(b, affine=True), activation(slope))


class FirstResidual(nn.Module):
    """The residual block of the first form."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = convolution(width, width, 3)
        self.norm1 = nn.InstanceNorm2d(width, affine=True)
        self.conv2 = convolution(width, width, 3)
        self.norm2 = nn.InstanceNorm2d(width, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.norm2(self.conv2(torch.relu_(self.norm1(self.conv1(x)))))


class Residual(nn.Module):
    """The residual block of the later forms."""

    def __init__(self, width: int, separable: bool = False, slope: float = 0.0) -> None:
        super().__init__()
        self.resnet_path = nn.Sequential(
            convolution(width, width, 3, separable),
            nn.InstanceNorm2d(width, affine=True),
            activation(slope),
            convolution(width, width, 3, separable),
            nn.InstanceNorm2d(width, affine=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.resnet_path(x)


def with_pose(image: Tensor, pose: Tensor) -> Tensor:
    """The picture (1, C, H, W) with the pose (1, P) as P more channels, the same at every pixel."""
    return torch.cat([image, pose[:, :, None, None].expand(-1, -1, *image.shape[2:])], dim=1)


def mixed(alpha: Tensor, over: Tensor, under: Tensor) -> Tensor:
    """`over` where alpha is 1, `under` where it is 0 (the colour change of Pumarola et al., GANimation, 2018)."""
    return over * alpha + under * (1.0 - alpha)


def mixed_colours(alpha: Tensor, over: Tensor, under: Tensor) -> Tensor:
    """As `mixed` in red, green and blue; the opacity of `under` stays."""
    return torch.cat([mixed(alpha, over[:, :3], under[:, :3]), under[:, 3:4]], dim=1)


def moved(change: Tensor, image: Tensor, corners: bool = False) -> Tensor:
    """The picture read where `change` (1, 2, H, W) says, in half widths and heights from each pixel's own place.

    Appearance flow, after Zhou et al. (2016). `corners`: whether the outermost places are pixel centres.
    """
    identity = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]], dtype=image.dtype, device=image.device)
    grid = F.affine_grid(identity, list(image.shape), align_corners=corners) + change.permute(0, 2, 3, 1)
    return F.grid_sample(image, grid, mode="bilinear", padding_mode="border", align_corners=corners)


def head(a: int, b: int, kernel: int, last: type[nn.Module], bias: bool) -> nn.Sequential:
    """What turns features into colours (Tanh) or an opacity (Sigmoid)."""
    return nn.Sequential(convolution(a, b, kernel, bias=bias), last())
