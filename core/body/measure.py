"""Measures of a body performance: the numbers of the quality report, each from joint positions alone."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..performance import MODEL_FPS
from ..rotations import conjugate, forward_kinematics, multiply, rotate, to_rotvec
from ..skeleton import HANDS, INDEX, SOLE_BELOW_ANKLE
from .accents import Accents
from .peaks import find_peaks
from .plausible import arm_points, elbow_flexion, knee_flexion, torso_depth

FPS: Final = MODEL_FPS
WRISTS: Final = (INDEX["left_wrist"], INDEX["right_wrist"])
STROKE_SPEED: Final = 0.3
"""Metres a second: the peak wrist speed from which a movement counts as a stroke."""


def wrists(rotations: Array, translation: Array) -> Array:
    """(T, 2, 3) wrist positions, metres."""
    positions, _ = forward_kinematics(rotations, translation)
    return positions[:, list(WRISTS)]


def wrists_on_chest(rotations: Array) -> Array:
    """(T, 2, 3) wrist positions in the chest's frame, metres."""
    positions, world = forward_kinematics(rotations, np.zeros((len(rotations), 3)))
    chest = INDEX["spine3"]
    local = positions[:, list(WRISTS)] - positions[:, chest : chest + 1]
    return rotate(conjugate(world[:, chest])[:, None], local)


def wrist_speed(path: Array) -> Array:
    """(T, 2) metres a second."""
    if len(path) < 2:
        return np.zeros(path.shape[:2])
    return np.linalg.norm(np.gradient(path, axis=0), axis=-1) * FPS


def strokes(path: Array) -> Array:
    """Times (K,) in seconds of the strokes' speed peaks: peaks of the faster wrist over STROKE_SPEED, 0.2 s apart."""
    speed = gaussian_filter1d(wrist_speed(path).max(axis=1), 1.0)
    peaks, _ = find_peaks(speed, STROKE_SPEED, 6, 0.15)
    return peaks / FPS


def stroke_ends(path: Array) -> Array:
    """Times (K,) at which each stroke is over: the first frame after its peak under 40 % of it, or a minimum."""
    speed = gaussian_filter1d(wrist_speed(path).max(axis=1), 1.0)
    out = []
    for peak in (strokes(path) * FPS).round().astype(int):
        k = peak + 1
        while k < len(speed) - 1 and speed[k] > 0.4 * speed[peak] and speed[k] > speed[k + 1]:
            k += 1
        out.append(k / FPS)
    return np.array(out)


def workspace_litres(path: Array) -> float:
    """Volume of the one-standard-deviation ellipsoid of a wrist's positions, mean of both wrists, litres."""
    volumes = [4.0 / 3.0 * np.pi * np.sqrt(max(np.linalg.det(np.cov(path[:, k].T)), 0.0)) for k in range(2)]
    return float(np.mean(volumes) * 1000.0)


def rotation_speed(rotations: Array) -> Array:
    """Degrees a second (T - 1, ...) of quaternions (T, ..., 4)."""
    step = multiply(conjugate(rotations[:-1]), rotations[1:])
    return np.degrees(np.linalg.norm(to_rotvec(step), axis=-1)) * FPS


def head_speed(rotations: Array) -> float:
    """Mean angular speed of the head in the world, degrees a second."""
    _, world = forward_kinematics(rotations, np.zeros((len(rotations), 3)))
    return float(rotation_speed(world[:, INDEX["head"]]).mean())


def finger_deviation(rotations: Array) -> float:
    """Mean over finger joints of the root mean square angle from the joint's mean pose, degrees."""
    hands = np.asarray(rotations[:, list(HANDS)], np.float64)
    mean = hands.mean(axis=0)
    mean /= np.linalg.norm(mean, axis=-1, keepdims=True)
    angle = np.degrees(np.linalg.norm(to_rotvec(multiply(conjugate(mean)[None], hands)), axis=-1))
    return float(np.sqrt((angle**2).mean(axis=0)).mean())


def smoothness(path: Array) -> tuple[float, float]:
    """(share of wrist velocity power above 8 Hz, jerk-weighted mean frequency of the wrist path in Hz).

    The second is the centroid frequency of the velocity spectrum: sqrt of acceleration power over velocity power.
    """
    from scipy.signal import periodogram  # slow to load, and only needed to measure

    velocity = np.diff(path.reshape(len(path), -1), axis=0) * FPS
    frequency, power = periodogram(velocity, FPS, window="hann", axis=0)
    total = power.sum(axis=1)
    high = float(total[frequency > 8.0].sum() / max(total.sum(), 1e-12))
    centre = float(np.sqrt((total * frequency**2).sum() / max(total.sum(), 1e-12)))
    return high, centre


