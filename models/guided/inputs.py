"""What the in-between network hears of a conversation: the partner's rhythm and whose turn it is, at 30 fps."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...core.arrays import Array
from ...core.conversation.turns import Turns
from ...core.performance import MODEL_FPS

TURNS_WIDTH: Final = 2
STEP_WIDTH: Final = 128


def moments(times: Array) -> Array:
    """The embedding (B, 128) float32 of steps (B,) in 0..1, from clean to noise."""
    angle = np.asarray(times, np.float64)[:, None] * np.exp(np.linspace(0.0, 6.0, STEP_WIDTH // 2))
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


def turn_channels(turns: Turns | None, frames: int) -> Array:
    """(frames, 2) float32: whether the own turn and the partner's is on, with soft borders; all zero without turns."""
    if turns is None:
        return np.zeros((frames, TURNS_WIDTH), np.float32)
    times = np.arange(frames) / MODEL_FPS
    on = np.stack([turns.speaking(who, times) for who in ("own", "partner")], axis=1)
    return gaussian_filter1d(on.astype(np.float32), 3.0, axis=0, mode="nearest")
