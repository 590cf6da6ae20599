"""Where a layer goes on beneath those before it."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from .marks import Marks
from .matte import BAND
from .neck import find_neck, upwards


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
        return out
    rows, shown, tones = upwards(picture, neck, marks.face[2])
    here = hidden[rows] & ((shown > 0.0) | (mine[rows] > 0.0))
    mine[rows][here] = shown[here]
    part[rows][here & (shown > 0.0)] = tones[here & (shown > 0.0)]
    out[rows] = here
    return out


def nearer(lower: Array, own: Array) -> Array:
    """Where (H, W) a lower layer begins within an edge's softness, nearer than the own one, which would be seen."""
    from scipy.ndimage import distance_transform_edt

    if not (lower.any() and own.any()):
        return np.zeros_like(own)
    away = distance_transform_edt(~lower)
    near: Array = (away <= BAND + 1.5) & (away <= distance_transform_edt(~own))
    return near
