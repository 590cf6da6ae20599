"""Where a layer goes on beneath those before it."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .marks import Marks
from .matte import BAND, nearest_colours
from .neck import find_neck, upwards

_EDGE: Final = 48.0
"""What is farther than this from a layer's usual colour is a line, and is not gone on with."""


def beside(own: Array, soft: float) -> Array:
    """Where (H, W) the nearest of a layer lies beside or below: hair goes on so, but not beyond where it ends."""
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    calm = gaussian_filter(own.astype(np.float32), soft) > 0.5
    if not calm.any():
        return own
    row = distance_transform_edt(~calm, return_distances=False, return_indices=True)[0]
    beside: Array = row >= np.arange(len(own))[:, None] - 1.5 * soft
    return beside


def neck_upwards(picture: Array, own: Array, hidden: Array, marks: Marks, mine: Array, part: Array) -> Array:
    """Let a body's neck go on beneath the head. Writes opacity (H, W) and colours (H, W, 3); returns where (H, W)."""
    out = np.zeros_like(own)
    neck = find_neck(picture, own, marks)
    if neck is None:
        return _throat(picture, own, hidden, marks, mine, part)
    rows, shown, tones = upwards(picture, neck, marks.face[2])
    here = hidden[rows] & ((shown > 0.0) | (mine[rows] > 0.0))
    mine[rows][here] = shown[here]
    part[rows][here & (shown > 0.0)] = tones[here & (shown > 0.0)]
    out[rows] = here
    return out


def _throat(picture: Array, own: Array, hidden: Array, marks: Marks, mine: Array, part: Array) -> Array:
    """Let a body that shows no whole neck, as between a beard and a collar, go on upwards where the head lies on it.

    Writes opacity (H, W) and colours (H, W, 3); returns where (H, W)."""
    _, half, _ = marks.face
    out = np.zeros_like(own)
    first = np.where(own.any(axis=0), own.argmax(axis=0), 0)
    columns = np.arange(own.shape[1])
    meets = own.any(axis=0) & hidden[np.maximum(first - 1, 0), columns] & (first > 0)
    meets &= np.abs(columns - marks.at("chin")[0]) < 0.8 * half
    x = np.flatnonzero(meets)
    if len(x) < 4:
        return out
    inwards = np.minimum(columns - x[0] + 1, x[-1] - columns + 1)
    high = 0.7 * half * np.clip(8.0 * inwards / len(x), 0.0, 1.0)
    up = first[None] - np.arange(len(own))[:, None]
    fill = hidden & meets[None] & (up > 0) & (up <= high[None])
    if fill.any():
        out = continued(picture, part, own, fill, 0.7 * half)
        mine[out] = 1.0
    return out


def nearer(lower: Array, own: Array) -> Array:
    """Where (H, W) a lower layer begins within an edge's softness, nearer than the own one, which would be seen."""
    from scipy.ndimage import distance_transform_edt

    if not (lower.any() and own.any()):
        return np.zeros_like(own)
    away = distance_transform_edt(~lower)
    near: Array = (away <= BAND + 1.5) & (away <= distance_transform_edt(~own))
    return near


def continued(picture: Array, part: Array, own: Array, under: Array, far: float) -> Array:
    """Let the colours of a layer go on into `under`, up to `far` pixels, as they are a little further in.

    Writes into `part` (H, W, 3) and returns where (H, W).
    """
    from scipy.ndimage import binary_erosion, distance_transform_edt, gaussian_filter, map_coordinates

    if not (own.any() and under.any()):
        return np.zeros_like(under)
    away = distance_transform_edt(~own)
    fill = under & (away <= far)
    edge = own & (distance_transform_edt(~under) <= 0.2 * far + 3)
    if not (fill.any() and edge.any()):
        return np.zeros_like(fill)
    usual = np.median(picture[edge][:, :3], axis=0)
    source = own & (np.abs(picture[..., :3] - usual).max(axis=2) < _EDGE)
    # The outermost pixels are mixed with what lies beside them.
    inner = binary_erosion(source, iterations=2)
    source = inner if inner.any() else source
    # It is smooth: as few pixels as show that are enough.
    step = max(1, int(far / 24))
    step = step if source[::step, ::step].any() else 1
    soft = max(1.0, far / 12) / step
    coarse = nearest_colours(picture[::step, ::step], source[::step, ::step]).astype(np.float32)
    places = np.nonzero(fill)
    at = [place / step for place in places]
    for channel in range(3):
        calm = gaussian_filter(coarse[..., channel], soft)
        part[(*places, channel)] = np.rint(map_coordinates(calm, at, order=1, mode="nearest"))
    return fill
