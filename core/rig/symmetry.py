"""Skeletons whose rest is not symmetric: limbs that are built alike, made to stand alike.

Bone lengths and the distances between siblings do not change when a limb is bent, so limbs that are each other's mirror
image are told by those, whatever pose the rest is in.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from ..arrays import Array
from .anatomy import Mirror, Shape, find_mirror, try_mirror

_ALIKE = 0.06
"""How much lengths of two mirrored limbs may differ, of the limb's reach."""
_LIMB = 0.12
"""How far a limb reaches at least, of the skeleton's size."""
_GOOD_SHARE = 0.97


def _fan(shape: Shape, bones: list[int], hangs: int, siblings: bool) -> Array:
    """(C, F) for each of some children: its distance from the bone, its reach, its sorted distances to the others."""
    points = shape.heads[bones]
    own = np.linalg.norm(points - shape.heads[hangs], axis=1)
    parts = [own, shape.reach[bones]]
    if siblings:
        parts.append(np.sort(np.linalg.norm(points[:, None] - points[None], axis=2), axis=1))
    return np.column_stack(parts)


def alike(shape: Shape, a: int, b: int) -> dict[int, int] | None:
    """Which bone of the limb at `b` is which of the limb at `a`, or None when they are not built alike.

    A short bone that only one of them has, such as what a hand holds, does not count.
    """
    allowed = _ALIKE * max(float(shape.reach[a]), float(shape.reach[b]), 1e-9)
    out: dict[int, int] = {}
    waiting = [(a, b)]
    while waiting:
        i, j = waiting.pop()
        out[i] = j
        mine, theirs = shape.children[i], shape.children[j]
        same = len(mine) == len(theirs)
        if min(len(mine), len(theirs)) == 0:
            if any(shape.reach[c] > allowed for c in (*mine, *theirs)):
                return None
            continue
        one, other = _fan(shape, mine, i, same), _fan(shape, theirs, j, same)
        cost = np.linalg.norm(one[:, None] - other[None], axis=2)
        rows, columns = linear_sum_assignment(cost)
        if cost[rows, columns].max() > allowed * np.sqrt(len(rows) + 2.0):
            return None
        left = {mine[r] for r in range(len(mine)) if r not in rows}
        left |= {theirs[c] for c in range(len(theirs)) if c not in columns}
        if any(shape.reach[c] > allowed for c in left):
            return None
        waiting += [(mine[r], theirs[c]) for r, c in zip(rows, columns, strict=True)]
    return out


def _limbs(shape: Shape) -> list[dict[int, int]]:
    """Correspondences of sibling limbs that are built alike."""
    out = []
    for siblings in shape.children:
        long = [c for c in siblings if shape.reach[c] > _LIMB * shape.size]
        for k, a in enumerate(long):
            for b in long[k + 1 :]:
                same = alike(shape, a, b)
                if same is not None:
                    out.append(same)
    return out


def _evened(shape: Shape, limbs: list[dict[int, int]], normal: Array, offset: float) -> Shape:
    """The shape with the more bent limb of each pair replaced by the mirror image of the straighter one."""
    heads = shape.heads.copy()

    def image(points: Array) -> Array:
        return points - 2.0 * (points @ normal - offset)[..., None] * normal

    for same in limbs:
        a, b = next(iter(same.items()))
        if np.linalg.norm(image(shape.heads[a]) - shape.heads[b]) > 0.04 * shape.size:
            continue

        def straight(bones: list[int]) -> float:
            return float(np.linalg.norm(shape.heads[bones] - shape.heads[bones[0]], axis=1).max())

        bones, others = list(same), list(same.values())
        if straight(bones) < straight(others):
            bones, others = others, bones
        heads[others] = image(heads[bones])
    return replace_heads(shape, heads)


def replace_heads(shape: Shape, heads: Array) -> Shape:
    """The same tree with other heads (N, 3)."""
    sums, counts = heads.copy(), np.ones(len(heads))
    for i in range(len(heads) - 1, -1, -1):
        if shape.parents[i] >= 0:
            sums[shape.parents[i]] += sums[i]
            counts[shape.parents[i]] += counts[i]
    return replace(shape, heads=heads, mean=sums / counts[:, None])


def _refitted(shape: Shape, mirror: Mirror) -> tuple[Array, float]:
    """The plane, (normal, offset), that all pairs which stand mirrored agree on; wide pairs count more."""
    index = np.arange(len(shape.names))
    one = index[(mirror.partner > index)]
    a, b = shape.heads[one], shape.heads[mirror.partner[one]]
    image = a - 2.0 * (a @ mirror.normal - mirror.offset)[:, None] * mirror.normal
    near = np.linalg.norm(image - b, axis=1) < 0.03 * shape.size
    if not near.any():
        return mirror.normal, mirror.offset
    gap, middle = (a - b)[near], 0.5 * (a + b)[near]
    total = (gap * np.sign(gap @ mirror.normal)[:, None]).sum(axis=0)
    normal = total / max(float(np.linalg.norm(total)), 1e-12)
    return normal, float(np.median(middle @ normal))


def symmetric(shape: Shape) -> tuple[Shape, Mirror] | None:
    """The shape with its mirror plane; where the rest is not symmetric, the shape as it would be. None without any."""
    found = find_mirror(shape)
    if found is not None and found.share > _GOOD_SHARE:
        return shape, found
    limbs = _limbs(shape)
    best = (shape, found) if found is not None else None
    for same in limbs:
        a, b = next(iter(same.items()))
        gap = shape.heads[a] - shape.heads[b]
        width = float(np.linalg.norm(gap))
        if width < 0.01 * shape.size:
            continue
        normal = gap / width
        plane = normal, float((shape.heads[a] + shape.heads[b]) @ normal / 2.0)
        for _ in range(2):
            even = _evened(shape, limbs, *plane)
            mirror = try_mirror(even, *plane)
            plane = _refitted(shape, mirror)
        if mirror.share > (best[1].share + 0.05 if best else 0.4):
            best = (even, mirror)
    return best
