"""What is given and what is generated: one mask per frame and joint (or face channel, or root), and the given values.

Pins, kept parts and kept ranges all become one mask beside one performance that holds the given values (the hints).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import arkit, skeleton
from .arrays import Array, Bools


@dataclass(frozen=True)
class Mask:
    """True = generate, False = given.

    joints  (T, 55) bool
    root    (T,) bool, the translation
    face    (T, 52) bool
    """

    joints: Bools
    root: Bools
    face: Bools

    @property
    def anything_given(self) -> bool:
        return not (self.joints.all() and self.root.all() and self.face.all())


def everything(frames: int) -> Mask:
    """A mask that asks for all of `frames` frames."""
    return Mask(
        np.ones((frames, skeleton.JOINT_COUNT), bool), np.ones(frames, bool), np.ones((frames, arkit.COUNT), bool)
    )


def runs(on: Bools) -> list[tuple[int, int]]:
    """Every run of True in (T,) bool: (first, last excluded)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def same_columns(given: Bools) -> list[tuple[Array, Bools]]:
    """Columns of (T, K) bool that agree at all frames, together: [(indices, frames)]; empty ones left out."""
    groups: dict[bytes, list[int]] = {}
    for column in range(given.shape[1]):
        if given[:, column].any():
            groups.setdefault(given[:, column].tobytes(), []).append(column)
    return [(np.array(c), given[:, c[0]]) for c in groups.values()]
