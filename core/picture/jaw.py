"""Where the head ends and the body begins: along the jaw, so that a head turns over a neck that stays upright."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .beard import beard_of
from .marks import Marks, skin_of
from .matte import calm, line_between, nearest_colours, specks_between
from .rims import spurs_of

_INNER, _OUTER = 0.8, 1.2
"""The jaw runs between these, in half face widths and in heights from the eyes to the chin."""
_TONE: Final = 60.0
"""What is so near a line's colour is the line."""
_ANGLES: Final = 181
_LINE: Final = 0.09
"""How thick a jaw's line may be, in half face widths."""
_ARCH: Final = 0.16
"""A chin that cannot be told from its neck arches so far down, in widths of the neck, and at most to _LOWER."""
_LOWER: Final = 1.06
_STRAYS: Final = 0.5
"""A line strays so far, of the most that it may be thick."""
_CORNER: Final = 30.0
"""What of a neck's corner is so near its colour is the neck."""
_EVEN: Final = 0.04
"""How far about a pixel is looked at, in half face widths, where head and body meet without a line."""
_REACH: Final = 0.15
"""How far a neck's corner goes up beside the jaw, in half face widths."""
_TOLD: Final = 18.0
"""A neck's colour is told from the face's from here on."""
_CRUMB: Final = 0.02
"""Areas up to so much of half a face's width, squared, are no body."""


def below_jaw(picture: Array, face: Array, marks: Marks) -> Array:
    """Which pixels (H, W) of `face` (H, W), the face with all that is no hair, are the body; none without any skin."""
    from scipy.ndimage import binary_dilation, binary_fill_holes, binary_opening, binary_propagation, label

    found = skin_of(picture)
    if found is None:
        return np.zeros_like(face)
    middle, half, below = marks.face
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    down = (y - middle[1]) / below
    across = (x - middle[0] - np.clip(down, 0, 1) * (marks.at("chin")[0] - middle[0])) / half
    reach, angle = np.hypot(across, down), np.arctan2(down, across)
    face = face & (picture[..., 3] > 0)
    skin = binary_fill_holes(with_beard(picture, found, marks)[1]) & face
    head = face & ((down < 0.5) | (reach < _ends(skin, reach, angle)))
    thick = max(2, round(_LINE * half))
    lower = face & ~head
    line, other = _jaw_line(picture, head, lower, found[0], angle, thick), line_between(picture, head, lower, thick)
    head |= line | other
    # Where a neck's edge meets the jaw, a spur of it would move with the head.
    head &= binary_dilation(binary_opening(head, iterations=max(2, round(0.03 * half)))) | (down < 0.3)
    head |= specks_between(picture, head, face & ~head, thick)
    head |= _crumbs(picture, head, face & ~head, thick)
    if line.any():
        # What else is unlike the neck can be its own corner, which is skin in shade.
        light = np.clip(picture[..., :3] @ found[0] / float(found[0] @ found[0]), 0.7, 1.1)
        shade = np.abs(picture[..., :3] - light[..., None] * found[0]).max(axis=2) < _CORNER
        head &= ~binary_opening(other & ~line & shade, np.ones((3, 3)))
    body = face & ~head & (down > 0.5)
    # A rim of hair about the face is no neck.
    thick = binary_opening(body, iterations=max(2, round(0.05 * half)))
    if (thick & (down < 0.6) & (np.abs(across) > 0.95)).any(axis=0).sum() > _LINE * half:
        # Long hair that is not told from the face goes on down there: it bends, and is not cut.
        return np.zeros_like(face)
    core = body & binary_dilation(thick, iterations=max(3, round(0.08 * half)))
    # The neck's corners at the jaw are thinner than that, and have its colour.
    near = body & binary_dilation(core, iterations=max(3, round(0.2 * half)))
    if thick.any():
        own = calm(nearest_colours(picture, thick), 1.0)
        near &= np.abs(calm(picture[..., :3], 0.7) - own).max(axis=2) < _CORNER
        core |= binary_propagation(core, mask=core | near)
    body = core
    areas, _ = label(body, np.ones((3, 3)))
    sizes = np.bincount(areas.ravel())
    # Crumbs within the jaw's line are the head's.
    out: Array = body & (sizes > _CRUMB * half**2)[areas]
    out = out if line.any() else _even(out, face & ~out, half)
    out |= _corners(picture, out, face & ~out & (down > 0.6), found[0], max(2, round(_REACH * half)))
    return out | (spurs_of(face & ~out, out, half) & (down > 0.5))


