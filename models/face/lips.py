"""The lip network: phone posteriors, loudness and emotion to the 28 mouth channels, at exact times.

Everything runs on a 60 fps grid whose frame k is at k / 60 s of the speech (features are averaged around those true
times), so every second frame is a motion frame and no timing is lost to frame indices. The audio encoder is
convolutional with a view of a third of a second to either side; the emotion encoder scales and shifts it (FiLM). Three
gates (lips closed, teeth on the lip, pause) make decisive what a regression would blur.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import nn

from ...core.arkit import INDEX, LIPS
from ...core.catalogue.emotions import LEARNED
from ...core.speech.phones import PHONES
from .inputs import LIP_INPUTS

GATES: Final[tuple[str, ...]] = ("closed", "teeth", "pause")
_COLUMN: Final = {name: LIPS.index(INDEX[name]) for name in INDEX if INDEX[name] in LIPS}
PARTING: Final = [
    _COLUMN[n] for n in ("mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight")
]
JAW: Final = _COLUMN["jawOpen"]
CLOSE: Final = _COLUMN["mouthClose"]


class _Block(nn.Module):
    def __init__(self, width: int, dilation: int, emotion: int):
        super().__init__()
        self.conv = nn.Conv1d(width, width, 5, padding=2 * dilation, dilation=dilation)
        self.film = nn.Conv1d(emotion, 2 * width, 1)
        self.out = nn.Conv1d(width, width, 1)

    def forward(self, x: torch.Tensor, emotion: torch.Tensor) -> torch.Tensor:
        scale, shift = self.film(emotion).chunk(2, dim=1)
        return x + self.out(nn.functional.gelu(self.conv(x) * (1 + scale) + shift))


class LipNet(nn.Module):
    """(B, T, 43) inputs and (B, T, 8) emotion, both at 60 fps, to (B, T, 28) weights and (B, T, 3) gate logits."""

    def __init__(self, width: int = 96, emotion: int = 16, dilations: tuple[int, ...] = (1, 2, 4, 3, 1)):
        super().__init__()
        self.enter = nn.Conv1d(LIP_INPUTS, width, 3, padding=1)
        # Half a second to either side: an emotion comes and goes slowly.
        self.ease = nn.Conv1d(len(LEARNED), emotion, 63, padding=31)
        self.emotion = nn.Conv1d(emotion + 1, emotion, 1)
        self.blocks = nn.ModuleList(_Block(width, d, emotion) for d in dilations)
        self.exit = nn.Conv1d(width, len(LIPS) + len(GATES), 1)

    def forward(self, speech: torch.Tensor, emotion: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        speech, emotion = speech.transpose(1, 2), emotion.transpose(1, 2)
        feeling = torch.tanh(self.emotion(torch.cat([self.ease(emotion), speech[:, len(PHONES) : len(PHONES) + 1]], 1)))
        x = self.enter(speech)
        for block in self.blocks:
            x = block(x, feeling)
        out = self.exit(nn.functional.gelu(x)).transpose(1, 2)
        return out[..., : len(LIPS)], out[..., len(LIPS) :]


def gate(weights: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """The mouth (..., 28) with its gates applied: closed lips meet, a pause closes and calms the mouth."""
    closed = torch.sigmoid(2.0 * logits[..., 0:1])
    pause = torch.sigmoid(2.0 * logits[..., 2:3])
    parting = torch.zeros(len(LIPS)).index_fill(0, torch.tensor(PARTING), 1.0)
    jaw = torch.zeros(len(LIPS)).index_fill(0, torch.tensor([JAW]), 1.0)
    close = torch.zeros(len(LIPS)).index_fill(0, torch.tensor([CLOSE]), 1.0)
    out = weights.clamp(0, 1) * (1 - parting * (1 - (1 - closed) * (1 - pause))) * (1 - jaw * pause)
    # Whatever the jaw does, the lips stay together when they are shut.
    opened = out[..., JAW : JAW + 1]
    shut = torch.maximum(torch.minimum(out[..., CLOSE : CLOSE + 1], opened), opened * closed)
    return out * (1 - close) + shut * close
