"""Skin weights from the rest pose: the body is cut at each joint by a soft plane, and each cut gives the part beyond it
to the child. The weights are smooth, local and sum to 1 by construction."""

from __future__ import annotations

import itertools

import numpy as np

from ..arrays import Array
from ..skeleton import INDEX, JOINT_COUNT, mirror_index
from .places import joint
from .sdf import smoothstep


def beyond(p: Array, at: Array, direction: Array, width: float) -> Array:
    """How much each point lies beyond the plane at `at` (0 - 1), over `width` metres."""
    direction = np.asarray(direction, np.float64) / np.linalg.norm(direction)
    return smoothstep((p - at) @ direction, -width / 2, width / 2)


def rigid(count: int, name: str) -> Array:
    """All points on one joint, (count, 55)."""
    w = np.zeros((count, JOINT_COUNT), np.float32)
    w[:, INDEX[name]] = 1.0
    return w


def _arm(p: Array) -> tuple[Array, Array, Array, Array]:
    """Fractions beyond collar, shoulder, elbow and wrist of the left arm."""
    shoulder, elbow, wrist = joint("left_shoulder"), joint("left_elbow"), joint("left_wrist")
    upper = elbow - shoulder
    # The cut leans: the deltoid turns with the arm, the flank under the armpit stays with the chest.
    lean = upper / np.linalg.norm(upper) + np.array([0.0, 0.0, 0.35])
    f_shoulder = beyond(p, shoulder + np.array([0.004, 0.0, -0.01]), lean, 0.125)
    f_collar = smoothstep(p[:, 0], 0.02, 0.14) * smoothstep(p[:, 2], 1.25, 1.40)
    f_elbow = beyond(p, elbow, wrist - shoulder, 0.085)
    f_wrist = beyond(p, wrist + np.array([-0.002, 0.0, 0.0]), wrist - elbow, 0.055)
    return f_collar, f_shoulder, f_elbow, f_wrist


def _leg(p: Array) -> tuple[Array, Array, Array, Array]:
    """Fractions beyond hip, knee, ankle and ball of the left leg."""
    hip, knee, ankle, foot = (joint(f"left_{n}") for n in ("hip", "knee", "ankle", "foot"))
    f_hip = beyond(p, hip + np.array([0.03, 0.0, -0.01]), np.array([0.45, 0.0, -1.0]), 0.17)
    f_hip = f_hip * smoothstep(p[:, 0], -0.004, 0.02)
    f_knee = beyond(p, knee, ankle - hip, 0.11)
    f_ankle = beyond(p, ankle + np.array([0.0, 0.0, 0.01]), np.array([0.0, -0.2, -1.0]), 0.05)
    forward = foot - ankle
    f_foot = beyond(p, foot, np.array([forward[0], forward[1], 0.0]), 0.055)
    return f_hip, f_knee, f_ankle, f_foot


def _left_limbs(p: Array) -> tuple[Array, Array]:
    """((N, 55) weights of the left limbs, before the wrist's fingers; (N,) what they take of the trunk)."""
    w = np.zeros((len(p), JOINT_COUNT))
    arm_side = smoothstep(p[:, 0], 0.0, 0.04) * smoothstep(p[:, 2], 1.05, 1.2)
    f_collar, f_shoulder, f_elbow, f_wrist = _arm(p)
    f_shoulder = f_shoulder * arm_side
    w[:, INDEX["left_collar"]] = f_collar * arm_side * (1 - f_shoulder)
    w[:, INDEX["left_shoulder"]] = f_shoulder * (1 - f_elbow)
    w[:, INDEX["left_elbow"]] = f_shoulder * f_elbow * (1 - f_wrist)
    w[:, INDEX["left_wrist"]] = f_shoulder * f_elbow * f_wrist
    f_hip, f_knee, f_ankle, f_foot = _leg(p)
    f_hip = f_hip * smoothstep(p[:, 2], 1.1, 1.0)
    w[:, INDEX["left_hip"]] = f_hip * (1 - f_knee)
    w[:, INDEX["left_knee"]] = f_hip * f_knee * (1 - f_ankle)
    w[:, INDEX["left_ankle"]] = f_hip * f_knee * f_ankle * (1 - f_foot)
    w[:, INDEX["left_foot"]] = f_hip * f_knee * f_ankle * f_foot
    return w, w.sum(axis=1)


