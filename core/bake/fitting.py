"""Sparse Bezier curves: as few keys as an error bound allows, for curves that an artist can grab.

Channels that belong together (the four of a quaternion, the three of a location) share their key times. Between two
keys Blender draws a cubic Bezier; with both handles a third of the way in, time is linear along it, and the curve is
exactly the cubic with the keys' values and slopes (Hermite form). So a fit is linear least squares: values and slopes
at chosen keys, with continuous slopes, solved as one banded system. Keys are added where the bound is broken, and
then taken away where they turn out not to be needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from ..arrays import Array

ErrorOf = Callable[[Array], Array]
"""(T, C) fitted values -> (T,) error as a share of the bound: at most 1 is within it."""

ROTATION_BOUND: Final = 0.5
"""Degrees."""
LOCATION_BOUND: Final = 0.002
"""Metres."""
WEIGHT_BOUND: Final = 0.01


@dataclass(frozen=True)
class Bounds:
    """How far sparse curves may be from the performance: degrees, metres, weight."""

    degrees: float = ROTATION_BOUND
    metres: float = LOCATION_BOUND
    weight: float = WEIGHT_BOUND


# Room for what Blender's float32 keys and handles round away.
MARGIN: Final = 0.98
STIFFNESS: Final = 1e-6
PENALTY: Final = 1e7
FIRST_SPACING: Final = 24
LONGEST: Final = 256
"""Samples of the longest segment whose weights are looked up."""


@dataclass(frozen=True)
class Fit:
    """Keys of one group of channels.

    index   (K,) int, which samples carry a key
    values  (K, C)
    slopes  (K, C), per sample
    """

    index: Array
    values: Array
    slopes: Array


def _weights(u: Array, h: Array) -> Array:
    """Hermite weights (N, 4) at shares `u` (N,) of segments of length `h` (N,)."""
    u2, v = u * u, 1.0 - u
    right = u2 * (3.0 - 2.0 * u)
    return np.stack([1.0 - right, h * u * v * v, right, -h * u2 * v], axis=1)


def _products(weights: Array) -> Array:
    """(N, 16) of weights (N, 4): each with each."""
    return (weights[:, :, None] * weights[:, None, :]).reshape(-1, 16)


@lru_cache(maxsize=1)
def _usual() -> tuple[Array, Array, Array, Array]:
    """For segments of 1 to LONGEST samples: where their rows begin (LONGEST + 1,), the weights at these, the end
    included, the products' sums without it and their stiffness, (LONGEST + 1, 4, 4) each. Keys lie on samples: there is
    nothing else to know.
    """
    rows: list[Array] = []
    begins, sums = np.cumsum([0, 0, *range(2, LONGEST + 1)]), np.zeros((LONGEST + 1, 16))
    for h in range(1, LONGEST + 1):
        rows.append(_weights(np.arange(h + 1) / float(h), np.full(h + 1, float(h))))
        sums[h] = np.add.reduceat(_products(rows[-1][:h]), [0])[0]
    stiff = np.concatenate([np.zeros((1, 4, 4)), STIFFNESS * _bending(np.arange(1.0, LONGEST + 1))])
    return begins, np.concatenate(rows), sums.reshape(-1, 4, 4) + stiff, stiff


def _basis(index: Array, count: int) -> tuple[Array, Array]:
    """Segment of each sample (T,) and its four Hermite weights (T, 4): value and slope left, value and slope right."""
    lengths = np.diff(index)
    segment = np.repeat(np.arange(len(lengths)), lengths)
    segment = np.append(segment, len(lengths) - 1)
    into = np.arange(count) - index[segment]
    if lengths.max() <= LONGEST:
        begins, rows, *_ = _usual()
        return segment, rows[begins[lengths][segment] + into]
    h = lengths[segment].astype(np.float64)
    return segment, _weights(into / h, h)


def _bending(h: Array) -> Array:
    """Bending energy of segments of length h (S,) in the Hermite weights, (S, 4, 4)."""
    one = np.ones_like(h)
    rows = [
        [12 * one, 6 * h, -12 * one, 6 * h],
        [6 * h, 4 * h * h, -6 * h, 2 * h * h],
        [-12 * one, -6 * h, 12 * one, -6 * h],
        [6 * h, 2 * h * h, -6 * h, 4 * h * h],
    ]
    return np.moveaxis(np.array(rows), -1, 0) / (h**3)[:, None, None]


def _gram(index: Array, weights: Array) -> Array:
    """(S, 4, 4) sums of the weights' products over segments, with their stiffness; the last holds the last sample."""
    lengths = np.diff(index)
    if lengths.max() > LONGEST:
        sums = np.add.reduceat(_products(weights), index[:-1]).reshape(-1, 4, 4)
        return sums + STIFFNESS * _bending(lengths.astype(np.float64))
    _, _, sums, stiff = _usual()
    out = sums[lengths]
    out[-1] = np.add.reduceat(_products(weights[index[-2] :]), [0])[0].reshape(4, 4) + stiff[lengths[-1]]
    return out


