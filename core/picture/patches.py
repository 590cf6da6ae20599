"""What lies within a drawn face and is none of its skin: eyes, brows, a mouth, each a patch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array

_WHITER: Final = 16
"""So much more of its weakest primary makes a white of skin."""
_LARGER: Final = 1.75
"""An eye with its lashes is at most so many times as large."""
_LEAST: Final = 0.05
"""What is worth less is no mouth."""
_HAIR: Final = 44.0


@dataclass(frozen=True)
class Patch:
    """A piece of the face that is not skin."""

    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float
    area: int

    @property
    def width(self) -> float:
        return self.right - self.left


def whites(picture: Array, skin: Array) -> Array:
    """The whites (H, W) of eyes, which pale skin is near to: clearly whiter than it, and more than a fleck."""
    from scipy.ndimage import binary_opening

    colours = picture[..., :3].astype(int)
    white = (colours.min(axis=2) > min(skin.min() + _WHITER, 252)) & (colours > skin - 6).all(axis=2)
    out: Array = binary_opening(white & (picture[..., 3] > 200), iterations=1)
    return out


def patches_of(mask: Array, solid: Array) -> list[Patch]:
    """What lies within the skin and is none of it."""
    from scipy.ndimage import binary_fill_holes, find_objects, label

    inside = binary_fill_holes(mask) & ~mask & solid
    areas, count = label(inside, np.ones((3, 3)))
    out = []
    sizes = np.bincount(areas.ravel(), minlength=count + 1)
    for k, (rows, columns) in enumerate(find_objects(areas), start=1):
        if sizes[k] < max(12, 2e-5 * mask.size):
            continue
        y, x = np.nonzero(areas[rows, columns] == k)
        out.append(
            Patch(
                float(x.mean() + columns.start),
                float(y.mean() + rows.start),
                float(columns.start),
                float(columns.stop - 1),
                float(rows.start),
                float(rows.stop - 1),
                int(sizes[k]),
            )
        )
    return out


def pair_of_eyes(patches: list[Patch], middle: float, width: float) -> tuple[Patch, Patch] | None:
    """The pair of patches most alike, level, symmetric and large: (right, left) of the character."""
    best, found = 0.0, None
    for a in patches:
        for b in patches:
            apart = b.x - a.x
            if not 0.12 * width < apart < 0.8 * width or abs(a.y - b.y) > 0.2 * apart:
                continue
            if not 0.45 < a.area / b.area < 2.2 or max(a.width, b.width) > 0.9 * apart:
                continue
            off = abs((a.x + b.x) / 2 - middle) / width
            thick = min((p.bottom - p.top) / max(p.width, 1.0) for p in (a, b))
            worth = min(a.area, b.area) * np.exp(-((off / 0.15) ** 2)) * np.clip(thick / 0.45, 0.1, 1.0)
            if worth > best:
                best, found = worth, (a, b)
    return found


def alike_above(picture: Array, mask: Array) -> Array:
    """Pixels (H, W) of the usual colours above a face's skin (H, W), which are its hair's, and of lines on it."""
    solid = picture[..., 3] > 200
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    above = solid & ~mask
    above[rows[0] + (rows[-1] - rows[0]) // 8 :] = False
    above[:, : columns[0]] = above[:, columns[-1] :] = False
    out = np.zeros_like(mask)
    if above.sum() < 50:
        return out
    bins, counts = np.unique(picture[above][:, :3] // 24, axis=0, return_counts=True)
    for k in np.argsort(counts)[::-1][:3]:
        if counts[k] > 0.08 * above.sum():
            out |= np.abs(picture[..., :3] - (bins[k] * 24.0 + 12.0)).max(axis=2) < _HAIR
    return out


def joined(eye: Patch, others: list[Patch]) -> Patch:
    """An eye with the patches that lie across it: lashes and whites that thin skin parts from it; no rims, no brows."""
    out = eye
    for p in others:
        left, right, top, bottom = (
            min(p.left, out.left),
            max(p.right, out.right),
            min(p.top, out.top),
            max(p.bottom, out.bottom),
        )
        across = min(p.right, out.right) - max(p.left, out.left)
        along = min(p.bottom, out.bottom) - max(p.top, out.top)
        larger = max((right - left) / max(eye.width, 1.0), (bottom - top) / max(eye.bottom - eye.top, 1.0))
        high = min(p.bottom - p.top, out.bottom - out.top)
        if along > 0.4 * high and across > 0.6 * min(p.width, out.width) and larger < _LARGER:
            out = Patch(out.x, out.y, left, right, top, bottom, max(out.area, p.area))
    return out


def lips(found: list[Patch], under: tuple[float, float], apart: float) -> Patch | None:
    """The patch below a place between the eyes that is most like a mouth: wide, flat and in the middle."""
    best, out = _LEAST, None
    for p in found:
        off = abs((p.left + p.right) / 2 - under[0]) / apart
        if p.top <= under[1] or off > 0.3 or not 0.15 * apart < p.width < 1.4 * apart:
            continue
        flat = np.clip(1.3 - (p.bottom - p.top) / p.width, 0.1, 1.0)
        worth = min(p.width / apart, 0.8) * np.exp(-((off / 0.25) ** 2)) * flat
        if worth > best:
            best, out = worth, p
    return out
