"""Our own small networks: a face morpher, a rotator of two algorithms, and a combiner, for pictures of 256.

The plan is that of Khungurn (Talking Head Anime from a Single Image, 2019): the morpher recolours eyes and mouth
through an opacity (Pumarola et al., GANimation, 2018); the rotator turns the head twice, by such a recolouring and by
appearance flow (Zhou et al., View Synthesis by Appearance Flow, 2016); the combiner chooses between the two and
retouches.
The networks look at the picture at half its size; what they say is applied to the whole one, so that what is moved by
the flow keeps its sharpness.

Pictures are (B, 4, 256, 256), sRGB from 0 to 1 times opacity; numbers (B, 3) as in the six-number form.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTHS = (32, 48, 64)
RESIDUALS = 3
MORPH_START = -2.0
"""A morpher begins by changing little."""


def _block(a: int, b: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.GroupNorm(8, b), nn.ReLU(inplace=True))


class Trunk(nn.Module):
    """Features (B, 32, H / 4, W / 4) of pictures (B, C, H, W) and numbers (B, 3): a U-Net of three sizes."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        a, b, c = WIDTHS
        self.first = _block(channels * 16 + 3 + 2, a)
        self.down = nn.ModuleList([_block(a, b, 2), _block(b, c, 2)])
        self.deep = nn.ModuleList(nn.Sequential(_block(c, c), nn.Conv2d(c, c, 3, 1, 1)) for _ in range(RESIDUALS))
        self.up = nn.ModuleList([_block(c + b, b), _block(b + a, a)])

    def forward(self, image: Tensor, numbers: Tensor) -> Tensor:
        x = F.pixel_unshuffle(image, 4)
        size = x.shape[2:]
        rows = torch.linspace(-1.0, 1.0, size[0]).view(1, 1, -1, 1).expand(len(x), 1, *size)
        columns = torch.linspace(-1.0, 1.0, size[1]).view(1, 1, 1, -1).expand(len(x), 1, *size)
        x = self.first(torch.cat([x, numbers[:, :, None, None].expand(-1, -1, *size), rows, columns], dim=1))
        kept = [x]
        for down in self.down:
            x = down(x)
            kept.append(x)
        kept.pop()
        for block in self.deep:
            x = x + block(x)
        for up in self.up:
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = up(torch.cat([x, kept.pop()], dim=1))
        return x


def picture_head(channels: int) -> nn.Sequential:
    """From the trunk's features to so many channels at the size of what the trunk saw."""
    return nn.Sequential(nn.Conv2d(WIDTHS[0], 16 * channels, 1), nn.PixelShuffle(4))


def larger(x: Tensor, size: int) -> Tensor:
    """At another size, bilinear."""
    return x if x.shape[-1] == size else F.interpolate(x, size=(size, size), mode="bilinear", align_corners=False)


def halved(image: Tensor) -> Tensor:
    """At half the size, by area."""
    return F.avg_pool2d(image, 2)


def recoloured(image: Tensor, said: Tensor, start: float) -> Tensor:
    """The picture under a colour (4) through an opacity (1): `said` (B, 5, h, w) before its sigmoids."""
    said = larger(said, image.shape[-1])
    alpha = torch.sigmoid(said[:, 4:5] + start)
    return alpha * torch.sigmoid(said[:, :4]) + (1.0 - alpha) * image


def moved(image: Tensor, flow: Tensor) -> Tensor:
    """The picture read where the flow (B, 2, h, w) says, in half widths from each pixel's own place."""
    size = image.shape[-1]
    flow = larger(flow, size).permute(0, 2, 3, 1)
    line = (torch.arange(size, dtype=image.dtype) + 0.5) * 2.0 / size - 1.0
    place = torch.stack([line[None, :].expand(size, size), line[:, None].expand(size, size)], dim=-1)
    return F.grid_sample(image, place + flow, mode="bilinear", padding_mode="border", align_corners=False)


class Morpher(nn.Module):
    """Eyes and mouth: numbers (left eye, right eye, mouth)."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk, self.colour = Trunk(4), picture_head(5)

    def forward(self, image: Tensor, small: Tensor, numbers: Tensor) -> Tensor:
        """The picture morphed; `small` is the picture at half its size, or the picture itself."""
        return recoloured(image, self.said(small, numbers), MORPH_START)

    def said(self, small: Tensor, numbers: Tensor) -> Tensor:
        """Colours and opacity (B, 5, h, w) before their sigmoids."""
        return self.colour(self.trunk(small, numbers))


class Rotator(nn.Module):
    """Turns in two ways: numbers (head_x, head_y, neck_z)."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk, self.colour = Trunk(4), picture_head(5)
        self.flow = nn.Conv2d(WIDTHS[0], 2, 3, 1, 1)

    def forward(self, image: Tensor, small: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """The picture by Pumarola's way, and by Zhou's."""
        y = self.trunk(small, numbers)
        return recoloured(image, self.colour(y), 0.0), moved(image, 0.25 * self.flow(y))


class Combiner(nn.Module):
    """One picture of the two: a choice a pixel, then a retouch."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk, self.out = Trunk(8), picture_head(6)

    def forward(self, colour: Tensor, flow: Tensor, numbers: Tensor, half: bool = True) -> Tensor:
        """`half`: the pictures are twice as large as what the network looks at."""
        both = torch.cat([colour, flow], dim=1)
        said = self.out(self.trunk(halved(both) if half else both, numbers))
        choice = torch.sigmoid(larger(said[:, 5:6], colour.shape[-1]) - 1.0)
        return recoloured(choice * colour + (1.0 - choice) * flow, said[:, :5], -3.0)


class Observer(nn.Module):
    """What the perceptual loss looks with: a small network that reads the six numbers off two pictures."""

    def __init__(self) -> None:
        super().__init__()
        widths = (4, 16, 32, 48)
        self.stages = nn.ModuleList(nn.Sequential(nn.Conv2d(a, b, 3, 2, 1), nn.ReLU()) for a, b in pairwise(widths))
        self.read = nn.Sequential(
            nn.Conv2d(2 * widths[-1], 64, 3, 2, 1), nn.ReLU(), nn.Conv2d(64, 64, 3, 2, 1), nn.ReLU(), nn.Flatten(),
            nn.Linear(64 * 16, 6),
        )  # fmt: skip

    def features(self, image: Tensor) -> list[Tensor]:
        """Features of pictures (B, 4, 128, 128) at a half, a quarter and an eighth."""
        out = []
        for stage in self.stages:
            image = stage(image)
            out.append(image)
        return out

    def forward(self, rest: Tensor, posed: Tensor) -> Tensor:
        """The six numbers (B, 6) of a picture, beside the head at rest."""
        return self.read(torch.cat([self.features(rest)[-1], self.features(posed)[-1]], dim=1))
