"""Peaks of a curve. The same as scipy.signal.find_peaks gives, which takes half a second to load."""

from __future__ import annotations

import numpy as np

from ..arrays import Array


def find_peaks(curve: Array, height: float, distance: int, prominence: float) -> tuple[Array, Array]:
    """Samples (K,) of the peaks of a curve (N,), ascending, and their prominences (K,).

    Of flat tops the middle. `height`: the least value. `distance`: peaks nearer than so many samples to a higher one
    are left out, the highest first. `prominence`: the least that a peak rises over the higher of the two valleys that
    part it from higher ground, or from the curve's ends.
    """
    curve = np.asarray(curve, np.float64)
    tops = _tops(curve)
    found = tops[curve[tops] >= height]
    kept = np.ones(len(found), bool)
    for k in np.argsort(curve[found])[::-1]:
        if kept[k]:
            low, high = np.searchsorted(found, (found[k] - distance + 1, found[k] + distance))
            kept[low:high] = False
            kept[k] = True
    found = found[kept]
    over = curve[tops] - np.maximum(_valleys(curve, tops), _valleys(curve[::-1], len(curve) - 1 - tops[::-1])[::-1])
    over = over[np.searchsorted(tops, found)]
    return found[over >= prominence], over[over >= prominence]


def _tops(curve: Array) -> Array:
    """Samples of local maxima, the middle of flat ones; never the curve's ends."""
    starts = np.flatnonzero(np.diff(curve, prepend=np.nan) != 0)
    ends = np.append(starts[1:], len(curve)) - 1
    value = curve[starts]
    top = np.zeros(len(starts), bool)
    top[1:-1] = (value[1:-1] > value[:-2]) & (value[1:-1] > value[2:])
    return (starts[top] + ends[top]) // 2


def _valleys(curve: Array, tops: Array) -> Array:
    """For each top the lowest value (K,) between it and the last higher one before it, or the curve's start."""
    out = np.empty(len(tops), curve.dtype)
    higher: list[tuple[float, float]] = []
    between = np.minimum.reduceat(curve[: tops[-1] + 1], np.append(0, tops[:-1] + 1)) if len(tops) else out
    for k, (top, low) in enumerate(zip(curve[tops].tolist(), between.tolist(), strict=True)):
        while higher and higher[-1][0] <= top:
            low = min(low, higher.pop()[1])
        higher.append((top, low))
        out[k] = low
    return out
