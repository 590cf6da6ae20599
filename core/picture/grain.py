"""The grain of a picture's paper or brush, which a mouth that it never had is given too."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .marks import Marks, skin_of

TILE: Final = 64
"""Pixels of a tile's side."""
_LEAST: Final = 1.2
"""Skin that deviates less, of 255, is flat."""
_INTO_SKIN: Final = 0.16
"""How much of the skin's colour flat colours take where a picture has a grain: one box of paints."""


def grain_of(picture: Array, skin_mask: Array, marks: Marks) -> Array | None:
    """What the colours of skin (H, W) deviate by (TILE, TILE, 3), a tile without seams; None where skin is flat."""
    from scipy.ndimage import binary_erosion, gaussian_filter

    (x, y), half = marks.face[0], marks.face[1]
    rows = slice(max(0, int(y - half)), int(marks.at("chin")[1]))
    columns = slice(max(0, int(x - half)), int(x + half) + 1)
    skin = binary_erosion(skin_mask[rows, columns], iterations=6)
    part = picture[rows, columns, :3].astype(np.float32)
    off = part - gaussian_filter(part, (2.5, 2.5, 0))
    side, best = TILE // 2, None
    total = np.pad(skin.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    if min(skin.shape) > side:
        share = total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side]
        best = np.unravel_index(share.argmax(), share.shape)
    if best is None or share[best] < 0.8 * side**2:
        return None
    square = off[best[0] : best[0] + side, best[1] : best[1] + side].copy()
    mine = skin[best[0] : best[0] + side, best[1] : best[1] + side]
    usual = 1.5 * float(np.median(np.abs(square[mine])))
    if usual < _LEAST:
        return None
    square[~mine] = 0.0
    square = np.clip(square, -3.0 * usual, 3.0 * usual)
    wide = np.concatenate([square, square[:, ::-1]], axis=1)
    tile: Array = np.concatenate([wide, wide[::-1]], axis=0)
    return tile


def grained(colour: tuple[float, ...], grain: Array, skin: Array) -> Array:
    """A flat colour (sRGB, 0 - 1) with that grain, as a picture (TILE, TILE, 4)."""
    flat = 255.0 * np.array(colour[:3]) * (1.0 - _INTO_SKIN) + _INTO_SKIN * skin
    out = np.full((*grain.shape[:2], 4), 255, np.uint8)
    # Dark paint shows less of the paper than its brightness has room for, light paint as much as the skin.
    out[..., :3] = np.rint(np.clip(flat + grain * (0.6 + 0.6 * flat / 255.0), 0, 255))
    return out


def tiles(picture: Array, marks: Marks, flat: dict[str, tuple[float, ...]]) -> dict[str, Array]:
    """Pictures (TILE, TILE, 4) of flat colours by name, where the picture has a grain; none where it has none."""
    skin = skin_of(picture)
    grain = None if skin is None else grain_of(picture, skin[1], marks)
    if grain is None or skin is None:
        return {}
    return {name: grained(colour, grain, skin[0]) for name, colour in flat.items()}
