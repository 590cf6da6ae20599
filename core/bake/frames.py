"""Which scene frames a performance covers, and the performance at them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array

if TYPE_CHECKING:  # Blender's half reads these types while registering, when scipy has to wait
    from ..performance import Performance


_WINDOW = 4096


_FRAME_SLACK = 1e-4


def bake_frames(seconds: float, start: float, fps: float) -> Array:
    """Whole scene frames (T,) that a performance of `seconds` covers when it starts at the timeline second `start`.

    The first is the first whole frame not before the start, the last still lies within the performance's tail.
    """
    first = math.ceil(start * fps - _FRAME_SLACK)
    last = max(first, math.ceil((start + seconds) * fps - _FRAME_SLACK) - 1)
    return np.arange(first, last + 1)


def sample_at(performance: Performance, seconds: Array) -> Performance:
    """`sample` in windows, so that an hour needs little more memory than its result."""
    from ..performance import sample

    parts = [sample(performance, seconds[k : k + _WINDOW]) for k in range(0, len(seconds), _WINDOW)]
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[0],
        rotations=np.concatenate([p.rotations for p in parts]),
        translation=np.concatenate([p.translation for p in parts]),
        face=np.concatenate([p.face for p in parts]),
        expressions=None if performance.expressions is None else np.concatenate([p.expressions for p in parts]),
    )
