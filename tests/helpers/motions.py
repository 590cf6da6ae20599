"""Motions that tests share."""

import numpy as np
from orator.core.performance import Performance, make_performance
from orator.core.rotations import from_rotvec


def moving(frames: int = 40, fps: float = 30.0) -> Performance:
    """Every joint, the root and every weight in smooth motion."""
    t = np.arange(frames)[:, None, None] / fps
    rng = np.random.default_rng(3)
    axis = rng.normal(size=(1, 55, 3)) * 0.4
    rotvec = axis * np.sin(2 * np.pi * 0.7 * t + rng.uniform(0, 6, (1, 55, 1)))
    face = 0.5 + 0.5 * np.sin(t[:, 0] * 3 + np.arange(52))
    return make_performance(from_rotvec(rotvec), np.concatenate([t[:, 0]] * 3, 1) * 0.1, face, fps)
