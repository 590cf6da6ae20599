"""Blinks and gaze: a layer of its own over a face. It owns eyeBlink and eyeLook, never the head, and needs no network.

Because it replaces those channels whole, it can be laid again after generation with another seed, rate or strength.
Blinks: about 0.22 s, closing in a third of it, more of them at clause ends (Nakano and Kitazawa, "Eyeblink entrainment
at breakpoints of speech", 2010) and with large gaze shifts (Evinger et al., 1994); some are double, half, or slow and
soft, before a thought. Gaze: saccades of 25-60 ms with the main sequence's speeds, between them micro-saccades and
drift (Martinez-Conde et al., "The role of fixational eye movements", 2004); while the head turns the eyes stay where
they look, and they converge on whoever listens. Upper lids follow the eye down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arkit import BLINK, EYE_LOOK, INDEX, LOOK_DEGREES
from ..arrays import Array
from ..catalogue.emotions import EMOTIONS

_CLAUSE_GAP: Final = 0.22
_CLOSE, _HOLD = 0.30, 0.12  # shares of a blink spent closing and shut
_STEADY: Final = 0.9
"""Share of a head's turn that the eyes take back: the vestibulo-ocular reflex."""
_RESET: Final = 1.2
"""Seconds over which a new direction of the head becomes the eyes' own."""
_EYES_APART, _LISTENER, _FAR = 0.062, 1.3, 5.0
"""Metres between the eyes, to a listener, and to what a thinker looks at."""
_ASIDE: Final = 6.0
"""Degrees from the listener's face at which a look is as much at it as beyond."""
_CONVERGE: Final = 0.08
"""Seconds (standard deviation)."""
_FELT_DOWN: Final[dict[str, float]] = dict(sad=7.0, contempt=-2.0, disgust=2.0)
_FELT_DROOP: Final[dict[str, float]] = dict(sad=0.22, contempt=0.26, disgust=0.12, happy=0.05)
"""Degrees by which an emotion lowers the gaze, and how far it lowers the lids, at full strength."""


@dataclass(frozen=True)
class EyeSliders:
    """rate: blinks a minute; blink_strength, gaze_strength, lid_follow: 0 - 2; droop: 0 - 1, lids that rest lower.

    variation: other blinks and gaze of the same kind, for the same take; 0 are the generated ones.
    """

    rate: float = 18.0
    blink_strength: float = 1.0
    gaze_strength: float = 1.0
    lid_follow: float = 1.0
    droop: float = 0.0
    variation: int = 0


def clause_ends(face: Array, fps: float) -> list[float]:
    """Seconds at which the mouth comes to rest for more than 0.22 s: where clauses end, read from the face itself."""
    gap = np.maximum(face[:, INDEX["jawOpen"]] - face[:, INDEX["mouthClose"]], 0)
    gap = gap + 0.35 * (face[:, INDEX["mouthLowerDownLeft"]] + face[:, INDEX["mouthUpperUpLeft"]])
    shut = np.concatenate([[False], gap < 0.03, [False]]).astype(int)
    starts, ends = np.flatnonzero(np.diff(shut) == 1), np.flatnonzero(np.diff(shut) == -1)
    return [float(a / fps) for a, b in zip(starts, ends, strict=True) if (b - a) / fps > _CLAUSE_GAP and a > 0]


def blink_times(
    seconds: float, ends: Sequence[float], rate: float, rng: np.random.Generator, shifts: Sequence[float] = ()
) -> list[tuple[float, float, float]]:
    """Blinks as (start, length, depth): near clause ends and large gaze shifts first, the rest by chance.

    rate is in blinks a minute; 0 gives none. They are at least 0.5 s apart, but for the second of a double blink.
    """
    if rate <= 0 or seconds <= 0:
        return []
    starts, slow = _blink_starts(seconds, ends, rate * seconds / 60, rng, shifts)
    out = []
    for start in sorted(starts):
        if start in slow:
            out.append((start, float(rng.uniform(0.36, 0.52)), 1.0))
        else:
            half = rng.random() < 0.06
            depth = rng.uniform(0.55, 0.75) if half else rng.uniform(0.92, 1.0)
            out.append((start, float(rng.uniform(0.19, 0.26)), float(depth)))
    return out


def _blink_starts(
    seconds: float, ends: Sequence[float], wanted: float, rng: np.random.Generator, shifts: Sequence[float]
) -> tuple[list[float], set[float]]:
    """When about `wanted` blinks begin, and which of them are slow."""
    starts: list[float] = []
    slow: set[float] = set()

    def add(at: float) -> bool:
        if not 0.0 <= at < seconds or any(abs(at - s) < 0.5 for s in starts):
            return False
        starts.append(at)
        return True

    share = min(0.85, 0.55 * wanted / max(len(ends), 1))
    for end in ends:
        if rng.random() < share:
            at = end + rng.normal(0.03, 0.09)
            if add(at):
                if rng.random() < 0.08:
                    add(at + rng.uniform(0.5, 0.7))
                elif rng.random() < 0.12:
                    slow.add(at)
    share = min(0.5, 0.2 * wanted / max(len(shifts), 1))
    for shift in shifts:
        if rng.random() < share:
            add(shift - 0.04)
    # The others: renewal with a dead time, at the rate that is left.
    left = wanted - len(starts)
    if left > 0:
        mean = seconds / left
        at = rng.uniform(0, mean)
        while at < seconds:
            add(at)
            at += mean * (0.35 + 0.65 * rng.exponential())
    return starts, slow


