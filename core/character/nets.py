"""A quad mesh of the zero surface of a signed distance.

Surface nets (Gibson, "Constrained elastic surface nets", 1998): one vertex a cell that the surface crosses, one quad a
grid edge that it crosses. The grid is in line with the axes, and at rest so are the limbs, so loops run round them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Array
from .mesh import as_quads, edges_of, relax
from .sdf import Distance, onto_surface

_BLOCK = 4


def _sample(distance: Distance, axes: list[Array], cell: Array) -> Array:
    """The distance at every node of the grid; exact only in blocks that the surface may cross, elsewhere the sign."""
    count = [len(a) for a in axes]
    centres = [a[np.minimum(np.arange(0, len(a), _BLOCK) + _BLOCK // 2, len(a) - 1)] for a in axes]
    coarse = distance(np.stack(np.meshgrid(*centres, indexing="ij"), axis=-1).reshape(-1, 3))
    block = np.stack(np.meshgrid(*[np.arange(n) // _BLOCK for n in count], indexing="ij"), axis=-1)
    value = coarse.reshape([len(c) for c in centres])[tuple(np.moveaxis(block, -1, 0))]
    # Some distances are half too large away from the surface, hence the wide margin.
    near = np.abs(value) < np.linalg.norm(cell) * _BLOCK * 1.5
    at = np.argwhere(near)
    value[near] = distance(np.stack([axes[i][at[:, i]] for i in range(3)], axis=1))
    return value


def surface(
    distance: Distance, low: Sequence[float], high: Sequence[float], cell: Sequence[float], smooth: int = 2
) -> tuple[Array, Array]:
    """Vertices (N, 3) and quads (M, 4) of the surface inside the box, faces outwards.

    low, high  corners of the box, metres; the surface must not touch it
    cell       size of a grid cell along each axis
    smooth     how often vertices are evened out and put back on the surface
    """
    low_, cell_ = np.asarray(low, np.float64), np.asarray(cell, np.float64)
    count = np.ceil((np.asarray(high) - low_) / cell_).astype(int) + 1
    axes = [low_[i] + cell_[i] * np.arange(count[i]) for i in range(3)]
    value = _sample(distance, axes, cell_)
    index, middles = _middles(value, count - 1)
    vertices = low_ + cell_ * middles
    faces = as_quads(_quads(value < 0.0, index))
    edges = edges_of(faces)
    for _ in range(smooth):
        vertices = onto_surface(distance, relax(vertices, edges, 0.6), 1)
    return onto_surface(distance, vertices, 2), faces


def _middles(value: Array, cells: Array) -> tuple[Array, Array]:
    """The number of each cell that the surface crosses, -1 elsewhere; and where in cells its vertices (N, 3) lie."""
    total = np.zeros((*cells, 3))
    crossings = np.zeros(cells, np.int32)
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for du in (0, 1):
            for dv in (0, 1):
                first = [slice(None)] * 3
                first[axis] = slice(0, -1)
                first[u] = slice(du, du + cells[u])
                first[v] = slice(dv, dv + cells[v])
                second = list(first)
                second[axis] = slice(1, None)
                a, b = value[tuple(first)], value[tuple(second)]
                cross = (a < 0) != (b < 0)
                t = np.where(cross, a / np.where(cross, a - b, 1.0), 0.0)
                crossings += cross
                total[..., axis] += t
                total[..., u] += du * cross
                total[..., v] += dv * cross
    used = crossings > 0
    index = np.full(cells, -1, np.int64)
    index[used] = np.arange(int(used.sum()))
    corner = np.stack(np.meshgrid(*[np.arange(c) for c in cells], indexing="ij"), axis=-1)[used]
    return index, corner + total[used] / crossings[used][:, None]


def _quads(inside: Array, index: Array) -> Array:
    """A quad (M, 4) of cells' vertices for every edge of the grid that crosses the surface, faces outwards."""
    quads = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        sl = [slice(1, -1)] * 3
        sl[axis] = slice(0, -1)
        sl2 = list(sl)
        sl2[axis] = slice(1, None)
        a, b = inside[tuple(sl)], inside[tuple(sl2)]
        at = np.argwhere(a != b)
        out = a[tuple(at.T)]
        at[:, u] += 1
        at[:, v] += 1
        ring = []
        for du, dv in ((-1, -1), (0, -1), (0, 0), (-1, 0)):
            c = at.copy()
            c[:, u] += du
            c[:, v] += dv
            ring.append(index[tuple(c.T)])
        quad = np.stack(ring, axis=1)
        quad[~out] = quad[~out][:, ::-1]
        quads.append(quad)
    return np.concatenate(quads)


def loft(loops: Array, ring: bool = False) -> tuple[Array, Array]:
    """A skin over closed loops of points (R, S, 3), in order; `ring` joins the last loop to the first.

    Loops that run anticlockwise seen from where the next loops lie give faces that look outwards.
    """
    rows, sides = loops.shape[:2]
    k = np.arange(sides)
    after = (k + 1) % sides
    pairs = [(r, (r + 1) % rows) for r in range(rows if ring else rows - 1)]
    faces = [np.stack([a * sides + k, a * sides + after, b * sides + after, b * sides + k], axis=1) for a, b in pairs]
    return loops.reshape(-1, 3), np.concatenate(faces)
