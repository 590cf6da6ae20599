"""The masked audio-gesture transformer: tokens of all parts, hints, controls and speech in; codes out.

Masked modelling after MaskGIT (Chang et al., CVPR 2022); content-rhythm attention, masked gesture hints and switchable
cross-attention after EMAGE (Liu et al., CVPR 2024). One position is 0.133 s and carries the tokens of all three parts.
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
from .parts import DOWN, PART_JOINTS, PARTS
from .vq import SHAPES

WORDS_WIDTH: Final = len(WORD_CLASSES) + 3
CONTROLS_WIDTH: Final = 7


@dataclass(frozen=True)
class BodyShape:
    """width of the stream, layers, heads, codes of the first level."""

    width: int = 144
    layers: int = 4
    heads: int = 4
    codes: int = 512


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
    """Multi-head attention of a stream to itself or to another of the same length and clock."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.pair = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        def split(t: Tensor) -> Tensor:
            return t.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        key, value = self.pair(other).chunk(2, dim=-1)
        count = x.shape[1]  # of the parts' heads, a trace would take it for a constant
        query, key = rotary(split(self.query(x)), count), rotary(split(key), count)
        mixed = functional.scaled_dot_product_attention(query, key, split(value))
        return self.out(mixed.transpose(1, 2).flatten(-2))


class Layer(nn.Module):
    """Self-attention, optional cross-attention to the speech, and a feed-forward block, all pre-normalised."""

    def __init__(self, width: int, heads: int, cross: bool) -> None:
        super().__init__()
        self.norm1, self.own = nn.LayerNorm(width), Attention(width, heads)
        self.cross = Attention(width, heads) if cross else None
        self.norm2 = nn.LayerNorm(width) if cross else None
        self.norm3 = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width))

    def forward(self, x: Tensor, speech: Tensor | None) -> Tensor:
        y = self.norm1(x)
        x = x + self.own(y, y)
        if self.cross is not None and self.norm2 is not None and speech is not None:
            x = x + self.cross(self.norm2(x), speech)
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


class HintEncoder(nn.Module):
    """Given values and mask bits of each part, four frames to one vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.parts = nn.ModuleDict(
            {p: nn.Linear(DOWN * (7 * len(PART_JOINTS[p]) + (4 if p == "lower" else 0)), width) for p in PARTS}
        )

    def forward(self, hints: Hints) -> Tensor:
        total: Tensor | float = 0.0
        for part, layer in self.parts.items():
            joints = list(PART_JOINTS[part])
            bits = hints.joints[..., joints]
            pieces = [(hints.rot6d[..., joints, :] * bits[..., None]).flatten(-2), bits]
            if part == "lower":
                pieces += [hints.root * hints.root_given[..., None], hints.root_given[..., None]]
            x = torch.cat(pieces, dim=-1)
            total = total + layer(x.unflatten(1, (-1, DOWN)).flatten(-2))
        assert isinstance(total, Tensor)
        return total


class BodyTransformer(nn.Module):
    """Logits of the first-level codes of all parts for partly masked tokens, and the latents of the other levels."""

    def __init__(self, shape: BodyShape | None = None) -> None:
        super().__init__()
        self.shape = shape or BodyShape()
        width = self.shape.width
        self.tokens = nn.ModuleDict({p: nn.Embedding(self.shape.codes + 1, width) for p in PARTS})
        self.speech = SpeechEncoder(width)
        self.hints = HintEncoder(width)
        self.controls = nn.Linear(CONTROLS_WIDTH, width)
        self.silence = nn.Parameter(torch.zeros(width))
        self.layers = nn.ModuleList(Layer(width, self.shape.heads, k % 2 == 1) for k in range(self.shape.layers))
        self.norm = nn.LayerNorm(width)
        self.heads = nn.ModuleDict({p: nn.Linear(width, self.shape.codes) for p in PARTS})
        self.fine = nn.ModuleList(Layer(width, self.shape.heads, False) for _ in range(2))
        self.fine_tokens = nn.ModuleDict({p: nn.Linear(SHAPES[p].code, width) for p in PARTS})
        self.fine_out = nn.ModuleDict({p: nn.Linear(width, SHAPES[p].code) for p in PARTS})
        for embedding in self.tokens.values():
            assert isinstance(embedding, nn.Embedding)
            nn.init.normal_(embedding.weight, std=0.3)

    @property
    def blank(self) -> int:
        """The index of a masked token."""
        return self.shape.codes

    def context(
        self, rhythm: Tensor, phones: Tensor, words: Tensor, hints: Hints | None, controls: Tensor, heard: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What does not change while decoding: (added to every position, the speech to attend to), (B, N, D) each.

        controls (B, N, 7); heard (B,) 1 where the speech is given and 0 where it is left out.
        """
        speech = self.speech(rhythm, phones, words)
        speech = torch.where(heard[:, None, None] > 0, speech, self.silence.expand_as(speech))
        base = speech + self.controls(controls)
        if hints is not None:
            base = base + self.hints(hints)
        return base, speech

    def forward(self, tokens: Tensor, base: Tensor, speech: Tensor | None) -> dict[str, Tensor]:
        """Logits (B, N, codes) a part for tokens (B, N, 3), masked ones `blank`; speech None skips cross-attention."""
        x = base
        for k, part in enumerate(PARTS):
            x = x + self.tokens[part](tokens[..., k])
        for layer in self.layers:
            x = layer(x, speech)
        x = self.norm(x)
        return {part: self.heads[part](x) for part in PARTS}

    def refine(self, latents: dict[str, Tensor], base: Tensor) -> dict[str, Tensor]:
        """What the other levels add to the first level's latents (B, N, C), a part."""
        x = base
        for part in PARTS:
            x = x + self.fine_tokens[part](latents[part])
        for layer in self.fine:
            x = layer(x, None)
        return {part: self.fine_out[part](x) for part in PARTS}
