"""Given values are met exactly by a residual that is smooth and local: no pop, nothing moves far from a pin.

A compactly supported radial basis (Wendland's C4 function, "Piecewise polynomial, positive definite and compactly
supported radial functions", 1995) interpolates what is missing at the given frames and fades to nothing within
`reach` seconds of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from .arrays import Array
from .mask import Mask, runs, same_columns
from .performance import Performance, make_performance
from .rotations import conjugate, from_rotvec, multiply, to_rotvec

SHORTEST_REACH: Final = 0.5
LONGEST_REACH: Final = 1.1
"""Seconds over which a residual fades; larger residuals take longer, as a person's arm does."""

_REACH_PER_UNIT: Final = 0.45


def wendland(distance: Array, reach: float) -> Array:
    """Wendland's C4 function: 1 at distance 0, 0 from `reach` on."""
    r = np.minimum(np.abs(distance) / reach, 1.0)
    return (1.0 - r) ** 5 * (8.0 * r**2 + 5.0 * r + 1.0)


def smooth_residual(centres: Array, values: Array, times: Array, reach: float) -> Array:
    """Interpolate `values` (K, C) at `centres` (K,) seconds, sorted and distinct; evaluate at `times` (T,) -> (T, C).

    Exact at the centres, C4-smooth, zero at `reach` seconds and more from every centre.
    """
    out = np.zeros((len(times), values.shape[1]))
    breaks = np.flatnonzero(np.diff(centres) >= reach) + 1
    for group in np.split(np.arange(len(centres)), breaks):
        at = centres[group]
        weights = np.linalg.solve(wendland(at[:, None] - at[None], reach), values[group])
        first, last = np.searchsorted(times, [at[0] - reach, at[-1] + reach])
        # Blocks keep the (frames x centres) matrix small for long runs of pins.
        for start in range(first, last, 2048):
            stop = min(start + 2048, last)
            out[start:stop] += wendland(times[start:stop, None] - at[None], reach) @ weights
    return out


def reach_for(size: float) -> float:
    """Seconds over which a residual of `size` (radians, or decimetres for the root) fades."""
    return float(np.clip(SHORTEST_REACH + _REACH_PER_UNIT * size, SHORTEST_REACH, LONGEST_REACH))


def anchor_frames(given: Array) -> Array:
    """The frames that steer a residual: single pins, and two frames at each end of a run (they carry its speed)."""
    anchors: set[int] = set()
    for first, stop in runs(given):
        last = stop - 1
        anchors |= {first, min(first + 1, last), max(last - 1, first), last}
    return np.array(sorted(anchors))


def honour(performance: Performance, hints: Performance, mask: Mask, times: Array | None = None) -> Performance:
    """The performance with every given value met exactly, and a smooth local approach to each.

    `hints` and `mask` have the performance's frames; hints count where the mask is False. `times` (T,) seconds when
    the frames are not at k / fps.
    """
    if times is None:
        times = performance.times()
    rotations = np.array(performance.rotations)
    translation = np.array(performance.translation)
    face = np.array(performance.face)
    for joints, given in same_columns(~mask.joints):
        anchors = anchor_frames(given)
        made = performance.rotations[anchors][:, joints].astype(np.float64)
        delta = to_rotvec(multiply(conjugate(made), hints.rotations[anchors][:, joints].astype(np.float64)))
        size = float(np.abs(delta).max(initial=0.0))
        turn = smooth_residual(times[anchors], delta.reshape(len(anchors), -1), times, reach_for(size))
        touched = np.flatnonzero(np.abs(turn).max(axis=1) > 0)
        change = from_rotvec(turn[touched].reshape(len(touched), len(joints), 3))
        rotations[np.ix_(touched, joints)] = multiply(rotations[np.ix_(touched, joints)].astype(np.float64), change)
        rotations[np.ix_(given, joints)] = hints.rotations[np.ix_(given, joints)]
    if not mask.root.all():
        given = ~mask.root
        anchors = anchor_frames(given)
        delta = hints.translation[anchors].astype(np.float64) - performance.translation[anchors]
        size = 10.0 * float(np.abs(delta).max(initial=0.0))
        translation += smooth_residual(times[anchors], delta, times, 1.5 * reach_for(size)).astype(np.float32)
        translation[given] = hints.translation[given]
    for channels, given in same_columns(~mask.face):
        anchors = anchor_frames(given)
        delta = hints.face[anchors][:, channels].astype(np.float64) - performance.face[anchors][:, channels]
        face[:, channels] += smooth_residual(times[anchors], delta, times, 0.5 * SHORTEST_REACH).astype(np.float32)
        face[np.ix_(given, channels)] = hints.face[np.ix_(given, channels)]
    moved = make_performance(rotations, translation, face, performance.fps, performance.expressions)
    return _keep_bits(moved, hints, ~mask.joints)


def _keep_bits(made: Performance, hints: Performance, given: Array) -> Performance:
    """Given rotations keep the signs they came with (the same to the bit); generated runs follow their neighbours."""
    rotations = np.array(made.rotations)
    for j in np.flatnonzero(given.any(axis=0)):
        column = given[:, j]
        rotations[column, j] = hints.rotations[column, j]
        for first, stop in runs(~column):
            neighbour = first - 1 if first > 0 else min(stop, len(column) - 1)
            nearest = first if first > 0 else stop - 1
            if np.dot(rotations[neighbour, j], rotations[nearest, j]) < 0:
                rotations[first:stop, j] *= -1.0
    return replace(made, rotations=rotations)
