"""A plan becomes motion: idle, arms, trunk, head, breathing, weight shifts and steps, with the feet solved."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ....core.arrays import Array
from ....core.body import legs
from ....core.body.plausible import clear_torso, limit_joints
from ....core.rotations import from_rotvec, hemisphere_continuous, multiply, normalise
from ....core.skeleton import FACE_JOINTS, INDEX, JOINT_COUNT, REST_OFFSETS, SOLE_BELOW_ANKLE
from .clips import FPS, HEAD, LEFT_ARM, RIGHT_ARM, TRUNK, Idle
from .compose import arm_track, pulse, step_path
from .planner import Controls, Plan

ARMS: Final = {"left": LEFT_ARM, "right": RIGHT_ARM}
BREATHS_A_SECOND: Final = 0.26


def _idle(idle: Idle, frames: int, rng: np.random.Generator) -> tuple[Array, Array]:
    index = (int(rng.integers(len(idle.rotations))) + np.arange(frames)) % len(idle.rotations)
    return hemisphere_continuous(idle.rotations[index].astype(np.float64)), idle.translation[index].astype(np.float64)


def _wander(frames: int, seconds: float, size: float, rng: np.random.Generator, columns: int = 1) -> Array:
    """Slow noise with a time constant, (frames, columns), standard deviation `size`."""
    sigma = seconds * FPS
    pad = int(4 * sigma) + 1
    noise = gaussian_filter1d(rng.normal(size=(frames + 2 * pad, columns)), sigma, axis=0)[pad : pad + frames]
    return noise * (size * np.sqrt(2.0 * np.sqrt(np.pi) * sigma))


def _head(plan: Plan, frames: int, curve: Array, rng: np.random.Generator) -> Array:
    """Pitch, yaw and roll of the head over the idle, (frames, 3) radians about X, Y, Z."""
    times = np.arange(frames) / FPS
    angles = np.zeros((frames, 3))
    keys = []
    at = 0.3
    for border in [*plan.borders, times[-1] + 1.0]:
        while at < border - 1.8:
            at += rng.uniform(1.2, 3.0)
            keys.append((at, rng.uniform(0.3, 0.6), self_gaze(rng)))
        if rng.random() < 0.75:
            at = max(at + 0.5, border - rng.uniform(0.0, 0.25))
            keys.append((at, rng.uniform(0.28, 0.5), self_gaze(rng)))
    angles += np.radians(step_path(times, keys, np.zeros(3)))
    for time, size in plan.nods:
        depth = size * rng.uniform(3.0, 6.0)
        angles[:, 0] += np.radians(depth) * pulse(times, time)
        angles[:, 2] += np.radians(rng.normal(0.0, 1.5)) * pulse(times, time)
    for time in plan.shakes:
        phase = (times - time + 0.2) / 0.42
        window = np.where((phase > 0) & (phase < 2.0), np.sin(np.pi * np.clip(phase / 2.0, 0, 1)) ** 2, 0.0)
        angles[:, 1] += np.radians(rng.uniform(5.0, 9.0)) * rng.choice((-1.0, 1.0)) * window * np.sin(2 * np.pi * phase)
    # The chin follows the melody of stress a little, with the body's lag.
    lively = gaussian_filter1d(curve, 2.5) - gaussian_filter1d(curve, 25.0)
    angles[:, 0] += np.radians(4.0) * np.roll(lively, 1)
    return angles + np.radians(_wander(frames, 0.9, 1.0, rng, 3))


def self_gaze(rng: np.random.Generator) -> Array:
    """A head pose to look somewhere near the listener: pitch, yaw, roll in degrees."""
    return np.array([rng.normal(0.0, 3.5), np.clip(rng.normal(0.0, 9.0), -24.0, 24.0), rng.normal(0.0, 3.5)])


def _beat_tracks(plan: Plan, frames: int, arms: dict[str, Array], rng: np.random.Generator) -> None:
    """Adds baton beats in place to raised arms' offsets (frames, 19, 4): collar, shoulder, elbow, wrist, fingers."""
    times = np.arange(frames) / FPS
    for side, offsets in arms.items():
        sign = -1.0 if side == "left" else 1.0
        bend = 2.0 * np.arccos(np.clip(np.abs(offsets[:, 2, 0]), 0.0, 1.0))
        raised = gaussian_filter1d(np.clip(bend / np.radians(50.0), 0.0, 1.0), 3.0)
        elbow, wrist, shoulder = np.zeros(frames), np.zeros(frames), np.zeros(frames)
        for time, size, _ in plan.beats:
            own = size * rng.uniform(0.75, 1.25)
            elbow += own * np.radians(17.0) * pulse(times, time)
            shoulder += own * np.radians(6.0) * pulse(times, time)
            wrist += own * np.radians(9.0) * pulse(times, time + 0.03)
        elbow, wrist, shoulder = (track * raised for track in (elbow, wrist, shoulder))
        zero = np.zeros(frames)
        for slot, vector in (
            (1, (zero, zero, -sign * shoulder)),
            (2, (zero, sign * elbow, zero)),
            (3, (zero, zero, -sign * wrist)),
        ):
            offsets[:, slot] = multiply(offsets[:, slot], from_rotvec(np.stack(vector, axis=1)))


