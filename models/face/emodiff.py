"""EmoDiff: a small diffusion transformer over 52 face weights and 3 head rotations, conditioned on speech and emotion.

x0 is predicted (Ramesh et al. 2022; Tevet et al., MDM, 2023) from noised frames, three frames to a token. Conditions:
speech (posteriors, prosody), the lip network's mouth (as DREAM-Talk and Audio2Photoreal do), emotion per frame, and the
frames that come before. FiLM on the step. Speech and emotion are dropped at random while training, so that sampling can
guide the emotion away from the neutral face (Ho and Salimans, 2022); speech is followed without.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import nn

from ...core.arkit import LIPS
from ...core.catalogue.emotions import LEARNED
from ...core.speech.phones import PHONES
from .sampling import CHANNELS, PATCH, STEPS

SPEECH: Final = len(PHONES) + 4


def alpha_bar(step: torch.Tensor) -> torch.Tensor:
    """Share of the signal's power left at a step (cosine schedule, Nichol and Dhariwal 2021)."""
    return torch.cos((step.float() / STEPS + 0.008) / 1.008 * math.pi / 2).clamp(0.02, 1) ** 2


class _Block(nn.Module):
    """Pre-norm attention, a depthwise convolution and an MLP, each scaled and shifted by the step."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(width, elementwise_affine=False) for _ in range(3))
        self.film = nn.Linear(width, 6 * width)
        self.qkv = nn.Linear(width, 3 * width)
        self.mix = nn.Linear(width, width)
        self.conv = nn.Conv1d(width, width, 5, padding=2, groups=width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)
        for layer in (self.film, self.mix, self.down):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: torch.Tensor, step: torch.Tensor) -> torch.Tensor:
        batch, tokens, width = x.shape
        film = self.film(step)[:, None].chunk(6, dim=-1)
        h = self.norms[0](x) * (1 + film[0]) + film[1]
        q, k, v = self.qkv(h).view(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        h = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, width)
        x = x + self.mix(h)
        h = self.norms[1](x) * (1 + film[2]) + film[3]
        x = x + self.conv(h.transpose(1, 2)).transpose(1, 2)
        h = self.norms[2](x) * (1 + film[4]) + film[5]
        return x + self.down(nn.functional.gelu(self.up(h)))


def _waves(position: torch.Tensor, width: int) -> torch.Tensor:
    rates = torch.exp(-math.log(10000.0) * torch.arange(0, width, 2, device=position.device) / width)
    angle = position.float()[..., None] * rates
    return torch.cat([angle.sin(), angle.cos()], dim=-1)


class EmoDiff(nn.Module):
    """Predicts clean frames (B, T, 55), normalised; T is a multiple of PATCH.

    Buffers `mean` and `scale` (55,) turn normalised frames into weights and radians: x * scale + mean.
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, width: int = 128, layers: int = 4, heads: int = 4):
        super().__init__()
        self.width = width
        self.register_buffer("mean", torch.zeros(CHANNELS))
        self.register_buffer("scale", torch.ones(CHANNELS))
        self.noisy = nn.Linear(CHANNELS * PATCH, width)
        self.before = nn.Linear((CHANNELS + 1) * PATCH, width)
        self.speech = nn.Linear(SPEECH * PATCH, width)
        self.lips = nn.Linear(len(LIPS) * PATCH, width)
        self.emotion = nn.Linear(len(LEARNED) * PATCH, width, bias=False)
        self.none = nn.Parameter(torch.zeros(3, width))
        self.step = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, CHANNELS * PATCH)
        self.fine = nn.Conv1d(CHANNELS, CHANNELS, 5, padding=2, padding_mode="replicate")

    def condition(self, speech: torch.Tensor, lips: torch.Tensor, emotion: torch.Tensor, before: torch.Tensor,
                  keep: torch.Tensor) -> torch.Tensor:  # fmt: skip
        """Everything that does not change with the step, as tokens (B, T / PATCH, width).

        speech (B, T, 44), lips (B, T, 28), emotion (B, T, 8), before (B, T, 56): known frames and their mask.
        keep (B, 3) bool: which of speech, lips and emotion this row may see.
        """

        def patches(x: torch.Tensor) -> torch.Tensor:
            return x.reshape(x.shape[0], x.shape[1] // PATCH, -1)

        parts = [self.speech(patches(speech)), self.lips(patches(lips)), self.emotion(patches(emotion))]
        tokens = self.before(patches(before))
        for k, part in enumerate(parts):
            tokens = tokens + torch.where(keep[:, k, None, None], part, self.none[k])
        return tokens + _waves(torch.arange(tokens.shape[1], device=tokens.device), self.width)

    def forward(self, noisy: torch.Tensor, step: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        batch, frames, _ = noisy.shape
        x = self.noisy(noisy.reshape(batch, frames // PATCH, -1)) + condition
        when = self.step(_waves(step, self.width))
        for block in self.blocks:
            x = block(x, when)
        x = self.out(self.norm(x)).reshape(batch, frames, CHANNELS)
        # Tokens meet every third frame: a short filter over frames keeps their joints smooth.
        return x + self.fine(x.transpose(1, 2)).transpose(1, 2)
