"""Frames at which a pose is given: there a rig shows the pose itself, and nothing that is solved after it."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..mask import Mask
from ..skeleton import INDEX

FADE: Final = 0.4
"""Seconds over which what is solved takes over again."""
_LEG: Final = ("hip", "knee", "ankle")


def nearness(given: Array, fps: float, fade: float = FADE) -> Array:
    """(T,) 1 at given frames (T,) bool, fading smoothly to 0 within `fade` seconds of them."""
    rows = np.flatnonzero(given)
    if not len(rows):
        return np.zeros(len(given))
    at = np.arange(len(given))
    after = np.searchsorted(rows, at).clip(0, len(rows) - 1)
    distance = np.minimum(np.abs(rows[after] - at), np.abs(at - rows[np.maximum(after - 1, 0)]))
    x = np.clip(1.0 - distance / max(fade * fps, 1.0), 0.0, 1.0)
    return x * x * x * (x * (6.0 * x - 15.0) + 10.0)


def given_joint(given: Mask | None, joint: str, frames: int) -> Array:
    """(T,) bool: where a joint's rotation is given."""
    return np.zeros(frames, bool) if given is None else ~given.joints[:, INDEX[joint]]


def given_leg(given: Mask | None, side: str, frames: int) -> Array:
    """(T,) bool: where anything of a leg is given; a leg solved in part would turn what hangs below it."""
    return np.any([given_joint(given, f"{side}_{part}", frames) for part in _LEG], axis=0)


def given_root(given: Mask | None, frames: int) -> Array:
    """(T,) bool: where it is given where the character stands."""
    return np.zeros(frames, bool) if given is None else ~given.root
