"""Signed distances (negative inside) for points (N, 3), and the smooth ways to join them.

Smooth minimum: the quadratic one of Inigo Quilez, "smooth minimum", 2013.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..arrays import Array

Distance = Callable[[Array], Array]


def _length(q: Array) -> Array:
    return np.sqrt(np.einsum("ij,ij->i", q, q))


def smoothstep(x: Array, low: float | Array = 0.0, high: float | Array = 1.0) -> Array:
    """0 below `low`, 1 above `high` (low > high turns it round), cubic between."""
    t = np.clip((np.asarray(x) - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def bell(x: Array) -> Array:
    """1 at 0, 0 from |x| = 1 on, flat at both."""
    t = np.clip(1.0 - np.asarray(x) ** 2, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def join(a: Array, b: Array, k: float) -> Array:
    """Smooth union over about `k` metres; k = 0 is the plain union."""
    if k <= 0.0:
        return np.minimum(a, b)
    h = np.maximum(k - np.abs(a - b), 0.0) / k
    return np.minimum(a, b) - h * h * k * 0.25


def carve(a: Array, b: Array, k: float) -> Array:
    """`a` without `b`, smoothly."""
    return -join(-a, b, k)


def meet(a: Array, b: Array, k: float) -> Array:
    """The part that both have, its edge rounded over about `k`."""
    return -join(-a, -b, k)


def curve(table: Array, x: Array, column: int) -> Array:
    """A column of a table as a smooth function of its first, rising column (cubic Hermite, held at the ends)."""
    at, y = table[:, 0], table[:, column]
    slope = np.gradient(y, at)
    x = np.clip(x, at[0], at[-1])
    i = np.clip(np.searchsorted(at, x) - 1, 0, len(at) - 2)
    h = at[i + 1] - at[i]
    t = (x - at[i]) / h
    s = 1 - t
    return (
        (1 + 2 * t) * s * s * y[i]
        + t * s * s * h * slope[i]
        + t * t * (3 - 2 * t) * y[i + 1]
        - t * t * s * h * slope[i + 1]
    )


def limb(p: Array, table: Array, axis: int) -> Array:
    """A limb along `axis`: rows (place, centre, centre, radius, radius) with the other two axes in order."""
    u, v = [a for a in range(3) if a != axis]
    cu, cv, ru, rv = (curve(table, p[:, axis], c) for c in (1, 2, 3, 4))
    return (np.hypot((p[:, u] - cu) / ru, (p[:, v] - cv) / rv) - 1.0) * np.minimum(ru, rv)


def ellipsoid(p: Array, centre: Sequence[float], radii: Sequence[float]) -> Array:
    """First-order distance to an ellipsoid: exact at the surface, near enough elsewhere."""
    r = np.asarray(radii, np.float64)
    q = (p - np.asarray(centre)) / r
    k0 = _length(q)
    q /= r
    k1 = _length(q)
    return k0 * (k0 - 1.0) / np.maximum(k1, 1e-9)


def sphere(p: Array, centre: Array | Sequence[float], radius: float) -> Array:
    d = p - np.asarray(centre)
    return _length(d) - radius


def cone(p: Array, a: Array | Sequence[float], b: Array | Sequence[float], ra: float, rb: float) -> Array:
    """A capsule from a to b whose radius goes from `ra` to `rb`."""
    a = np.asarray(a, np.float64)
    axis = np.asarray(b, np.float64) - a
    q = p - a
    t = np.clip(q @ axis / max(float(axis @ axis), 1e-12), 0.0, 1.0)
    q = q - t[:, None] * axis
    return _length(q) - (ra + (rb - ra) * t)


def chain(p: Array, points: Sequence[Sequence[float]], radii: Sequence[float], k: float = 0.0) -> Array:
    """Cones one after the other."""
    d = cone(p, points[0], points[1], radii[0], radii[1])
    for i in range(1, len(points) - 1):
        d = join(d, cone(p, points[i], points[i + 1], radii[i], radii[i + 1]), k)
    return d


def mirrored(p: Array) -> Array:
    """The points folded onto the left (+X) side."""
    q = p.copy()
    q[:, 0] = np.abs(q[:, 0])
    return q


_TETRAHEDRON = np.array([(1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)], np.float64)


def gradient(distance: Distance, p: Array, step: float = 2e-4) -> Array:
    """(N, 3) from four places round each point."""
    return _gradient_and_mean(distance, p, step)[0]


def _gradient_and_mean(distance: Distance, p: Array, step: float) -> tuple[Array, Array]:
    values = [distance(p + step * corner) for corner in _TETRAHEDRON]
    total = sum(v[:, None] * corner for v, corner in zip(values, _TETRAHEDRON, strict=True))
    return np.asarray(total) / (4.0 * step), np.mean(values, axis=0)


def onto_surface(distance: Distance, p: Array, steps: int = 2) -> Array:
    """Points moved onto the zero surface by Newton steps along the gradient."""
    for _ in range(steps):
        g, d = _gradient_and_mean(distance, p, 1e-4)
        p = p - g * (d / np.maximum((g * g).sum(axis=1), 0.05))[:, None]
    return p
