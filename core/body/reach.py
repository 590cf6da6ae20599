"""Arms by inverse kinematics: from where a wrist is and how a hand is turned to the rotations of a whole arm.

An arm's state is eight numbers in the chest's frame, on the arm's own side: where the wrist is in cylinder coordinates
about the spine (`angle` from straight ahead to the own side, `radius`, `height`), how far the elbow stands `out`, and
how the hand is turned as anatomists say it: `supination` (palm up), `flexion`, `deviation` towards the thumb, and how
far the shoulder is lifted (`shrug`). Cylinder coordinates lead a hand round the body, not through it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..rotations import conjugate, from_matrix, from_rotvec, multiply, rotate
from ..skeleton import INDEX, REST_OFFSETS

ANGLE, RADIUS, HEIGHT, OUT, SUPINATION, FLEXION, DEVIATION, SHRUG = range(8)
COLLAR: Final = REST_OFFSETS[INDEX["left_collar"]]
SHOULDER: Final = REST_OFFSETS[INDEX["left_shoulder"]]
UPPER_ARM: Final = REST_OFFSETS[INDEX["left_elbow"]]
FOREARM: Final = REST_OFFSETS[INDEX["left_wrist"]]
COLLAR_DROP: Final = np.radians(8.0)
"""Collar bones hang this far below the T-pose when the arms are down."""
NEAREST: Final = 0.19
"""Metres from the shoulder within which no wrist comes: an arm folded further throws its elbow about."""
STRAIGHTEST: Final = np.radians(7.0)
DEEPEST: Final = np.radians(140.0)
SWING: Final = np.radians(107.0)
"""How far an upper arm turns from the T-pose, at most."""
EASY: Final = 0.95
"""Share of its length at which an arm that does not hang is stretched, the most: its elbow stays bent a little."""
EASY_ABDUCTION: Final = np.radians(50.0)
"""How far an upper arm stands off the body while its hand is below the shoulder; it rises with the hand."""
MIRROR: Final = np.array([1.0, 1.0, -1.0, -1.0])


def cylinder(x: float, y: float, z: float) -> tuple[float, float, float]:
    """(angle, radius, height) of a point: x to the own side, y up, z ahead of the chest's joint, metres."""
    return float(np.arctan2(x, z)), float(np.hypot(x, z)), y


def _unit(v: Array) -> Array:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def _frame(first: Array, second: Array) -> Array:
    """Rotation matrices (..., 3, 3) with columns along `first`, near `second`, and across both."""
    a = _unit(first)
    b = _unit(second - np.sum(a * second, axis=-1, keepdims=True) * a)
    return np.stack([a, b, np.cross(a, b)], axis=-1)


def _soft_most(x: Array, most: float | Array, knee: float) -> Array:
    """x where it is small, bent over the last `knee` so that it never passes `most`."""
    over = np.maximum(x - (most - knee), 0.0)
    return np.where(x > most - knee, most - knee + knee * np.tanh(over / knee), x)


def _span() -> tuple[float, float, float, float]:
    """(constant, size, phase, longest) of the shoulder-wrist distance over the elbow's flexion."""
    a, b = UPPER_ARM, FOREARM
    constant = float(a @ a + b @ b + 2.0 * a[1] * b[1])
    cosine, sine = 2.0 * (a[0] * b[0] + a[2] * b[2]), 2.0 * (a[2] * b[0] - a[0] * b[2])
    phase = float(np.arctan2(sine, cosine))
    size = float(np.hypot(cosine, sine))
    return constant, size, phase, float(np.sqrt(constant + size * np.cos(STRAIGHTEST - phase)))


_CONSTANT, _SIZE, _PHASE, LONGEST = _span()


