"""Part VQ-VAEs: convolutions over time, four frames a token, residual codebooks with moving averages.

After van den Oord et al. (2017) and Zeghidour et al. (SoundStream, 2021); codes that fall out of use are put back on
data. The decoder is trained with levels left out at random, so the first level alone gives a sensible pose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from .parts import DOWN, WIDTH


@dataclass(frozen=True)
class VqShape:
    """hidden: channels; code: latent width; sizes: codes of each residual level."""

    hidden: int = 128
    code: int = 48
    sizes: tuple[int, ...] = (512, 256, 256, 256)


SHAPES: Final[dict[str, VqShape]] = {
    "upper": VqShape(160, 96, (512, 512, 256, 256, 256, 256)),
    "hands": VqShape(),
    "lower": VqShape(),
}
"""The upper body turns most and its joints turn most freely: 48 numbers a token held them to 5 degrees only."""


class Block(nn.Module):
    """A residual convolution over time at constant width."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(functional.silu(self.first(functional.silu(x))))


class Unfold(nn.ConvTranspose1d):
    """A transposed convolution whose kernel is its stride: one matrix product, much faster than the general way."""

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]  # it takes no output size
        batch, width, count = x.shape
        wide = x.transpose(1, 2) @ self.weight.reshape(width, -1)
        wide = wide.view(batch, count, -1, DOWN).permute(0, 2, 1, 3).reshape(batch, -1, count * DOWN)
        return wide if self.bias is None else wide + self.bias[:, None]


class ResidualQuantiser(nn.Module):
    """Codebooks of a residual quantiser, updated by exponential moving averages while training."""

    def __init__(self, sizes: tuple[int, ...], width: int) -> None:
        super().__init__()
        self.sizes = sizes
        for level, size in enumerate(sizes):
            self.register_buffer(f"codes{level}", torch.randn(size, width) * 0.1)
            self.register_buffer(f"count{level}", torch.ones(size), persistent=False)
            self.register_buffer(f"total{level}", torch.zeros(size, width), persistent=False)
        self.batch = 384.0  # latents a training step, for the running counts

    def codes(self, level: int) -> Tensor:
        return getattr(self, f"codes{level}")

    def nearest(self, x: Tensor, level: int) -> Tensor:
        """Indices (...,) of the nearest codes of one level for latents (..., C)."""
        codes = self.codes(level)
        flat = x.reshape(-1, x.shape[-1])
        distance = codes.square().sum(1) - 2.0 * flat @ codes.T
        return distance.argmin(1).reshape(x.shape[:-1])

    def encode(self, z: Tensor) -> Tensor:
        """Latents (B, N, C) to indices (B, N, levels)."""
        rest, out = z, []
        for level in range(len(self.sizes)):
            index = self.nearest(rest, level)
            rest = rest - self.codes(level)[index]
            out.append(index)
        return torch.stack(out, dim=-1)

    def decode(self, indices: Tensor) -> Tensor:
        """Indices (B, N, L) of the first L levels to latents (B, N, C)."""
        total = self.codes(0)[indices[..., 0]]
        for level in range(1, indices.shape[-1]):
            total = total + self.codes(level)[indices[..., level]]
        return total

    def forward(self, z: Tensor, levels: int) -> tuple[Tensor, Tensor]:
        """Quantised latents with straight-through gradients, and the commitment loss; updates the codebooks."""
        rest, total, loss = z, torch.zeros_like(z), z.new_zeros(())
        for level in range(levels):
            index = self.nearest(rest.detach(), level)
            chosen = self.codes(level)[index]
            if self.training:
                self._update(level, rest.detach().reshape(-1, z.shape[-1]), index.reshape(-1))
            loss = loss + (rest - chosen).square().mean()
            total = total + chosen
            rest = rest - chosen
        return z + (total - z).detach(), loss

    @torch.no_grad()
    def start(self, latents: Tensor, rounds: int = 12) -> None:
        """Sets all codebooks by k-means on latents (K, C), level after level on what is left."""
        rest = latents
        for level, size in enumerate(self.sizes):
            codes, count, total = (getattr(self, f"{n}{level}") for n in ("codes", "count", "total"))
            codes.copy_(rest[torch.randperm(len(rest))[:size]])
            for _ in range(rounds):
                index = self.nearest(rest, level)
                number = torch.bincount(index, minlength=size).to(codes)
                codes.copy_(torch.zeros_like(codes).index_add_(0, index, rest) / number.clamp_min(1.0)[:, None])
                empty = (number == 0).nonzero().flatten()
                codes[empty] = rest[torch.randint(len(rest), (len(empty),))]
            number = torch.bincount(self.nearest(rest, level), minlength=size).to(codes)
            count.copy_(number.clamp_min(1.0) * (self.batch / len(rest)))
            total.copy_(codes * count[:, None])
            rest = rest - codes[self.nearest(rest, level)]

    @torch.no_grad()
    def _update(self, level: int, flat: Tensor, index: Tensor, keep: float = 0.97) -> None:
        codes, count, total = (getattr(self, f"{n}{level}") for n in ("codes", "count", "total"))
        size = len(codes)
        count.mul_(keep).add_(torch.bincount(index, minlength=size).to(count), alpha=1 - keep)
        total.mul_(keep).index_add_(0, index, flat, alpha=1 - keep)
        codes.copy_(total / count.clamp_min(1e-4)[:, None])
        dead = (count < 0.04 * len(flat) / size).nonzero().flatten()
        if len(dead):
            codes[dead] = flat[torch.randint(len(flat), (len(dead),))]
            count[dead] = len(flat) / size * 0.3
            total[dead] = codes[dead] * count[dead, None]


