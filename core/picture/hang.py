"""How hair hangs: from the head that carries it down to a body that it rests on, or free.

Hair moves with the head where it grows, with the body where it touches it, and between them as one smooth sheet: the
displacement that changes least along it (a screened Laplace equation over what is hair). A lock that hangs free keeps
the way of its root down to its tip; long hair that lies on shoulders stays there.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .warp import Face, smooth, turns

_CELLS: Final = 84
"""Cells of the longer side that it is solved on."""
_LOOSE: Final = 0.004
"""How much two cells without hair hold one another; with hair it is 1."""
_HELD: Final = 0.6
"""How strongly the head holds its hair."""
_TOUCHED: Final = 4.0
"""How strongly a cheek holds the hair in front that lies against it."""


def hanging(face: Face, p: Array, hair: Array, body: Array, layer: str, front: Array) -> dict[str, Array]:
    """Displacements (V, 2) of places (V, 2) of a layer of hair by the six turns, for masks (H, W) of hair, of the body
    and of what of the hair lies in front."""
    from scipy.ndimage import map_coordinates

    wide = hair.shape[1] / hair.shape[0]
    columns, rows = (max(8, round(_CELLS * min(1.0, s))) for s in (wide, 1.0 / wide))
    z, x = np.meshgrid(
        1.0 - (np.arange(rows) + 0.5) / rows, ((np.arange(columns) + 0.5) / columns - 0.5) * wide, indexing="ij"
    )
    at = np.stack([x.ravel(), z.ravel()], axis=1)
    mine, theirs = _shares(hair, rows, columns), _shares(body, rows, columns)
    carried, rests = _HELD * _on_head(face, at).reshape(rows, columns) ** 2, _resting(face, mine, theirs)
    head, ground, skin = turns(face, at, "Behind", whole=True), turns(face, at, "Body"), turns(face, at)
    names = list(head)
    touched = _TOUCHED * (_beside(face, at).reshape(rows, columns) * (_shares(front, rows, columns) > 0.0))
    holds = [
        (held, np.stack([motion[n] for n in names], axis=1).reshape(len(at), -1))
        for held, motion in ((carried, head), (rests, ground), (touched, skin))
    ]
    solved = _smoothest(mine, holds)
    places = [(1.0 - p[:, 1]) * rows - 0.5, (p[:, 0] / wide + 0.5) * columns - 0.5]
    moved = [map_coordinates(f, places, order=1, mode="nearest") for f in solved.T.reshape(-1, rows, columns)]
    parts = np.stack(moved, axis=1).reshape(len(p), len(names), 2)
    out = {name: parts[:, k] for k, name in enumerate(names)}
    if layer == "Front":
        # The fringe lies before the forehead.
        near, back = turns(face, p, "Front", whole=True), turns(face, p, "Behind", whole=True)
        held = _on_head(face, p)[:, None]
        out = {name: out[name] + held * (near[name] - back[name]) for name in names}
        # Beside the cheeks it lies on them: as far as they go, so that no edge opens between them.
        cheek, on = turns(face, p), _beside(face, p)[:, None]
        out = {name: out[name] + on * (cheek[name] - out[name]) for name in names}
    return out


def _beside(face: Face, p: Array) -> Array:
    """How much (V,) places lie beside a cheek: 1 from the brows to below the eyes, 0 above and at the chin."""
    up = (p[:, 1] - face.middle[1]) / face.below
    across = np.abs(p[:, 0] - face.middle[0]) / face.half
    return smooth((0.5 - up) / 0.25) * smooth((up + 0.95) / 0.35) * smooth((1.5 - across) / 0.25)


def _shares(area: Array, rows: int, columns: int) -> Array:
    """How much of each cell (rows, columns) is the area's, 0 - 1."""
    height, width = area.shape
    total = np.zeros((height + 1, width + 1))
    total[1:, 1:] = area.cumsum(axis=0).cumsum(axis=1)
    down, across = np.linspace(0, height, rows + 1).astype(int), np.linspace(0, width, columns + 1).astype(int)
    sums = np.diff(np.diff(total[np.ix_(down, across)], axis=0), axis=1)
    out: Array = sums / np.maximum(np.outer(np.diff(down), np.diff(across)), 1)
    return out


def _on_head(face: Face, p: Array) -> Array:
    """How much (V,) places lie on the head: 1 on the skull, 0 beside the jaw and below."""
    top = face.middle[1] + 1.3 * face.below
    centre = np.array([face.middle[0], (top + face.chin[1]) / 2.0 + 0.1 * face.below])
    reach = np.hypot(*((p - centre) / (1.3 * face.half, 0.55 * (top - face.chin[1]))).T)
    return smooth((1.3 - reach) / 0.55)


def _resting(face: Face, hair: Array, body: Array) -> Array:
    """How strongly (rows, columns) the body holds hair: where the two touch, and where it hides what goes on."""
    from scipy.ndimage import binary_dilation

    rows = len(hair)
    # Beside the neck hair hangs free: what holds lies below it.
    z = 1.0 - (np.arange(rows) + 0.5) / rows
    low = smooth((face.chin[1] - 0.1 * face.below - z) / (0.2 * face.below))[:, None]
    out: Array = 3.0 * low * ((hair > 0.0) & binary_dilation(body > 0.0)) + ((body > 0.5) & (hair < 0.5))
    return out


def _smoothest(hair: Array, holds: list[tuple[Array, Array]]) -> Array:
    """Displacements (cells, N) that change least over hair: `holds` are how strongly (rows, columns) each cell is held,
    and to what (cells, N)."""
    from scipy.sparse import coo_matrix, diags
    from scipy.sparse.linalg import splu

    rows, columns = hair.shape
    k = np.arange(rows * columns).reshape(rows, columns)
    pairs, weights = [], []
    for one, other, a, b in (
        (k[1:], k[:-1], hair[1:], hair[:-1]),
        (k[:, 1:], k[:, :-1], hair[:, 1:], hair[:, :-1]),
    ):
        pairs.append(np.stack([one.ravel(), other.ravel()]))
        weights.append((np.minimum(a, b) + _LOOSE).ravel())
    (i, j), w = np.concatenate(pairs, axis=1), np.concatenate(weights)
    links = coo_matrix(
        (np.tile(w, 2), (np.concatenate([i, j]), np.concatenate([j, i]))), shape=(k.size, k.size)
    ).tocsr()
    held = sum(strong.ravel() for strong, _ in holds)
    system = diags(np.asarray(links.sum(axis=1)).ravel() + held) - links
    right = sum(strong.ravel()[:, None] * to for strong, to in holds)
    solved = splu(system.tocsc()).solve(right).reshape(rows, columns, -1)
    return _beyond(solved, hair > 0.0).reshape(rows * columns, -1)


def _beyond(moved: Array, hair: Array) -> Array:
    """A field (rows, columns, N) that goes on beside hair as it is on its edge, so that no edge is bent."""
    from scipy.ndimage import distance_transform_edt, uniform_filter

    if not hair.any():
        return moved
    nearest = distance_transform_edt(~hair, return_distances=False, return_indices=True)
    out: Array = moved[nearest[0], nearest[1]]
    for _ in range(6):
        out[~hair] = uniform_filter(out, (3, 3, 0), mode="nearest")[~hair]
    return out