def _corners(picture: Array, body: Array, head: Array, skin: Array, far: int) -> Array:
    """What (H, W) of a head is the neck's corner beside the jaw: it joins the body and has its colour, no skin's."""
    from scipy.ndimage import binary_dilation

    near = binary_dilation(head, iterations=far) & body
    neck = np.median(picture[near][:, :3], axis=0) if near.any() else skin
    if np.abs(neck - skin).max() < _TOLD:
        return np.zeros_like(head)
    colours = picture[..., :3].astype(np.float32)
    mine = head & (np.abs(colours - neck).max(axis=2) < 0.4 * np.abs(neck - skin).max())
    out: Array = binary_dilation(body, mask=body | mine, iterations=far) & mine
    return out


def _even(body: Array, head: Array, half: float) -> Array:
    """A body (H, W) whose edge to the head, where no line is drawn, has no spurs: what most is about a pixel."""
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    soft = max(1.0, _EVEN * half)
    near = (distance_transform_edt(~body) < 4.0 * soft) & (distance_transform_edt(~head) < 4.0 * soft)
    shares = [gaussian_filter(area.astype(np.float32), soft) for area in (body, head)]
    out: Array = np.where(near, (body | head) & (shares[0] > shares[1]), body)
    return out


def _round(ends: Array, open_: Array) -> Array:
    """Ends of the jaw whose chin, where a neck of its colour hides it, is an arch between the corners of the neck."""
    middle = len(ends) // 2
    sides = np.flatnonzero(~open_[:middle]), middle + np.flatnonzero(~open_[middle:])
    if not open_[middle] or not (len(sides[0]) and len(sides[1])):
        return ends
    right, left = int(sides[0][-1]), int(sides[1][0])
    angle = np.linspace(0.0, np.pi, len(ends))
    (x0, y0), (x1, y1) = ((ends[k] * np.cos(angle[k]), ends[k] * np.sin(angle[k])) for k in (left, right))
    if x1 - x0 < 0.15:
        return ends
    # An arch at most that low, but never a flat one.
    arch, corners = _ARCH * (x1 - x0), 0.5 * (y0 + y1)
    deep = max(1.0, min(corners + arch, _LOWER), corners + 0.75 * arch) - corners
    out = ends.copy()
    for k in range(right + 1, left):
        reach = 1.0
        for _ in range(8):
            share = np.clip((reach * np.cos(angle[k]) - x0) / (x1 - x0), 0.0, 1.0)
            down = y0 + share * (y1 - y0) + deep * 4.0 * share * (1.0 - share)
            reach = 0.5 * (reach + down / np.sin(angle[k]))
        out[k] = min(reach, 0.995 * _OUTER)
    return out


def _jaw_line(picture: Array, head: Array, lower: Array, skin: Array, angle: Array, most: int) -> Array:
    """The jaw's line (H, W) of one colour about a head's skin, also where a neck's own line meets it; or none."""
    from scipy.ndimage import binary_propagation, distance_transform_edt

    away = distance_transform_edt(~head)
    near = lower & (away <= most)
    first = near & (away > 0.9) & (away < 2.3)
    tone = np.median(picture[first][:, :3], axis=0) if first.any() else skin
    colours = picture[..., :3].astype(np.float32)
    dark = near & (np.abs(colours - tone).max(axis=2) < _TONE)
    if np.abs(tone - skin).max() < _TONE:
        return np.zeros_like(head)
    bins = np.clip((angle / np.pi * 60.0).astype(int), 0, 59)
    thick = np.zeros(60)
    np.maximum.at(thick, bins[dark], away[dark])
    jaw = thick[8:52]
    if (jaw > 0.0).mean() < 0.7:
        return np.zeros_like(head)
    usual = np.median(jaw[jaw > 0.0])
    out = dark & (away <= usual + 0.7)
    # A hand that strays leaves it a little farther out; a shade goes on there.
    beyond = near & (away > usual + 1.5) & (away <= usual + _STRAYS * most)
    if dark[beyond].mean() < 0.3:
        out |= binary_propagation(out, mask=dark & (out | beyond | (away <= usual + 1.5))) & dark
    return out


