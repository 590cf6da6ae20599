"""What a body can do: elbows and wrists within their limits, forearms and hands outside the torso."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

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
HANGS_BELOW: Final = (-0.24, -0.34)
"""Height of a wrist over the chest's joint, metres, from which on an arm begins to hang, and hangs."""
MOST_HUNG: Final = np.radians(3.0)
THIGH: Final = 0.095
"""Metres from the bone of a thigh to where a wrist or a knuckle beside it is."""


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
    """Points of both forearms and hands in the chest's frame, (T, 2, 7, 3).

    From mid forearm to the tip of a straight hand, then the tips of the thumb and of the middle finger as it is bent.
    """
    out = np.empty((len(rotations), 2, 7, 3))
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
        thumb = wrist + rotate(world, sum(REST_OFFSETS[INDEX[f"{side}_thumb{n}"]] for n in (1, 2, 3)))
        bent = knuckle
        for n, reach in ((2, 1.0), (3, 1.9)):
            world = multiply(world, np.asarray(rotations[:, INDEX[f"{side}_middle{n - 1}"]], np.float64))
            bent = bent + rotate(world, reach * REST_OFFSETS[INDEX[f"{side}_middle{n}"]])
        along = (0.5 * (elbow + wrist), 0.25 * elbow + 0.75 * wrist, wrist, knuckle, tip, thumb, bent)
        out[:, k] = np.stack(along, axis=1)
    return out


def torso_depth(points: Array) -> Array:
    """How deep points (..., 3) of the chest's frame are inside the torso, metres, 0 outside."""
    x = points[..., 0] / TORSO_WIDTH
    z = (points[..., 2] - TORSO_CENTRE_Z) / TORSO_DEPTH
    radius = np.sqrt(x**2 + z**2)
    inside = (points[..., 1] < TORSO_TOP) & (points[..., 1] > TORSO_BOTTOM) & (radius < 1.0)
    return np.where(inside, (1.0 - radius) * TORSO_DEPTH, 0.0)


def clear_torso(rotations: Array, margin: float = 0.015, rounds: int = 5) -> Array:
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
            # Mostly forward, outward where the point is at the side, and back where it is behind.
            front = np.clip((gaussian_filter1d(points[:, k, 2, 2], 6.0, mode="nearest") + 0.12) / 0.08, 0.0, 1.0)
            ahead = front * (0.06 + np.maximum(point[:, 2], -0.02)) + (1.0 - front) * np.minimum(point[:, 2], -0.06)
            away = np.stack([0.6 * point[:, 0], np.zeros(len(row)), ahead], axis=1)
            away /= np.linalg.norm(away, axis=-1, keepdims=True)
            shoulder = REST_OFFSETS[INDEX[f"{side}_collar"]] + REST_OFFSETS[INDEX[f"{side}_shoulder"]]
            arm = point - shoulder
            axis = np.cross(arm, away)
            axis /= np.maximum(np.sum(arm**2, axis=-1, keepdims=True), 1e-3)
            _swing(out, side, axis * amount[:, None] * 1.1)
    return out


def _swing(rotations: Array, side: str, push: Array) -> None:
    """Turns an arm at its shoulder, in place, by vectors (T, 3) of the chest's frame that come and go softly."""
    # A wide, smooth envelope about as high as each push itself.
    wide = gaussian_filter1d(push, 5.0, axis=0)
    wide /= np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), 1e-9)
    high = gaussian_filter1d(maximum_filter1d(np.linalg.norm(push, axis=-1), 9), 4.0)
    _turn_arm(rotations, side, wide * high[:, None])


def _turn_arm(rotations: Array, side: str, turn: Array) -> None:
    """Turns an arm at its shoulder, in place, by rotation vectors (T, 3) of the chest's frame."""
    collar, j = np.asarray(rotations[:, INDEX[f"{side}_collar"]]), INDEX[f"{side}_shoulder"]
    local = multiply(multiply(conjugate(collar), from_rotvec(turn)), collar)
    rotations[:, j] = multiply(local, rotations[:, j])


