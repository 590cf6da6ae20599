"""What a body can do: elbows and wrists within their limits, forearms and hands outside the torso."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..rotations import conjugate, from_rotvec, multiply, rotate, to_rotvec
from ..skeleton import INDEX, REST_OFFSETS

WRIST_SWING: Final = np.radians(78.0)
WRIST_TWIST: Final = np.radians(80.0)
ELBOW_DEEPEST: Final = np.radians(148.0)
ELBOW_BACK: Final = np.radians(2.0)

# The torso as a capsule of elliptic cross-section in the chest's (spine3) frame: half width, half depth, metres.
TORSO_WIDTH: Final = 0.15
TORSO_DEPTH: Final = 0.115
TORSO_TOP: Final = 0.16
TORSO_BOTTOM: Final = -0.42
TORSO_CENTRE_Z: Final = 0.015


def twist_about_x(q: Array) -> tuple[Array, Array]:
    """Rotations (..., 4) as swing times twist about local X: (swing, twist)."""
    twist = np.zeros_like(q)
    twist[..., 0], twist[..., 1] = q[..., 0], q[..., 1]
    norm = np.linalg.norm(twist, axis=-1, keepdims=True)
    twist = np.where(norm > 1e-9, twist / np.maximum(norm, 1e-9), np.array([1.0, 0.0, 0.0, 0.0]))
    return multiply(q, conjugate(twist)), twist


def _soft_clip(angle: Array, low: float, high: float, knee: float = np.radians(8.0)) -> Array:
    """Angles kept within (low, high), bent smoothly over the last `knee` radians."""
    top = high - knee
    over = np.maximum(angle - top, 0.0)
    angle = np.where(angle > top, top + knee * np.tanh(over / knee), angle)
    bottom = low + knee
    under = np.maximum(bottom - angle, 0.0)
    return np.where(angle < bottom, bottom - knee * np.tanh(under / knee), angle)


def elbow_flexion(rotations: Array, side: str) -> Array:
    """Flexion in radians (T,), positive the way an elbow bends: about -Y left, +Y right, in the swing part."""
    swing, _ = twist_about_x(np.asarray(rotations[:, INDEX[f"{side}_elbow"]], np.float64))
    return to_rotvec(swing)[:, 1] * (-1.0 if side == "left" else 1.0)


def knee_flexion(rotations: Array, side: str) -> Array:
    """Flexion in radians (T,), positive the way a knee bends: about +X."""
    return to_rotvec(np.asarray(rotations[:, INDEX[f"{side}_knee"]], np.float64))[:, 0]


def limit_joints(rotations: Array) -> Array:
    """The body (T, 55, 4) with elbows that do not bend backwards and wrists within their swing and twist."""
    out = np.array(rotations, np.float64)
    for side, sign in (("left", -1.0), ("right", 1.0)):
        j = INDEX[f"{side}_elbow"]
        swing, twist = twist_about_x(out[:, j])
        vector = to_rotvec(swing)
        flexion = vector[:, 1] * sign
        limited = np.clip(flexion, None, ELBOW_DEEPEST)
        knee = np.radians(6.0)
        # Below `knee` the flexion is bent upward smoothly so that it never passes straight.
        low = limited < knee
        limited = np.where(
            low, ELBOW_BACK + (knee - ELBOW_BACK) * np.exp((np.minimum(limited, knee) - knee) / knee), limited
        )
        vector[:, 1] = limited * sign
        out[:, j] = multiply(from_rotvec(vector), twist)
        j = INDEX[f"{side}_wrist"]
        swing, twist = twist_about_x(out[:, j])
        vector = to_rotvec(swing)
        angle = np.linalg.norm(vector, axis=-1)
        new = _soft_clip(angle, -1.0, WRIST_SWING)
        vector *= (new / np.maximum(angle, 1e-9))[:, None]
        turned = 2.0 * np.arctan2(twist[:, 1], twist[:, 0])
        turned = (turned + np.pi) % (2 * np.pi) - np.pi
        turned = _soft_clip(turned, -WRIST_TWIST, WRIST_TWIST)
        spin = np.zeros((len(out), 3))
        spin[:, 0] = turned
        out[:, j] = multiply(from_rotvec(vector), from_rotvec(spin))
    return out


def arm_points(rotations: Array) -> Array:
    """Points of both forearms and hands in the chest's frame, (T, 2, 5, 3): mid forearm to fingertips."""
    out = np.empty((len(rotations), 2, 5, 3))
    for k, side in enumerate(("left", "right")):
        names = [f"{side}_{n}" for n in ("collar", "shoulder", "elbow", "wrist")]
        world = np.tile(np.array([1.0, 0.0, 0.0, 0.0]), (len(rotations), 1))
        position = np.zeros((len(rotations), 3))
        places = []
        for name in names:
            position = position + rotate(world, REST_OFFSETS[INDEX[name]])
            world = multiply(world, np.asarray(rotations[:, INDEX[name]], np.float64))
            places.append(position)
        elbow, wrist = places[2], places[3]
        knuckle = wrist + rotate(world, REST_OFFSETS[INDEX[f"{side}_middle1"]])
        tip = wrist + rotate(world, REST_OFFSETS[INDEX[f"{side}_middle1"]] * 1.6)
        for i, point in enumerate((0.5 * (elbow + wrist), 0.25 * elbow + 0.75 * wrist, wrist, knuckle, tip)):
            out[:, k, i] = point
    return out


