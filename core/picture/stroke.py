"""The stroke that a picture's lines are drawn with, unrolled from its mouth, for lids and lips that it never had.

Wax leaves paper, a pencil wavers, a brush is soft: a line of one colour beside them looks cut out.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .marks import Marks

LENGTH: Final = 128
"""Pixels of the picture along a whole strip, which repeats."""
SPREAD: Final = 2.0
"""How much wider than the line its strip is, so that what is ragged has room."""
_FINE: Final = 2
"""Pixels of the strip along it, of one of the picture."""
_ACROSS: Final = 24
_THICK: Final = 0.35
"""A line that is thicker than this, of half the mouth's width, is lips."""
_ROUGH: Final = 0.07
"""A line that varies less along it, of what it covers, is even; a colour of one's own can be given to that."""
_VARIES, _WAVERS = 0.04, 0.06
"""So is one whose ink varies less from pixel to pixel and that wavers less, in widths of it."""
_LEAST: Final = 60.0
"""A line is at least so far from the skin's colour."""
_GREY: Final = (0.08, 0.25)
"""A picture whose brightest colours are this far from grey is grey, or coloured."""
_CLOSED: Final = 0.42
"""So much of a strip's half width is opaque, or thin places would be smudges on what lies beneath."""


def stroke_strip(picture: Array, plate: Array, marks: Marks, line: tuple[float, ...]) -> Array | None:
    """A strip (_ACROSS, _FINE * LENGTH, 4) uint8 of the mouth's own line, its upper side first; None without a line, or
    where it is as even as a pen's.

    `plate` is the picture without its mouth, `line` the line's colour, 0 - 1.
    """
    from scipy.ndimage import gaussian_filter1d, map_coordinates

    (_, y), half = marks.at("mouth"), float(marks.at("mouth_left")[0] - marks.at("mouth_right")[0]) / 2.0
    left, right = marks.at("mouth_right")[0] + 0.15 * half, marks.at("mouth_left")[0] - 0.15 * half
    rows = slice(max(0, int(y - 0.35 * half - 4)), int(y + 0.35 * half + 5))
    columns = slice(max(0, int(left)), int(right) + 1)
    part, skin = (a[rows, columns, :3].astype(np.float32) for a in (picture, plate))
    if part.shape[1] < 12 or part.shape[0] < 6:
        return None
    apart = 255.0 * np.array(line, np.float32) - skin
    size = (apart**2).sum(axis=2)
    if np.sqrt(np.median(size)) < _LEAST:
        return None
    share = np.clip(((part - skin) * apart).sum(axis=2) / np.maximum(size, 1.0), 0.0, 1.0)
    share[share < 0.12] = 0.0
    mass = share.sum(axis=0)
    thick = float(np.median(mass))
    if thick < 0.8 or thick > max(_THICK * half, 4.0) or (mass < 0.3 * thick).mean() > 0.3:
        return None
    x = np.arange(len(mass), dtype=float)
    centre = (share * np.arange(len(share))[:, None]).sum(axis=0) / np.maximum(mass, 1e-6)
    curve: Array = np.polyval(np.polyfit(x, centre, 3, w=np.minimum(mass, thick)), x)
    # It wavers about its curve as the hand did.
    curve += gaussian_filter1d(centre - curve, 6.0)
    # To and fro, so often that the strip is full: no seam.
    times = max(1, round(LENGTH / (2.0 * (len(x) - 1))))
    along: Array = np.linspace(0.0, 2.0 * times, _FINE * LENGTH, endpoint=False) % 2.0
    along = np.where(along > 1.0, 2.0 - along, along) * (len(x) - 1)
    v = np.linspace(-1.0, 1.0, _ACROSS)[:, None]
    across = np.interp(along, x, curve)[None] + 0.5 * SPREAD * thick * v
    at = [across, np.broadcast_to(along, across.shape)]
    alpha = map_coordinates(share, at, order=1, mode="nearest")
    middle = np.percentile(alpha[_ACROSS // 2], 60)
    alpha = np.clip(alpha / max(middle, 0.3), 0.0, 1.0) * np.clip((1.0 - np.abs(v)) / 0.15, 0.0, 1.0)
    pure = np.clip((alpha - 0.5) / 0.4, 0.0, 1.0)[..., None]
    # However rough, a line about a mouth is closed.
    alpha = np.maximum(alpha, np.clip((_CLOSED - np.abs(v)) / 0.1, 0.0, 1.0))
    ragged = np.abs(alpha - gaussian_filter1d(alpha, 6.0 * _FINE, axis=1, mode="wrap")).mean() / alpha.mean()
    # Pixels alone make a thin pen's line ragged; neither does its ink vary, nor does it waver.
    varies = np.abs(mass - gaussian_filter1d(mass, 4.0)).mean() / thick
    wavers = float(np.std(centre - np.polyval(np.polyfit(x, centre, 3), x))) / thick
    if ragged < _ROUGH or (varies < _VARIES and wavers < _WAVERS):
        return None
    colours = np.stack([map_coordinates(part[..., k], at, order=1, mode="nearest") for k in range(3)], axis=-1)
    usual = np.median(colours[alpha > 0.9], axis=0) if (alpha > 0.9).any() else 255.0 * np.array(line)
    colours = np.clip(255.0 * np.array(line) + pure * (colours - usual), 0.0, 255.0)
    strip: Array = np.dstack([np.rint(colours), np.rint(255.0 * alpha)]).astype(np.uint8)
    return strip


def pen_strip(thick: float, tile: Array) -> Array:
    """A strip like `stroke_strip`'s of an even line, so many pixels thick, its edges soft, in the colours of
    a tile (H, W, 4)."""
    v = np.abs(np.linspace(-1.0, 1.0, _ACROSS)) * 0.5 * SPREAD * thick
    alpha = np.clip(0.5 * thick + 0.5 - v, 0.0, 1.0)
    strip = np.resize(tile[0], (_ACROSS, _FINE * LENGTH, 4))
    strip[..., 3] = np.rint(255.0 * alpha)[:, None]
    return strip


def mouth_colours(line: tuple[float, ...], picture: Array) -> dict[str, tuple[float, ...]]:
    """Colours (sRGB, 0 - 1) of the line, a mouth's dark, teeth and a tongue; as grey as the picture is."""
    dark = (min(1.0, line[0] * 0.6 + 0.22), line[1] * 0.5 + 0.03, line[2] * 0.5 + 0.06)
    tongue = (min(1.0, line[0] * 0.3 + 0.72), line[1] * 0.3 + 0.33, line[2] * 0.3 + 0.36)
    colours = picture[picture[..., 3] > 200][::7, :3].astype(np.float32) / 255.0
    bright = np.percentile(np.ptp(colours, axis=1), 90) if len(colours) else 1.0
    share = float(np.clip((bright - _GREY[0]) / (_GREY[1] - _GREY[0]), 0.0, 1.0))

    def as_grey(colour: tuple[float, ...]) -> tuple[float, ...]:
        grey = float(np.dot(colour, (0.299, 0.587, 0.114)))
        return tuple(grey + share * (v - grey) for v in colour)

    return {"Line": line, "Mouth": as_grey(dark), "Teeth": as_grey((0.98, 0.97, 0.95)), "Tongue": as_grey(tongue)}