class PartVq(nn.Module):
    """One part's VQ-VAE over features (B, T, WIDTH[part]), T a multiple of four."""

    mean: Tensor
    scale: Tensor

    def __init__(self, part: str, shape: VqShape | None = None) -> None:
        super().__init__()
        self.part, self.shape = part, shape or SHAPES[part]
        width, hidden, code = WIDTH[part], self.shape.hidden, self.shape.code
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))
        self.encoder = nn.Sequential(
            nn.Conv1d(width, hidden, 5, padding=2),
            Block(hidden),
            nn.Conv1d(hidden, hidden, DOWN, stride=DOWN),
            Block(hidden),
            Block(hidden),
            nn.SiLU(),
            nn.Conv1d(hidden, code, 1),
        )
        self.quantiser = ResidualQuantiser(self.shape.sizes, code)
        self.decoder = nn.Sequential(
            nn.Conv1d(code, hidden, 3, padding=1),
            Block(hidden),
            Block(hidden),
            Unfold(hidden, hidden, DOWN, stride=DOWN),
            Block(hidden),
            Block(hidden, 2),
            nn.SiLU(),
            nn.Conv1d(hidden, width, 5, padding=2),
        )

    def encode(self, features: Tensor) -> Tensor:
        """Features (B, T, W) to latents (B, T / 4, C), not yet quantised."""
        return self.encoder(((features - self.mean) / self.scale).transpose(1, 2)).transpose(1, 2)

    def decode(self, latents: Tensor) -> Tensor:
        """Latents (B, N, C) to features (B, 4 N, W)."""
        return self.decoder(latents.transpose(1, 2)).transpose(1, 2) * self.scale + self.mean

    def tokens(self, features: Tensor) -> Tensor:
        """Features (B, T, W) to token indices (B, T / 4, levels)."""
        return self.quantiser.encode(self.encode(features))

    def forward(self, features: Tensor, levels: int | None = None) -> tuple[Tensor, Tensor]:
        """The reconstruction and the commitment loss; no levels: latents pass unquantised."""
        latents = self.encode(features)
        if levels == 0:
            return self.decode(latents), 1e-3 * latents.square().mean()
        with torch.autocast(latents.device.type, enabled=False):  # nearest codes want all the digits
            quantised, loss = self.quantiser(latents.float(), len(self.shape.sizes) if levels is None else levels)
        return self.decode(quantised), loss
