"""The picture without eyes and mouth: what lids are drawn from, and what covers a closed mouth while it is open."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from .marks import Marks

_ROUNDS = 12
_ALIKE = 40.0
_LOWEST = 0.8
"""Upper lashes end above this, in radians below an eye's middle."""
_THIN = 0.045
"""Half of how thick a blush is at least, in eye heights."""
_ROUND = 0.35
"""How high a blush is at least, of its width."""
_BLUSH = 25.0, 14.0, 90.0
"""How much darker in red than the skin a blush is at most, how much redder at least, and how far from it at most."""


def skin_plate(picture: Array, marks: Marks) -> Array:
    """(H, W, 4) uint8: the picture with its eyes and mouth filled in from the skin around them, smoothly."""
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    out = picture
    for side in ("left", "right"):
        (cx, cy), (w, h) = marks.at(f"eye_{side}"), marks.eye_size(side)
        out = _without(out, ((x - cx) / (w + 1)) ** 2 + ((y - cy) / (h + 1)) ** 2, 1.3 + 3.0 / h, True)
    left, right, mouth = marks.at("mouth_left"), marks.at("mouth_right"), marks.at("mouth")
    half = max(left[0] - mouth[0], mouth[0] - right[0])
    return _without(out, ((x - mouth[0]) / (half + 1)) ** 2 + ((y - mouth[1]) / (half * 0.35 + 4)) ** 2, 1.3)


def _without(picture: Array, distance: Array, reach: float, cheek: bool = False) -> Array:
    """The picture without what lies within 1 of a middle, and without what is no skin up to `reach`.

    `distance` (H, W) is squared, in sizes of what goes; skin about it stays as it is, and blush below an eye (`cheek`).
    """
    from scipy.ndimage import binary_dilation, binary_erosion, binary_opening, binary_propagation, gaussian_filter

    wide = distance < (2.0 * reach) ** 2
    rows, columns = (slice(k.min(), k.max() + 1) for k in np.nonzero(wide))
    part, d = picture[rows, columns], distance[rows, columns]
    below = (np.arange(len(d)) > len(d) / 2)[:, None]
    ring = (d > reach**2) & (d < (1.5 * reach) ** 2) & (part[..., 3] > 200)
    if not ring.any():
        return picture
    usual = np.median(part[ring][:, :3], axis=0)
    calm = gaussian_filter(part[..., :3].astype(np.float32), (0.8, 0.8, 0))
    # A blush is as red as the skin, and less green and blue.
    off = calm - usual
    redder = off[..., 0] - off[..., 1:].mean(axis=2)
    blush = (off[..., 0] > -_BLUSH[0]) & (redder > _BLUSH[1]) & (np.abs(off).max(axis=2) < _BLUSH[2])
    blush = binary_opening(blush, iterations=1) & (d > 0.5) & below & cheek
    # A thin one goes with the lower lash, and is whole when the eye is shut.
    high = int(np.ptp(np.nonzero((d < 1.0).any(axis=1))[0])) + 1
    whole = binary_opening(blush & (d > 1.0), iterations=max(2, round(_THIN * high)))
    thin = blush & ~binary_propagation(whole, mask=blush)
    blush &= ~thin
    skin = ((np.abs(off).max(axis=2) < _ALIKE) & ~thin) | blush
    other = binary_dilation(~skin, np.ones((3, 3)), 2)
    other &= ~blush | binary_dilation(~skin, np.ones((3, 3)))
    hole = ((d < 1.0) & ~(blush & ~other)) | ((d < reach**2) & other)
    good = ~hole & ~other & ~binary_dilation(blush, np.ones((3, 3)), 2) & (part[..., 3] > 200)
    if not good.any():
        return picture
    out = picture.copy()
    filled_in = out[rows, columns]
    filled_in[hole, :3] = np.rint(_smoothest(part[..., :3].astype(np.float64), good)[hole])
    filled_in[hole, 3] = 255
    grain = part[..., :3] - gaussian_filter(part[..., :3].astype(np.float32), (2, 2, 0))
    plain = binary_erosion(good, iterations=6)
    if plain.sum() > 50:
        filled_in[hole, :3] = np.clip(filled_in[hole, :3] + _grain(grain[plain], int(hole.sum())), 0, 255)
    if thin.any():
        share = gaussian_filter(_whole(thin).astype(np.float32), 0.7)[..., None]
        mixed = filled_in[..., :3] + share * (np.median(part[thin][:, :3], axis=0) - filled_in[..., :3])
        filled_in[..., :3] = np.where(hole[..., None], np.rint(mixed), filled_in[..., :3])
    return out


def _whole(blush: Array) -> Array:
    """The ellipse (H, W) that a blush (H, W) shows the lower edge of."""
    rows, columns = np.nonzero(blush)
    wide, bottom = 0.5 * (np.ptp(columns) + 1), rows.max() + 0.5
    high = max(0.5 * (np.ptp(rows) + 1), _ROUND * wide)
    y, x = np.mgrid[0 : blush.shape[0], 0 : blush.shape[1]]
    out: Array = ((x - columns.min() + 0.5 - wide) / wide) ** 2 + ((y - bottom + high) / high) ** 2 < 1.0
    return out | blush


def _grain(found: Array, count: int) -> Array:
    """So many grains (N, 3) of the skin's paper or brush, in the order of its rows; next to nothing of flat skin."""
    most = 2.0 * float(np.median(np.abs(found))) + 0.5
    out: Array = np.clip(np.resize(found, (count, 3)), -most, most)
    return out


