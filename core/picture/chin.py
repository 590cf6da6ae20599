"""A soft shade below a chin whose colour is the neck's: at rest beneath the face, seen as soon as the head moves."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .marks import Marks

_NEAR, _FAR = 14.0, 30.0
"""A chin this near to its neck's colour gets the whole shade, one this far none."""
_DARK: Final = 0.68
_STRENGTH: Final = 0.7


def chin_shade(picture: Array, labels: Array, face: int, body: int, marks: Marks) -> Array:
    """The shade as a picture (H, W, 4), within the opaque face, `labels` (H, W) being `face` and `body` there."""
    from scipy.ndimage import binary_dilation, binary_erosion, distance_transform_edt, gaussian_filter

    out = np.zeros_like(picture)
    _, half, below = marks.face
    (x, y), mouth = marks.at("chin"), marks.at("mouth")[1]
    rows = slice(max(0, int(mouth)), int(y + 0.3 * below) + 1)
    columns = slice(max(0, int(x - 1.1 * half)), int(x + 1.1 * half) + 1)
    whole = picture[rows, columns, 3] >= 250
    head, neck = (labels[rows, columns] == face) & whole, (labels[rows, columns] == body) & whole
    if not (head.any() and neck.any()):
        return out
    colours = picture[rows, columns, :3].astype(np.float32)
    to_neck, to_head = distance_transform_edt(~neck), distance_transform_edt(~head)
    reach = max(3.0, 0.05 * below)
    above = head & (to_neck > reach) & (to_neck < 2.5 * reach)
    beneath = neck & (to_head > reach) & (to_head < 2.5 * reach)
    between = (to_head + to_neck < 4.0) & binary_dilation(above | beneath, iterations=int(2 * reach))
    if min(above.sum(), beneath.sum()) < 20 or not between.any():
        return out
    tones = [np.median(colours[area], axis=0) for area in (above, beneath)]
    apart = np.abs(tones[0] - tones[1]).max()
    # Of a grain the dark ends alike; a line is darker than both.
    darks = [np.percentile(colours[area].mean(axis=1), 15) for area in (above, beneath, between)]
    line = min(darks[:2]) - darks[2]
    strength = _STRENGTH * np.clip((_FAR - max(apart, line)) / (_FAR - _NEAR), 0.0, 1.0)
    # Within the face by more than its edge is soft, so that nothing of it is seen at rest.
    inner = binary_erosion(head, np.ones((3, 3)), iterations=3)
    soft = gaussian_filter(inner.astype(np.float32), max(0.8, 0.008 * below)) * inner
    # Over the neck alone, also when the head has turned.
    seen = np.flatnonzero(beneath.any(axis=0))
    off = np.abs(np.arange(inner.shape[1]) - seen.mean()) / (0.5 * np.ptp(seen) + 1.0)
    soft = soft * np.clip((0.62 - off) / 0.3, 0.0, 1.0)
    part = out[rows, columns]
    part[..., :3] = np.rint(_DARK * tones[1])
    part[..., 3] = np.rint(255.0 * strength * np.clip(1.6 * soft - 0.3, 0.0, 1.0))
    return out
