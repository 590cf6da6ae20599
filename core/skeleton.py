"""The neutral skeleton: SMPL-X's 55 joints, their order, parents, rest offsets and parts.

Axes are SMPL-X's: metres, Y up, the person faces +Z, the person's left is +X. The names, order and parents are those
of the SMPL-X model (Pavlakos et al., "Expressive Body Capture", CVPR 2019); the rest offsets are our own, rounded to
5 mm and symmetric, so that no licensed data is shipped.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .arrays import Array

_BODY: Final = (
    "pelvis left_hip right_hip spine1 left_knee right_knee spine2 left_ankle right_ankle spine3 left_foot right_foot "
    "neck left_collar right_collar head left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist "
    "jaw left_eye_smplhf right_eye_smplhf"
).split()
_FINGERS: Final = ("index", "middle", "pinky", "ring", "thumb")

JOINTS: Final[tuple[str, ...]] = tuple(
    _BODY + [f"{side}_{finger}{k}" for side in ("left", "right") for finger in _FINGERS for k in (1, 2, 3)]
)
JOINT_COUNT: Final = 55
INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(JOINTS)}


def _parents() -> tuple[int, ...]:
    parents = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15]
    for wrist, first in ((20, 25), (21, 40)):
        for finger in range(5):
            root = first + 3 * finger
            parents += [wrist, root, root + 1]
    return tuple(parents)


PARENTS: Final[tuple[int, ...]] = _parents()

# Left side and middle; the right side is the mirror image. Offset from the parent, metres.
_OFFSETS: Final[dict[str, tuple[float, float, float]]] = {
    "pelvis": (0.0, -0.35, 0.01),
    "left_hip": (0.06, -0.09, -0.02),
    "spine1": (0.0, 0.11, -0.025),
    "left_knee": (0.05, -0.375, -0.015),
    "spine2": (0.0, 0.13, -0.005),
    "left_ankle": (-0.03, -0.41, -0.03),
    "spine3": (0.0, 0.055, 0.03),
    "left_foot": (0.045, -0.06, 0.12),
    "neck": (0.0, 0.165, -0.03),
    "left_collar": (0.05, 0.085, -0.01),
    "head": (0.0, 0.16, 0.02),
    "left_shoulder": (0.115, 0.055, -0.015),
    "left_elbow": (0.26, -0.055, -0.035),
    "left_wrist": (0.25, 0.01, -0.005),
    "jaw": (0.0, -0.015, 0.02),
    "left_eye_smplhf": (0.03, 0.03, 0.065),
    "left_index1": (0.1, -0.005, 0.02),
    "left_index2": (0.03, 0.0, 0.0),
    "left_index3": (0.025, -0.005, 0.0),
    "left_middle1": (0.11, 0.005, -0.005),
    "left_middle2": (0.03, 0.0, -0.005),
    "left_middle3": (0.025, -0.005, 0.0),
    "left_pinky1": (0.09, -0.01, -0.045),
    "left_pinky2": (0.02, 0.0, -0.01),
    "left_pinky3": (0.015, 0.0, -0.005),
    "left_ring1": (0.1, -0.005, -0.025),
    "left_ring2": (0.03, 0.0, -0.005),
    "left_ring3": (0.025, -0.005, 0.0),
    "left_thumb1": (0.04, -0.02, 0.03),
    "left_thumb2": (0.025, -0.005, 0.025),
    "left_thumb3": (0.025, -0.01, 0.015),
}


def _rest_offsets() -> Array:
    rows = []
    for name in JOINTS:
        if name.startswith("right"):
            x, y, z = _OFFSETS["left" + name[5:]]
            rows.append((-x, y, z))
        else:
            rows.append(_OFFSETS[name])
    return np.array(rows, dtype=np.float64)


REST_OFFSETS: Final[Array] = _rest_offsets()
"""(55, 3) metres: each joint from its parent at rest; row 0 is the pelvis in model space."""

SOLE_BELOW_ANKLE: Final = 0.085
"""Metres from the ankle joint down to the sole, standing."""


def rest_positions() -> Array:
    """Joint positions at rest, (55, 3) metres, model space (the SMPL-X origin, near the chest)."""
    positions = np.zeros((JOINT_COUNT, 3))
    for j, parent in enumerate(PARENTS):
        positions[j] = REST_OFFSETS[j] + (positions[parent] if parent >= 0 else 0.0)
    return positions


FLOOR_AT_REST: Final[float] = float(rest_positions()[INDEX["left_ankle"], 1] - SOLE_BELOW_ANKLE)
"""Height of the soles at rest in model space: `translation[1] = -FLOOR_AT_REST` stands on y = 0."""


def mirror_index() -> Array:
    """(55,) int: for each joint the joint of the other side (middle joints: themselves)."""
    swap = {"left": "right", "right": "left"}
    out = []
    for name in JOINTS:
        side, _, rest = name.partition("_")
        out.append(INDEX[f"{swap[side]}_{rest}"] if side in swap else INDEX[name])
    return np.array(out)


UPPER: Final[tuple[int, ...]] = (3, 6, 9, *range(12, 22))
HANDS: Final[tuple[int, ...]] = tuple(range(25, 55))
LOWER: Final[tuple[int, ...]] = (0, 1, 2, 4, 5, 7, 8, 10, 11)
FACE_JOINTS: Final[tuple[int, ...]] = (22, 23, 24)
PART_JOINTS: Final[dict[str, tuple[int, ...]]] = {
    "upper": UPPER,
    "hands": HANDS,
    "lower": LOWER,
    "face": FACE_JOINTS,
}
PARTS: Final[tuple[str, ...]] = ("upper", "hands", "lower", "face")
"""EMAGE's four parts; the face part also owns the 52 face weights, the lower part the root translation."""