def hung(rotations: Array, heights: Array) -> Array:
    """The body (T, 55, 4) with arms that hang more nearly straight down when the chest leans.

    heights (T, 2): of the wrists over the chest's joint, metres; an arm hangs the more the lower its hand is.
    """
    out = np.array(rotations, np.float64)
    chest = out[:, 0]
    for name in ("spine1", "spine2", "spine3"):
        chest = multiply(chest, out[:, INDEX[name]])
    down = rotate(conjugate(chest), np.array([0.0, -1.0, 0.0]))
    axis = np.cross(np.array([0.0, -1.0, 0.0]), down)
    sine = np.linalg.norm(axis, axis=-1, keepdims=True)
    turn = axis / np.maximum(sine, 1e-9) * np.minimum(np.arcsin(np.minimum(sine, 1.0)), MOST_HUNG)
    turn = gaussian_filter1d(turn, 6.0, axis=0, mode="nearest")  # an arm is slow to follow: beats pass through it
    for k, side in enumerate(("left", "right")):
        share = np.clip((HANGS_BELOW[0] - heights[:, k]) / (HANGS_BELOW[0] - HANGS_BELOW[1]), 0.0, 1.0)
        share = gaussian_filter1d(share**2 * (3.0 - 2.0 * share), 5.0, mode="nearest")
        _turn_arm(out, side, turn * share[:, None])
    return out


def clear_thighs(rotations: Array, position: Array, ankles: Array, rounds: int = 4) -> Array:
    """The body (T, 55, 4) with hands that hang beside hips and thighs, not in them.

    position (T, 3) of the pelvis joint, ankles (T, 2, 3), metres: a standing leg is nearly the line between both.
    """
    out = np.array(rotations, np.float64)
    pelvis, chest = out[:, 0], np.asarray(out[:, 0])
    place = np.array(position)
    for name in ("spine1", "spine2", "spine3"):
        place = place + rotate(chest, REST_OFFSETS[INDEX[name]])
        chest = multiply(chest, out[:, INDEX[name]])
    back = conjugate(chest)
    for k, (side, sign) in enumerate((("left", 1.0), ("right", -1.0))):
        hip = position + rotate(pelvis, REST_OFFSETS[INDEX[f"{side}_hip"]])
        # The hip's flesh begins above the joint.
        top = rotate(back, hip + rotate(pelvis, np.array([0.0, 0.1, 0.0])) - place)
        bone = rotate(back, 0.5 * (hip + ankles[:, k]) - place) - top
        aside = rotate(back, rotate(pelvis, np.array([sign, 0.0, 0.0])))
        for _ in range(rounds):
            points = arm_points(out)[:, k, 2:]
            along = np.clip(
                np.sum((points - top[:, None]) * bone[:, None], -1) / np.sum(bone**2, -1)[:, None], 0.0, 1.0
            )
            off = np.sum((points - top[:, None] - along[..., None] * bone[:, None]) * aside[:, None], -1)
            across = np.linalg.norm(points - top[:, None] - along[..., None] * bone[:, None], axis=-1)
            inside = np.where((across < THIGH) & (along > 0.0), THIGH - np.maximum(off, -THIGH), 0.0)
            deep = inside.max(axis=1)
            if not (deep > 0.0).any():
                break
            point = points[np.arange(len(points)), inside.argmax(axis=1)]
            arm = point - (REST_OFFSETS[INDEX[f"{side}_collar"]] + REST_OFFSETS[INDEX[f"{side}_shoulder"]])
            axis = np.cross(arm, aside) / np.maximum(np.sum(arm**2, axis=-1, keepdims=True), 1e-3)
            _swing(out, side, axis * np.minimum(deep, 0.09)[:, None])
    return out