def lid_curve(times: Array, blinks: Sequence[tuple[float, float, float]]) -> Array:
    """How far blinks shut the lids, 0..1 at each time (T,): fast down, short hold, slower up."""
    lid = np.zeros(len(times))
    for start, length, depth in blinks:
        low, high = np.searchsorted(times, (start, start + length))
        u = (times[low:high] - start) / length
        down = np.clip(u / _CLOSE, 0, 1)
        up = np.clip((u - _CLOSE - _HOLD) / (1 - _CLOSE - _HOLD), 0, 1)
        value = down * down * (3 - 2 * down) * (1 - up * up * (3 - 2 * up))
        # A frame may straddle the shut lids: the nearest one shows them shut.
        shut = start + length * (_CLOSE + _HOLD / 2)
        if high > low:
            nearest = int(np.argmin(np.abs(times[low:high] - shut)))
            value[nearest] = max(value[nearest], 1.0)
        lid[low:high] = np.maximum(lid[low:high], depth * value)
    return lid


def gaze_degrees(
    times: Array, ends: Sequence[float], rng: np.random.Generator
) -> tuple[Array, list[tuple[float, float]]]:
    """Gaze (T, 2) in degrees, right-to-left (the person's left is positive) and up, and its shifts (second, degrees).

    Mostly at the listener, away now and then (more at clause starts), with small shifts, micro-saccades and drift.
    """
    seconds = float(times[-1]) if len(times) else 0.0
    shifts = _shifts(seconds, ends, rng)
    turns = np.zeros((len(times), 2))
    told: list[tuple[float, float]] = []
    for (_, before), (at, goal) in pairwise(shifts):
        size = float(np.linalg.norm(goal - before))
        length = 0.036 + 0.0022 * size
        low, high = np.searchsorted(times, (at, at + length))
        u = np.clip((times[low : high + 1] - at) / length, 0, 1)
        # Steps, summed below: a saccade costs only its own frames.
        turns[low : high + 1] += np.diff(u * u * (3 - 2 * u), prepend=0.0)[:, None] * (goal - before)
        told.append((at, size))
    return np.cumsum(turns, axis=0) + _fixation(times, rng), told


def _shifts(seconds: float, ends: Sequence[float], rng: np.random.Generator) -> list[tuple[float, Array]]:
    """Where the eyes rest, as (second of arrival, degrees (2,)), in order."""
    points = [(0.0, np.zeros(2))]
    at, away = 0.0, False
    marks = np.asarray([*ends, 1e9])
    while at < seconds:
        at += float(rng.uniform(0.30, 0.95) if away else rng.uniform(0.40, 1.75))
        near = float(np.min(np.abs(marks - at)))
        if near < 0.5:
            at = max(at, float(marks[np.argmin(np.abs(marks - at))]) + rng.uniform(0.0, 0.15))
        away = (not away or rng.random() < 0.25) and rng.random() < (0.46 if near < 0.5 else 0.26)
        if away:
            side = rng.choice([-1.0, 1.0])
            goal = np.array([side * rng.uniform(5, 13), rng.choice([-4.6, 3.2, 8.0]) * rng.uniform(0.3, 1.0)])
        else:
            # From eye to eye to mouth of whoever listens.
            goal = np.array([rng.choice([-1.0, 0.0, 1.0]) * 1.9, rng.choice([0.0, 0.0, -2.0])]) + rng.normal(0, 0.5, 2)
        points.append((at, goal))
    return points


def _fixation(times: Array, rng: np.random.Generator) -> Array:
    """What eyes do while they rest (T, 2), degrees: micro-saccades about once a second, and slow drift."""
    count = len(times)
    if count < 2:
        return np.zeros((count, 2))
    seconds = float(times[-1] - times[0])
    step = seconds / (count - 1)
    hops = np.zeros((count, 2))
    at = rng.exponential(0.9)
    place = np.zeros(2)
    while at < seconds:
        # Mostly back towards what is looked at.
        goal = -0.6 * place + rng.normal(0, (0.38, 0.22))
        hops[int(at / step)] += goal
        place = place + goal
        at += 0.25 + rng.exponential(0.8)
    drift = gaussian_filter1d(rng.normal(0, 1.0, (count, 2)), 0.22 / step, axis=0, mode="nearest")
    drift *= np.array([0.30, 0.24]) * np.sqrt(2 * np.sqrt(np.pi) * 0.22 / step)
    return np.cumsum(hops, axis=0) + drift