def body_weights(p: Array) -> Array:
    """(N, 55) weights of trunk, arms to the wrist, and legs, for points (N, 3) of the rest pose."""
    flipped = p * np.array([-1.0, 1.0, 1.0])
    left, left_total = _left_limbs(p)
    right, right_total = _left_limbs(flipped)
    w = left + right[:, mirror_index()]
    rest = np.clip(1.0 - left_total - right_total, 0.0, 1.0)
    up = np.array([0.0, 0.0, 1.0])
    f1 = beyond(p, joint("spine1"), up, 0.12)
    f2 = beyond(p, joint("spine2"), up, 0.10)
    f3 = beyond(p, joint("spine3"), up, 0.10)
    f_neck = beyond(p, joint("neck") + np.array([0.0, 0.0, 0.012]), up, 0.06) * smoothstep(np.abs(p[:, 0]), 0.12, 0.06)
    w[:, INDEX["pelvis"]] += rest * (1 - f1)
    w[:, INDEX["spine1"]] += rest * f1 * (1 - f2)
    w[:, INDEX["spine2"]] += rest * f2 * (1 - f3)
    w[:, INDEX["spine3"]] += rest * f3 * (1 - f_neck)
    w[:, INDEX["neck"]] += rest * f_neck
    return normalised(w)


def head_weights(p: Array) -> Array:
    """(N, 55) weights of head and neck, without the jaw."""
    w = np.zeros((len(p), JOINT_COUNT))
    up = np.array([0.0, 0.0, 1.0])
    f_neck = beyond(p, joint("neck") + np.array([0.0, 0.0, 0.012]), up, 0.06)
    f_head = beyond(p, np.array([0.0, 0.02, 1.472]), np.array([0.0, -0.5, 0.86]), 0.09)
    w[:, INDEX["spine3"]] = (1 - f_neck) * (1 - f_head)
    w[:, INDEX["neck"]] = f_neck * (1 - f_head)
    w[:, INDEX["head"]] = f_head
    return normalised(w)


FINGERS = ("index", "middle", "pinky", "ring", "thumb")


def finger_chain(finger: str) -> Array:
    """(4, 3) the three joints of a left finger and its tip."""
    a, b, c = (joint(f"left_{finger}{k}") for k in (1, 2, 3))
    along = (c - b) / np.linalg.norm(c - b)
    length = {"index": 0.023, "middle": 0.025, "ring": 0.023, "pinky": 0.019, "thumb": 0.026}[finger]
    return np.stack([a, b, c, c + along * length])


def hand_weights(p: Array) -> Array:
    """(N, 55) weights of the left hand and forearm."""
    w = body_weights(p)
    hand = w[:, INDEX["left_wrist"]].copy()
    w[:, INDEX["left_wrist"]] = 0.0
    near = []
    for finger in FINGERS:
        points = finger_chain(finger)
        best = np.full(len(p), np.inf)
        for a, b in itertools.pairwise(points):
            t = np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0.0, 1.0)
            best = np.minimum(best, np.linalg.norm(p - a - t[:, None] * (b - a), axis=1))
        near.append(best)
    closeness = np.exp(-(np.array(near) - np.min(near, axis=0)) / 0.0011)
    closeness /= closeness.sum(axis=0)
    palm = np.ones(len(p))
    for finger, mine in zip(FINGERS, closeness, strict=True):
        a, b, c, tip = finger_chain(finger)
        wide = 0.026 if finger == "thumb" else 0.02
        f1 = beyond(p, a, b - a, wide) * mine
        f2 = beyond(p, b, c - a, 0.015)
        f3 = beyond(p, c, tip - b, 0.013)
        w[:, INDEX[f"left_{finger}1"]] = hand * f1 * (1 - f2)
        w[:, INDEX[f"left_{finger}2"]] = hand * f1 * f2 * (1 - f3)
        w[:, INDEX[f"left_{finger}3"]] = hand * f1 * f2 * f3
        palm -= f1
    w[:, INDEX["left_wrist"]] += hand * np.clip(palm, 0.0, 1.0)
    return normalised(w)


def normalised(w: Array, most: int = 4) -> Array:
    """Rows with at most `most` influences that sum to 1, float32."""
    w = np.where(w < 1e-4, 0.0, w)
    if w.shape[1] > most:
        limit = np.sort(w, axis=1)[:, -most][:, None]
        w = np.where(w < limit, 0.0, w)
    return (w / np.maximum(w.sum(axis=1, keepdims=True), 1e-9)).astype(np.float32)
