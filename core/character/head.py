"""The head mesh: skin, the rims of the lids, and the pocket of the mouth, with the facts the face shapes need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from .head_grid import Grid, Lids, grid_faces, make_grid, place
from .places import EYE, EYE_RADIUS, MOUTH_HALF

POCKET = np.array(  # rows of the pocket: back, up, down, width, how much of the lip's motion it has
    [
        (0.0010, 0.0002, 0.0002, 1.000, 0.97), (0.0032, 0.0010, 0.0010, 1.00, 0.85), (0.0062, 0.0036, 0.0036, 1.0, 0.6),
        (0.0110, 0.0095, 0.0100, 1.06, 0.25), (0.0190, 0.0145, 0.0165, 1.24, 0.05), (0.0310, 0.0150, 0.0170, 1.22, 0.0),
        (0.0440, 0.0080, 0.0120, 0.85, 0.0), (0.0500, 0.0, 0.0, 0.60, 0.0),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class HeadMesh:
    """The whole head at rest.

    vertices (N, 3), faces (M, 4), mirror (N,) the vertex of the other side
    lid       (N,) bool: belongs to the skin that lids move, or to their rims (left and right)
    mouth     (N,) -1 for vertices of the upper side of the mouth's slit, +1 of the lower side, 0 elsewhere
    pocket    (N,) the vertex of the slit that a vertex of the pocket hangs on; -1 elsewhere
    depth     (N,) row in the pocket, 0 elsewhere
    upper_rim, lower_rim  left lids' edge vertices from the inner to the outer corner, corners included
    lips_upper, lips_lower  the slit of the mouth from the middle to the left corner
    """

    grid: Grid
    vertices: Array
    faces: Array
    mirror: Array
    left_of: Array
    lid: Array
    mouth: Array
    pocket: Array
    depth: Array
    upper_rim: Array
    lower_rim: Array
    lips_upper: Array
    lips_lower: Array

    def with_lids(self, lids: Lids) -> Array:
        """Displacement (N, 3) of the left lids from rest to another stand; zero on the right side."""
        n = len(self.grid.azimuth)
        skin = np.zeros((n, 3))
        only = self.lid[self.left_of[:n]]
        moved = place(self.grid, lids, only)
        rest = self.vertices[self.left_of[:n]]
        skin[only] = moved[only] - rest[only]
        half = np.zeros((len(self.left_of), 3))
        half[:n] = skin
        rims, at = _rims(np.where(only[:, None], moved, rest), self.grid)
        half[at] = rims - self.vertices[self.left_of[at]]
        out = np.zeros_like(self.vertices)
        out[self.left_of] = half
        middle = self.mirror == np.arange(len(out))
        out[middle] = 0.0
        return out


def _slit_eye(grid: Grid) -> tuple[Array, Array]:
    first, last = grid.eye_columns
    return grid.upper[grid.eye_row, first : last + 1], grid.lower[grid.eye_row, first : last + 1]


def _rims(points: Array, grid: Grid) -> tuple[Array, Array]:
    """Edges of the lids turned in over the eyeball, two rows: places and their vertex numbers."""
    upper, lower = _slit_eye(grid)
    n = len(grid.azimuth)
    loop = np.concatenate([upper, lower[1:-1]])
    out = []
    for radius in (EYE_RADIUS + 0.0005, EYE_RADIUS * 0.80):
        ray = points[loop] - EYE
        length = np.linalg.norm(ray, axis=1, keepdims=True)
        out.append(EYE + ray / length * np.minimum(radius, length))
    return np.concatenate(out), n + np.arange(2 * len(loop))


def _rim_faces(grid: Grid) -> Array:
    upper, lower = _slit_eye(grid)
    k, n = len(upper), len(grid.azimuth)
    m = k + k - 2
    up1 = n + np.arange(k)
    low1 = np.concatenate([[n], n + k + np.arange(k - 2), [n + k - 1]])
    faces = []
    for a, b in ((upper, up1), (up1, up1 + m)):
        faces.append(np.stack([a[:-1], b[:-1], b[1:], a[1:]], axis=1))
    for a, b in ((lower, low1), (low1, low1 + m)):
        faces.append(np.stack([a[:-1], a[1:], b[1:], b[:-1]], axis=1))
    return np.concatenate(faces)


def _pocket(points: Array, grid: Grid, first: int) -> tuple[Array, Array, Array, Array, Array]:
    """The pocket of the mouth, left half: places, faces, slit vertex, side (-1 upper, +1 lower, 0 shared) and row."""
    c = grid.mouth_column
    edge_up, edge_low = grid.upper[grid.mouth_row, : c + 1], grid.lower[grid.mouth_row, : c + 1]
    places, hang, side, depth, faces = [], [], [], [], []
    up_before, low_before = edge_up, edge_low
    number = first
    x = points[edge_up, 0]
    arch = np.sqrt(np.clip(1.0 - (x / MOUTH_HALF) ** 2, 0.0, 1.0)) ** 0.7
    front = points[edge_up]
    centre_y = front[0, 1]
    for row, (back, up, down, width, _) in enumerate(POCKET, start=1):
        last = row == len(POCKET)
        # Deep rows straighten: the pocket's back wall does not follow the lips' curve.
        straight = min(1.0, back / 0.03)
        y = (1 - 0.45 * straight) * front[:, 1] + 0.45 * straight * centre_y + back
        base = np.stack([x * width, y, front[:, 2]], axis=1)
        up_ids = number + np.arange(c + 1)
        number += c + 1
        places.append(base + np.stack([0 * x, 0 * x, up * arch], axis=1))
        hang.append(edge_up)
        side.append(np.where(np.arange(c + 1) == c, 0, -1) if not last else np.zeros(c + 1, int))
        depth.append(np.full(c + 1, row))
        if last:
            low_ids = up_ids
        else:
            low_ids = np.concatenate([number + np.arange(c), up_ids[-1:]])
            number += c
            places.append((base - np.stack([0 * x, 0 * x, down * arch], axis=1))[:-1])
            hang.append(edge_low[:-1])
            side.append(np.ones(c, int))
            depth.append(np.full(c, row))
        faces.append(np.stack([up_before[:-1], up_ids[:-1], up_ids[1:], up_before[1:]], axis=1))
        faces.append(np.stack([low_before[:-1], low_before[1:], low_ids[1:], low_ids[:-1]], axis=1))
        up_before, low_before = up_ids, low_ids
    a, b, c, d, e = (np.concatenate(v) for v in (places, faces, hang, side, depth))
    return a, b, c, d, e


def build_head() -> HeadMesh:
    """The head at rest, both sides."""
    grid = make_grid()
    skin = place(grid)
    n = len(skin)
    rims, rim_ids = _rims(skin, grid)
    pocket, pocket_faces, hang, side, depth = _pocket(skin, grid, n + len(rims))
    crown = np.array([[0.0, skin[0, 1] * 0.5 + skin[len(np.unique(grid.azimuth)) - 1, 1] * 0.5, skin[0, 2] + 0.0003]])
    half = np.concatenate([skin, rims, pocket, crown])
    top = grid.upper[0]
    cap = np.stack([np.full(len(top) - 1, len(half) - 1), top[:-1], top[1:], np.full(len(top) - 1, -1)], axis=1)
    faces = np.concatenate([grid_faces(grid), _rim_faces(grid), pocket_faces, cap])

    count = len(half)
    zeros = np.zeros(count, int)
    mouth, hang_all, depth_all = zeros.copy(), zeros - 1, zeros.copy()
    c = grid.mouth_column
    mouth[grid.upper[grid.mouth_row, :c]] = -1
    mouth[grid.lower[grid.mouth_row, :c]] = 1
    at = n + len(rims)
    mouth[at : at + len(pocket)] = side
    hang_all[at : at + len(pocket)] = hang
    depth_all[at : at + len(pocket)] = depth
    near = (np.abs(half[:n, 2] - EYE[2]) < 0.045) & (half[:n, 1] < -0.02) & (half[:n, 0] > 0.001)
    lid = np.zeros(count, bool)
    lid[:n] = near
    lid[rim_ids] = True

    middle = np.abs(half[:, 0]) < 1e-7
    half[middle, 0] = 0.0
    right = np.where(middle, np.arange(count), 0)
    right[~middle] = count + np.arange(int((~middle).sum()))
    mirror = np.concatenate([right, np.flatnonzero(~middle)])
    turned = faces[:, ::-1].copy()
    triangle = faces[:, 3] < 0
    turned[triangle] = np.hstack([faces[triangle, 2::-1], np.full((int(triangle.sum()), 1), -1)])
    turned = np.where(turned >= 0, right[np.maximum(turned, 0)], -1)

    def both(values: Array) -> Array:
        return np.concatenate([values, values[~middle]])

    hang_both = np.concatenate([hang_all, np.where(hang_all[~middle] >= 0, right[hang_all[~middle]], -1)])
    upper_rim, lower_rim = _slit_eye(grid)
    return HeadMesh(
        grid,
        np.concatenate([half, half[~middle] * np.array([-1.0, 1.0, 1.0])]),
        np.concatenate([faces, turned]),
        mirror,
        np.arange(count),
        both(lid),
        both(mouth),
        hang_both,
        both(depth_all),
        upper_rim,
        lower_rim,
        grid.upper[grid.mouth_row, : c + 1],
        grid.lower[grid.mouth_row, : c + 1],
    )
