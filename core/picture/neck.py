"""The neck of a drawn figure: where it is, and how it goes on upwards beneath the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array
from .marks import Marks

_WIDER: Final = 1.3
"""Where the body is so much wider than the neck's narrowest row, shoulders or a collar begin."""
_OTHER: Final = 36.0
"""A row whose middle is so far from the neck's colour is a collar."""
_SOLID: Final = 200
_SOFT: Final = 4
"""So many pixels of a neck's edge may be mixed with hair beside it."""
_CALM: Final = 7
"""Pixels that a crumb is smaller than."""
_HIGH: Final = 0.62
"""How far a neck goes on upwards, in heights from the eyes to the chin."""
_INWARDS, _OUTWARDS = 0.3, 0.02
"""Its edges lean so much, in pixels a row, as it goes up; a neck becomes no wider below a head."""


@dataclass(frozen=True)
class Neck:
    """Rows `top` (the first one below the chin) to `bottom` (where shoulders or a collar begin), and its edges there.

    `left`, `right`: (bottom - top,) the first and last columns; `leans`: how an edge goes on, in columns a row upwards.
    """

    top: int
    bottom: int
    left: Array
    right: Array
    leans: tuple[float, float]
    corners: tuple[tuple[int, float], tuple[int, float]]
    """Where each edge meets the jaw: rows above `top`, and columns to the right of where it would go on to."""


def find_neck(picture: Array, body: Array, marks: Marks) -> Neck | None:
    """The neck of a body (H, W) below the jaw; None where none is seen."""
    from scipy.ndimage import binary_closing

    _, half, below = marks.face
    chin_x, chin_y = marks.at("chin")
    # A hatched shade has gaps.
    body = (picture[..., 3] > _SOLID) & body
    body |= binary_closing(body, np.ones((1, 2 * max(1, round(0.03 * half)) + 1)))
    column = int(np.clip(chin_x, 0, body.shape[1] - 1))
    first = max(0, int(chin_y - 0.25 * below))
    seen = np.flatnonzero(body[first : int(chin_y + 0.4 * below) + 1, column])
    if not len(seen):
        return None
    # The outermost rows are mixed with the chin's.
    top = first + int(seen[0]) + 2 + round(0.015 * below)
    left, right = [], []
    for row in body[top : int(top + 0.9 * below) + 1]:
        if not row[column]:
            break
        bare = np.flatnonzero(~row)
        before, after = bare[bare < column], bare[bare > column]
        left.append(before[-1] + 1 if len(before) else 0)
        right.append(after[0] - 1 if len(after) else len(row) - 1)
    wide = np.array(right) - np.array(left) + 1.0
    # Between the jaw's sides it is not the whole neck yet.
    if len(left) < 4:
        return None
    whole = np.flatnonzero((wide[3:] <= 1.05 * wide[:-3]) & (wide[:-3] > 0.15 * half))
    if not len(whole):
        return None
    top, left, right, wide = top + int(whole[0]), left[whole[0] :], right[whole[0] :], wide[whole[0] :]
    if len(left) < 3:
        return None
    least = wide[: max(3, int(0.3 * below))].min()
    if least > 1.5 * half or least < 0.1 * half:
        return None
    inner = slice(max(0, int(chin_x - 0.2 * least)), int(chin_x + 0.2 * least) + 1)
    tone = np.median(picture[top : top + len(left), inner, :3], axis=1)
    usual = np.median(tone[: max(3, round(0.05 * below))], axis=0)
    goes_on = (wide <= _WIDER * least) & (np.abs(tone - usual).max(axis=1) < _OTHER)
    ends = np.flatnonzero(~goes_on)
    count = int(ends[0]) if len(ends) else len(left)
    if count < 3:
        return None
    edges = np.array(left[:count], float), np.array(right[:count], float)
    leans = _lean(edges[0]), -_lean(-edges[1])
    return Neck(
        top,
        top + count,
        *edges,
        leans,
        (_corner(body, top, edges[0], leans[0], half, -1), _corner(body, top, edges[1], leans[1], half, 1)),
    )


