"""Pins: poses the result must hit, as plain arrays, and what can be wrong with them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from . import arkit, skeleton
from .errors import OratorError
from .mask import Mask, everything
from .performance import Performance, rest_performance
from .rotations import angle_between, normalise


@dataclass(frozen=True)
class Pins:
    """P pins; frames are whole frames at `fps` from the start of the speech.

    frames              (P,) int
    rotations           (P, 55, 4) wxyz local;  joints (P, 55) bool: which of them are pinned
    translation         (P, 3) metres, Y up;    translation_pinned (P,) bool
    face                (P, 52);                face_pinned (P, 52) bool
    """

    frames: np.ndarray
    rotations: np.ndarray
    joints: np.ndarray
    translation: np.ndarray
    translation_pinned: np.ndarray
    face: np.ndarray
    face_pinned: np.ndarray

    @property
    def count(self) -> int:
        return len(self.frames)


def check_pins(pins: Pins, frames: int) -> None:
    """Raises OratorError when a pin lies outside the `frames` of the speech or two pins disagree on a frame."""
    outside = [int(f) for f in pins.frames if not 0 <= f < frames]
    if outside:
        raise OratorError(
            f"The pin at frame {outside[0]} lies outside the speech (frames 0 to {frames - 1}). Move or disable it."
        )
    order = np.argsort(pins.frames, kind="stable")
    for a, b in itertools.pairwise(order):
        if pins.frames[a] != pins.frames[b]:
            continue
        both = pins.joints[a] & pins.joints[b]
        apart = both & (angle_between(pins.rotations[a], pins.rotations[b]) > 0.01)
        root = pins.translation_pinned[a] and pins.translation_pinned[b]
        far = root and np.abs(pins.translation[a] - pins.translation[b]).max() > 1e-4
        channels = pins.face_pinned[a] & pins.face_pinned[b]
        odd = channels & (np.abs(pins.face[a] - pins.face[b]) > 1e-4)
        if apart.any() or far or odd.any():
            what = (
                skeleton.JOINTS[int(np.flatnonzero(apart)[0])]
                if apart.any()
                else ("the root" if far else arkit.ARKIT[int(np.flatnonzero(odd)[0])])
            )
            raise OratorError(
                f"Two pins at frame {int(pins.frames[a])} ask different things of {what}. Delete or disable one."
            )


def pins_as_hints(pins: Pins, frames: int) -> tuple[Performance, Mask]:
    """Hints and mask of `frames` frames at 30 fps. Raises OratorError as check_pins does."""
    check_pins(pins, frames)
    hints = rest_performance(frames)
    mask = everything(frames)
    rotations, translation, face = (np.array(a) for a in (hints.rotations, hints.translation, hints.face))
    for k, frame in enumerate(pins.frames.astype(int)):
        joints = pins.joints[k]
        rotations[frame, joints] = normalise(pins.rotations[k, joints])
        mask.joints[frame, joints] = False
        if pins.translation_pinned[k]:
            translation[frame] = pins.translation[k]
            mask.root[frame] = False
        channels = pins.face_pinned[k]
        face[frame, channels] = np.clip(pins.face[k, channels], 0.0, 1.0)
        mask.face[frame, channels] = False
    return Performance(rotations, translation, face), mask


def unreachable(pins: Pins, fps: float = 30.0, fastest: float = 900.0) -> list[str]:
    """Sentences about pins that a body cannot reach in the time between them (over `fastest` degrees a second)."""
    sentences = []
    order = np.argsort(pins.frames, kind="stable")
    for j in range(skeleton.JOINT_COUNT):
        pinned = [k for k in order if pins.joints[k, j]]
        for a, b in itertools.pairwise(pinned):
            seconds = (pins.frames[b] - pins.frames[a]) / fps
            angle = float(angle_between(pins.rotations[a, j], pins.rotations[b, j]))
            if seconds > 0 and angle / seconds > fastest:
                sentences.append(
                    f"From frame {int(pins.frames[a])} to {int(pins.frames[b])} {skeleton.JOINTS[j]} must turn "
                    f"{angle:.0f} degrees in {seconds:.2f} s: it will snap. Move the pins apart."
                )
    return sentences
