"""The joints of a leg and of an arm, by positions alone, for a skeleton whose names mean nothing."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ..arrays import Array
from .anatomy import Mirror, Shape
from .digits import palm_of


def unit(v: Array) -> Array:
    return v / max(float(np.linalg.norm(v)), 1e-12)


def ratio(value: float, wanted: float) -> float:
    return abs(float(np.log(max(value, 1e-9) / wanted)))


def _segments(
    shape: Shape, way: list[int], last: int, size: float, wanted: float, start: float, mirror: Mirror
) -> tuple[float, int, int, int]:
    """(cost, first, middle, last) of the best root and hinge on a way that ends at index `last` of it."""
    best = (np.inf, -1, -1, -1)
    for i, j in combinations(range(last), 2):
        a, b, c = (shape.heads[way[k]] for k in (i, j, last))
        one, two = float(np.linalg.norm(b - a)), float(np.linalg.norm(c - b))
        if min(one, two) < 1e-6 * size:
            continue
        cost = 1.5 * ratio(one / two, 1.05) + 0.7 * ratio((one + two) / size, wanted)
        cost += 6.0 * abs(abs(a @ mirror.normal - mirror.offset) / size - start)
        for k in range(i + 1, last):
            if k != j:
                p, q, along = (a, b, shape.heads[way[k]]) if k < j else (b, c, shape.heads[way[k]])
                line = unit(q - p)
                off = along - p - ((along - p) @ line) * line
                cost += 4.0 * float(np.linalg.norm(off)) / size
        best = min(best, (cost, way[i], way[j], way[last]))
    return best


def leg_of(shape: Shape, start: int, up: Array, size: float, mirror: Mirror) -> tuple[float, dict[str, int]]:
    """Hip, knee, ankle and foot of one leg."""
    way = shape.way(start)
    height = shape.heads @ up
    floor = min(height[shape.below(start)])
    best: tuple[float, dict[str, int]] = (9.0, {})
    for last in range(2, len(way)):
        cost, hip, knee, ankle = _segments(shape, way, last, size, 0.50, 0.055, mirror)
        if ankle < 0:
            continue
        above = (height[ankle] - floor) / size
        cost += 3.0 * abs(above - 0.045)
        down = float(-unit(shape.heads[ankle] - shape.heads[knee]) @ up)
        cost += 1.5 * max(0.0, 0.9 - down)
        found = {"hip": hip, "knee": knee, "ankle": ankle}
        after = [b for b in way[last + 1 :] if np.linalg.norm(shape.heads[b] - shape.heads[ankle]) > 0.02 * size]
        if after:
            step = unit(shape.heads[after[0]] - shape.heads[ankle])
            cost += 0.5 * max(0.0, float(-step @ up) - 0.85)
            found["foot"] = after[0]
        if cost < best[0]:
            best = (cost, found)
    return best


def arm_of(shape: Shape, start: int, size: float, mirror: Mirror) -> tuple[float, dict[str, int]]:
    """Collar, shoulder, elbow and wrist of one arm."""
    palm = palm_of(shape, start)
    way = shape.way(start)
    if palm >= 0:
        way = [start, *[b for b in reversed([palm, *shape.above(palm)]) if start in shape.above(b)]]
        lasts = [k for k in (len(way) - 1, len(way) - 2) if k >= 2]
    else:
        lasts = list(range(2, len(way)))
    best: tuple[float, dict[str, int]] = (9.0, {})
    for last in lasts:
        cost, shoulder, elbow, wrist = _segments(shape, way, last, size, 0.31, 0.105, mirror)
        if wrist < 0:
            continue
        if palm >= 0 and last != len(way) - 1:
            cost += 0.35
        if palm < 0 and last < len(way) - 2:
            cost += 0.3 * (len(way) - 2 - last)
        found = {"shoulder": shoulder, "elbow": elbow, "wrist": wrist}
        before = way[: way.index(shoulder)]
        if before:
            found["collar"] = before[-1]
        if cost < best[0]:
            best = (cost, found)
    return best