def _solve(index: Array, samples: Array, exact: Array) -> tuple[Fit, Array]:
    """Least squares for keys at `index` (K,), and the fitted samples (T, C); values at `exact` (bool, (T,)) are met."""
    from scipy.linalg import solveh_banded

    count, channels = samples.shape
    segment, weights = _basis(index, count)
    starts = index[:-1]
    gram = _gram(index, weights)
    moment = np.add.reduceat((weights[:, :, None] * samples[:, None, :]).reshape(count, -1), starts)
    moment = moment.reshape(-1, 4, channels)

    segments, unknowns = len(starts), 2 * len(index)
    banded = np.zeros((4, unknowns))
    target = np.zeros((unknowns, channels))
    for b in range(4):
        target[b : b + 2 * segments : 2] += moment[:, b]
        for a in range(b, 4):
            banded[a - b, b : b + 2 * segments : 2] += gram[:, a, b]
    held = np.flatnonzero(exact[index])
    banded[0, 2 * held] += PENALTY
    target[2 * held] += PENALTY * samples[index[held]]
    solved = solveh_banded(banded, target, lower=True, overwrite_ab=True, overwrite_b=True, check_finite=False)
    values, slopes = solved[0::2], solved[1::2]
    values[held] = samples[index[held]]
    fit = Fit(index, values, slopes)
    return fit, _evaluate(fit, segment, weights)


def _evaluate(fit: Fit, segment: Array, weights: Array) -> Array:
    return (
        weights[:, 0:1] * fit.values[segment]
        + weights[:, 1:2] * fit.slopes[segment]
        + weights[:, 2:3] * fit.values[segment + 1]
        + weights[:, 3:4] * fit.slopes[segment + 1]
    )


def evaluate(fit: Fit, count: int) -> Array:
    """The fitted curves at every sample, (count, C)."""
    if len(fit.index) == 1:
        return np.repeat(fit.values, count, axis=0)
    return _evaluate(fit, *_basis(fit.index, count))


def _worst_per_segment(index: Array, error: Array) -> Array:
    """For each segment, both ends included, the largest error (S,)."""
    return np.maximum(np.maximum.reduceat(error, index[:-1]), error[index[1:]])


def _where(index: Array, error: Array, worst: Array, broken: Array) -> Array:
    """The first sample of each of the `broken` segments (B,) whose error is the segment's `worst` (S,)."""
    hits = np.flatnonzero(error[: index[-1]] == np.repeat(worst, np.diff(index)))
    hits = np.append(hits, index[-1])
    # A segment without one has it at its right end, which is the next segment's.
    return np.minimum(hits[np.searchsorted(hits, index[broken])], index[broken + 1])


def _refine(samples: Array, error_of: ErrorOf, index: Array, exact: Array) -> tuple[Fit, Array]:
    """Adds keys until every sample is within the bound; `exact` gains the samples that need to be met as they are."""
    while True:
        fit, fitted = _solve(index, samples, exact)
        error = error_of(fitted)
        worst = _worst_per_segment(index, error)
        broken = np.flatnonzero(worst > 1.0)
        if not len(broken):
            return fit, fitted
        at = _where(index, error, worst, broken)
        # Not next to a key: that would leave a stub of a segment beside one that is still too long.
        left, quarter = index[broken], np.diff(index)[broken] / 4.0
        splits = np.clip(at, left + np.ceil(quarter), left + np.floor(3.0 * quarter)).astype(int)
        whole = np.diff(index)[broken] > 1
        # A broken sample that already is a key can only be met exactly.
        exact[at[~whole]] = True
        grown = np.union1d(index, splits[whole])
        if len(grown) == len(index) and not (~whole).any():
            exact[index] = True
        index = grown


