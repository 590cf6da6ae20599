"""Motion read back as what the acted body is played with: arm states, hand angles, trunk and head.

The inverse of `core/body/reach.solve_arm` and `core/body/fingers.hand_rotations`, for motion that comes from anywhere:
what a skeleton turns otherwise (an elbow that bends about another axis) is read from where its joints are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..body.fingers import ANGLES, FINGERS, LEAST, MOST
from ..body.plausible import twist_about_x
from ..body.reach import COLLAR_DROP, FOREARM, MIRROR, UPPER_ARM
from ..performance import MODEL_FPS, Performance, resample
from ..rotations import conjugate, forward_kinematics, from_rotvec, multiply, normalise, rotate, to_rotvec, to_scipy
from ..skeleton import INDEX

FPS: Final = MODEL_FPS
SIDES: Final = ("left", "right")
_ARM: Final = ("collar", "shoulder", "elbow", "wrist")


@dataclass(frozen=True)
class Channels:
    """A piece of motion at 30 fps; index 1 of `states`, `hands` and `places` is left, then right, own side positive.

    states  (T, 2, 8) as in `core/body/reach`
    hands   (T, 2, 13) as in `core/body/fingers`, degrees
    places  (T, 2, 3) wrists in the chest's frame, metres: to the own side, up, ahead
    trunk   (T, 3) forward bend, turn against the pelvis, side lean of the chest, radians
    head    (T, 3) rotation vector of neck and head on the chest
    feet    (T,) metres between the ankles
    face    (T, 52) weights
    """

    states: Array
    hands: Array
    places: Array
    trunk: Array
    head: Array
    feet: Array
    face: Array
    name: str = ""

    @property
    def seconds(self) -> float:
        return len(self.states) / FPS


def _unit(v: Array) -> Array:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def _angles(q: Array, order: str) -> Array:
    """(T, 3) intrinsic Euler angles in radians."""
    return to_scipy(q).as_euler(order)


def _carrying() -> tuple[Array, Array]:
    """Reaches (K,), metres, and by how much the arm's plane stands off the elbow's axis there (K,), radians."""
    flexion = np.radians(np.linspace(140.0, 7.0, 60))
    bend = from_rotvec(np.stack([0 * flexion, -flexion, 0 * flexion], axis=1))
    forearm = rotate(bend, FOREARM)
    reach = UPPER_ARM + forearm
    plane, along = -np.cross(np.broadcast_to(UPPER_ARM, forearm.shape), forearm), _unit(reach)
    axis: Array = np.array([0.0, 1.0, 0.0]) - along[:, 1:2] * along
    return np.linalg.norm(reach, axis=1), np.arctan2(
        np.sum(np.cross(plane, axis) * along, axis=1), np.sum(plane * axis, axis=1)
    )


def _carried(plane: Array, along: Array, reach: Array) -> Array:
    """The elbow's axes (T, 3) of arms whose planes have these normals: bones are not quite in one line."""
    off = np.interp(reach, *_carrying())
    return rotate(from_rotvec(along * off[:, None]), plane)


def _arm(rotations: Array, positions: Array, chest: Array, side: str) -> Array:
    """(T, 8) the arm's state; `positions` (T, 55, 3) and `chest` (T, 4) in the world."""
    joint = [INDEX[f"{side}_{n}"] for n in _ARM]
    flip = np.array([1.0, 1.0, 1.0]) if side == "left" else np.array([-1.0, 1.0, 1.0])
    back = conjugate(chest)
    at = [rotate(back, positions[:, j] - positions[:, INDEX["spine3"]]) * flip for j in joint]
    turns = rotations[:, joint] if side == "left" else rotations[:, joint] * MIRROR
    collar, upper, elbow, wrist = np.moveaxis(turns, 1, 0)
    place = at[3]
    radius = np.hypot(place[:, 0], place[:, 2])
    angle = np.arctan2(place[:, 0], place[:, 2])
    # The plane of the arm says how far the elbow stands out; a nearly straight arm has none, there its own axis does.
    along = _unit(at[3] - at[1])
    upper_arm, forearm = at[2] - at[1], at[3] - at[2]
    plane = np.cross(upper_arm, forearm)
    bend = np.degrees(np.arcsin(np.clip(np.linalg.norm(np.cross(_unit(upper_arm), _unit(forearm)), axis=-1), 0.0, 1.0)))
    turned = rotate(multiply(collar, upper), np.array([0.0, 1.0, 0.0]))
    share = np.clip((bend - 25.0) / 25.0, 0.0, 1.0)[:, None]
    hinge = share * _carried(-_unit(plane), along, np.linalg.norm(at[3] - at[1], axis=-1)) + (1.0 - share) * turned
    hinge = rotate(conjugate(collar), _unit(hinge - np.sum(hinge * along, axis=-1, keepdims=True) * along))
    first, slope = hinge @ np.array([0.35, -0.8, -0.75]), hinge @ np.array([1.0, 0.45, 0.35])
    out = np.clip(-first / np.where(np.abs(slope) < 0.15, np.copysign(0.15, slope), slope), -0.6, 1.6)
    _, twist = twist_about_x(elbow)
    supination, flexion, deviation = -_angles(multiply(twist, wrist), "XZY").T
    lift = _angles(collar, "YZX")[:, 1] + COLLAR_DROP
    height = np.clip((place[:, 1] + 0.12) / 0.4, 0.0, 1.0)
    shrug = lift - np.radians(17.0) * height**1.5
    return np.stack([angle, radius, place[:, 1], out, supination, flexion, deviation, shrug], axis=1)


