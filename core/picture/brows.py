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
_OUTLINE: Final = 1.3
"""An outline is nowhere so many times as thick as mostly."""


@dataclass(frozen=True)
class _Found:
    rows: slice
    columns: slice
    brow: Array
    """Its pixels within rows and columns."""
    free: Array
    """What of them is no hair."""


def band(marks: Marks, side: str) -> tuple[float, float, float, float]:
    """Where a brow may be: left, right, top and bottom, in pixels."""
    (x, y), (w, h) = marks.at(f"brow_{side}"), marks.eye_size(side)
    reach = max(0.9 * h, 0.35 * w)
    return x - 1.8 * w, x + 1.8 * w, y - reach, min(y + reach, marks.at(f"eye_{side}_top")[1] - 1.0)


def seen_brows(picture: Array, face: Array, hair: Array, marks: Marks) -> Array:
    """The pixels (H, W) of brows that are seen, with their soft edges; both brows or none."""
    from scipy.ndimage import binary_dilation

    out = np.zeros_like(face)
    found = _both(picture, face, hair, marks)
    if len(found) < 2:
        return out
    for brow in found:
        mine = binary_dilation(brow.brow, np.ones((3, 3)))
        out[brow.rows, brow.columns] |= mine & brow.free
    return out


def are_above(brows: Array, hair: Array) -> bool:
    """Whether brows (H, W) are drawn over the hair: most of what is about them is hair. Others go beneath it."""
    from scipy.ndimage import binary_dilation

    about = binary_dilation(brows, np.ones((3, 3)), 2) & ~brows
    return bool(about.any() and hair[about].mean() > 0.5)


def room_above(brows: Array, hair: Array, marks: Marks) -> float:
    """How far, in pixels, brows (H, W) can go up before most of one is beneath the hair; 0 where hair crosses them."""
    out = np.inf
    for side in ("left", "right"):
        (x, y), (w, h) = marks.at(f"brow_{side}"), marks.eye_size(side)
        left, right, top, bottom = (int(v) for v in band(marks, side))
        columns = np.arange(max(left, int(x - w)), min(right, int(x + w) + 1, hair.shape[1]))
        if not len(columns):
            continue
        mine = brows[max(top, 0) : bottom + 1, columns]
        upper = np.where(mine.any(axis=0), max(top, 0) + mine.argmax(axis=0), y)
        above = hair[: int(y + 0.25 * h) + 1, columns]
        lowest = np.where(above.any(axis=0), len(above) - above[::-1].argmax(axis=0), -len(hair))
        out = min(out, float(np.percentile(upper - lowest, 10)))
    return max(0.0, out)


def hidden_brows(picture: Array, brows: Array, hair: Array, marks: Marks) -> tuple[Array, Array]:
    """How seen brows go on beneath the hair that crosses them: where (H, W), and in which colours (H, W, 3)."""
    out, colours = np.zeros_like(brows), picture[..., :3].copy()
    for side in ("left", "right"):
        left, right, top, bottom = band(marks, side)
        rows, columns = slice(max(0, int(top)), int(bottom) + 1), slice(max(0, int(left)), int(right) + 1)
        part, over = brows[rows, columns], hair[rows, columns]
        y, x = np.nonzero(part)
        seen = np.unique(x)
        if len(seen) < 6:
            continue
        # Of columns that are seen whole: hair touches neither end of the run.
        ends = np.array([[y[x == c].min(), y[x == c].max()] for c in seen])
        above, below = (over[np.clip(ends[:, k] + d, 0, len(over) - 1), seen] for k, d in ((0, -1), (1, 1)))
        free = ~(above | below)
        if free.sum() < 6:
            free[:] = True
        curve = np.polyfit(seen[free], ends[free].mean(axis=1), 2 if np.ptp(seen[free]) > 12 else 1)
        thick = ends[free, 1] - ends[free, 0] + 1.0
        half = np.interp(np.arange(part.shape[1]), seen[free], thick) / 2.0
        along = np.arange(seen[0], seen[-1] + 1)
        away = np.abs(np.arange(len(part))[:, None] - np.polyval(curve, along)[None])
        mine = np.zeros_like(part)
        mine[:, along] = away <= half[along][None]
        out[rows, columns] |= mine & over
        colours[rows, columns][mine & over] = np.median(
            picture[rows, columns][_darkest(picture[rows, columns], part)][:, :3], axis=0
        )
    return out, colours


def _darkest(picture: Array, area: Array) -> Array:
    """The darker half (H, W) of an area, which is no soft edge."""
    light = picture[..., :3].sum(axis=2, dtype=int)
    out: Array = area & (light <= np.median(light[area]))
    return out


def _both(picture: Array, face: Array, hair: Array, marks: Marks) -> list[_Found]:
    found = [_brow(picture, face, hair, marks, side) for side in ("left", "right")]
    return [brow for brow in found if brow is not None]


def _no_hair(part: Array, hair: Array, skin: Array, line: float) -> Array:
    """What (H, W) was counted to hair beside its outline, which is so thick, and has neither its colour nor skin's."""
    from scipy.ndimage import binary_erosion, distance_transform_edt

    core = binary_erosion(hair, np.ones((3, 3)), iterations=3)
    if not core.any():
        return np.zeros_like(hair)
    alike = np.abs(part - np.median(part[core], axis=0)).max(axis=2) < _UNLIKE
    other = hair & ~alike & (np.abs(part - skin).max(axis=2) > _UNLIKE)
    away = distance_transform_edt(~(hair & alike))
    if not other.any():
        return other
    out: Array = other & (away > max(line, _OUTLINE * float(np.percentile(away[other], 80))))
    return out


def _brow(picture: Array, face: Array, hair: Array, marks: Marks, side: str) -> _Found | None:
    from scipy.ndimage import binary_dilation, binary_propagation, find_objects, gaussian_filter, label

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
    small = []
    for k, (r, c) in enumerate(find_objects(areas), start=1):
        middle = columns.start + (c.start + c.stop) / 2.0
        # What goes on beyond the band is something else: lashes, or the line of hair.
        if r.stop == len(other) or c.start == 0 or c.stop == other.shape[1] or (r.start == 0 and not near[0].any()):
            continue
        if abs(middle - marks.at(f"brow_{side}")[0]) > 1.4 * width:
            continue
        area = areas == k
        if c.stop - c.start < 0.12 * width:
            small.append(area)
            continue
        brow |= area
    x = np.flatnonzero(brow.any(axis=0))
    if not len(x) or np.ptp(x) < _LEAST * width:
        return None
    # What a tip of hair has left of it lies along it.
    y, x = np.nonzero(brow)
    curve = np.polyfit(x, y, 2 if np.ptp(x) > 12 else 1)
    thick = max(2.0, brow.sum() / max(len(np.unique(x)), 1))
    for area in small:
        down, across = (float(v.mean()) for v in np.nonzero(area))
        if abs(down - np.polyval(curve, across)) < thick and x.min() - width / 3 < across < x.max() + width / 3:
            brow |= area
    # And what was counted to the hair's outline beside it.
    y, x = np.mgrid[0 : brow.shape[0], 0 : brow.shape[1]]
    along = np.abs(y - np.polyval(curve, x)) <= 0.75 * thick
    more = _no_hair(part, hair[rows, columns], skin, max(2.5, 0.03 * marks.face[1])) & along
    more = binary_propagation(brow, mask=brow | more, structure=np.ones((3, 3))) & more
    return _Found(rows, columns, brow | more, mine | more)
