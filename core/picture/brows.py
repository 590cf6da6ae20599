"""Drawn brows as whole pieces, which move above the hair in front, and how those go on that a fringe crosses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array
from .marks import Marks

_UNLIKE: Final = 40.0
"""What is so far from the skin about it is a brow."""
_LEAST: Final = 0.6
"""A brow is at least so long, in half widths of its eye."""


@dataclass(frozen=True)
class _Found:
    rows: slice
    columns: slice
    brow: Array
    """Its pixels within rows and columns."""
    crossed: bool
    """Whether hair lies over a part of it."""


def band(marks: Marks, side: str) -> tuple[float, float, float, float]:
    """Where a brow may be: left, right, top and bottom, in pixels."""
    (x, y), (w, h) = marks.at(f"brow_{side}"), marks.eye_size(side)
    reach = max(0.9 * h, 0.35 * w)
    return x - 1.8 * w, x + 1.8 * w, y - reach, min(y + reach, marks.at(f"eye_{side}_top")[1] - 1.0)


def whole_brows(picture: Array, face: Array, hair: Array, marks: Marks) -> Array:
    """The pixels (H, W) of brows that hair in front leaves whole, with their soft edges; both brows or none."""
    from scipy.ndimage import binary_dilation

    out = np.zeros_like(face)
    found = _both(picture, face, hair, marks)
    if len(found) < 2 or any(brow.crossed for brow in found):
        return out
    for brow in found:
        mine = binary_dilation(brow.brow, np.ones((3, 3)))
        out[brow.rows, brow.columns] |= mine & face[brow.rows, brow.columns]
    return out


def crossed_brows(picture: Array, face: Array, hair: Array, marks: Marks) -> list[tuple[Array, Array]]:
    """How brows go on beneath the hair that crosses them: where (H, W), and their colour (3,)."""
    out = []
    for found in _both(picture, face, hair, marks):
        if not found.crossed:
            continue
        y, x = np.nonzero(found.brow)
        columns = np.unique(x)
        if len(columns) < 6:
            continue
        middle = np.array([np.median(y[x == c]) for c in columns])
        curve = np.polyfit(columns, middle, 2 if np.ptp(columns) > 12 else 1)
        thick = float(np.median([(x == c).sum() for c in columns]))
        rows, across = np.mgrid[0 : found.brow.shape[0], columns[0] : columns[-1] + 1]
        mine = np.zeros(face.shape, bool)
        window = mine[found.rows, found.columns]
        window[:, columns[0] : columns[-1] + 1] = np.abs(rows - np.polyval(curve, across)) <= 0.5 * max(thick, 1.0)
        tone = np.median(picture[found.rows, found.columns][found.brow][:, :3], axis=0)
        out.append((mine & hair, tone))
    return out


def _both(picture: Array, face: Array, hair: Array, marks: Marks) -> list[_Found]:
    found = [_brow(picture, face, hair, marks, side) for side in ("left", "right")]
    return [brow for brow in found if brow is not None]


def _brow(picture: Array, face: Array, hair: Array, marks: Marks, side: str) -> _Found | None:
    from scipy.ndimage import binary_dilation, find_objects, gaussian_filter, label

    left, right, top, bottom = band(marks, side)
    rows, columns = slice(max(0, int(top)), int(bottom) + 1), slice(max(0, int(left)), int(right) + 1)
    if rows.stop - rows.start < 4:
        return None
    mine, near = face[rows, columns], binary_dilation(hair[rows, columns], np.ones((3, 3)), 2)
    part = gaussian_filter(picture[rows, columns, :3].astype(np.float32), (0.4, 0.4, 0))
    if mine.sum() < 20:
        return None
    skin = np.median(part[mine], axis=0)
    other = mine & (np.abs(part - skin).max(axis=2) > _UNLIKE)
    areas, _ = label(other, np.ones((3, 3)))
    width = marks.eye_size(side)[0]
    brow = np.zeros_like(other)
    crossed = False
    for k, (r, c) in enumerate(find_objects(areas), start=1):
        middle = columns.start + (c.start + c.stop) / 2.0
        # What goes on beyond the band is something else: lashes, or the line of hair.
        if r.stop == len(other) or c.start == 0 or c.stop == other.shape[1] or (r.start == 0 and not near[0].any()):
            continue
        if abs(middle - marks.at(f"brow_{side}")[0]) > 1.4 * width or c.stop - c.start < 0.12 * width:
            continue
        area = areas == k
        crossed |= bool((area & near).any())
        brow |= area
    x = np.flatnonzero(brow.any(axis=0))
    if not len(x) or np.ptp(x) < _LEAST * width:
        return None
    return _Found(rows, columns, brow, crossed)
