"""The picture without eyes and mouth: what lids are drawn from, and what covers a closed mouth while it is open."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from .marks import Marks

_ROUNDS = 200
_AROUND = 8
_ALIKE = 40.0


def skin_plate(picture: Array, marks: Marks) -> Array:
    """(H, W, 4) uint8: the picture with its eyes and mouth filled in from the skin around them, smoothly."""
    holes = np.zeros(picture.shape[:2], bool)
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    for side in ("left", "right"):
        (cx, cy), (w, h) = marks.at(f"eye_{side}"), marks.eye_size(side)
        holes |= ((x - cx) / (w * 1.3 + 3)) ** 2 + ((y - cy) / (h * 1.3 + 3)) ** 2 < 1.0
    left, right, mouth = marks.at("mouth_left"), marks.at("mouth_right"), marks.at("mouth")
    half = max(left[0] - mouth[0], mouth[0] - right[0])
    holes |= ((x - mouth[0]) / (half * 1.25 + 3)) ** 2 + ((y - mouth[1]) / (half * 0.45 + 5)) ** 2 < 1.0
    return filled(picture, holes)


def filled(picture: Array, holes: Array) -> Array:
    """The picture with `holes` (H, W) filled by the smoothest surface (Laplace's) through the skin around each.

    Skin is what has the usual colour of the hole's surroundings: no brow or edge of the face beside it runs in.
    """
    from scipy.ndimage import distance_transform_edt, find_objects, label

    out = picture.astype(np.float64)
    areas, _ = label(holes)
    for k, (rows, columns) in enumerate(find_objects(areas), start=1):
        rows = slice(max(rows.start - _AROUND, 0), rows.stop + _AROUND)
        columns = slice(max(columns.start - _AROUND, 0), columns.stop + _AROUND)
        part, hole = out[rows, columns].copy(), areas[rows, columns] == k
        around = part[~hole & (part[..., 3] > 200)]
        if not len(around):
            continue
        usual = np.median(around, axis=0)
        skin = ~hole & (np.abs(part - usual).max(axis=2) < _ALIKE)
        open_ = ~skin
        nearest = distance_transform_edt(open_, return_distances=False, return_indices=True)
        part[open_] = part[nearest[0][open_], nearest[1][open_]]
        for _ in range(_ROUNDS):
            padded = np.pad(part, ((1, 1), (1, 1), (0, 0)), mode="edge")
            mean = (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]) / 4.0
            part[open_] = mean[open_]
        out[rows, columns][hole] = part[hole]
    return np.rint(out).astype(np.uint8)


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
