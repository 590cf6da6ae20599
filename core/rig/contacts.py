"""When the performance's feet stand: contact phases of each foot, from how its joints move."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from ..arrays import Array
from ..mask import runs

SPEED: Final = 0.16
"""Metres a second below which a foot stands; noise and weight shifts stay below, steps do not."""
HEIGHT: Final = 0.05
"""Metres above its own lowest level up to which a foot can stand."""
_GAP_SECONDS: Final = 0.1
_RUN_SECONDS: Final = 0.12


def contact_phases(foot: Array, fps: float) -> list[tuple[int, int]]:
    """Phases (first frame, last frame excluded) in which a foot stands; foot (T, 3) metres, Y up."""
    frames = len(foot)
    if frames < 3:
        return [(0, frames)]
    speed = np.linalg.norm(np.gradient(np.asarray(foot, np.float64), axis=0), axis=1) * fps
    height = foot[:, 1] - np.percentile(foot[:, 1], 5)
    standing = (speed < SPEED) & (height < HEIGHT)
    for first, last in runs(~standing):
        if first > 0 and last < frames and last - first <= _GAP_SECONDS * fps:
            still = np.linalg.norm(foot[last] - foot[first - 1]) < 0.02
            standing[first:last] = still
    return [(a, b) for a, b in runs(standing) if b - a >= _RUN_SECONDS * fps or frames == b - a]


def locked_offsets(
    points: Array,
    phases: list[tuple[int, int]],
    height: float,
    up: Array,
    given: Array | None = None,
) -> Array:
    """(T, 3) what to add to points (T, 3) so that they do not move within a phase and stand at `height` along `up`.

    Between phases the offset eases from one to the next; before the first and after the last it is held. A phase with
    `given` frames (T,) bool stands where those have it; between two that differ it slides from one to the other.
    """
    offsets = np.zeros_like(points)
    if not phases:
        return offsets
    for first, last in phases:
        pinned = np.zeros(0, int) if given is None else first + np.flatnonzero(given[first:last])
        if len(pinned):
            offsets[first:last] = _through(points, pinned, first, last) - points[first:last]
            continue
        lock = np.median(points[first:last], axis=0)
        lock = lock + (height - np.dot(lock, up)) * up
        offsets[first:last] = lock - points[first:last]
    for (_, end), (start, _) in pairwise(phases):
        t = np.arange(1, start - end + 1)[:, None] / (start - end + 1)
        ease = t * t * (3.0 - 2.0 * t)
        offsets[end:start] = (1.0 - ease) * offsets[end - 1] + ease * offsets[start]
    offsets[: phases[0][0]] = offsets[phases[0][0]]
    offsets[phases[-1][1] :] = offsets[phases[-1][1] - 1]
    return offsets


def _through(points: Array, pinned: Array, first: int, last: int) -> Array:
    """(last - first, 3) where a foot stands that the frames `pinned` put down: there, eased from one to the next."""
    at = np.arange(first, last)
    after = np.searchsorted(pinned, at).clip(0, len(pinned) - 1)
    before = np.maximum(np.where(pinned[after] <= at, after, after - 1), 0)
    gap = np.maximum(pinned[after] - pinned[before], 1)
    t = np.clip((at - pinned[before]) / gap, 0.0, 1.0)[:, None]
    ease = t * t * (3.0 - 2.0 * t)
    return (1.0 - ease) * points[pinned[before]] + ease * points[pinned[after]]
