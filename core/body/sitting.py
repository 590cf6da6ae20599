"""Sitting: hips on a seat, thighs level where the seat allows it, feet planted, hands at rest on thighs or a table."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..rotations import conjugate, from_rotvec, multiply, rotate
from ..skeleton import INDEX, REST_OFFSETS, SOLE_BELOW_ANKLE
from .chance import rng_at
from .ground import Ground
from .reach import ANGLE, HEIGHT, RADIUS, wrist_place
from .score import Score, Wanted
from .seats import CHEST, FLESH, HIP, SPINE
from .tracks import FPS, Key, drift, keyed

WIDE: Final = 0.24
"""Metres between the ankles."""
LEANS: Final = np.radians(-7.0)
"""How far a seated pelvis tips back."""


def sit(score: Score, wanted: Wanted, frames: int) -> Ground:
    """The ground of a body that sits while a score is played: the hips stay, weight and heading move a little."""
    thigh, shank = (float(np.linalg.norm(REST_OFFSETS[INDEX[f"left_{n}"]])) for n in ("knee", "ankle"))
    hip = wanted.seat + FLESH
    rise = np.clip(SOLE_BELOW_ANKLE + shank * 0.995 - hip, -0.97 * thigh, 0.9 * thigh)
    ahead = float(np.sqrt(thigh**2 - rise**2)) + 0.01
    ankles = np.zeros((frames, 2, 3))
    rng = rng_at(score.seed, 0.0, 84)
    for k, side in enumerate((1.0, -1.0)):
        own = np.array(
            [side * (0.5 * WIDE + rng.uniform(0.0, 0.04)), SOLE_BELOW_ANKLE, ahead + rng.uniform(-0.05, 0.05)]
        )
        ankles[:, k] = own
    out = np.radians(rng.uniform(5.0, 13.0, 2)) * np.array([1.0, -1.0])
    keys: list[Key] = []
    at = float(rng.uniform(1.0, 3.0))
    while at < frames / FPS:
        rng = rng_at(score.seed, at, 85)
        goal = rng.normal(0.0, 1.0, 4) * np.array([0.012, 0.01, 0.09, 0.03]) * wanted.manner.sway
        keys.append(Key(at, float(rng.uniform(0.8, 1.5)), np.clip(goal, -0.2, 0.2)))
        at += 60.0 / wanted.manner.shifts * float(rng.uniform(0.8, 2.0))
    track = keyed(frames, np.zeros(4), keys)
    noise = drift(frames, 0.6, 1.0, rng_at(score.seed, 0.0, 86), 4) * np.array([0.002, 0.002, 0.012, 0.008])
    track = track + noise
    position = np.stack([track[:, 0], np.full(frames, hip + HIP), track[:, 1]], axis=1)
    feet = np.tile(out, (frames, 1))
    return Ground(position, track[:, 2], track[:, 3], ankles, feet, np.ones((frames, 2)))


def held_still(state: Array, busy: Array, spine: Array, side: int) -> Array:
    """An arm's states (T, 8) in a chest whose spine joints are turned by `spine` (T, 3, 4), so that a hand that rests
    stays on the thigh or the table while the trunk moves; busy (T,) is how much it gestures, side 0 left, 1 right."""
    world = np.tile(np.array([1.0, 0.0, 0.0, 0.0]), (len(state), 1))
    place = np.zeros((len(state), 3))
    for k, name in enumerate(SPINE):
        place = place + rotate(world, REST_OFFSETS[INDEX[name]])
        world = multiply(world, spine[:, k])
    mirror = np.array([1.0 if side == 0 else -1.0, 1.0, 1.0])
    own = wrist_place(state)
    fixed = rotate(conjugate(world), CHEST + own * mirror - place) * mirror
    moved = own + (1.0 - busy)[:, None] * (fixed - own)
    out = np.array(state)
    # Round the body as before: the angle goes on from where it was.
    turned = np.arctan2(moved[:, 0], moved[:, 2]) - np.arctan2(own[:, 0], own[:, 2])
    out[:, ANGLE] += (turned + np.pi) % (2.0 * np.pi) - np.pi
    out[:, RADIUS], out[:, HEIGHT] = np.hypot(moved[:, 0], moved[:, 2]), moved[:, 1]
    return out


def tipped(pelvis: Array) -> Array:
    """Pelvis rotations (T, 4) tipped back as on a seat."""
    return multiply(pelvis, from_rotvec(np.array([LEANS, 0.0, 0.0])))