def _corner(body: Array, top: int, edge: Array, lean: float, half: float, way: int) -> tuple[int, float]:
    """How many rows above `top` an edge meets the jaw, and how far out it lies there of where it would go on to."""
    start = _start(edge, lean)
    offs: list[float] = []
    for up in range(1, int(0.5 * half) + 1):
        if top - up < 0:
            break
        at = start + lean * up
        first = max(0, round(at - 0.12 * half))
        seen = first + np.flatnonzero(body[top - up, first : round(at + 0.12 * half) + 1])
        if not len(seen):
            break
        offs.append(float(seen[-1] if way > 0 else seen[0]) - at)
    # The topmost rows are the jaw's corner.
    rows, off = len(offs), float(np.median(offs[len(offs) // 2 :])) if offs else 0.0
    return rows, off


def _start(edge: Array, lean: float) -> float:
    """Where an edge is at the neck's top row, by those below it."""
    near = np.arange(max(2, int(0.35 * len(edge))))
    return float(np.median(edge[near] + lean * near))


def _lean(left: Array) -> float:
    """How many columns to the right a left edge goes with each row upwards."""
    if len(left) < 6:
        return 0.0
    core = left[: max(6, int(0.7 * len(left)))]
    slope = float(np.polyfit(np.arange(len(core)), core, 1)[0])
    return float(np.clip(-slope, -_OUTWARDS, _INWARDS))


def _mixed(picture: Array, neck: Neck, edge: Array, inwards: int) -> int:
    """How many of a neck's outermost pixels are mixed with what lies beside it, and are no line or tone of its own."""
    rows, columns = neck.top + np.arange(len(edge)), edge.astype(int)

    def at(step: int) -> Array:
        place = np.clip(columns + step * inwards, 0, picture.shape[1] - 1)
        return picture[rows, place].astype(float)

    off = np.abs(at(0) - at(1))[:, :3].max(axis=1)
    # A clear pixel beyond leaves the outermost its own colour.
    if np.median(at(-1)[:, 3] <= _SOLID) >= 0.5:
        return int(np.median(off) > _OTHER)
    beyond, within = at(-2)[:, :3], at(_SOFT + 2)[:, :3]
    way = beyond - within
    for step in range(1, _SOFT + 1):
        away = at(step)[:, :3] - within
        share = (away * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1.0)
        # A line is no colour between both.
        aside = np.abs(away - share[:, None] * way).max(axis=1)
        if not ((share > 0.12) & (share < 1.1) & (aside < 0.5 * _OTHER)).mean() > 0.3:
            return step
    return _SOFT


def _without_crumbs(picture: Array, neck: Neck) -> Array:
    """The neck's rows (R, W, 3) without what a jaw's line, or hatching below it, has left within its edges."""
    from scipy.ndimage import median_filter

    out: Array = picture[neck.top : neck.bottom, :, :3].astype(np.float32)
    first, last = max(0, int(neck.left.min())), int(neck.right.max()) + 1
    part, x = out[:, first:last], np.arange(first, min(last, picture.shape[1]))
    calm = median_filter(part, (_CALM, _CALM, 1), mode="nearest")
    within = (x > neck.left[:, None] + _CALM) & (x < neck.right[:, None] - _CALM)
    crumbs = within & (np.abs(part - calm).max(axis=2) > 0.5 * _OTHER)
    part[crumbs] = calm[crumbs]
    return out


def upwards(picture: Array, neck: Neck, below: float) -> tuple[slice, Array, Array]:
    """The neck as it goes on beneath the head: rows, opacity (R, W) of 0 - 1, and colours (R, W, 3) uint8.

    Each row is one of the neck's own, the nearest last, drawn in or out to where its edges are by then: what has an
    outline, a shade or paper keeps it.
    """
    from scipy.ndimage import map_coordinates

    high = min(neck.top, int(_HIGH * below))
    width, count = picture.shape[1], len(neck.left)
    core = max(2, int(0.7 * count))
    up = np.arange(high, 0, -1)
    # To and fro through the rows that are there.
    turn = (up - 1) % (2 * core - 2) if core > 1 else np.zeros_like(up)
    source = np.where(turn < core, turn, 2 * core - 2 - turn)
    left, right = (
        _start(edge, lean) + lean * up + off * np.clip(1.0 - np.abs(up - rows) / (0.25 * below), 0.0, 1.0)
        for edge, lean, (rows, off) in zip((neck.left, neck.right), neck.leans, neck.corners, strict=True)
    )
    x = np.arange(width)
    share = (x - left[:, None]) / np.maximum(right - left, 1.0)[:, None]
    first, last = neck.left[source][:, None], neck.right[source][:, None]
    # Beside the edges the outermost pixels are mixed with what lies there.
    edge = _mixed(picture, neck, neck.left, 1), _mixed(picture, neck, neck.right, -1)
    column = np.clip(first + share * (last - first), first + edge[0], np.maximum(last - edge[1], first + 1))
    row = np.broadcast_to(source[:, None], column.shape)
    shown = _without_crumbs(picture, neck)
    colours = np.stack([map_coordinates(shown[..., k], [row, column], order=1) for k in range(3)], axis=-1)
    opacity = np.clip(x - left[:, None] + 0.9, 0.0, 1.0) * np.clip(right[:, None] - x + 0.9, 0.0, 1.0)
    opacity *= np.clip((high + 1 - up) / max(2.0, 0.15 * high), 0.0, 1.0)[:, None]
    return slice(neck.top - high, neck.top), opacity.astype(np.float32), np.rint(colours).astype(np.uint8)