def feet(rotations: Array, translation: Array) -> dict[str, float]:
    """Slide of planted feet (mean, 95th percentile; mm a frame), height error of soles (mm), root drift (m/min)."""
    positions, _ = forward_kinematics(rotations, translation)
    ankles = positions[:, [INDEX["left_ankle"], INDEX["right_ankle"]]]
    step = np.linalg.norm(np.diff(ankles, axis=0), axis=-1)
    planted = ankles[1:, :, 1] < SOLE_BELOW_ANKLE + 0.006
    slide = step[planted] * 1000.0 if planted.any() else np.zeros(1)
    minutes = max(len(rotations) / FPS / 60.0, 1e-6)
    half = max(1, min(len(translation) // 4, 150))
    drift = translation[-half:, [0, 2]].mean(axis=0) - translation[:half, [0, 2]].mean(axis=0)
    return {
        "slide_mm": float(slide.mean()),
        "slide_p95_mm": float(np.percentile(slide, 95)),
        "sole_mm": float(np.abs(ankles[..., 1].min(axis=1) - SOLE_BELOW_ANKLE).max() * 1000.0),
        "drift_m_a_minute": float(np.linalg.norm(drift) / max(minutes, 1.0)),
    }


def plausibility(rotations: Array) -> dict[str, float]:
    """Least elbow and knee flexion (degrees) and the share of frames with forearm or hand inside the torso."""
    least_elbow = min(np.degrees(elbow_flexion(rotations, s)).min() for s in ("left", "right"))
    least_knee = min(np.degrees(knee_flexion(rotations, s)).min() for s in ("left", "right"))
    depth = torso_depth(arm_points(rotations)).max(axis=(1, 2))
    return {"least_elbow": float(least_elbow), "least_knee": float(least_knee), "inside": float((depth > 0).mean())}


def describe(rotations: Array, translation: Array, speaking: Array | None = None) -> dict[str, Any]:
    """All measures of one performance; `speaking` (T,) bool restricts speeds and strokes to where somebody speaks."""
    path = wrists(rotations, translation)
    active = np.ones(len(path), bool) if speaking is None else speaking
    speed = wrist_speed(path)
    minutes = max(active.sum() / FPS / 60.0, 1e-6)
    times = strokes(path)
    inside = active[np.clip((times * FPS).astype(int), 0, len(active) - 1)]
    high, centre = smoothness(path)
    return {
        "wrist_speed": float(speed[active].mean()),
        "wrist_speed_silent": float(speed[~active].mean()) if (~active).any() else 0.0,
        "strokes_a_minute": float(inside.sum() / minutes),
        "workspace_litres": workspace_litres(wrists_on_chest(rotations)[active]),
        "head_speed": head_speed(rotations),
        "finger_deviation": finger_deviation(rotations),
        "power_above_8": high,
        "mean_frequency": centre,
        **feet(rotations, translation),
        **plausibility(rotations),
    }


def accent_trace(accents: Accents, frames: int, shift: float = 0.0) -> Array:
    """The accents as bumps (T,) of 0.1 s, circularly shifted by `shift` seconds."""
    out = np.zeros(frames)
    index = np.round((accents.times + shift) * FPS).astype(int) % max(frames, 1)
    np.add.at(out, index, accents.strength)
    return gaussian_filter1d(out, 2.5, mode="wrap")


def coupling(signals: Array, accents: Accents, shifts: int = 400, seed: int = 0) -> float:
    """z of the signals' (T, K) best cross-correlation with the accents against circularly shifted accents.

    Each signal is detrended over 2 s; correlations at lags of -0.4 to 0.2 s are summed in square over signals and lags.
    """
    frames = len(signals)
    fast = gaussian_filter1d(signals, 1.5, axis=0, mode="wrap") - gaussian_filter1d(signals, 30.0, axis=0, mode="wrap")
    fast = (fast - fast.mean(axis=0)) / np.maximum(fast.std(axis=0), 1e-9)
    trace = accent_trace(accents, frames)
    trace = (trace - trace.mean()) / max(trace.std(), 1e-9)
    spectrum = np.conj(np.fft.rfft(trace))[:, None] * np.fft.rfft(fast, axis=0)
    correlation = np.fft.irfft(spectrum, frames, axis=0) / frames
    lags = np.arange(-12, 7)
    rng = np.random.default_rng(seed)
    moves = rng.integers(60, max(frames - 60, 61), shifts)

    def score(shift: int) -> float:
        return float((correlation[(lags + shift) % frames] ** 2).sum(axis=0).sum())

    null = np.array([score(int(m)) for m in moves])
    return float((score(0) - null.mean()) / max(null.std(), 1e-9))


def coupling_signals(rotations: Array, translation: Array) -> Array:
    """(T, 3): height of the higher hand, of the other, and the head's pitch (up is positive)."""
    positions, world = forward_kinematics(rotations, translation)
    height = positions[:, list(WRISTS), 1]
    forward = rotate(world[:, INDEX["head"]], np.array([0.0, 0.0, 1.0]))
    return np.stack([height.max(axis=1), height.min(axis=1), forward[:, 1]], axis=1)
