"""Where things are: the SMPL-X rest joints in Blender axes, standing on the floor, and the landmarks of the face."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..skeleton import FLOOR_AT_REST, INDEX, rest_positions


def to_blender(points: Array) -> Array:
    """SMPL-X axes (Y up, facing +Z) to Blender axes (Z up, facing -Y): (x, y, z) -> (x, -z, y)."""
    points = np.asarray(points, np.float64)
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


JOINT_PLACES: Final[Array] = to_blender(rest_positions()) - np.array([0.0, 0.0, FLOOR_AT_REST])
"""(55, 3) metres: each joint at rest, Blender axes, soles on z = 0."""


def joint(name: str) -> Array:
    """The rest place of one joint, (3,)."""
    return JOINT_PLACES[INDEX[name]].copy()


EYE: Final[Array] = joint("left_eye_smplhf")
"""Centre of the left eyeball; the right one is its mirror image."""
EYE_RADIUS: Final = 0.0203
LID: Final = 0.0024
"""Thickness of a lid: room for a lid that moves in a straight line not to sink into the eyeball."""
MOUTH_Z: Final = 1.5395
"""Height of the middle of the closed mouth."""
MOUTH_HALF: Final = 0.0240
"""From the middle of the mouth to a corner, along X."""
JAW: Final[Array] = joint("jaw")