def _thin(fit: Fit, samples: Array, error_of: ErrorOf, exact: Array, keep: Array) -> Fit:
    """Takes away every other key where the rest can stay within the bound, odd ones, then even ones, twice."""
    count = len(samples)
    for parity in (1, 0, 1, 0):
        index = fit.index
        candidate = (np.arange(len(index)) % 2 == parity) & ~keep[index]
        candidate[[0, -1]] = False
        if not candidate.any():
            continue
        trial = Fit(index[~candidate], fit.values[~candidate], fit.slopes[~candidate])
        worst = _worst_per_segment(trial.index, error_of(evaluate(trial, count)))
        # Without solving again the error is an upper guess: what is far too large will not come right.
        hopeless = worst[np.searchsorted(trial.index, index, side="right").clip(1, len(worst)) - 1] > 3.0
        removed = index[candidate & ~hopeless]
        while len(removed):
            left = np.ones(len(index), bool)
            left[np.searchsorted(index, removed)] = False
            trial, fitted = _solve(index[left], samples, exact)
            worst = _worst_per_segment(trial.index, error_of(fitted))
            broken = worst > 1.0
            if not broken.any():
                fit = trial
                break
            home = np.searchsorted(trial.index, removed, side="right") - 1
            near = broken | np.append(broken[1:], False) | np.insert(broken[:-1], 0, False)
            guilty = broken[home] if broken[home].any() else near[home]
            removed = removed[~guilty] if guilty.any() else removed[:0]
    return fit


def fit(samples: Array, error_of: ErrorOf, forced: Array | None = None, start: Array | None = None) -> Fit:
    """Keys for channels that share their key times, within the bound at every sample.

    samples   (T, C), one row per frame
    error_of  the bound: rotation_error, distance_error or one of your own
    forced    (P,) int: samples that get a key with exactly their value (pins)
    start     (K,) int: samples that carry keys already, of much the same curve: all are kept, more are added where the
              bound needs them. Many times quicker than beginning with nothing.
    """
    samples = np.asarray(samples, np.float64)
    count = len(samples)
    forced = np.zeros(0, int) if forced is None else np.unique(np.clip(forced, 0, count - 1))
    middle = 0.5 * (samples.min(axis=0) + samples.max(axis=0))
    flat = Fit(np.zeros(1, int), middle[None], np.zeros((1, samples.shape[1])))
    if count == 1:
        return Fit(flat.index, samples.copy(), flat.slopes)
    if not len(forced) and (error_of(np.repeat(middle[None], count, axis=0)) <= 1.0).all():
        return flat

    keep = np.zeros(count, bool)
    keep[[0, count - 1]] = True
    keep[forced] = True
    exact = keep.copy()
    if start is not None and len(start) > 2:
        return _refine(samples, error_of, np.union1d(np.flatnonzero(keep), start), exact)[0]
    ends = np.flatnonzero(keep)
    found, fitted = _solve(ends, samples, exact)
    if (error_of(fitted) <= 1.0).all():
        return found
    start = np.union1d(ends, np.arange(0, count, FIRST_SPACING))
    found, fitted = _refine(samples, error_of, start, exact)
    return _thin(found, samples, error_of, exact, keep | exact)


def _length(rows: Array) -> Array:
    """Euclidean lengths (T,) of rows (T, C); numpy's own takes three times as long over few columns."""
    return np.sqrt(np.add.reduce(rows * rows, axis=1))


def rotation_error(target: Array, bound: float = ROTATION_BOUND) -> ErrorOf:
    """Error of quaternion channels wxyz against `target` (T, 4): degrees between the rotations, over the bound."""
    target = np.asarray(target, np.float64)
    limit = bound * MARGIN

    def error(fitted: Array) -> Array:
        unit = fitted / np.maximum(_length(fitted), 1e-9)[:, None]
        chord = _length(unit - target)
        return np.degrees(4.0 * np.arcsin(np.minimum(0.5 * chord, 1.0))) / limit

    return error


def distance_error(target: Array, bound: float) -> ErrorOf:
    """Error of channels against `target` (T, C): Euclidean distance, over the bound."""
    target = np.asarray(target, np.float64)
    limit = bound * MARGIN

    def error(fitted: Array) -> Array:
        return _length(fitted - target) / limit

    return error


def handles(fit: Fit, frames: Array) -> tuple[Array, Array, Array, Array]:
    """Blender's handles for keys at `frames` (K,), the evenly spaced frames of the keyed samples.

    Returns left and right handle frames (K,), and left and right handle values (K, C).
    """
    frames = np.asarray(frames, np.float64)
    if len(frames) == 1:
        third = np.full(1, 1.0 / 3.0)
        return frames - third, frames + third, fit.values.copy(), fit.values.copy()
    gaps = np.diff(frames) / 3.0
    before, after = np.insert(gaps, 0, gaps[0]), np.append(gaps, gaps[-1])
    per_frame = (fit.index[-1] - fit.index[0]) / (frames[-1] - frames[0])
    slope = fit.slopes * per_frame
    return frames - before, frames + after, fit.values - slope * before[:, None], fit.values + slope * after[:, None]
