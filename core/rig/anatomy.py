"""A skeleton as a shape: its mirror plane, its limbs and its up, without looking at any name.

Everything here is in the armature's space. Bones are indices into `Shape.names`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.spatial.distance import cdist

from ..arrays import Array
from .description import RigDescription

_TOLERANCE = 0.02


def _unit(v: Array) -> Array:
    return v / max(float(np.linalg.norm(v)), 1e-12)


@dataclass(frozen=True)
class Shape:
    """The tree of a rig's bones, with heads (N, 3) and parents (N,), -1 for roots."""

    names: tuple[str, ...]
    heads: Array
    parents: Array
    mean: Array = field(repr=False)

    @classmethod
    def of(cls, description: RigDescription) -> Shape:
        """The tree of a description."""
        names = tuple(b.name for b in description.bones)
        index = {n: i for i, n in enumerate(names)}
        parents = np.array([index[b.parent] if b.parent else -1 for b in description.bones], int)
        heads = np.array([b.head for b in description.bones], float).reshape(-1, 3)
        sums, counts = heads.copy(), np.ones(len(names))
        for i in range(len(names) - 1, -1, -1):
            if parents[i] >= 0:
                sums[parents[i]] += sums[i]
                counts[parents[i]] += counts[i]
        return cls(names, heads, parents, sums / np.maximum(counts, 1)[:, None])

    @cached_property
    def children(self) -> list[list[int]]:
        out: list[list[int]] = [[] for _ in self.names]
        for i, parent in enumerate(self.parents):
            if parent >= 0:
                out[parent].append(i)
        return out

    @cached_property
    def reach(self) -> Array:
        """(N,) length of the longest way down from each bone's head, over heads."""
        out = np.zeros(len(self.names))
        for i in range(len(self.names) - 1, -1, -1):
            for c in self.children[i]:
                out[i] = max(out[i], out[c] + float(np.linalg.norm(self.heads[c] - self.heads[i])))
        return out

    @cached_property
    def size(self) -> float:
        return float(max(np.ptp(self.heads, axis=0).max(), 1e-9)) if len(self.names) else 1.0

    def below(self, i: int) -> list[int]:
        """A bone and all its descendants."""
        out, waiting = [], [i]
        while waiting:
            b = waiting.pop()
            out.append(b)
            waiting += self.children[b]
        return out

    def above(self, i: int) -> list[int]:
        """A bone's ancestors from its parent up."""
        out = []
        while self.parents[i] >= 0:
            i = int(self.parents[i])
            out.append(i)
        return out

    def way(self, i: int) -> list[int]:
        """The bones on the longest way down from a bone, itself first."""
        out = [i]
        while self.children[i]:
            steps = [float(np.linalg.norm(self.heads[c] - self.heads[i])) + self.reach[c] for c in self.children[i]]
            i = self.children[i][int(np.argmax(steps))]
            out.append(i)
        return out


@dataclass(frozen=True)
class Mirror:
    """The plane that a skeleton is symmetric about: normal . x = offset; how much of it is; each bone's partner."""

    normal: Array
    offset: float
    share: float
    partner: Array


def try_mirror(shape: Shape, normal: Array, offset: float) -> Mirror:
    """How symmetric a shape is about one plane."""
    points = np.concatenate([shape.heads, shape.mean], axis=1)
    distance = shape.heads @ normal - offset
    other = shape.mean @ normal - offset
    image = np.concatenate(
        [shape.heads - 2.0 * distance[:, None] * normal, shape.mean - 2.0 * other[:, None] * normal], axis=1
    )
    gaps = cdist(image[:, :3], points[:, :3]) + 0.5 * cdist(image[:, 3:], points[:, 3:])
    partner = np.argmin(gaps, axis=1)
    near = gaps[np.arange(len(partner)), partner] < 2.0 * _TOLERANCE * shape.size
    mutual = partner[partner] == np.arange(len(partner))
    sided = np.abs(other) > _TOLERANCE * shape.size
    good = near & mutual & ~(sided & (partner == np.arange(len(partner))))
    # Bones on the plane say nothing: a plane that merely holds many bones must not win.
    weight = np.where(sided, 1.0, 0.25)
    share = float((good * weight).sum() / max(weight.sum(), 1e-9)) if sided.sum() >= 4 else 0.0
    return Mirror(normal, offset, share, np.where(good, partner, -1))


def find_mirror(shape: Shape) -> Mirror | None:
    """The best mirror plane, or None when the skeleton has none."""
    planes = []
    for axis in np.eye(3):
        along = shape.heads @ axis
        planes += [(axis, 0.0), (axis, float(np.median(along))), (axis, float((along.max() + along.min()) / 2.0))]
    for siblings in shape.children:
        for k, a in enumerate(siblings):
            for b in siblings[k + 1 :]:
                gap = shape.mean[a] - shape.mean[b]
                similar = abs(shape.reach[a] - shape.reach[b]) < 0.1 * max(shape.reach[a], 1e-9)
                if similar and shape.reach[a] > 0.15 * shape.size and np.linalg.norm(gap) > 0.02 * shape.size:
                    normal = _unit(gap)
                    planes.append((normal, float((shape.mean[a] + shape.mean[b]) @ normal / 2.0)))
    tries = [try_mirror(shape, normal, offset) for normal, offset in planes[:40]]
    best = max(tries, key=lambda m: m.share, default=None)
    return best if best is not None and best.share > 0.4 else None


@dataclass(frozen=True)
class Pair:
    """Two mirrored limbs: their first bones, and the bone on the middle that they hang from (-1: none)."""

    a: int
    b: int
    hangs: int


def sideways(shape: Shape, normal: Array, offset: float = 0.0) -> Array:
    """(N,) how far each limb is to one side: where it starts, or on the average where it starts on the middle."""
    start, mean = shape.heads @ normal - offset, shape.mean @ normal - offset
    return np.where(np.abs(start) > _TOLERANCE * shape.size, start, mean)


def limb_pairs(shape: Shape, mirror: Mirror) -> list[Pair]:
    """Mirrored pairs of limbs that hang from the middle and reach far enough to be arms or legs."""
    lateral = sideways(shape, mirror.normal, mirror.offset)
    out = []
    for i in range(len(shape.names)):
        j = int(mirror.partner[i])
        if j <= i or j == -1 or abs(lateral[i]) < _TOLERANCE * shape.size:
            continue
        p, q = int(shape.parents[i]), int(shape.parents[j])
        if p != q:
            continue
        if shape.reach[i] > 0.15 * shape.size:
            out.append(Pair(i, j, p))
    return out
