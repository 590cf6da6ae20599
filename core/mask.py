"""What is given and what is generated: one mask per frame and joint (or face channel, or root), and the given values.

Pins, kept parts and kept ranges all become one mask beside one performance that holds the given values (the hints).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from . import arkit, skeleton
from .arrays import Array, Bools
from .skeleton import INDEX


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
