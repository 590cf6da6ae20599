"""The root and the feet of an EMAGE take: no drift, soles on the floor, feet that stand or step but never slide.

EMAGE integrates velocities, so its root drifts and its feet skate. The pelvis keeps the network's sway, the slow part
of its path is scaled by the travel setting, each foot gets a plan of places where it stands, and BODY's leg solve puts
the legs on the plan.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...core.arrays import Array
from ...core.body.legs import ANKLE_HEIGHT, foot_state, level_feet, plant, yaw_of
from ...core.rotations import from_rotvec, multiply, rotate
from ...core.skeleton import FLOOR_AT_REST

FPS: Final = 30.0
SWAY_SECONDS: Final = 1.5
"""Slower than this the root's path counts as travel."""
SWAY_LIMIT: Final = 0.12
"""Metres that the pelvis may sway from its place."""
STEP_FROM: Final = 0.12
TURN_FROM: Final = np.radians(35.0)
"""A foot steps when the motion wants it this far away, or turned this far."""
STEP_FRAMES: Final = 14
LIFT: Final = 0.05
STANCE: Final = (0.06, 0.45)
"""Metres between the ankles, sideways, that a stance keeps within."""


TILT: Final = (np.radians(30.0), np.radians(50.0))
"""Where the pelvis' lean from upright is slowed down, and what it never passes: a standing speaker stays below both."""
CROUCH: Final = 0.3
"""Metres that a standing pelvis sinks at most."""


def upright(pelvis: Array) -> Array:
    """Pelvis rotations (T, 4) with the lean from upright limited softly; the heading is kept."""
    up = rotate(pelvis, np.array([0.0, 1.0, 0.0]))
    angle = np.arccos(np.clip(up[:, 1], -1.0, 1.0))
    soft, hard = TILT
    over = np.maximum(angle - soft, 0.0)
    less = over - (hard - soft) * np.tanh(over / (hard - soft))
    axis = np.cross(up, np.array([0.0, 1.0, 0.0]))
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-9)
    return multiply(from_rotvec(axis * less[:, None]), pelvis)


def _slow(path: Array, seconds: float) -> Array:
    return gaussian_filter1d(path, seconds * FPS, axis=0, mode="nearest")


def steady_root(path: Array, travel: float) -> Array:
    """x and z (T, 2) with the slow part scaled by `travel` (0 - 1) and the sway bounded smoothly."""
    slow = _slow(path, SWAY_SECONDS)
    sway = path - slow
    size = np.linalg.norm(sway, axis=1, keepdims=True)
    sway *= SWAY_LIMIT * np.tanh(size / SWAY_LIMIT) / np.maximum(size, 1e-9)
    return (slow - slow[:1]) * travel + sway


def _step_plan(place: Array, heading: Array) -> tuple[Array, Array]:
    """From wanted ankle places (T, 2 feet, 2) and headings (T, 2): planned ones (T, 2, 3) and (T, 2).

    A foot stands until it is wanted elsewhere, then takes a step of 14 frames; one foot steps at a time.
    """
    frames = len(place)
    spot, turn = np.empty((frames, 2, 3)), np.empty((frames, 2))
    at, yaw = place[0].copy(), heading[0].copy()
    k = 0
    while k < frames:
        wanted = place[min(k + STEP_FRAMES, frames - 1)]
        turned = np.angle(np.exp(1j * (heading[min(k + STEP_FRAMES, frames - 1)] - yaw)))
        need = np.maximum(np.linalg.norm(wanted - at, axis=1) / STEP_FROM, np.abs(turned) / TURN_FROM)
        foot = int(np.argmax(need))
        if need[foot] <= 1.0:
            spot[k, :, [0, 2]], spot[k, :, 1], turn[k] = at.T, ANKLE_HEIGHT, yaw
            k += 1
            continue
        stop = min(k + STEP_FRAMES, frames)
        u = (np.arange(1, stop - k + 1) / STEP_FRAMES)[:, None]
        ease = u * u * u * (10 + u * (6 * u - 15))
        other = 1 - foot
        spot[k:stop, other, 0], spot[k:stop, other, 2] = at[other]
        spot[k:stop, other, 1], turn[k:stop, other] = ANKLE_HEIGHT, yaw[other]
        spot[k:stop, foot][:, [0, 2]] = 0.0
        moved = at[foot] + ease * (wanted[foot] - at[foot])
        spot[k:stop, foot, 0], spot[k:stop, foot, 2] = moved[:, 0], moved[:, 1]
        spot[k:stop, foot, 1] = ANKLE_HEIGHT + LIFT * np.sin(np.pi * u[:, 0]) ** 2
        turn[k:stop, foot] = yaw[foot] + ease[:, 0] * turned[foot]
        at[foot], yaw[foot] = wanted[foot], yaw[foot] + turned[foot]
        k = stop
    return spot, turn


def stand(rotations: Array, path: Array, travel: float) -> tuple[Array, Array]:
    """Rotations (T, 55, 4) and the network's root path (T, 3) to a body whose feet stand: rotations, translation.

    Only legs and root change.
    """
    frames = len(rotations)
    rotations = np.array(rotations, np.float64)
    rotations[:, 0] = upright(rotations[:, 0])
    root = np.zeros((frames, 3))
    root[:, [0, 2]] = steady_root(np.asarray(path, np.float64)[:, [0, 2]], travel)
    ankles, feet = foot_state(rotations, root)
    # The floor is where the lower ankle is, taken slowly so that a knee bend stays a knee bend.
    low = ankles[..., 1].min(axis=1)
    height = ANKLE_HEIGHT - np.maximum(_slow(low, 1.0), low - 0.05)
    root[:, 1] = np.clip(height, -FLOOR_AT_REST - CROUCH, -FLOOR_AT_REST + 0.02)
    pelvis_yaw = np.unwrap(yaw_of(rotations[:, 0]))
    side = np.stack([np.cos(pelvis_yaw), -np.sin(pelvis_yaw)], axis=1)
    ahead = np.stack([np.sin(pelvis_yaw), np.cos(pelvis_yaw)], axis=1)
    wanted, heading = np.empty((frames, 2, 2)), np.empty((frames, 2))
    for k, sign in enumerate((1.0, -1.0)):
        offset = _slow(ankles[:, k][:, [0, 2]] - root[:, [0, 2]], 0.4)
        across = np.clip(sign * np.sum(offset * side, axis=1), STANCE[0], STANCE[1] / 2)
        along = np.clip(np.sum(offset * ahead, axis=1), -0.2, 0.2)
        slow = _slow(root[:, [0, 2]], 0.7)
        wanted[:, k] = slow + (sign * across)[:, None] * side + along[:, None] * ahead
        toe = np.angle(np.exp(1j * (yaw_of(feet[:, k]) - pelvis_yaw)))
        heading[:, k] = pelvis_yaw + sign * np.clip(_slow(sign * toe, 0.7), 0.0, 0.5)
    spot, turn = _step_plan(wanted, heading)
    return plant(rotations, root, spot, level_feet(turn))
