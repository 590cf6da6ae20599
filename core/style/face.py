"""Habits of a face: where brows and mouth are held, how far they move, how often eyes blink."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arkit import ARKIT, COUNT, INDEX
from ..arrays import Array
from ..face.neutral import NEUTRAL_FACE
from ..face.reference import BEND, EXPRESSION
from ..learned_style import FaceHabits
from ..performance import MODEL_FPS

_HALF: Final = 4.0
"""Seconds at which a face's habits are trusted half."""
_HALF_BLINKS: Final = 20.0
_SHUT: Final = 0.45


def face_habits(faces: list[Array]) -> FaceHabits | None:
    """The habits of faces (T, 52) at 30 fps; None when none of them moves."""
    from scipy.signal import find_peaks  # slow to load, and only needed to learn

    moving = [f for f in faces if len(f) > 1 and (np.ptp(f, axis=0) > 1e-3).any()]
    if not moving:
        return None
    face = np.concatenate(moving)
    seconds = len(face) / MODEL_FPS
    weight = seconds / (seconds + _HALF)
    columns = [*EXPRESSION, *BEND]
    # A capture of lips alone does not tell anything about brows.
    told = np.ptp(face[:, columns], axis=0) > 0.01
    shift, scale = np.zeros(COUNT), np.ones(COUNT)
    plain = np.array([NEUTRAL_FACE[ARKIT[k]] for k in columns])
    shift[columns] = np.clip(weight * (face.mean(axis=0)[columns] - plain[:, 0]), -0.4, 0.6) * told
    spread = np.log(np.maximum(face.std(axis=0)[columns], 0.01) / np.maximum(plain[:, 1], 0.01))
    scale[columns] = np.where(told, np.exp(np.clip(0.5 * weight * spread, -np.log(2), np.log(2))), 1.0)
    scale[list(BEND)] = 1.0  # talking bends a mouth: how far is the words', not the person's
    lids = face[:, [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]].mean(axis=1)
    blinks, often = 1.0, seconds / (seconds + _HALF_BLINKS)
    if np.ptp(lids) > _SHUT:
        peaks, _ = find_peaks(lids, height=_SHUT, prominence=0.3, distance=6)
        blinks = float(np.exp(np.clip(often * np.log((60.0 * len(peaks) / seconds + 2.0) / 20.0), -1.1, 1.1)))
    return FaceHabits(shift, scale, blinks)