def _collar(state: Array) -> Array:
    """Collar rotations (T, 4): lifted with the hand and by the shrug, forward with a reaching or crossing hand."""
    height = np.clip((state[:, HEIGHT] + 0.12) / 0.4, 0.0, 1.0)
    lift = -COLLAR_DROP + np.radians(13.0) * height**1.5 + state[:, SHRUG]
    ahead = np.cos(state[:, ANGLE]) * state[:, RADIUS]
    forward = np.radians(20.0) * np.clip((ahead - 0.2) / 0.3, -0.6, 1.0) * (0.5 + 0.5 * height)
    forward = forward + np.radians(9.0) * np.clip(-state[:, ANGLE] / 0.8, -0.5, 1.0)
    zero = np.zeros(len(state))
    return multiply(
        from_rotvec(np.stack([zero, -forward, zero], axis=1)), from_rotvec(np.stack([zero, zero, lift], axis=1))
    )


def _within(upper: Array) -> Array:
    """Upper arms (T, 4) that cross the body no further than a shoulder can."""
    axis = rotate(upper, np.array([1.0, 0.0, 0.0]))
    angle = np.arccos(np.clip(axis[:, 0], -1.0, 1.0))
    over = angle - _soft_most(angle, SWING, np.radians(12.0))
    if not (over > 1e-6).any():
        return upper
    back = np.cross(axis, np.array([1.0, 0.0, 0.0]))
    return multiply(from_rotvec(_unit(back) * over[:, None]), upper)


def _hanging(state: Array) -> Array:
    """(T,) 1 where an arm hangs beside the body, 0 where it is lifted or put out."""
    low = np.clip((-0.22 - state[:, HEIGHT]) / 0.1, 0.0, 1.0)
    aside = np.clip((0.36 - state[:, RADIUS] * np.sin(state[:, ANGLE])) / 0.08, 0.0, 1.0)
    return low**2 * (3.0 - 2.0 * low) * aside


def _lowered(elbow: Array, along: Array, length: Array) -> Array:
    """The side (T, 3) to which an elbow stands off its arm's line `along`, turned down where it would ride high."""
    upper, fore = float(np.linalg.norm(UPPER_ARM)), float(np.linalg.norm(FOREARM))
    # The elbow runs on a circle about the line from shoulder to wrist: this far along it, and this far off.
    middle = (length**2 + upper**2 - fore**2) / (2.0 * length)
    off = np.sqrt(np.maximum(upper**2 - middle**2, 1e-4))
    flat = np.sqrt(np.maximum(1.0 - along[:, 1] ** 2, 1e-4))
    down = _unit(np.array([0.0, -1.0, 0.0]) + along[:, 1:2] * along)
    side = np.cross(along, down)
    turn = np.arctan2(np.sum(elbow * side, axis=-1), np.sum(elbow * down, axis=-1))
    abduction = EASY_ABDUCTION + np.radians(40.0) * np.clip((along[:, 1] + 0.1) / 0.5, 0.0, 1.0)
    cosine = (upper * np.cos(abduction) + middle * along[:, 1]) / np.maximum(off * flat, 0.04)
    # An elbow that has no room hangs a little to the side.
    cosine = 0.93 - np.logaddexp(0.0, (0.93 - cosine) / 0.08) * 0.08
    most = np.arccos(np.clip(cosine, -1.0, 1.0))
    # Over the shoulder an elbow stands to the side, as high as it must; an arm that hangs has no need.
    asked = np.clip((2.2 - most) / 0.8, 0.0, 1.0) * np.clip((0.4 - along[:, 1]) / 0.3, 0.0, 1.0)
    asked *= np.clip((flat - 0.25) / 0.25, 0.0, 1.0) * np.clip((along[:, 2] + 0.3) / 0.6, 0.0, 1.0)
    asked *= np.clip((2.6 - np.abs(turn)) / 1.4, 0.0, 1.0)
    knee = np.minimum(0.35, 0.5 * most)
    over = np.maximum(np.abs(turn) - (most - knee), 0.0)
    less = np.where(over > 0.0, most - knee + knee * np.tanh(over / np.maximum(knee, 1e-3)), np.abs(turn))
    turn = turn + asked * (np.sign(turn) * less - turn)
    return np.cos(turn)[:, None] * down + np.sin(turn)[:, None] * side


def wrist_place(state: Array) -> Array:
    """Wrist positions (T, 3) in the chest's frame of states (T, 8), own side positive x."""
    angle, radius = state[..., ANGLE], state[..., RADIUS]
    return np.stack([radius * np.sin(angle), state[..., HEIGHT], radius * np.cos(angle)], axis=-1)


