"""The in-between diffusion: given poses, both voices and noise in; what is to be added to the straight way out.

Guide poses about one a second and a diffusion in between follow Audio2Photoreal (Ng et al., CVPR 2024); this network
is small, predicts the motion itself (x0), hears its conditions once for all steps, and knows the given values at any
frame and joint as `models/body/between.py` does, from whose weights its training starts. Audio and guides are dropped
independently in training, so each has a guidance of its own (Ho & Salimans 2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..body.between import straight
from ..body.inputs import RHYTHM_WIDTH
from ..body.parts import DOWN, JOINTS
from ..body.transformer import CONTROLS_WIDTH, Block, Hints, Layer, SpeechEncoder, Unfold
from .inputs import STEP_WIDTH, TURNS_WIDTH

WIDE: Final = JOINTS * 6 + 3
"""Numbers of a frame: 6D rotations and the scaled root."""
CALM: Final = 1.5
"""Frames of the Gaussian over what the decoder gives: nobody moves faster than that lets through."""


@dataclass(frozen=True)
class GuidedShape:
    """width of the stream, layers, heads, channels of the decoder at 30 fps, numbers of a frame's state."""

    width: int = 160
    layers: int = 5
    heads: int = 4
    hidden: int = 128
    state: int = 64


@dataclass(frozen=True)
class Condition:
    """What does not change from step to step.

    base (B, N, D) is added to every token; way (B, T, 333) is the straight way between given poses; away (B, T, 56) is
    0 at a given frame of a joint (the root last) and 1 a few frames away.
    """

    base: Tensor
    way: Tensor
    away: Tensor


def away(back: Tensor, on: Tensor) -> Tensor:
    """0 at a given frame, 1 a few frames away, smooth in between."""
    return 1.0 - torch.exp(-0.125 * torch.minimum(back, on).float().square())


class Guided(nn.Module):
    """x0 of a residual over the straight way, for a noisy state (B, T, 64) at a step."""

    rest: Tensor
    into: Tensor
    out: Tensor
    kernel: Tensor

    def __init__(self, shape: GuidedShape | None = None) -> None:
        super().__init__()
        self.shape = shape or GuidedShape()
        width, hidden = self.shape.width, self.shape.hidden
        self.given = nn.Linear(DOWN * (JOINTS * 9 + 6), width)
        self.speech = SpeechEncoder(width)
        self.silence = nn.Parameter(torch.zeros(width))
        self.partner = nn.Linear(DOWN * (RHYTHM_WIDTH + TURNS_WIDTH), width)
        self.controls = nn.Linear(CONTROLS_WIDTH, width)
        self.noisy = nn.Linear(DOWN * self.shape.state, width)
        self.step = nn.Sequential(
            nn.Linear(STEP_WIDTH, width), nn.SiLU(), nn.Linear(width, 2 * width * self.shape.layers)
        )
        self.layers = nn.ModuleList(Layer(width, self.shape.heads) for _ in range(self.shape.layers))
        self.norm = nn.LayerNorm(width)
        self.decoder = nn.Sequential(
            Unfold(width, hidden, DOWN, stride=DOWN),
            Block(hidden),
            Block(hidden, 2),
            nn.SiLU(),
            nn.Conv1d(hidden, WIDE, 5, padding=2),
        )
        for part in (self.decoder[-1], self.step[-1], self.partner):
            for still in part.parameters():
                nn.init.zeros_(still)
        self.register_buffer("rest", torch.zeros(WIDE))
        self.register_buffer("into", torch.zeros(WIDE, self.shape.state))
        self.register_buffer("out", torch.zeros(self.shape.state, WIDE))
        reach = torch.arange(-5, 6) / CALM
        kernel = torch.exp(-0.5 * reach.square())
        self.register_buffer("kernel", kernel / kernel.sum(), persistent=False)

    def condition(
        self,
        hints: Hints,
        rhythm: Tensor,
        phones: Tensor,
        words: Tensor,
        controls: Tensor,
        partner: Tensor,
        turns: Tensor,
        heard: Tensor,
    ) -> Condition:
        """controls (B, N, 7), a row a token; partner (B, T, 9), turns (B, T, 2); heard (B,) 0 drops the own voice.

        A joint that is given nowhere starts from the mean pose.
        """
        way, back, on = straight(hints.rot6d, hints.joints)
        root, root_back, root_on = straight(hints.root[:, :, None], hints.root_given[..., None])
        near = [torch.exp(d / -12.0) for d in (back, on, root_back, root_on)]
        known = (hints.joints.amax(1, keepdim=True) > 0)[..., None].expand_as(way[:, :1]).flatten(-2)
        known = torch.cat([known, (hints.root_given.amax(1) > 0)[:, None, None].expand(-1, 1, 3)], dim=-1)
        whole = torch.where(known, torch.cat([way.flatten(-2), root[:, :, 0]], dim=-1), self.rest)
        pieces = [whole[..., :-3], hints.joints, *near[:2], whole[..., -3:], hints.root_given[..., None], *near[2:]]
        base = self.given(torch.cat(pieces, dim=-1).unflatten(1, (-1, DOWN)).flatten(-2))
        voice = torch.where(heard[:, None, None] > 0, self.speech(rhythm, phones, words), self.silence)
        both = torch.cat([partner, turns], dim=-1).unflatten(1, (-1, DOWN)).flatten(-2)
        base = base + voice + self.controls(controls) + self.partner(both)
        free = torch.cat([away(back, on), away(root_back, root_on)], dim=-1)
        return Condition(base, whole, free)

    def forward(self, state: Tensor, moment: Tensor, base: Tensor) -> Tensor:
        """What to add to the straight way, (B, T, 333), not yet held back at given frames; `moment` (B, 128) is the
        step's embedding."""
        film = self.step(moment).chunk(2 * len(self.layers), dim=-1)
        x = base + self.noisy(state.unflatten(1, (-1, DOWN)).flatten(-2))
        for k, layer in enumerate(self.layers):
            x = layer(x * (1.0 + film[2 * k][:, None]) + film[2 * k + 1][:, None])
        rows = self.decoder[:-1](functional.silu(self.norm(x)).transpose(1, 2))
        padded, count = functional.pad(rows, (5, 5), mode="replicate"), rows.shape[-1]
        smooth = sum(weight * padded[..., k : k + count] for k, weight in enumerate(self.kernel))
        return self.decoder[-1](smooth).transpose(1, 2)


def held(change: Tensor, free: Tensor) -> Tensor:
    """A change (B, T, 333) that leaves given frames as they are; free (B, T, 56)."""
    turns = free[..., :-1].repeat_interleave(6, dim=-1)
    return change * torch.cat([turns, free[..., -1:].expand(*free.shape[:-1], 3)], dim=-1)
