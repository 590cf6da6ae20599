"""The mean hands of SMPL-X: what EMAGE, BEAT2 and the `smplx` package by default count finger rotations from.

There a finger's rotation vector is added to that of the model's mean hand (Pavlakos et al., CVPR 2019). A performance
counts from flat hands, so the mean is added where such motion comes in and taken off where it goes out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from ..arrays import Array
from ..errors import OratorError
from ..skeleton import HANDS, JOINTS
from .arkit_map import model_places
from .model_file import read_hand_mean

FINGERS: Final = slice(HANDS[0], HANDS[-1] + 1)
"""The finger joints among the 55."""
_BENT: Final = {"1": 25.0, "2": 40.0, "3": 15.0}
"""Degrees that knuckles, middle and end joints of a hand at rest are bent: ours, not the model's."""
_THUMB: Final = {"1": 10.0, "2": 5.0, "3": 15.0}


def _constant(values: Array) -> Array:
    values.flags.writeable = False
    return values


def _at_rest() -> Array:
    out = np.zeros((len(HANDS), 3))
    for k, joint in enumerate(HANDS):
        side, finger = JOINTS[joint].split("_")
        sign = -1.0 if side == "left" else 1.0
        if finger.startswith("thumb"):
            out[k, 1] = sign * np.radians(_THUMB[finger[-1]])
        else:
            out[k, 2] = sign * np.radians(_BENT[finger[-1]])
    return out


HANDS_AT_REST: Final = _constant(_at_rest())
"""(30, 3) rotation vectors, left then right: they stand in for the model's mean hands where no file is known."""
FLAT_HANDS: Final = _constant(np.zeros((len(HANDS), 3)))
"""A mean that changes nothing."""


@lru_cache(maxsize=4)
def _of_file(path: Path, _stamp: float) -> Array | None:
    found = read_hand_mean(path)
    return None if found is None else _constant(found)


def first_hand_mean(files: Iterable[Path]) -> Array | None:
    """(30, 3) rotation vectors, left then right, of the first of these model files that has mean hands, or None.

    Files that are no model are passed over: they are said where their face is asked for.
    """
    for path in files:
        try:
            found = _of_file(path, path.stat().st_mtime)
        except (OratorError, OSError):
            continue
        if found is not None:
            return found
    return None


def hand_mean_beside(folder: Path | None = None, chosen: str = "") -> Array | None:
    """(30, 3): the mean hands of the artist's SMPL-X file, looked for as arkit_map.find_model does, or None."""
    return first_hand_mean(model_places(folder, chosen))


def from_flat(vectors: Array, mean: Array) -> Array:
    """Rotation vectors (..., 55, 3) whose fingers count from the mean hands (30, 3), counted from flat hands."""
    out = np.array(vectors, np.float64)
    out[..., FINGERS, :] += mean
    return out


def from_mean(vectors: Array, mean: Array) -> Array:
    """Rotation vectors (..., 55, 3) whose fingers count from flat hands, counted from the mean hands (30, 3)."""
    return from_flat(vectors, -mean)
