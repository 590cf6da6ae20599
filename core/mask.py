"""What is given and what is generated: one mask per frame and joint (or face channel, or root), and the given values.

Pins, kept parts and kept ranges all become one mask beside one performance that holds the given values (the hints).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import arkit, skeleton


@dataclass(frozen=True)
class Mask:
    """True = generate, False = given.

    joints  (T, 55) bool
    root    (T,) bool, the translation
    face    (T, 52) bool
    """

    joints: np.ndarray
    root: np.ndarray
    face: np.ndarray

    @property
    def anything_given(self) -> bool:
        return not (self.joints.all() and self.root.all() and self.face.all())


def everything(frames: int) -> Mask:
    """A mask that asks for all of `frames` frames."""
    return Mask(
        np.ones((frames, skeleton.JOINT_COUNT), bool), np.ones(frames, bool), np.ones((frames, arkit.COUNT), bool)
    )