def _hand(rotations: Array, side: str) -> Array:
    """(T, 13) the hand's angles in degrees."""

    def of(name: str) -> Array:
        q = rotations[:, INDEX[f"{side}_{name}"]]
        return q if side == "left" else q * MIRROR

    out = np.zeros((len(rotations), ANGLES))
    apart = []
    for k, finger in enumerate(FINGERS):
        sideways, knuckle, _ = np.degrees(_angles(of(f"{finger}1"), "YZX")).T
        out[:, 2 * k] = -knuckle
        out[:, 2 * k + 1] = -np.degrees(_angles(of(f"{finger}2"), "YZX")[:, 1])
        factor = (1.0, 0.15, -0.75, -1.5)[k] * np.clip(1.0 + knuckle / 80.0, 0.1, 1.2)
        if k != 1:
            apart.append((factor, -sideways))
    out[:, 8] = sum(f * s for f, s in apart) / sum(f * f for f, _ in apart)
    opposed, across, _ = np.degrees(_angles(of("thumb1"), "XYZ")).T
    bent = to_rotvec(of("thumb2"))
    out[:, 9], out[:, 10] = across, opposed
    out[:, 11] = np.degrees(bent @ np.array([0.35, 0.55, 0.0])) / (0.35**2 + 0.55**2)
    return np.clip(out, LEAST, MOST)


def channels_of(performance: Performance, name: str = "") -> Channels:
    """What a performance does, as channels at 30 fps, without the sensors' noise."""
    made = resample(performance, FPS)
    rotations = normalise(np.asarray(made.rotations, np.float64))
    positions, world = forward_kinematics(rotations, np.asarray(made.translation, np.float64))
    chest = world[:, INDEX["spine3"]]
    states = np.stack([_arm(rotations, positions, chest, side) for side in SIDES], axis=1)
    # Angles may jump where a hand turns over: what is learned from them are means, which must not see that.
    states[..., [0, 4, 5, 6]] = np.clip(states[..., [0, 4, 5, 6]], -2.6, 2.6)
    hands = np.stack([_hand(rotations, side) for side in SIDES], axis=1)
    places = np.stack(
        [states[..., 1] * np.sin(states[..., 0]), states[..., 2], states[..., 1] * np.cos(states[..., 0])], axis=-1
    )
    ahead, up = rotate(chest, np.array([0.0, 0.0, 1.0])), rotate(chest, np.array([0.0, 1.0, 0.0]))
    left = rotate(chest, np.array([1.0, 0.0, 0.0]))
    # In the frame that faces as the chest does: bend and lean do not change with where a person looks.
    facing = _unit(ahead * np.array([1.0, 0.0, 1.0]))
    bend = np.arctan2(np.sum(up * facing, axis=-1), up[:, 1])
    lean = np.arcsin(np.clip(left[:, 1], -1.0, 1.0))
    hips = rotate(world[:, 0], np.array([0.0, 0.0, 1.0]))
    turn = np.arctan2(facing[:, 0], facing[:, 2]) - np.arctan2(hips[:, 0], hips[:, 2])
    turn = (turn + np.pi) % (2 * np.pi) - np.pi
    head = to_rotvec(multiply(rotations[:, INDEX["neck"]], rotations[:, INDEX["head"]]))
    ankles = positions[:, INDEX["left_ankle"]] - positions[:, INDEX["right_ankle"]]
    smooth, held, at = (gaussian_filter1d(a, 1.5, axis=0, mode="nearest") for a in (states, hands, places))
    return Channels(
        smooth, held, at, np.stack([bend, turn, lean], axis=1), head,
        np.linalg.norm(ankles[:, [0, 2]], axis=-1), np.asarray(made.face, np.float64), name,
    )  # fmt: skip
