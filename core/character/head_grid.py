"""The topology of the head: rows and columns of a globe of rays, slit open at the lids and between the lips.

A closed lid is the uncut globe, so lids that close meet exactly, and so do lips. Only the left half is built; the right
half is its mirror image, vertex for vertex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from .head_surface import CENTRE, cast, mouth_line
from .places import MOUTH_HALF, MOUTH_Z
from .sdf import bell, smoothstep

REFERENCE = 0.09
"""Distance at which a row's height names its angle."""
EYE_IN, EYE_OUT = 0.122, 0.615
"""Azimuths of the corners of the eye, radians."""
MOUTH_CORNER = 0.266
EYE_ROW = 1.6085
UPPER_OPEN, LOWER_OPEN, CLOSED_SAG = 0.0126, 0.0088, 0.0040
"""How far the lids stand from the line between the corners, and how far below it they meet; metres at REFERENCE."""


def _spread(knots: list[tuple[float, float]], start: float, end: float) -> Array:
    """Values from start to end whose spacing follows (value, spacing) knots."""
    x = np.linspace(start, end, 4001)
    order = sorted(knots)
    spacing = np.interp(x, [k[0] for k in order], [k[1] for k in order])
    density = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) / (0.5 * (spacing[1:] + spacing[:-1])))])
    return np.interp(np.linspace(0.0, density[-1], round(density[-1]) + 1), density, x)


def _snap(values: Array, wanted: list[float]) -> Array:
    """The nearest value moved onto each wanted one, its neighbours eased along."""
    for target in wanted:
        i = int(np.argmin(np.abs(values - target)))
        shift = target - values[i]
        reach = 4
        for k in range(-reach + 1, reach):
            if 0 < i + k < len(values) - 1:
                values[i + k] += shift * (1 - abs(k) / reach)
    return values


def columns() -> Array:
    """Azimuths from 0 (front) to pi (back)."""
    knots = [(0.0, 0.0305), (0.64, 0.0305), (1.1, 0.08), (1.6, 0.14), (np.pi, 0.22)]
    return _snap(_spread(knots, 0.0, np.pi), [EYE_IN, EYE_OUT, MOUTH_CORNER])


def rows() -> Array:
    """Heights at REFERENCE of the rows of the face, from the brow down to the chin."""
    knots = [
        (1.680, 0.0052), (1.650, 0.0034), (1.632, 0.0026), (1.590, 0.0025), (1.572, 0.0023), (1.560, 0.0024),
        (1.550, 0.0017), (1.526, 0.0017), (1.515, 0.0030), (1.495, 0.0040),
    ]  # fmt: skip
    return _snap(_spread(knots, 1.68, 1.495), [EYE_ROW, MOUTH_Z])


@dataclass(frozen=True)
class Grid:
    """The left half's vertices by row and column, and where it is slit.

    azimuth, height  (N,) of each vertex of the face and crown; height is at REFERENCE
    upper, lower     (R, C) vertex at each row and column, as seen by the faces above and below the row
    eye_row, eye_columns, mouth_row, mouth_column   the slits: the eye's runs between two columns, the mouth's from 0
    """

    origin: Array
    elevation: Array
    azimuth: Array
    height: Array
    upper: Array
    lower: Array
    eye_row: int
    eye_columns: tuple[int, int]
    mouth_row: int
    mouth_column: int


_NECK = np.array(  # along the rows below the chin: origin y, origin z, elevation in degrees
    [
        (0.0, 1.600, -49.4), (0.0, 1.598, -54.0), (0.0, 1.590, -57.5), (0.002, 1.576, -58.5), (0.006, 1.556, -54.5),
        (0.010, 1.533, -45.0), (0.014, 1.510, -31.5), (0.016, 1.490, -18.0), (0.017, 1.470, -8.0), (0.018, 1.450, -3.0),
        (0.018, 1.430, 0.0), (0.019, 1.410, 0.0), (0.020, 1.392, 0.0),
    ]
)  # fmt: skip


def make_grid() -> Grid:
    """Rays and topology of the left half."""
    theta, z = columns(), rows()
    top = np.radians(np.linspace(88.0, np.degrees(np.arctan((z[0] - CENTRE[2]) / REFERENCE)), 9)[:-1])
    face = np.arctan((z - CENTRE[2]) / REFERENCE)
    elevation = np.concatenate([top, face, np.radians(_NECK[1:, 2])])
    origin = np.concatenate(
        [
            np.tile(CENTRE, (len(top) + len(face), 1)),
            np.stack([np.zeros(len(_NECK) - 1), _NECK[1:, 0], _NECK[1:, 1]], axis=1),
        ]
    )
    height = np.concatenate([np.full(len(top), np.inf), z, np.full(len(_NECK) - 1, -np.inf)])
    r, c = len(elevation), len(theta)
    upper = np.arange(r * c).reshape(r, c)
    lower = upper.copy()
    eye_row = len(top) + int(np.argmin(np.abs(z - EYE_ROW)))
    mouth_row = len(top) + int(np.argmin(np.abs(z - MOUTH_Z)))
    first, last = int(np.argmin(np.abs(theta - EYE_IN))), int(np.argmin(np.abs(theta - EYE_OUT)))
    corner = int(np.argmin(np.abs(theta - MOUTH_CORNER)))
    slit = [(eye_row, j) for j in range(first + 1, last)] + [(mouth_row, j) for j in range(corner)]
    for k, (i, j) in enumerate(slit):
        lower[i, j] = r * c + k
    row = np.concatenate([np.repeat(np.arange(r), c), [i for i, _ in slit]]).astype(int)
    column = np.concatenate([np.tile(np.arange(c), r), [j for _, j in slit]]).astype(int)
    return Grid(
        origin[row], elevation[row], theta[column], height[row], upper, lower, eye_row, (first, last), mouth_row, corner
    )


