"""Triangles to pixels: which triangle each pixel of an upright picture sees. Compiled by numba, on one core."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ....core.arrays import Array


@njit(cache=True)
def _fill(points: Array, triangles: Array, nearest: Array, which: Array, shares: Array) -> None:
    high, wide = nearest.shape
    for t in range(len(triangles)):
        a, b, c = points[triangles[t, 0]], points[triangles[t, 1]], points[triangles[t, 2]]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if abs(area) < 1e-9:
            continue
        x0 = max(math.ceil(min(a[0], b[0], c[0]) - 0.5), 0)
        x1 = min(math.floor(max(a[0], b[0], c[0]) - 0.5), wide - 1)
        y0 = max(math.ceil(min(a[1], b[1], c[1]) - 0.5), 0)
        y1 = min(math.floor(max(a[1], b[1], c[1]) - 0.5), high - 1)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                px, py = x + 0.5, y + 0.5
                u = ((b[0] - px) * (c[1] - py) - (b[1] - py) * (c[0] - px)) / area
                v = ((c[0] - px) * (a[1] - py) - (c[1] - py) * (a[0] - px)) / area
                w = 1.0 - u - v
                if u < -1e-7 or v < -1e-7 or w < -1e-7:
                    continue
                depth = u * a[2] + v * b[2] + w * c[2]
                if depth < nearest[y, x]:
                    nearest[y, x] = depth
                    which[y, x] = t
                    shares[y, x, 0], shares[y, x, 1], shares[y, x, 2] = u, v, w


def rasterise(points: Array, triangles: Array, size: int) -> tuple[Array, Array, Array]:
    """What each pixel of a square picture sees: depth (S, S), triangle (S, S) int, -1 for none, and shares (S, S, 3).

    `points` (V, 3) are pixels from the top left and a depth, less being nearer; `triangles` (T, 3). Both sides show.
    """
    nearest = np.full((size, size), np.inf)
    which = np.full((size, size), -1, np.int64)
    shares = np.zeros((size, size, 3))
    _fill(np.ascontiguousarray(points, np.float64), np.ascontiguousarray(triangles, np.int64), nearest, which, shares)
    return nearest, which, shares


@njit(cache=True, fastmath=True)
def _shade(lit: float, bands: int, dark: float) -> float:
    if bands == 1:
        return 1.0
    if bands == 0:
        return dark + (1.05 - dark) * (0.5 + 0.5 * lit)
    if bands == 2:
        return dark + (1.0 - dark) * min(max((lit - 0.1) / 0.04, 0.0), 1.0)
    low = min(max((lit + 0.05) / 0.04, 0.0), 1.0)
    return dark + (1.0 - dark) * 0.5 * (low + min(max((lit - 0.35) / 0.04, 0.0), 1.0))


@njit(cache=True, fastmath=True)
def _paint(
    values: Array, triangles: Array, which: Array, shares: Array, colours: Array, flat: Array, blush: Array,
    light: Array, bands: int, dark: float, grain: float, waves: Array, image: Array, height: Array,
) -> None:  # fmt: skip
    at = np.zeros(9)
    for y in range(which.shape[0]):
        for x in range(which.shape[1]):
            t = which[y, x]
            if t < 0:
                continue
            at[:] = 0.0
            for corner in range(3):
                for k in range(9):
                    at[k] += shares[y, x, corner] * values[triangles[t, corner], k]
            lit = at[0] * light[0] + at[1] * light[1] + at[2] * light[2]
            tone = 1.0 if flat[t] else _shade(-lit if at[1] > 0 else lit, bands, dark)
            if grain > 0.0:
                wave = 0.0
                for k in range(len(waves)):
                    wave += math.sin(at[6] * waves[k, 0] + at[7] * waves[k, 1] + at[8] * waves[k, 2] + waves[k, 3])
                tone *= 1.0 + 3.0 * grain * wave / len(waves)
            for k in range(3):
                one = colours[t, k] * tone * (1.0 + blush[t] * (at[3 + k] - 1.0))
                image[y, x, k] = min(max(one, 0.0), 1.0)
            image[y, x, 3] = 1.0
            height[y, x] = at[8]


def paint(
    values: Array, triangles: Array, seen: tuple[Array, Array], faces: tuple[Array, Array, Array], light: Array,
    tone: tuple[int, float], grain: tuple[float, Array],
) -> tuple[Array, Array]:  # fmt: skip
    """The picture (S, S, 4) float32 of what is seen, and the rest pose's height there (S, S).

    values  (V, 9) normals, tints and rest places of the corners
    seen    triangles and shares, of `rasterise`
    faces   (T, 3) colours, (T,) bool where no shade falls, (T,) how much of the tint shows
    tone    bands of shade (0: smooth) and the darkest; grain: how much, and waves (K, 4) over the rest places
    """
    which, shares = seen
    image = np.zeros((*which.shape, 4), np.float32)
    height = np.zeros(which.shape)
    colours, flat, blush = faces
    _paint(values, triangles, which, shares, colours, flat, blush, light, *tone, *grain, image, height)
    return image, height