def _crumbs(picture: Array, head: Array, lower: Array, thick: int) -> Array:
    """Small dark spots (H, W) near a head's edge, as wax leaves them beside a line; lines of the neck go on below."""
    from scipy.ndimage import binary_dilation, distance_transform_edt, label

    away = distance_transform_edt(~head)
    near = lower & (away <= 2.5 * thick)
    if not near.any():
        return near
    light = picture[..., :3].mean(axis=2)
    spots = near & (light < np.median(light[near]) - _TONE)
    areas, count = label(spots, np.ones((3, 3)))
    sizes, far = np.bincount(areas.ravel(), minlength=count + 1), np.zeros(count + 1)
    np.maximum.at(far, areas[spots], away[spots])
    # What touches hair or the background is the neck's edge.
    edges = np.zeros(count + 1, bool)
    edges[areas[binary_dilation(~(lower | head), np.ones((3, 3)), 2)]] = True
    out: Array = spots & ((sizes < thick**2) & (far < 2.5 * thick - 1.5) & ~edges)[areas]
    return out


def _ends(skin: Array, reach: Array, angle: Array) -> Array:
    """How far (H, W) the skin goes from the eyes' middle to the jaw at each pixel's angle; 1 where it goes on below."""
    from scipy.ndimage import binary_opening, gaussian_filter1d

    ring = (reach > _INNER) & (reach < _OUTER) & (angle > 0) & (angle < np.pi)
    bins = np.clip(np.rint(angle / np.pi * (_ANGLES - 1)), 0, _ANGLES - 1).astype(int)
    first = np.full(_ANGLES, np.inf)
    bare = ring & binary_opening(~skin, np.ones((3, 3)))
    np.minimum.at(first, bins[bare], reach[bare])
    open_ = ~np.isfinite(first) | (first > 0.97 * _OUTER)
    places = np.arange(_ANGLES)
    if open_.all():
        ends = np.ones(_ANGLES)
    else:
        ends = np.where(open_, 1.0, first)
        # Towards where an edge is seen again the guess bends to it.
        away = np.abs(places[:, None] - places[~open_][None]).min(axis=1)
        known = np.interp(places, places[~open_], first[~open_])
        ends = np.where(open_, known + (1.0 - known) * np.clip(away / 20.0, 0, 1), ends)
        ends = _round(ends, open_)
    out: Array = gaussian_filter1d(ends, 0.8, mode="nearest")[bins]
    return out


def with_beard(picture: Array, skin: tuple[Array, Array], marks: Marks) -> tuple[Array, Array]:
    """Colour and mask (H, W) of the skin with the beard, if the mouth lies in one: both are the face."""
    from scipy.ndimage import binary_dilation, binary_fill_holes

    x, y = (int(v) for v in marks.at("mouth"))
    if skin[1][y - 1 : y + 2, max(0, x - 1) : x + 2].any() and binary_fill_holes(skin[1])[y, x]:
        return skin
    left, right = marks.at("eye_left"), marks.at("eye_right")
    low = max(marks.at(f"eye_{side}")[1] + marks.eye_size(side)[1] for side in ("left", "right")) - 2.0
    middle, half, _ = marks.face
    beard = beard_of(picture, skin, (float(middle[0]), float(low)), half, float(left[0] - right[0]))
    if beard is None:
        return skin
    whole = binary_fill_holes(binary_dilation(beard, iterations=2) | skin[1])
    if not whole[y, x]:
        return skin
    return skin[0], whole & (binary_fill_holes(beard | skin[1]) | ~binary_dilation(~whole, iterations=2))
