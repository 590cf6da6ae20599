"""After the networks: energy, head activity and stillness as amplitudes, then joint limits and planted feet."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from ...core.arrays import Array
from ...core.body import legs
from ...core.body.accents import Accents
from ...core.body.measure import strokes, wrists_on_chest
from ...core.body.plausible import clear_torso, elbow_flexion, limit_joints
from ...core.mask import runs
from ...core.performance import MODEL_FPS
from ...core.rotations import conjugate, from_rotvec, hemisphere_continuous, multiply, normalise
from ...core.skeleton import INDEX, SOLE_BELOW_ANKLE

ARMS: Final = tuple(INDEX[f"{s}_{n}"] for s in ("left", "right") for n in ("collar", "shoulder", "elbow", "wrist"))
TRUNK: Final = (INDEX["spine1"], INDEX["spine2"], INDEX["spine3"])
HEAD: Final = (INDEX["neck"], INDEX["head"])
SLOW: Final = 0.9
"""Seconds of the smoothing that parts a posture from the strokes upon it."""


def scaled(offsets: Array, factor: Array) -> Array:
    """Rotations (T, J, 4) with their angles times `factor` (T,)."""
    w = np.clip(np.abs(offsets[..., 0]), 0.0, 1.0)
    angle = np.arccos(w)
    sin = np.sin(angle)
    new = angle * factor[:, None]
    ratio = np.where(sin > 1e-6, np.sin(new) / np.maximum(sin, 1e-6), factor[:, None])
    ratio = np.where(offsets[..., 0] < 0, -ratio, ratio)
    return np.concatenate([np.cos(new)[..., None], ratio[..., None] * offsets[..., 1:]], axis=-1)


def smoothed(rotations: Array, seconds: float) -> Array:
    """Rotations (T, J, 4) averaged over time with a Gaussian of `seconds`."""
    return normalise(gaussian_filter1d(hemisphere_continuous(rotations), seconds * MODEL_FPS, axis=0, mode="nearest"))


def pace(rotations: Array, rate: Array, accents: Accents, first: int, seed: int) -> Array:
    """More or fewer strokes a minute: `rate` (T,) below 1 stills some strokes, above 1 adds beats on free accents.

    The networks hear the rate too; this makes its steps sure. At rate 1 nothing changes. Which strokes go or come is
    drawn from the seed and the time (`first` is the frame of the piece's start), so that pieces agree where they join;
    a stilled stroke becomes a hold, an added beat rises to its accent as the corpus' beats do.
    """
    if np.abs(rate - 1.0).max() < 0.02:
        return rotations

    def chance(time: float, kind: int) -> float:
        frame = first + round(time * MODEL_FPS)
        return float(np.random.default_rng((int(seed) & 0xFFFFFFFF, kind, frame)).random())

    path = wrists_on_chest(rotations)
    peaks = strokes(path)
    times = np.arange(len(rotations)) / MODEL_FPS
    still, lift = np.zeros(len(rotations)), np.zeros(len(rotations))
    for peak in peaks:
        wanted = float(rate[min(int(peak * MODEL_FPS), len(rate) - 1)])
        if chance(peak, 1) < 1.25 * (1.0 - wanted):
            still = np.maximum(still, np.exp(-0.5 * ((times - peak) / 0.22) ** 4))
    for time, strength in zip(accents.times, accents.strength, strict=True):
        wanted = float(rate[min(int(time * MODEL_FPS), len(rate) - 1)])
        # A stroke's speed peaks about 0.1 s before its accent.
        free = not len(peaks) or np.abs(peaks - (time - 0.15)).min() > 0.21
        if free and chance(time, 2) < 2.4 * (wanted - 1.0):
            lift += (0.8 + 0.5 * strength) * (0.85 + 0.35 * chance(time, 3)) * beat(times, time - 0.08)
    out = np.array(rotations, np.float64)
    slow = smoothed(out[:, ARMS], 0.35)
    fast = multiply(conjugate(slow), out[:, ARMS])
    out[:, ARMS] = multiply(slow, scaled(fast, 1.0 - 0.85 * gaussian_filter1d(still, 2.0)))
    return _lifted(out, lift)


def beat(times: Array, centre: float) -> Array:
    """A small dip, a quick rise that ends at `centre`, a slower way home; 1 high at `centre`."""

    def step(begin: float, length: float) -> Array:
        x = np.clip((times - begin) / length, 0.0, 1.0)
        return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)

    return 1.3 * step(centre - 0.2, 0.2) - 0.3 * step(centre - 0.4, 0.2) - step(centre + 0.03, 0.42)


def _lifted(rotations: Array, lift: Array) -> Array:
    """Beats (T,) of forearm and hand added to the arms, less to one that hangs down."""
    zero = np.zeros(len(lift))
    for side, sign in (("left", -1.0), ("right", 1.0)):
        raised = np.clip(elbow_flexion(rotations, side) / np.radians(70.0), 0.25, 1.0)
        own = lift * gaussian_filter1d(raised, 4.0)
        for name, vector in (
            ("elbow", (zero, sign * np.radians(16.0) * own, zero)),
            ("shoulder", (zero, zero, -sign * np.radians(5.0) * own)),
            ("wrist", (zero, zero, -sign * np.radians(8.0) * own)),
        ):
            j = INDEX[f"{side}_{name}"]
            rotations[:, j] = multiply(rotations[:, j], from_rotvec(np.stack(vector, axis=1)))
    return rotations


def planted_targets(ankles: Array, yaw: Array, contacts: Array) -> tuple[Array, Array]:
    """Foot targets over a whole performance: (ankle positions (T, 2, 3), headings (T, 2)).

    A foot stands still while in contact, at the mean of where the network had it, and swings over in between. Swings
    of under 2 cm are not worth a step.
    """
    frames = len(ankles)
    places, turns = np.empty((frames, 2, 3)), np.empty((frames, 2))
    for k in range(2):
        down = contacts[:, k] > 0.5
        if frames > 9:
            down = median_filter(down.astype(np.uint8), 9, mode="nearest") > 0
        spans = runs(down)
        if not spans:
            spans = [(0, frames)]
        stays: list[tuple[int, int, Array, float]] = []
        for a, b in spans:
            place = np.median(ankles[a:b, k], axis=0)
            turn = float(np.median(yaw[a:b, k]))
            if stays and (np.linalg.norm((place - stays[-1][2])[[0, 2]]) < 0.02 or a - stays[-1][1] < 8):
                weight = (stays[-1][1] - stays[-1][0]) / max(b - stays[-1][0], 1)
                merged = weight * stays[-1][2] + (1 - weight) * place
                stays[-1] = (stays[-1][0], b, merged, weight * stays[-1][3] + (1 - weight) * turn)
            else:
                stays.append((a, b, place, turn))
        places[:, k], turns[:, k] = stays[0][2], stays[0][3]
        places[:, k, 1] = SOLE_BELOW_ANKLE
        for (_, leave, _, _), (arrive, _, place, turn) in itertools.pairwise(stays):
            phase = np.clip((np.arange(leave, frames) - leave) / max(arrive - leave, 1), 0.0, 1.0)
            w = phase**3 * (10 - 15 * phase + 6 * phase**2)
            places[leave:, k][:, [0, 2]] += w[:, None] * (place[[0, 2]] - places[leave, k][[0, 2]])
            turns[leave:, k] += w * (turn - turns[leave, k])
            places[leave:, k, 1] = SOLE_BELOW_ANKLE + np.where(phase < 1, 0.035 * np.sin(np.pi * phase) ** 2, 0.0)
    return places, turns


def settle(rotations: Array, translation: Array, places: Array, turns: Array) -> tuple[Array, Array]:
    """Joint limits, arms out of the torso, feet on their targets."""
    rotations = clear_torso(limit_joints(rotations))
    return legs.plant(rotations, translation, places, legs.level_feet(turns))
