"""Speech features through librosa: log-mel, energy, onset strength, F0 and voicing, 100 frames a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

FEATURE_FPS: Final = 100.0
MELS: Final = 64


@dataclass(frozen=True)
class SpeechFeatures:
    """Frame k is centred on k / 100 s; N = ceil(seconds * 100) + 1 frames.

    mel      (N, 64) natural log of mel power, level-normalised, float32
    energy   (N,) loudness in decibels below the clip's 95th percentile, clipped to [-60, 10]
    onset    (N,) onset strength, non-negative
    f0       (N,) Hz, 0 where unvoiced
    voicing  (N,) 0..1
    """

    mel: np.ndarray
    energy: np.ndarray
    onset: np.ndarray
    f0: np.ndarray
    voicing: np.ndarray
    seconds: float

    @property
    def frames(self) -> int:
        return len(self.mel)


def at_rate(track: np.ndarray, frames: int, fps: float, source_fps: float = FEATURE_FPS) -> np.ndarray:
    """A feature track (N, ...) at `frames` frames of `fps`, by triangular averaging around each true time."""
    track = np.asarray(track, np.float32)
    half = max(source_fps / fps, 1.0)
    centre = np.arange(frames) * (source_fps / fps)
    offsets = np.arange(-int(np.ceil(half)), int(np.ceil(half)) + 1)
    index = np.round(centre).astype(int)[:, None] + offsets[None]
    weight = np.maximum(0.0, 1.0 - np.abs(index - centre[:, None]) / half)
    weight /= weight.sum(axis=1, keepdims=True)
    index = np.clip(index, 0, len(track) - 1)
    return np.einsum("tk,tk...->t...", weight.astype(np.float32), track[index])