def _smoothest(part: Array, good: Array) -> Array:
    """Colours (H, W, 3) that are the given ones where `good` (H, W); between them the smoothest (Laplace's).

    Solved coarse to fine: each half as large first.
    """
    height, width = good.shape
    if min(height, width) > 6 and not good.all():
        rows, columns = height + height % 2, width + width % 2
        pad = ((0, rows - height), (0, columns - width))
        weight = np.pad(good.astype(float), pad).reshape(rows // 2, 2, columns // 2, 2).sum(axis=(1, 3))
        colours = np.pad(part * good[..., None], (*pad, (0, 0))).reshape(rows // 2, 2, columns // 2, 2, 3)
        small = colours.sum(axis=(1, 3)) / np.maximum(weight, 1e-9)[..., None]
        coarse = _smoothest(small, weight > 0)
        out = np.repeat(np.repeat(coarse, 2, axis=0), 2, axis=1)[:height, :width]
    else:
        out = np.broadcast_to(part[good].mean(axis=0) if good.any() else 0.0, part.shape).copy()
    out = np.where(good[..., None], part, out)
    for _ in range(_ROUNDS):
        padded = np.pad(out, ((1, 1), (1, 1), (0, 0)), mode="edge")
        mean = (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]) / 4.0
        out = np.where(good[..., None], part, mean)
    return out


def stroke_widths(picture: Array, marks: Marks) -> tuple[float, float]:
    """How thick the upper lashes and the mouth's line are drawn, in pixels; 0 where there is no line."""
    line = 255.0 * np.array(line_colour(picture, marks))
    lashes, mouth = [], []
    for side in ("left", "right"):
        (cx, _), (w, h) = marks.at(f"eye_{side}"), marks.eye_size(side)
        top = marks.at(f"eye_{side}_top")[1]
        lashes += [_run(picture, line, x, top - 3, top + 0.7 * h) for x in np.linspace(cx - 0.3 * w, cx + 0.3 * w, 9)]
    (x, y), half = marks.at("mouth"), (marks.at("mouth_left")[0] - marks.at("mouth_right")[0]) / 2.0
    mouth = [
        _run(picture, line, c, y - 0.4 * half - 4, y + 0.4 * half + 4, nearest=True)
        for c in np.linspace(x - half / 2, x + half / 2, 9)
    ]
    return float(np.median(lashes)), float(np.median(mouth))


def lash_ends(picture: Array, marks: Marks) -> float:
    """How far below the eyes' middles the upper lashes end, in radians of their round; 0 where an outline goes on."""
    line, ends = 255.0 * np.array(line_colour(picture, marks)), []
    angles = np.arange(0.0, _LOWEST + 0.5, 0.05)
    for side in ("left", "right"):
        (cx, cy), (w, h) = marks.at(f"eye_{side}"), marks.eye_size(side)
        for sign in (-1.0, 1.0):
            ring = np.linspace(0.8, 1.15, 12)[:, None]
            x, y = (
                np.rint(v).astype(int) for v in (cx + sign * ring * w * np.cos(angles), cy + ring * h * np.sin(angles))
            )
            x, y = np.clip(x, 0, picture.shape[1] - 1), np.clip(y, 0, picture.shape[0] - 1)
            bare = np.abs(picture[y, x, :3] - line).max(axis=2).min(axis=0) > _ALIKE
            end = angles[bare.argmax()] if bare.any() else np.inf
            ends.append(0.0 if end > _LOWEST else end)
    return float(np.median(ends))


def _run(picture: Array, line: Array, x: float, top: float, bottom: float, nearest: bool = False) -> float:
    """How much of a column is the line, down to its end: the sum of how near each pixel is to the line's colour.

    Its first line, or about the pixel that is `nearest` to the colour: lips have a line within.
    """
    column = picture[max(int(top), 0) : int(bottom) + 1, round(x), :3].astype(float)
    if not len(column):
        return 0.0
    away = np.abs(column - line).max(axis=1)
    near = np.clip(1.5 - away / max(0.5 * away.max(), 1.0), 0.0, 1.0)
    first = np.flatnonzero(near > 0.5)
    if not len(first):
        return 0.0
    ends = np.flatnonzero(near[first[0] :] < 0.05)
    end = first[0] + (ends[0] if len(ends) else len(near))
    if nearest:
        at = int(away.argmin())
        clear = np.flatnonzero(near < 0.05)
        begin = clear[clear < at].max(initial=-1) + 1
        return float(near[begin : clear[clear > at].min(initial=len(near))].sum())
    return float(near[max(first[0] - 2, 0) : end].sum())


def line_colour(picture: Array, marks: Marks) -> tuple[float, float, float]:
    """The darkest usual colour (sRGB, 0 - 1) about the mouth's line and the upper lids."""
    found = []
    for name in ("mouth", "eye_left_top", "eye_right_top"):
        x, y = (int(v) for v in marks.at(name))
        found.append(picture[max(y - 4, 0) : y + 5, max(x - 4, 0) : x + 5, :3].reshape(-1, 3))
    colours = np.concatenate(found).astype(float)
    darkest = colours[np.argsort(colours.mean(axis=1))[: max(3, len(colours) // 12)]]
    red, green, blue = (float(v) for v in np.median(darkest, axis=0) / 255.0)
    return red, green, blue