def _kept(head: Array, fps: float) -> Array:
    """Degrees (T, 2) by which the eyes turn back (left, up) while a head (T, 3), rotation vectors, turns."""
    turned = np.degrees(np.asarray(head, np.float64)[:, [1, 0]]) * (1.0, -1.0)
    quick = turned - gaussian_filter1d(turned, _RESET * fps, axis=0, mode="nearest")
    return np.clip(-_STEADY * quick, -12.0, 12.0)


def _vergence(gaze: Array, fps: float) -> Array:
    """Degrees (T,) by which each eye turns in for what is looked at: a listener near by, or something far aside."""
    near = np.exp(-np.square(np.linalg.norm(gaze, axis=1) / _ASIDE))
    # Eyes turn together in a twentieth of a second; they converge slower than that.
    near = gaussian_filter1d(near, _CONVERGE * fps, mode="nearest") if len(near) else near
    return np.degrees(0.5 * _EYES_APART * (near / _LISTENER + (1.0 - near) / _FAR))


def apply_eyes(
    face: Array,
    fps: float,
    seed: int,
    sliders: EyeSliders | None = None,
    rate: Array | None = None,
    head: Array | None = None,
    felt: Array | None = None,
) -> Array:
    """The face (T, 52) with this layer's blinks and gaze in place of whatever eyeBlink and eyeLook it had.

    All other channels keep their values. `rate` (T,), blinks a minute over time, replaces the constant. `head` (T, 3),
    rotation vectors in radians, is how the head turns: the eyes stay where they look. `felt` (T, 8), emotion weights
    times intensity, lowers gaze and lids as the emotion does.
    """
    sliders = sliders or EyeSliders()
    face = np.asarray(face, np.float32)
    frames = len(face)
    times = np.arange(frames) / fps
    seconds = frames / fps
    ends = clause_ends(face, fps)
    chance = [seed & 0xFFFFFFFF] if sliders.variation == 0 else [seed & 0xFFFFFFFF, sliders.variation & 0xFFFFFFFF]
    gaze, shifts = gaze_degrees(times, ends, np.random.default_rng([*chance, 13]))
    if frames and head is not None:
        gaze = gaze + _kept(head, fps)
    droop = np.full(frames, 0.5 * sliders.droop)
    if frames and felt is not None:
        for name, degrees in _FELT_DOWN.items():
            gaze[:, 1] -= degrees * felt[:, EMOTIONS.index(name)]
        for name, amount in _FELT_DROOP.items():
            droop += amount * felt[:, EMOTIONS.index(name)]
    gaze *= sliders.gaze_strength
    peak = sliders.rate if rate is None else float(np.max(rate, initial=0.0))
    far = [at for at, size in shifts if size > 8.0]
    blinks = blink_times(seconds, ends, peak, np.random.default_rng([*chance, 11]), far)
    if rate is not None:
        thin = np.random.default_rng([*chance, 12]).random(len(blinks))
        at = [min(int(b[0] * fps), frames - 1) for b in blinks]
        blinks = [b for b, k, p in zip(blinks, at, thin, strict=True) if p * max(peak, 1e-9) < rate[k]]
    lid = lid_curve(times, blinks) * sliders.blink_strength
    out = face.copy()
    out[:, list(EYE_LOOK)] = 0.0
    turned_in = sliders.gaze_strength * _vergence(gaze, fps) / LOOK_DEGREES
    side, up = gaze[:, 0] / LOOK_DEGREES, gaze[:, 1] / LOOK_DEGREES
    left, right = side - turned_in, side + turned_in
    for name, value in (
        ("eyeLookOutLeft", left), ("eyeLookInRight", right), ("eyeLookInLeft", -left), ("eyeLookOutRight", -right),
        ("eyeLookUpLeft", up), ("eyeLookUpRight", up), ("eyeLookDownLeft", -up), ("eyeLookDownRight", -up),
    ):  # fmt: skip
        out[:, INDEX[name]] = np.clip(value, 0, 1)
    follow = sliders.lid_follow * np.clip(-up, 0, 1) * 0.75 + droop
    value = np.clip(np.maximum(lid, 0) + (1 - np.clip(lid, 0, 1)) * follow, 0, 1)
    out[:, list(BLINK)] = value[:, None]
    return out


def eye_rotations(face: Array) -> Array:
    """Eye joints' rotation vectors (T, 2, 3), radians, for joints 23 and 24, as a face's eyeLook weights turn them.

    X is pitch (down is positive), Y yaw (to the person's left is positive).
    """
    face = np.asarray(face, np.float64)
    out = np.zeros((len(face), 2, 3))
    scale = np.radians(LOOK_DEGREES)
    for k, (name, left) in enumerate((("Left", "Out"), ("Right", "In"))):
        right = "In" if left == "Out" else "Out"
        out[:, k, 0] = scale * (face[:, INDEX["eyeLookDown" + name]] - face[:, INDEX["eyeLookUp" + name]])
        out[:, k, 1] = scale * (face[:, INDEX[f"eyeLook{left}{name}"]] - face[:, INDEX[f"eyeLook{right}{name}"]])
    return out
