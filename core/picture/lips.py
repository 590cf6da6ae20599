"""Drawn lips: how full they are, and the strip that goes round an open mouth with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array
from .marks import Marks
from .stroke import SPREAD

_UNLIKE: Final = 22.0
"""Lips are so far from the skin's colour, and from the line's."""
_ALIKE: Final = 24.0
"""And one lip so near the other."""
_FULL: Final = 1.3
"""Lips are so many times as full as the line between them is thick; less is its soft edge."""


@dataclass(frozen=True)
class Lips:
    """How full a lip is, in pixels, how thick the line between them, and their colour (3,)."""

    full: float
    line: float
    colour: Array

    @property
    def stroke(self) -> float:
        """How thick the line would be whose strip is as wide as theirs."""
        return 2.0 * (self.full + 1.0) / SPREAD


def find_lips(picture: Array, plate: Array, marks: Marks, line: tuple[float, ...], thick: float) -> Lips | None:
    """Lips of another colour than the skin's on `plate`, about a line of a colour (0 - 1), so thick; None without."""
    (x, y), half = marks.at("mouth"), float(marks.at("mouth_left")[0] - marks.at("mouth_right")[0]) / 2.0
    rows = slice(max(0, int(y - 0.5 * half)), int(y + 0.5 * half) + 1)
    full, colours = [], []
    for column in np.linspace(x - 0.4 * half, x + 0.4 * half, 9).astype(int):
        part = picture[rows, column, :3].astype(float)
        skin = np.median(plate[rows, column, :3][[0, 1, -2, -1]], axis=0)
        to_line = np.abs(part - 255.0 * np.array(line)).max(axis=1)
        other = (np.abs(part - skin).max(axis=1) > _UNLIKE) & (to_line > _UNLIKE)
        # From the line on, both ways, to where the skin begins.
        inked = np.abs(part - skin).max(axis=1) > _UNLIKE
        at = int(to_line.argmin())
        bare = np.flatnonzero(~inked)
        first, last = bare[bare < at].max(initial=-1) + 1, bare[bare > at].min(initial=len(part))
        mine = np.zeros(len(part), bool)
        mine[first:last] = other[first:last]
        full.append(mine.sum() / 2.0)
        colours.append(part[mine])
    usual, tones = float(np.median(full)), np.concatenate(colours)
    if usual < max(2.0, _FULL * thick) or usual > 0.5 * half:
        return None
    colour = np.median(tones, axis=0)
    if (np.abs(tones - colour).max(axis=1) < _ALIKE).mean() < 0.6:
        return None
    return Lips(usual, max(thick, 1.0), colour)


def with_lips(strip: Array, lips: Lips, line: tuple[float, ...]) -> Array:
    """A line's strip below one of lips, whose inner edge is their line: an image for both."""
    across = strip.shape[0]
    # From within the mouth outwards, in pixels; the outer edge lies next to the line's strip.
    away = np.linspace(-1.0, 1.0, across) * (lips.full + 1.0)
    out = np.zeros_like(strip)
    inner = np.clip(0.5 * lips.line + 0.5 - np.abs(away), 0.0, 1.0)
    outer = np.clip(lips.full + 0.5 - away, 0.0, 1.0) * (away > 0.0)
    tone = lips.colour + inner[:, None] * (255.0 * np.array(line) - lips.colour)
    out[..., :3] = np.rint(tone)[:, None]
    out[..., 3] = np.rint(255.0 * np.maximum(inner, outer))[:, None]
    return np.concatenate([out, strip])
