"""Feet that stay where they stand: an analytic two-bone leg solve, vectorised over frames."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..rotations import conjugate, from_matrix, multiply, rotate
from ..skeleton import INDEX, REST_OFFSETS, SOLE_BELOW_ANKLE

SIDES: Final[tuple[str, str]] = ("left", "right")
ANKLE_HEIGHT: Final = SOLE_BELOW_ANKLE
STRAIGHTEST: Final = np.radians(3.0)
"""The least knee flexion: a locked knee pops as the pelvis moves."""
DEEPEST: Final = np.radians(140.0)


def _span(side: str) -> tuple[Array, Array, Array]:
    """Offsets (hip, knee, ankle) of one leg, metres."""
    return tuple(REST_OFFSETS[INDEX[f"{side}_{name}"]] for name in ("hip", "knee", "ankle"))


def _axis_x(angle: Array) -> Array:
    """Quaternions about local X, the knee's hinge."""
    out = np.zeros((*np.shape(angle), 4))
    out[..., 0], out[..., 1] = np.cos(angle / 2.0), np.sin(angle / 2.0)
    return out


def _knee_terms(side: str) -> tuple[float, float, float, float]:
    """(constant, cosine, sine) terms of the squared hip-ankle distance over knee flexion, and the hinge's phase."""
    _, a, b = _span(side)
    constant = float(a @ a + b @ b + 2.0 * a[0] * b[0])
    cosine = float(2.0 * (a[1] * b[1] + a[2] * b[2]))
    sine = float(2.0 * (a[2] * b[1] - a[1] * b[2]))
    return constant, cosine, sine, float(np.arctan2(sine, cosine))


def longest_reach(side: str, flexion: float = STRAIGHTEST) -> float:
    """Metres from hip to ankle with the knee bent by `flexion` radians, at its straightest without."""
    constant, cosine, sine, _ = _knee_terms(side)
    return float(np.sqrt(constant + cosine * np.cos(flexion) + sine * np.sin(flexion)))


def _unit(v: Array) -> Array:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def _frame(direction: Array, lateral: Array) -> Array:
    """Rotation matrices with the first column along `direction` and the second nearest to `lateral`."""
    first = _unit(direction)
    second = _unit(lateral - np.sum(first * lateral, axis=-1, keepdims=True) * first)
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def yaw_of(world: Array) -> Array:
    """Heading in radians about Y of model-space rotations (..., 4): 0 faces +Z."""
    forward = rotate(world, np.array([0.0, 0.0, 1.0]))
    return np.arctan2(forward[..., 0], forward[..., 2])


def reachable_pelvis(pelvis: Array, position: Array, ankles: Array) -> Array:
    """Pelvis positions (T, 3) lowered just enough that both ankles (T, 2, 3) can be reached; smooth in the targets.

    pelvis (T, 4) model-space rotation; position (T, 3) metres.
    """
    drop = np.zeros(len(position))
    for k, side in enumerate(SIDES):
        hip = position + rotate(pelvis, _span(side)[0])
        flat = np.sum((hip - ankles[:, k])[:, [0, 2]] ** 2, axis=-1)
        reach = np.sqrt(np.maximum(longest_reach(side) ** 2 - flat, 0.25))
        over = hip[:, 1] - ankles[:, k, 1] - reach
        # A soft maximum: the drop sets in over the last centimetre instead of with a corner.
        drop = np.maximum(drop, np.where(over > 0.01, over, np.maximum(over + 0.01, 0.0) ** 2 / 0.04))
    out = position.copy()
    out[:, 1] -= drop
    return out


def solve_legs(pelvis: Array, position: Array, ankles: Array, feet: Array) -> Array:
    """Local rotations (T, 2, 3, 4) of hip, knee and ankle, left then right, that put the ankles on their targets.

    pelvis (T, 4) model-space rotation, position (T, 3) of the pelvis joint, ankles (T, 2, 3) target positions,
    feet (T, 2, 4) target model-space rotations of the feet (identity: flat, facing +Z). Targets out of reach are
    approached along the line from the hip. The knee bends about its hinge and faces between pelvis and foot.
    """
    out = np.empty((len(position), 2, 3, 4))
    inverse = conjugate(pelvis)
    for k, side in enumerate(SIDES):
        hip_offset, a, b = _span(side)
        constant, cosine, sine, phase = _knee_terms(side)
        want = rotate(inverse, ankles[:, k] - position) - hip_offset
        squared = np.sum(want**2, axis=-1)
        ratio = np.clip((squared - constant) / np.hypot(cosine, sine), -1.0, 1.0)
        flexion = np.clip(phase + np.arccos(ratio), STRAIGHTEST, DEEPEST)
        knee = _axis_x(flexion)
        reach = a + rotate(knee, b)
        side_axis = np.array([1.0, 0.0, 0.0])
        lateral = side_axis + rotate(inverse, rotate(feet[:, k], side_axis))
        hip = from_matrix(
            _frame(want, lateral) @ np.swapaxes(_frame(reach, np.broadcast_to(side_axis, reach.shape)), -1, -2)
        )
        shank = multiply(multiply(pelvis, hip), knee)
        out[:, k, 0], out[:, k, 1], out[:, k, 2] = hip, knee, multiply(conjugate(shank), feet[:, k])
    return out


def level_feet(yaw: Array) -> Array:
    """Model-space rotations (..., 4) of flat feet with headings `yaw` (radians about Y)."""
    out = np.zeros((*np.shape(yaw), 4))
    out[..., 0], out[..., 2] = np.cos(yaw / 2.0), np.sin(yaw / 2.0)
    return out


def foot_state(rotations: Array, translation: Array) -> tuple[Array, Array]:
    """Where the ankles are, (T, 2, 3), and the feet's model-space rotations, (T, 2, 4): legs only, so it is fast."""
    pelvis = rotations[:, 0].astype(np.float64)
    base = translation + REST_OFFSETS[0]
    ankles, feet = np.empty((len(pelvis), 2, 3)), np.empty((len(pelvis), 2, 4))
    for k, side in enumerate(SIDES):
        hip_offset, a, b = _span(side)
        hip = multiply(pelvis, rotations[:, INDEX[f"{side}_hip"]])
        knee = multiply(hip, rotations[:, INDEX[f"{side}_knee"]])
        ankles[:, k] = base + rotate(pelvis, hip_offset) + rotate(hip, a) + rotate(knee, b)
        feet[:, k] = multiply(knee, rotations[:, INDEX[f"{side}_ankle"]])
    return ankles, feet


def plant(rotations: Array, translation: Array, ankles: Array, feet: Array) -> tuple[Array, Array]:
    """The body with its feet on the targets: rotations (T, 55, 4) and translation (T, 3); only legs and root change.

    ankles (T, 2, 3) metres, feet (T, 2, 4) model-space rotations.
    """
    pelvis = np.asarray(rotations[:, 0], np.float64)
    position = reachable_pelvis(pelvis, translation + REST_OFFSETS[0], ankles)
    legs = solve_legs(pelvis, position, ankles, feet)
    rotations = np.array(rotations)
    for k, side in enumerate(SIDES):
        for i, name in enumerate(("hip", "knee", "ankle")):
            rotations[:, INDEX[f"{side}_{name}"]] = legs[:, k, i]
        rotations[:, INDEX[f"{side}_foot"]] = (1.0, 0.0, 0.0, 0.0)
    return rotations, position - REST_OFFSETS[0]
