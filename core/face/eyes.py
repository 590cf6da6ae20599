"""Blinks and gaze: a layer of its own over a face. It owns eyeBlink and eyeLook, never the head, and needs no network.

Because it replaces those channels whole, it can be laid again after generation with another seed, rate or strength.
Blinks: about 0.22 s, closing in a third of it, more of them at clause ends (Nakano and Kitazawa, "Eyeblink entrainment
at breakpoints of speech", 2010). Gaze: saccades of 25-60 ms between rests, with the main sequence's speeds, and upper
lids that follow the eye down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from ..arkit import BLINK, EYE_LOOK, INDEX

LOOK_DEGREES: Final = 30.0
"""How far an eyeLook weight of 1 turns the eye."""
_CLAUSE_GAP: Final = 0.22
_CLOSE, _HOLD = 0.30, 0.12  # shares of a blink spent closing and shut


@dataclass(frozen=True)
class EyeControls:
    """rate: blinks a minute; blink_strength, gaze_strength, lid_follow: 0 - 2; droop: 0 - 1, lids that rest lower.

    variation: other blinks and gaze of the same kind, for the same take; 0 are the generated ones.
    """

    rate: float = 18.0
    blink_strength: float = 1.0
    gaze_strength: float = 1.0
    lid_follow: float = 1.0
    droop: float = 0.0
    variation: int = 0


def clause_ends(face: np.ndarray, fps: float) -> list[float]:
    """Seconds at which the mouth comes to rest for more than 0.22 s: where clauses end, read from the face itself."""
    gap = np.maximum(face[:, INDEX["jawOpen"]] - face[:, INDEX["mouthClose"]], 0)
    gap = gap + 0.35 * (face[:, INDEX["mouthLowerDownLeft"]] + face[:, INDEX["mouthUpperUpLeft"]])
    shut = np.concatenate([[False], gap < 0.03, [False]]).astype(int)
    starts, ends = np.flatnonzero(np.diff(shut) == 1), np.flatnonzero(np.diff(shut) == -1)
    return [float(a / fps) for a, b in zip(starts, ends, strict=True) if (b - a) / fps > _CLAUSE_GAP and a > 0]


def blink_times(
    seconds: float, ends: Sequence[float], rate: float, rng: np.random.Generator
) -> list[tuple[float, float, float]]:
    """Blinks as (start, length, depth): near clause ends first, the rest by chance, at least 0.5 s apart.

    rate is in blinks a minute; 0 gives none.
    """
    if rate <= 0 or seconds <= 0:
        return []
    wanted = rate * seconds / 60
    starts: list[float] = []

    def add(at: float) -> bool:
        if not 0.0 <= at < seconds or any(abs(at - s) < 0.5 for s in starts):
            return False
        starts.append(at)
        return True

    share = min(0.85, 0.55 * wanted / max(len(ends), 1))
    for end in ends:
        if rng.random() < share:
            at = end + rng.normal(0.03, 0.09)
            if add(at) and rng.random() < 0.08:
                add(at + rng.uniform(0.5, 0.7))
    # The others: renewal with a dead time, at the rate that is left.
    left = wanted - len(starts)
    if left > 0:
        mean = seconds / left
        at = rng.uniform(0, mean)
        while at < seconds:
            add(at)
            at += mean * (0.35 + 0.65 * rng.exponential())
    return sorted((s, float(rng.uniform(0.19, 0.26)), float(rng.uniform(0.92, 1.0))) for s in starts)


def lid_curve(times: np.ndarray, blinks: Sequence[tuple[float, float, float]]) -> np.ndarray:
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


def gaze_degrees(times: np.ndarray, ends: Sequence[float], rng: np.random.Generator) -> np.ndarray:
    """Gaze (T, 2) in degrees, right-to-left (the person's left is positive) and up: rests, saccades and tiny drift.

    Mostly at the listener, away now and then (more at clause starts), with small shifts in between.
    """
    seconds = float(times[-1]) if len(times) else 0.0
    points = [(0.0, np.zeros(2))]
    at, away = 0.0, False
    marks = np.asarray([*ends, 1e9])
    while at < seconds:
        at += float(rng.uniform(0.35, 1.1) if away else rng.uniform(0.7, 2.8))
        near = float(np.min(np.abs(marks - at)))
        if near < 0.5:
            at = max(at, float(marks[np.argmin(np.abs(marks - at))]) + rng.uniform(0.0, 0.15))
        away = not away and rng.random() < (0.42 if near < 0.5 else 0.22)
        if away:
            side = rng.choice([-1.0, 1.0])
            goal = np.array([side * rng.uniform(5, 13), rng.choice([-1.0, 0.4, 1.0]) * rng.uniform(1, 7)])
        else:
            goal = rng.normal(0, (1.6, 1.0))
        points.append((at, goal))
    turns = np.zeros((len(times), 2))
    for (_, before), (at, goal) in pairwise(points):
        size = float(np.linalg.norm(goal - before))
        length = 0.036 + 0.0022 * size
        low, high = np.searchsorted(times, (at, at + length))
        u = np.clip((times[low : high + 1] - at) / length, 0, 1)
        # Steps, summed below: a saccade costs only its own frames.
        turns[low : high + 1] += np.diff(u * u * (3 - 2 * u), prepend=0.0)[:, None] * (goal - before)
    out = np.cumsum(turns, axis=0)
    drift = np.cumsum(rng.normal(0, 0.035, (len(times), 2)), axis=0)
    return out + drift - _slow(drift, max(3, len(times) // max(1, int(seconds / 2) or 1)))


def _slow(track: np.ndarray, width: int) -> np.ndarray:
    """A moving mean (T, C) over `width` frames, shrinking at the ends."""
    if len(track) == 0:
        return track
    total = np.cumsum(np.pad(track, ((1, 0), (0, 0))), axis=0)
    k = np.arange(len(track))
    low, high = np.maximum(k - width // 2, 0), np.minimum(k + width // 2 + 1, len(track))
    return (total[high] - total[low]) / (high - low)[:, None]


def apply_eyes(
    face: np.ndarray,
    fps: float,
    seed: int,
    controls: EyeControls | None = None,
    rate: np.ndarray | None = None,
) -> np.ndarray:
    """The face (T, 52) with this layer's blinks and gaze in place of whatever eyeBlink and eyeLook it had.

    All other channels keep their values. `rate` (T,), blinks a minute over time, replaces the constant.
    """
    controls = controls or EyeControls()
    face = np.asarray(face, np.float32)
    frames = len(face)
    times = np.arange(frames) / fps
    seconds = frames / fps
    ends = clause_ends(face, fps)
    chance = [seed & 0xFFFFFFFF] if controls.variation == 0 else [seed & 0xFFFFFFFF, controls.variation & 0xFFFFFFFF]
    peak = controls.rate if rate is None else float(np.max(rate, initial=0.0))
    blinks = blink_times(seconds, ends, peak, np.random.default_rng([*chance, 11]))
    if rate is not None:
        thin = np.random.default_rng([*chance, 12]).random(len(blinks))
        at = [min(int(b[0] * fps), frames - 1) for b in blinks]
        blinks = [b for b, k, p in zip(blinks, at, thin, strict=True) if p * max(peak, 1e-9) < rate[k]]
    lid = lid_curve(times, blinks) * controls.blink_strength
    gaze = gaze_degrees(times, ends, np.random.default_rng([*chance, 13])) * controls.gaze_strength
    out = face.copy()
    out[:, list(EYE_LOOK)] = 0.0
    side, up = gaze[:, 0] / LOOK_DEGREES, gaze[:, 1] / LOOK_DEGREES
    for name, value in (
        ("eyeLookOutLeft", side), ("eyeLookInRight", side), ("eyeLookInLeft", -side), ("eyeLookOutRight", -side),
        ("eyeLookUpLeft", up), ("eyeLookUpRight", up), ("eyeLookDownLeft", -up), ("eyeLookDownRight", -up),
    ):  # fmt: skip
        out[:, INDEX[name]] = np.clip(value, 0, 1)
    follow = controls.lid_follow * np.clip(-up, 0, 1) * 0.75 + 0.5 * controls.droop
    value = np.clip(np.maximum(lid, 0) + (1 - np.clip(lid, 0, 1)) * follow, 0, 1)
    out[:, list(BLINK)] = value[:, None]
    return out


def eye_rotations(face: np.ndarray) -> np.ndarray:
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
