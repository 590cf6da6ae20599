"""A learned style's habits on a generated face."""

from __future__ import annotations

import numpy as np

from ..arkit import INDEX
from ..arrays import Array
from ..learned_style import FaceHabits
from .reference import BEND, EXPRESSION


def with_habits(face: Array, habits: FaceHabits, amount: float) -> Array:
    """A generated face (T, 52) held and moving with the habits; lips part and meet as before."""
    out = np.array(face, np.float32)
    if len(out) == 0 or amount <= 0.0:
        return out
    columns = list(EXPRESSION)
    middle = out[:, columns].mean(axis=0)
    out[:, columns] = middle + (out[:, columns] - middle) * habits.scale[columns] ** amount
    rounded = np.clip(out[:, INDEX["mouthPucker"]] + out[:, INDEX["mouthFunnel"]], 0.0, 1.0)[:, None]
    out[:, columns] += amount * habits.shift[columns]
    columns = list(BEND)
    out[:, columns] += amount * habits.shift[columns] * (1.0 - 0.45 * rounded)
    return np.clip(out, 0.0, 1.0)