def _lower(
    idle_rotations: Array, idle_translation: Array, stance: float, yaw: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array, Array]:
    """(pelvis rotation (T, 4), translation (T, 3), ankles (T, 2, 3), feet (T, 2, 4), contacts (T, 2))."""
    frames = len(idle_rotations)
    times = np.arange(frames) / FPS
    ankles, feet = legs.foot_state(idle_rotations[:1], idle_translation[:1])
    middle = ankles[0].mean(axis=0)
    foot_yaw = legs.yaw_of(feet[0])
    half = np.abs(ankles[0, 0, 0] - ankles[0, 1, 0]) / 2.0
    half = np.clip(half * (1.0 + 0.45 * stance), 0.07, 0.26)
    base = np.stack([[half, SOLE_BELOW_ANKLE, 0.0], [-half, SOLE_BELOW_ANKLE, 0.0]])
    base[:, 2] = np.clip(ankles[0, :, 2] - middle[2], -0.06, 0.06)
    # Small steps in place, more of them in a wide and mobile stance.
    targets = np.tile(base, (frames, 1, 1))
    contacts = np.ones((frames, 2))
    free = 1.0 + stance
    at = rng.exponential(14.0) + 1.0
    sway: list[tuple[float, float, Array]] = []
    while free > 0.15 and at < times[-1] - 2.0:
        side = int(rng.random() < 0.5)
        length = rng.uniform(0.42, 0.6)
        goal = base[side] + np.array([rng.normal(0.0, 0.03), 0.0, rng.normal(0.0, 0.04)])
        here = (times >= at) & (times < at + length)
        phase = np.clip((times - at) / length, 0.0, 1.0)
        w = phase**2 * (3 - 2 * phase)
        current = targets[int(at * FPS), side].copy()
        targets[times >= at, side] = (current + w[:, None] * (goal - current))[times >= at]
        targets[here, side, 1] = SOLE_BELOW_ANKLE + 0.035 * np.sin(np.pi * phase[here]) ** 2
        contacts[here, side] = 0.0
        # The weight leaves the foot before it lifts.
        sway.append((at - 0.55, 0.6, np.array([(-1.0, 1.0)[side] * 0.05, rng.normal(0.0, 0.01)])))
        sway.append((at + length, 0.8, np.array([rng.normal(0.0, 0.02), rng.normal(0.0, 0.01)])))
        at += length + 2.0 + rng.exponential(16.0 / free)
    at = rng.uniform(1.0, 5.0)
    while free > 0.1 and at < times[-1]:
        if all(not (key[0] - 2.0 < at < key[0] + 2.0) for key in sway):
            x = rng.choice((-1.0, 1.0)) * rng.uniform(0.012, 0.05) * min(free, 1.8)
            sway.append((at, rng.uniform(0.9, 1.7), np.array([x, rng.normal(0.0, 0.012)])))
        at += rng.uniform(2.5, 7.0) / np.sqrt(free)
    sway.sort(key=lambda key: key[0])
    shift = step_path(times, sway, np.zeros(2)) + _wander(frames, 0.8, 0.003 * min(free, 1.5), rng, 2)
    idle_move = idle_translation - idle_translation[:1]
    lean = idle_translation[0] + REST_OFFSETS[0] - middle
    translation = np.zeros((frames, 3))
    translation[:, 0] = lean[0] * 0.6 + shift[:, 0] + 0.5 * idle_move[:, 0]
    translation[:, 2] = np.clip(lean[2], -0.05, 0.03) + shift[:, 1] + 0.5 * idle_move[:, 2]
    translation[:, 1] = idle_translation[:, 1] + REST_OFFSETS[0, 1] - 0.01 - 0.12 * np.abs(shift[:, 0])
    roll = -0.9 * (shift[:, 0] + 0.3 * lean[0])
    turn = 0.12 * yaw + np.radians(_wander(frames, 1.5, 1.0, rng)[:, 0])
    extra = from_rotvec(np.stack([np.zeros(frames), turn, roll], axis=1))
    pelvis = multiply(idle_rotations[:, 0], extra)
    return pelvis, translation - REST_OFFSETS[0], targets, legs.level_feet(np.tile(foot_yaw, (frames, 1))), contacts


