"""A drawn beard: hair below the nose that belongs to the face, though it has no skin's colour."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .patches import lips, patches_of

_ALIKE: Final = 40.0
_RISES: Final = 0.25
"""A beard rises so far beside the cheeks, in distances between the eyes, above where it begins in the middle."""


def beard_of(
    picture: Array, skin: tuple[Array, Array], under: tuple[float, float], half: float, apart: float
) -> Array | None:
    """Its pixels (H, W), lips not; None without one. `under`: the middle between the eyes, x, and their lower end, y.

    It is of one colour, has a mouth in it or reaches up to the cheeks' sides, and ends above the body.
    """
    from scipy.ndimage import binary_closing, label

    colour, mask = skin
    x, y = int(under[0]), int(under[1])
    rows = slice(y, min(len(mask), int(y + 2.6 * apart)))
    columns = slice(max(0, int(x - 1.15 * half)), int(x + 1.15 * half) + 1)
    solid, bare = picture[rows, columns, 3] > 200, ~mask[rows, columns]
    middle = bare[:, max(0, x - columns.start - int(0.3 * half)) : x - columns.start + int(0.3 * half) + 1]
    wide = middle.mean(axis=1) > 0.7
    begins = np.flatnonzero(wide & np.roll(wide, -max(1, int(0.08 * apart))))
    if not len(begins) or begins[0] > 1.1 * apart:
        return None
    first = int(begins[0])
    region = np.zeros_like(bare)
    region[first : first + int(0.7 * apart)] = True
    region &= bare & solid
    if region.sum() < 30:
        return None
    tones, counts = np.unique(picture[rows, columns][region][:, :3] // 24, axis=0, return_counts=True)
    tone = tones[counts.argmax()] * 24.0 + 12.0
    if np.linalg.norm(tone - colour) < 1.5 * _ALIKE:
        return None
    alike = solid & (np.abs(picture[rows, columns, :3] - tone).max(axis=2) < _ALIKE)
    areas, _ = label(binary_closing(alike) & solid & bare)
    which = areas[region & (areas > 0)]
    if not len(which):
        return None
    own = areas == np.bincount(which).argmax()
    across = np.abs(np.arange(own.shape[1]) + columns.start - under[0])
    seen = np.flatnonzero(own[:, across < 0.2 * half].any(axis=1))
    if not len(seen) or seen[-1] >= len(own) - 2:
        return None
    side = own[:, (across > 0.7 * half)]
    top = np.flatnonzero(side.any(axis=1))
    rises = len(top) and first - top[0] > _RISES * apart
    out = np.zeros_like(mask)
    out[rows, columns] = own
    mouth = lips(patches_of(out, picture[..., 3] > 200), under, apart)
    return out if rises or (mouth is not None and mouth.top > y + first) else None
