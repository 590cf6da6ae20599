"""What a body does between given key poses: given values, mask bits and speech in; rotations and root out.

Keys alone leave little open over a second or two, so this network answers with the most likely motion. Its start is
the straight way from key to key; it learns what people add: when to leave a pose, how to arrive, and the beats on the
accents in between. Masked gesture hints as in EMAGE (Liu et al., CVPR 2024); answering between sparse guide poses as in
Audio2Photoreal (Ng et al., CVPR 2024), with one regression instead of a diffusion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from .parts import DOWN, JOINTS
from .transformer import CONTROLS_WIDTH, Block, Layer, SpeechEncoder, Unfold

WIDE: Final = JOINTS * 6 + 3
"""Numbers of a frame: 6D rotations and the scaled root."""
CALM: Final = 1.5
"""Frames of the Gaussian over what the decoder gives."""
HORIZON: Final = 90
"""Frames (3 s) beyond which the distance to a given frame says no more."""


@dataclass(frozen=True)
class BetweenShape:
    """width of the stream, layers, heads, channels of the decoder at 30 fps."""

    width: int = 160
    layers: int = 4
    heads: int = 4
    hidden: int = 128


def reach_to_given(bits: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """For bits (B, T, K): frames back to the last given one and on to the next (clipped), and their indices.

    Where there is none on one side, the index is the other side's; where there is none at all, the frame's own.
    """
    frames = bits.shape[1]
    index = torch.arange(frames, device=bits.device)[None, :, None].expand_as(bits)
    given = bits > 0
    before = _running_max(torch.where(given, index, torch.full_like(index, -1)))
    # The same from the other end: the smallest index of a given frame that is still to come.
    after = -_running_max(torch.where(given, -index, torch.full_like(index, -1) * frames).flip(1)).flip(1)
    back = torch.where(before >= 0, index - before, HORIZON).clamp_max(HORIZON)
    on = torch.where(after < frames, after - index, HORIZON).clamp_max(HORIZON)
    left = torch.where(before >= 0, before, torch.where(after < frames, after, index))
    right = torch.where(after < frames, after, left)
    return back, on, left, right


def _running_max(values: Tensor) -> Tensor:
    """The largest of values (B, T, K) up to each frame, by doubling: ONNX has no operator for it."""
    reach = 1
    while reach < values.shape[1]:
        moved = functional.pad(values, (0, 0, reach, 0), value=-(2**30))[:, :-reach]
        values, reach = torch.maximum(values, moved), 2 * reach
    return values


def straight(values: Tensor, bits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Values (B, T, K, C) on straight lines between given frames, zero where a column has none; back, on (B, T, K)."""
    back, on, left, right = reach_to_given(bits)
    start = torch.gather(values, 1, left[..., None].expand_as(values))
    end = torch.gather(values, 1, right[..., None].expand_as(values))
    span = (right - left).clamp_min(1)
    index = torch.arange(values.shape[1], device=values.device)[None, :, None]
    share = ((index - left) / span).clamp(0.0, 1.0)[..., None]
    known = (bits.amax(dim=1, keepdim=True) > 0)[..., None]
    return (start + share * (end - start)) * known, back, on


class Between(nn.Module):
    """6D rotations and scaled root (B, T, 333) between poses that are given, and what it expects there (B, N, 2).

    Expected are logarithms: of its own mean joint error in metres, and of the wrists' speed in metres a second.
    """

    kernel: Tensor

    def __init__(self, shape: BetweenShape | None = None) -> None:
        super().__init__()
        self.shape = shape or BetweenShape()
        width, hidden = self.shape.width, self.shape.hidden
        per_frame = JOINTS * 9 + 6
        self.given = nn.Linear(DOWN * per_frame, width)
        self.speech = SpeechEncoder(width)
        self.silence = nn.Parameter(torch.zeros(width))
        self.controls = nn.Linear(CONTROLS_WIDTH, width)
        self.layers = nn.ModuleList(Layer(width, self.shape.heads) for _ in range(self.shape.layers))
        self.norm = nn.LayerNorm(width)
        self.decoder = nn.Sequential(
            Unfold(width, hidden, DOWN, stride=DOWN),
            Block(hidden),
            Block(hidden, 2),
            nn.SiLU(),
            nn.Conv1d(hidden, WIDE, 5, padding=2),
        )
        self.expects = nn.Linear(width, 2)
        for still in self.decoder[-1].parameters():
            nn.init.zeros_(still)
        reach = torch.arange(-5, 6) / CALM
        kernel = torch.exp(-0.5 * reach.square())
        self.register_buffer("kernel", kernel / kernel.sum(), persistent=False)

    def forward(
        self, way: Tensor, joints: Tensor, root_given: Tensor, rhythm: Tensor, phones: Tensor, words: Tensor,
        controls: Tensor, heard: Tensor,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """way (B, T, 333) leads through what is given, zero where a joint is given nowhere, and joints (B, T, 55) and
        root_given (B, T) are its bits; controls (B, N, 7), a row a token; heard (B,) 0: nobody knows of a voice."""
        back, on, _, _ = reach_to_given(joints)
        root_back, root_on, _, _ = reach_to_given(root_given[..., None])
        near = [torch.exp(d / -12.0) for d in (back, on, root_back, root_on)]
        pieces = [way[..., :-3], joints, near[0], near[1], way[..., -3:], root_given[..., None], *near[2:]]
        x = self.given(torch.cat(pieces, dim=-1).unflatten(1, (-1, DOWN)).flatten(-2))
        voice = torch.where(heard[:, None, None] > 0, self.speech(rhythm, phones, words), self.silence)
        x = x + voice + self.controls(controls)
        for layer in self.layers:
            x = layer(x)
        x = functional.silu(self.norm(x))
        rows = self.decoder[:-1](x.transpose(1, 2))
        padded, count = functional.pad(rows, (5, 5), mode="replicate"), rows.shape[-1]
        smooth = sum(weight * padded[..., k : k + count] for k, weight in enumerate(self.kernel))
        change = self.decoder[-1](smooth).transpose(1, 2)
        # Nothing is added where a pose is given: the likely way is there already.
        turns = _away(back, on)[..., None].expand(-1, -1, -1, 6).flatten(-2)
        free = torch.cat([turns, _away(root_back, root_on).expand_as(way[..., -3:])], dim=-1)
        return way + change * free, self.expects(x)


def _away(back: Tensor, on: Tensor) -> Tensor:
    """0 at a given frame, 1 a few frames away, smooth in between."""
    return 1.0 - torch.exp(-0.125 * torch.minimum(back, on).float().square())
