"""The phone network: a residual dilated convolution over log-mel at 50 frames a second, two answers a frame.

Convolutions are two-dimensional with a height of one, in channels-last order: on a CPU that runs several times faster
than one-dimensional ones, in training (bfloat16) and in use.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from ...core.speech.features import MELS
from ...core.speech.phones import PHONES
from ..weights import FOLDER, load_module
from .classify import DILATIONS

WIDTH: Final = 208
WEIGHTS: Final = FOLDER / "phones.safetensors"


class Block(nn.Module):
    """x + mix(act(norm(conv(x)))), channels (B, C, 1, T)."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, (1, 3), padding=(0, dilation), dilation=(1, dilation), bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(width)
        self.mix = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(nn.functional.relu(self.norm(self.conv(x))))

    def fold(self) -> None:
        """Takes the normalisation into the convolution: the same answers, sooner. For use, not for training."""
        assert isinstance(self.norm, nn.BatchNorm2d)
        self.conv = nn.utils.fusion.fuse_conv_bn_eval(self.conv, self.norm)
        self.norm = nn.Identity()


class PhoneNetwork(nn.Module):
    """Normalised log-mel (B, 64, 2T) to phone logits (B, 40, 2T) at the same 100 frames a second."""

    def __init__(self, width: int = WIDTH, dilations: tuple[int, ...] = DILATIONS) -> None:
        super().__init__()
        self.enter = nn.Conv2d(MELS, width, (1, 6), stride=(1, 2), padding=(0, 2))
        self.blocks = nn.Sequential(*(Block(width, d) for d in dilations))
        self.norm = nn.BatchNorm2d(width)
        self.leave = nn.Conv2d(width, 2 * len(PHONES), 1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch documents it

    def fold(self) -> None:
        """Folds every block, for use."""
        for block in self.blocks:
            assert isinstance(block, Block)
            block.fold()
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch documents it

    def forward(self, mel: Tensor) -> Tensor:
        hidden = self.enter(mel[:, :, None].contiguous(memory_format=torch.channels_last))
        logits = self.leave(nn.functional.relu(self.norm(self.blocks(hidden))))
        batch, _, _, frames = logits.shape
        return logits.reshape(batch, 2, len(PHONES), frames).permute(0, 2, 3, 1).reshape(batch, len(PHONES), 2 * frames)


def load_network(path: Path = WEIGHTS) -> PhoneNetwork:
    """The network with its embedded weights, folded for use. Raises OratorError for a missing or damaged file."""
    network = load_module(PhoneNetwork(), path.stem, path.parent)
    network.fold()
    return network.requires_grad_(False)
