"""What the body's networks are built of: attention with rotary positions, streams of speech, convolutions over time.

Content-rhythm attention after EMAGE (Liu et al., CVPR 2024). One position is a token of 0.133 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...core.body.semantics import WORD_CLASSES
from .inputs import PHONES_WIDTH, RHYTHM_WIDTH
from .parts import DOWN

WORDS_WIDTH: Final = len(WORD_CLASSES) + 3
CONTROLS_WIDTH: Final = 7


@dataclass(frozen=True)
class Hints:
    """What is given: rotations (B, T, 55, 6) with bits (B, T, 55), root (B, T, 3) with bits (B, T); zero where free."""

    rot6d: Tensor
    joints: Tensor
    root: Tensor
    root_given: Tensor


@lru_cache(maxsize=8)
def _turns(count: int, half: int, device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Cosines and sines (count, half) of the rotary embedding."""
    with torch.inference_mode(False):  # kept for training steps too
        index = torch.arange(half, device=device)[None]
        angle = torch.arange(count, device=device)[:, None] * (0.3 ** (index * (8.0 / half)))
        return angle.cos().to(dtype), angle.sin().to(dtype)


def rotary(x: Tensor, count: int) -> Tensor:
    """Queries or keys (B, H, N, D) turned by their position of `count`, N (Su et al., 2021)."""
    half = x.shape[-1] // 2
    # A traced table must follow the length, a remembered one would be a constant.
    turns = _turns.__wrapped__ if torch.jit.is_tracing() else _turns  # type: ignore[attr-defined,no-untyped-call]
    cos, sin = turns(count, half, x.device, x.dtype)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


class Attention(nn.Module):
    """Multi-head attention of a stream to itself."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.pair = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        def split(t: Tensor) -> Tensor:
            return t.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        key, value = self.pair(x).chunk(2, dim=-1)
        count = x.shape[1]  # of the parts' heads, a trace would take it for a constant
        query, key = rotary(split(self.query(x)), count), rotary(split(key), count)
        mixed = functional.scaled_dot_product_attention(query, key, split(value))
        return self.out(mixed.transpose(1, 2).flatten(-2))


class Layer(nn.Module):
    """Self-attention and a feed-forward block, pre-normalised."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.own = nn.LayerNorm(width), Attention(width, heads)
        self.norm3 = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.own(self.norm1(x))
        return x + self.feed(self.norm3(x))


class Stream(nn.Module):
    """A speech stream at 30 fps to one vector a token."""

    def __init__(self, inputs: int, width: int, hidden: int = 96) -> None:
        super().__init__()
        self.frames = nn.Conv1d(inputs, hidden, 7, padding=3)
        self.again = nn.Conv1d(hidden, hidden, 5, padding=2)
        self.down = nn.Conv1d(hidden, width, DOWN, stride=DOWN)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.gelu(self.frames(x.transpose(1, 2)))
        y = y + functional.gelu(self.again(y))
        return self.down(y).transpose(1, 2)


class SpeechEncoder(nn.Module):
    """Content (phones and words) and rhythm (energy, onsets, F0), mixed per channel and token by a learned gate."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.content = Stream(PHONES_WIDTH + WORDS_WIDTH, width)
        self.rhythm = Stream(RHYTHM_WIDTH, width)
        self.gate = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, width))
        self.norm = nn.LayerNorm(width)

    def forward(self, rhythm: Tensor, phones: Tensor, words: Tensor) -> Tensor:
        content, beat = self.content(torch.cat([phones, words], dim=-1)), self.rhythm(rhythm)
        share = torch.sigmoid(self.gate(torch.cat([content, beat], dim=-1)))
        return self.norm(share * content + (1.0 - share) * beat)


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