def torso_depth(points: Array) -> Array:
    """How deep points (..., 3) of the chest's frame are inside the torso, metres, 0 outside."""
    x = points[..., 0] / TORSO_WIDTH
    z = (points[..., 2] - TORSO_CENTRE_Z) / TORSO_DEPTH
    radius = np.sqrt(x**2 + z**2)
    inside = (points[..., 1] < TORSO_TOP) & (points[..., 1] > TORSO_BOTTOM) & (radius < 1.0)
    return np.where(inside, (1.0 - radius) * TORSO_DEPTH, 0.0)


def clear_torso(rotations: Array, margin: float = 0.015, rounds: int = 3) -> Array:
    """The body (T, 55, 4) with arms turned outward at the shoulder where forearm or hand would enter the torso.

    The turn is smoothed over time, so it comes and goes without a pop.
    """
    out = np.array(rotations, np.float64)
    for _ in range(rounds):
        points = arm_points(out)
        x = points[..., 0] / (TORSO_WIDTH + margin)
        z = (points[..., 2] - TORSO_CENTRE_Z) / (TORSO_DEPTH + margin)
        radius = np.sqrt(x**2 + z**2)
        within = (points[..., 1] < TORSO_TOP) & (points[..., 1] > TORSO_BOTTOM)
        depth = np.where(within, np.maximum(1.0 - radius, 0.0), 0.0) * (TORSO_DEPTH + margin)
        if not (depth > 0).any():
            break
        for k, side in enumerate(("left", "right")):
            worst = depth[:, k].argmax(axis=-1)
            row = np.arange(len(out))
            amount = depth[row, k, worst]
            if not (amount > 0).any():
                continue
            point = points[row, k, worst]
            # Mostly forward, and outward where the point is at the side.
            away = np.stack([0.6 * point[:, 0], np.zeros(len(row)), 0.06 + np.maximum(point[:, 2], -0.02)], axis=1)
            away /= np.linalg.norm(away, axis=-1, keepdims=True)
            shoulder = REST_OFFSETS[INDEX[f"{side}_collar"]] + REST_OFFSETS[INDEX[f"{side}_shoulder"]]
            arm = point - shoulder
            axis = np.cross(arm, away)
            axis /= np.maximum(np.sum(arm**2, axis=-1, keepdims=True), 1e-3)
            push = axis * amount[:, None] * 1.1
            # A wide, smooth envelope at least as high as the push itself.
            wide = gaussian_filter1d(push, 5.0, axis=0)
            scale = np.linalg.norm(push, axis=-1).max() / max(np.linalg.norm(wide, axis=-1).max(), 1e-9)
            turn = wide * min(scale, 3.0)
            collar = np.asarray(out[:, INDEX[f"{side}_collar"]])
            local = multiply(multiply(conjugate(collar), from_rotvec(turn)), collar)
            j = INDEX[f"{side}_shoulder"]
            out[:, j] = multiply(local, out[:, j])
    return out
