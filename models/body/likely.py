"""The likely motion through given poses: kriging over them, and what the in-between network adds to that way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...core.arrays import Array
from ..runtime import Networks
from .inputs import Heard
from .kriging import krige
from .parts import DOWN, rot6d, scaled_root

WINDOW: Final = 64
"""Tokens a window, 8.5 s, as in training."""
OVERLAP: Final = 40
NARROW: Final = 16
"""Tokens that two windows share, and where given poses are everywhere within CLOSE frames of each other."""
CLOSE: Final = 33
BLIND: Final = 1e-3
"""What a window counts where a given pose before or after lies beyond its edge, that another may see."""


@dataclass(frozen=True)
class Poses:
    """Poses that are given: bits (T, 55) and (T,) beside rotations (T, 55, 4) and translation (T, 3)."""

    joints: Array
    root: Array
    rotations: Array
    translation: Array


@dataclass(frozen=True)
class Likely:
    """6D rotations and the scaled root (N, 333), N the speech's frames; the error in metres and the wrists' speed in
    metres a second that are expected there (N,). Zero where no window was wanted.
    """

    values: Array
    error: Array
    speed: Array

    def cut(self, rows: slice) -> Likely:
        """Those frames alone."""
        return Likely(self.values[rows], self.error[rows], self.speed[rows])


def wide_bits(joints: Array, root: Array) -> Array:
    """(T, 333) of what is so for joints (T, 55) and the root (T,)."""
    return np.concatenate([np.repeat(joints, 6, axis=1), np.repeat(root[:, None], 3, axis=1)], axis=1)


def padded(array: Array, rows: slice) -> Array:
    """The rows of an array, the last one repeated beyond its end."""
    index = np.minimum(np.arange(rows.start, rows.stop), len(array) - 1)
    return np.asarray(array[index], np.float32)


def given_bits(given: Poses, rows: slice) -> tuple[Array, Array]:
    """Which joints (T, 55) and roots (T,) are given in the rows; one at the end counts for no padding."""
    bits, root = padded(given.joints, rows), padded(given.root, rows)
    bits[max(0, len(given.root) - rows.start) :] = 0.0
    root[max(0, len(given.root) - rows.start) :] = 0.0
    return bits, root


def likely_motion(
    nets: Networks,
    heard: Heard,
    given: Poses,
    tick: Callable[[float], None],
    known: bool = True,
    busy: Array | None = None,
) -> Likely:
    """What lies most likely between given poses, window by window; what is given is met but for rounding.

    known: whether anybody knows of a voice; busy (T,): windows without a frame of these are left out.
    """
    total = len(heard.controls) * DOWN
    values, told = np.zeros((total, 333), np.float32), np.zeros((total, 2), np.float32)
    share = np.zeros(total, np.float32)
    keys = np.flatnonzero(given.joints.any(axis=1) | (given.root > 0))
    overlap = NARROW if len(keys) and np.diff(keys, prepend=0, append=total - 1).max() <= CLOSE else OVERLAP
    for first in range(0, max(total - overlap * DOWN, 1), (WINDOW - overlap) * DOWN):
        rows = slice(first, min(first + WINDOW * DOWN, total))
        tick(first / total)
        if busy is not None and not busy[rows].any():
            continue
        made, expects = _window(nets, heard, given, rows, known)
        count = rows.stop - first
        ramp = np.minimum(np.arange(1, count + 1), np.arange(count, 0, -1)).astype(np.float32)
        ramp *= window_sight(keys, rows)
        mix = (ramp / (ramp + share[rows]))[:, None]
        values[rows] += mix * (made - values[rows])
        told[rows] += mix * (np.repeat(expects, DOWN, axis=0) - told[rows])
        share[rows] += ramp
    return Likely(values, np.exp(told[:, 0]), np.exp(told[:, 1]))


def window_sight(keys: Array, rows: slice) -> Array:
    """How far a window counts at its frames (T,): fully where the keys (K,) next to them lie in it."""
    frames = np.arange(rows.start, rows.stop)
    within = keys[(keys >= rows.start) & (keys < rows.stop)]
    first, last = (within[0], within[-1]) if len(within) else (rows.stop, rows.start - 1)
    blind = (frames < first) & bool((keys < rows.start).any()) | (frames > last) & bool((keys >= rows.stop).any())
    return np.where(blind, np.float32(BLIND), np.float32(1.0))


def _window(nets: Networks, heard: Heard, given: Poses, rows: slice, known: bool) -> tuple[Array, Array]:
    """One window's frames (T, 333), and what is expected of them (T / 4, 2)."""
    bits, root = given_bits(given, rows)
    wide = wide_bits(bits, root)
    turns = rot6d(padded(given.rotations, rows)).reshape(len(bits), -1)
    poses = np.concatenate([turns, scaled_root(padded(given.translation, rows))], axis=1) * wide
    inputs = {
        "way": krige(poses, wide), "joints": bits, "root_given": root, "rhythm": heard.rhythm[rows],
        "phones": heard.phones[rows], "words": heard.words[rows],
        "controls": heard.controls[rows.start // DOWN : rows.stop // DOWN],
    }  # fmt: skip
    arrays = {name: np.asarray(value, np.float32)[None] for name, value in inputs.items()}
    made = nets.run("body_between.fill", **arrays, heard=np.array([float(known)], np.float32))
    return made["made"][0], made["expects"][0]