def _fall(distance: Array, reach: float | Array) -> Array:
    """1 at 0 to 0 at `reach`, steepest at 0: the rows next to a slit share its move evenly."""
    return np.clip(1.0 - distance / reach, 0.0, 1.0) ** 1.7


@dataclass(frozen=True)
class Lids:
    """How the lids stand: 1 as at rest, 0 closed; `shift` moves both, metres."""

    upper: float = 1.0
    lower: float = 1.0
    shift_in: float = 0.0


def _straight_nape(grid: Grid, elevation: Array) -> tuple[Array, Array]:
    """Rows of the neck dive under the chin in front; at the back they go straight down. Origins and elevations."""
    low = np.isneginf(grid.height)
    count = len(_NECK) - 1
    step = np.zeros(len(low))
    rows_of = {float(z): k + 1 for k, z in enumerate(_NECK[1:, 1])}
    step[low] = [rows_of[float(z)] / count for z in grid.origin[low, 2]]
    back = np.where(low, smoothstep(grid.azimuth, 0.9, 2.4), 0.0)
    first, last = _NECK[0], _NECK[-1]
    straight_z = first[1] + (last[1] - first[1]) * step
    straight_slope = np.tan(np.radians(first[2])) * (1 - step)
    origin = grid.origin.copy()
    origin[:, 2] += back * (straight_z - origin[:, 2])
    slope = np.tan(np.minimum(elevation, 1.5))
    return origin, np.where(low, np.arctan(slope + back * (straight_slope - slope)), elevation)


def _distance(theta: Array, height: Array) -> Array:
    """How far the skin is from the rays' centre, along the floor: the mouth stands out before the rest."""
    return REFERENCE + 0.0060 * bell(theta / 0.42) * smoothstep(height, 1.578, 1.556)


def place(grid: Grid, lids: Lids = Lids(), only: Array | None = None) -> Array:
    """Vertices of the left half on the skin, (N, 3); `only` (bool N) limits the work, the others are zero."""
    use = np.ones(len(grid.azimuth), bool) if only is None else only
    n = len(grid.azimuth)
    below = np.zeros(n, bool)
    below[np.setdiff1d(grid.lower.ravel(), grid.upper.ravel())] = True
    height, theta = grid.height.copy(), grid.azimuth
    on_face = np.isfinite(height)
    h0 = np.where(on_face, height, 10.0)

    # The eye: a slanted line between the corners, then the two lids away from it.
    s = (theta - 0.5 * (EYE_IN + EYE_OUT)) / (0.5 * (EYE_OUT - EYE_IN))
    d = h0 - EYE_ROW
    line = 0.0012 * np.clip(s, -1.6, 1.6) * bell(s / 2.4)
    inner = np.clip(1.0 - s * s, 0.0, 1.0)
    # Upper lid highest a little to the nose, lower lid lowest a little outwards.
    up_curve = inner**0.72 * (1.0 - 0.16 * s)
    low_curve = inner**0.85 * (1.0 + 0.16 * s)
    sag = CLOSED_SAG * inner
    up = -sag + lids.upper * (UPPER_OPEN * up_curve + sag)
    low = -sag - lids.lower * (LOWER_OPEN * low_curve - sag)
    is_low = (d < -1e-9) | (below & (np.abs(d) < 1e-9))
    slit_shift = np.where(is_low, low, up)
    shift = line * _fall(np.abs(d), 0.035) + slit_shift * _fall(np.abs(d), np.where(is_low, 0.024, 0.028))

    # The mouth: the row follows the line between the lips.
    x = np.minimum(np.sin(theta) * 0.0925, MOUTH_HALF * 1.25)
    dm = h0 - MOUTH_Z
    near = smoothstep(theta, 0.75, 0.3)
    shift = shift + (mouth_line(x) - MOUTH_Z) * _fall(np.abs(dm), 0.02) * near
    # Rows gather towards the corners, so that a row is the edge of each lip.
    t = theta / MOUTH_CORNER
    lip = np.clip(1.0 - t * t, 0.0, 1.0) ** 0.62 * np.where(dm > 0, 1.0 - 0.16 * bell(t / 0.20), 1.0)
    lip = np.where(t < 1, np.maximum(lip, 0.15), 1.0 - 0.85 * smoothstep(t, 1.45, 1.0))
    shift = shift - dm * (1.0 - lip) * _fall(np.abs(dm), 0.032)
    height = np.where(on_face, height + shift, 0.0)
    elevation = np.where(on_face, np.arctan((height - CENTRE[2]) / _distance(theta, height)), grid.elevation)
    origin, elevation = _straight_nape(grid, elevation)

    cos = np.cos(elevation)
    direction = np.stack([np.sin(theta) * cos, -np.cos(theta) * cos, np.sin(elevation)], axis=1)
    points = np.zeros((n, 3))
    points[use] = cast(origin[use], direction[use])
    points[np.abs(np.sin(theta)) < 1e-9, 0] = 0.0
    # The line between the lips is a crease.
    crease = np.clip(1.0 - t * t, 0.0, 1.0) ** 0.5 * bell(dm / 0.0022)
    points[:, 1] += np.where(use, 0.0017 * crease, 0.0)
    return points


def grid_faces(grid: Grid) -> Array:
    """Quads of the left half, outwards."""
    a, b = grid.lower[:-1, :-1], grid.lower[:-1, 1:]
    c, d = grid.upper[1:, 1:], grid.upper[1:, :-1]
    return np.stack([a, d, c, b], axis=-1).reshape(-1, 4)