def perform(
    plan: Plan,
    curve: Array,
    idle: Idle,
    controls: Controls,
    rng: np.random.Generator,
) -> tuple[Array, Array, Array]:
    """(rotations (T, 55, 4), translation (T, 3), contacts (T, 2)) float32 of a plan; `curve` (T,) is the prominence."""
    frames = len(curve)
    times = np.arange(frames) / FPS
    rotations, translation = _idle(idle, frames, rng)
    arms = {}
    for side, joints in ARMS.items():
        arms[side] = arm_track([e for e in plan.events if side in e.arms], joints, frames)
    _beat_tracks(plan, frames, arms, rng)
    for side, joints in ARMS.items():
        rotations[:, list(joints)] = multiply(rotations[:, list(joints)], arms[side])
    trunk = arm_track(plan.events, TRUNK, frames)
    rotations[:, list(TRUNK)] = multiply(rotations[:, list(TRUNK)], trunk)
    head = _head(plan, frames, curve, rng)
    breath = np.sin(2 * np.pi * (BREATHS_A_SECOND * times + rng.random()) + _wander(frames, 3.0, 0.4, rng)[:, 0])
    lean = np.radians(_wander(frames, 1.2, 1.2, rng, 3))
    zero = np.zeros(frames)
    lower = _lower(rotations, translation, controls.stance, head[:, 1], rng)
    pelvis_roll = 0.9 * (lower[1][:, 0] - lower[1][:, 0].mean())
    rotations[:, INDEX["spine1"]] = multiply(
        rotations[:, INDEX["spine1"]],
        from_rotvec(lean * 0.5 + np.stack([zero, zero, 0.6 * pelvis_roll], axis=1)),
    )
    rotations[:, INDEX["spine2"]] = multiply(
        rotations[:, INDEX["spine2"]],
        from_rotvec(np.stack([-np.radians(0.7) * breath, 0.1 * head[:, 1], zero], axis=1)),
    )
    rotations[:, INDEX["spine3"]] = multiply(
        rotations[:, INDEX["spine3"]],
        from_rotvec(lean * 0.5 + np.stack([-np.radians(0.5) * breath, 0.1 * head[:, 1], zero], axis=1)),
    )
    for side, sign in (("left", 1.0), ("right", -1.0)):
        j = INDEX[f"{side}_collar"]
        rotations[:, j] = multiply(
            rotations[:, j], from_rotvec(np.stack([zero, zero, sign * np.radians(0.8) * breath], axis=1))
        )
    for joint, share in zip(HEAD, (0.4, 0.6), strict=True):
        rotations[:, joint] = multiply(rotations[:, joint], from_rotvec(head * share))
    rotations[:, 0] = lower[0]
    rotations[:, list(FACE_JOINTS)] = (1.0, 0.0, 0.0, 0.0)
    # People's wrists have next to no power above 8 Hz; joined and beaten clips would have some.
    moving = list(range(1, JOINT_COUNT))
    rotations[:, moving] = gaussian_filter1d(hemisphere_continuous(rotations[:, moving]), 1.1, axis=0, mode="nearest")
    rotations = limit_joints(normalise(rotations))
    rotations = clear_torso(rotations)
    rotations, translation = legs.plant(rotations, lower[1], lower[2], lower[3])
    assert rotations.shape[1] == JOINT_COUNT
    return (
        hemisphere_continuous(rotations).astype(np.float32),
        translation.astype(np.float32),
        lower[4].astype(np.float32),
    )