def solve_arm(state: Array, side: str) -> Array:
    """Local rotations (T, 4, 4) wxyz of collar, shoulder, elbow and wrist for states (T, 8).

    Wrists out of reach are brought in along the line from the shoulder. Half of the forearm's turn is at the elbow.
    """
    state = np.asarray(state, np.float64)
    collar = _collar(state)
    shoulder = COLLAR + rotate(collar, SHOULDER)
    want = rotate(conjugate(collar), wrist_place(state) - shoulder)
    length = np.linalg.norm(want, axis=-1)
    longest = LONGEST * (EASY + (1.0 - EASY) * _hanging(state)) - 0.002
    length = NEAREST + np.logaddexp(0.0, (_soft_most(length, longest, 0.035) - NEAREST) / 0.02) * 0.02
    ratio = np.clip((length**2 - _CONSTANT) / _SIZE, -1.0, 1.0)
    flexion = np.clip(_PHASE + np.arccos(ratio), STRAIGHTEST, DEEPEST)
    zero = np.zeros(len(state))
    bend = from_rotvec(np.stack([zero, -flexion, zero], axis=1))
    reach = UPPER_ARM + rotate(bend, FOREARM)
    out = state[:, OUT]
    # An elbow hangs down, a little back and out; it rises to the side as the hand comes up or crosses over.
    along = _unit(want)
    # A hand over the shoulder has its elbow at the side: below or behind there is no telling where it points.
    out = out + 0.9 * np.clip(along[:, 1], 0.0, 1.0) ** 2
    pole = np.stack([0.35 + out, -0.8 + 0.45 * out, -0.75 + 0.35 * out], axis=1)
    elbow = _lowered(_unit(pole - np.sum(pole * along, axis=-1, keepdims=True) * along), along, length)
    hinge = np.cross(along, elbow)
    rest = _frame(reach, np.broadcast_to(np.array([0.0, 1.0, 0.0]), reach.shape))
    upper = from_matrix(_frame(along, hinge) @ np.swapaxes(rest, -1, -2))
    upper = _within(upper)
    turn = _soft_most(np.abs(state[:, SUPINATION]), np.radians(125.0), np.radians(25.0)) * np.sign(state[:, SUPINATION])
    half = from_rotvec(np.stack([-0.5 * turn, zero, zero], axis=1))
    bow = _soft_most(np.abs(state[:, FLEXION]), np.radians(66.0), np.radians(14.0)) * np.sign(state[:, FLEXION])
    tilt = _soft_most(np.abs(state[:, DEVIATION]), np.radians(30.0), np.radians(8.0)) * np.sign(state[:, DEVIATION])
    wrist = multiply(
        half,
        multiply(from_rotvec(np.stack([zero, zero, -bow], axis=1)), from_rotvec(np.stack([zero, -tilt, zero], axis=1))),
    )
    rotations = np.stack([collar, upper, multiply(bend, half), wrist], axis=1)
    return rotations * MIRROR if side == "right" else rotations


def forearm_line(state: Array) -> Array:
    """(T, 4, 3) middle of the forearm, wrist, knuckles and finger tips in the chest's frame, own side positive x."""
    solved = solve_arm(state, "left")
    elbow = COLLAR + rotate(solved[:, 0], SHOULDER + rotate(solved[:, 1], UPPER_ARM))
    world = multiply(multiply(solved[:, 0], solved[:, 1]), solved[:, 2])
    wrist = elbow + rotate(world, FOREARM)
    knuckles = rotate(multiply(world, solved[:, 3]), REST_OFFSETS[INDEX["left_middle1"]])
    return np.stack([0.5 * (elbow + wrist), wrist, wrist + knuckles, wrist + 1.7 * knuckles], axis=1)


def elbow_place(state: Array) -> Array:
    """Elbow positions (T, 3) in the chest's frame of states (T, 8), own side positive x."""
    solved = solve_arm(state, "left")
    return COLLAR + rotate(solved[:, 0], SHOULDER + rotate(solved[:, 1], UPPER_ARM))
