"""Pins as a file has them: plain arrays of poses that the result must hit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array
from ..directing.pins import PosePin
from ..performance import MODEL_FPS
from ..rotations import normalise

UPRIGHT: Final = np.array([1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True)
class Pins:
    """P pins; frames are whole frames at `fps` from the start of the speech.

    frames              (P,) int
    rotations           (P, 55, 4) wxyz local;  joints (P, 55) bool: which of them are pinned
    translation         (P, 3) metres, Y up;    translation_pinned (P,) bool
    face                (P, 52);                face_pinned (P, 52) bool
    """

    frames: Array
    rotations: Array
    joints: Array
    translation: Array
    translation_pinned: Array
    face: Array
    face_pinned: Array

    @property
    def count(self) -> int:
        return len(self.frames)


def posed(pins: Pins) -> tuple[PosePin, ...]:
    """The pins as exact ones in seconds, under whose rules they come (core/directing/pins.py)."""
    return tuple(
        PosePin(
            f"at frame {int(frame)}",
            float(frame) / MODEL_FPS,
            np.where(joints[:, None], normalise(np.where(joints[:, None], turns, UPRIGHT)), UPRIGHT),
            joints,
            path.astype(np.float64),
            bool(root),
            np.clip(face, 0.0, 1.0),
            channels,
        )
        for frame, turns, joints, path, root, face, channels in zip(
            pins.frames, pins.rotations, pins.joints, pins.translation, pins.translation_pinned, pins.face,
            pins.face_pinned, strict=True,
        )
    )  # fmt: skip
