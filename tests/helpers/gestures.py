"""A short performance with arms, fingers, trunk and face in motion."""

from __future__ import annotations

import numpy as np
from orator.core.performance import Performance, make_performance, rest_performance
from orator.core.rotations import from_rotvec
from orator.core.skeleton import INDEX


def gesture(frames: int = 24) -> Performance:
    """Arms, fingers and trunk in motion on standing feet."""
    rest = rest_performance(frames)
    vectors = np.zeros((frames, 55, 3))
    t = np.linspace(0.0, 1.0, frames)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        vectors[:, INDEX[f"{side}_shoulder"], 2] = -sign * (1.0 - 0.3 * t)
        vectors[:, INDEX[f"{side}_elbow"], 1] = -sign * (0.6 + 0.8 * t)
        for finger in ("index", "middle", "ring", "pinky"):
            for k in (1, 2, 3):
                vectors[:, INDEX[f"{side}_{finger}{k}"], 2] = -sign * 0.5 * t
    vectors[:, INDEX["spine2"], 0] = 0.2 * t
    vectors[:, INDEX["head"], 1] = 0.3 * np.sin(6 * t)
    return make_performance(from_rotvec(vectors), rest.translation, np.tile(t[:, None], (1, 52)))
