"""The mean hands of SMPL-X: what EMAGE, BEAT2 and the `smplx` package by default count finger rotations from.

There a finger's rotation vector is added to that of the model's mean hand (Pavlakos et al., CVPR 2019). A performance
counts from flat hands, so the mean is added where such motion comes in and taken off where it goes out.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from ..rotations import from_rotvec, to_rotvec
from ..skeleton import HANDS, JOINTS
from .arkit_map import find_model
from .model_file import read_hand_mean

_BENT: Final = {"1": 25.0, "2": 40.0, "3": 15.0}
"""Degrees that knuckles, middle and end joints of a hand at rest are bent: ours, not the model's."""
_THUMB: Final = {"1": 10.0, "2": 5.0, "3": 15.0}


def _at_rest() -> np.ndarray:
    out = np.zeros((len(HANDS), 3))
    for k, joint in enumerate(HANDS):
        side, finger = JOINTS[joint].split("_")
        sign = -1.0 if side == "left" else 1.0
        if finger.startswith("thumb"):
            out[k, 1] = sign * np.radians(_THUMB[finger[-1]])
        else:
            out[k, 2] = sign * np.radians(_BENT[finger[-1]])
    return out


HANDS_AT_REST: Final = _at_rest()
"""(30, 3) rotation vectors, left then right: they stand in for the model's mean hands where no file is known."""
FLAT_HANDS: Final = np.zeros((len(HANDS), 3))
"""A mean that changes nothing."""


@lru_cache(maxsize=4)
def _of_file(path: Path, _stamp: float) -> np.ndarray | None:
    return read_hand_mean(path)


def hand_mean(path: Path | None) -> np.ndarray | None:
    """(30, 3) rotation vectors, left then right, of the artist's SMPL-X file; None without a file that has them.

    Raises OratorError for files that are no model.
    """
    if path is None:
        return None
    return _of_file(path, path.stat().st_mtime if path.is_file() else 0.0)


def hand_mean_beside(folder: Path | None = None) -> np.ndarray | None:
    """(30, 3): that of the artist's SMPL-X file where arkit_map.find_model finds it, or None."""
    return hand_mean(find_model(folder))


def absolute_hands(vectors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Fingers' rotation vectors (..., 30, 3) from the mean hands as rotations (..., 30, 4) from flat ones."""
    return from_rotvec(np.asarray(vectors, np.float64) + mean)


def vectors_from_mean(rotations: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Finger rotations (..., 30, 4) from flat hands as rotation vectors (..., 30, 3) counted from the mean hands."""
    return to_rotvec(rotations) - mean
