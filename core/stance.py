"""The relaxed standing pose: what a body does where nothing is generated and nothing is given."""

from __future__ import annotations

import numpy as np

from . import skeleton
from .arrays import Array
from .performance import Performance, rest_performance
from .rotations import from_rotvec

# Degrees about X (forward bend), Y, Z for the left side; the right side mirrors Y and Z. The T-pose's arms come down.
_LEFT: dict[str, tuple[float, float, float]] = {
    "left_collar": (0.0, 0.0, -7.0),
    "left_shoulder": (8.0, -6.0, -62.0),
    "left_elbow": (0.0, -16.0, 0.0),
    "left_wrist": (0.0, 0.0, 0.0),
    **{
        f"left_{f}{k}": (0.0, 0.0, -14.0 - 4.0 * n)
        for n, f in enumerate(("index", "middle", "ring", "pinky"))
        for k in (1, 2, 3)
    },
    **{f"left_thumb{k}": (0.0, -6.0, 0.0) for k in (1, 2, 3)},
}


def relaxed_rotations() -> Array:
    """(55, 4) wxyz: standing, arms at the sides, fingers a little curled."""
    rotvec = np.zeros((skeleton.JOINT_COUNT, 3))
    for name, (x, y, z) in _LEFT.items():
        rotvec[skeleton.INDEX[name]] = np.radians((x, y, z))
        rotvec[skeleton.INDEX["right" + name[4:]]] = np.radians((x, -y, -z))
    return from_rotvec(rotvec)


def relaxed_performance(frames: int) -> Performance:
    """A body that stands at ease, with a neutral face."""
    rest = rest_performance(frames)
    rotations = np.tile(relaxed_rotations().astype(np.float32), (frames, 1, 1))
    return Performance(rotations, rest.translation, rest.face, rest.fps)
