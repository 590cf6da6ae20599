"""What the transformer hears: rhythm channels from the features, phones, and word classes; all at 30 fps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...core.arrays import Array
from ...core.body.accents import find_accents, prominence, speaking
from ...core.performance import MODEL_FPS
from ...core.speech.features import FEATURE_FPS, SpeechFeatures, at_rate
from ...core.speech.phones import PHONES

PHONES_WIDTH: Final = len(PHONES)
RHYTHM: Final[tuple[str, ...]] = (
    "energy",
    "onset",
    "tone",
    "voicing",
    "prominence",
    "prominence_slow",
    "speaking",
    "accent",
    "accent_wide",
)
RHYTHM_WIDTH: Final = len(RHYTHM)


@dataclass(frozen=True)
class Heard:
    """Network inputs of a whole speech: arrays over frames (T, ...) float32, T a multiple of 4; controls (N, 7)."""

    rhythm: Array
    phones: Array
    words: Array
    controls: Array


def rhythm_channels(features: SpeechFeatures, frames: int) -> Array:
    """(frames, 9) float32 of order one, at 30 fps; relative to the clip's own loudness and pitch."""
    voiced = features.f0 > 0
    middle = float(np.median(features.f0[voiced])) if voiced.any() else 120.0
    tone = np.where(voiced, np.clip(12.0 * np.log2(np.maximum(features.f0, 40.0) / middle), -9.0, 9.0) / 6.0, 0.0)
    curve = prominence(features)
    accents = find_accents(features)
    spikes = np.zeros(features.frames, np.float32)
    index = np.clip((accents.times * FEATURE_FPS).round().astype(int), 0, features.frames - 1)
    spikes[index] = accents.strength
    tracks = np.stack(
        [
            np.clip((features.energy + 30.0) / 30.0, -1.0, 1.2),
            np.tanh(features.onset),
            tone,
            features.voicing,
            curve,
            gaussian_filter1d(curve, 40.0),
            speaking(features),
            gaussian_filter1d(spikes, 3.5) * 9.0,
            gaussian_filter1d(spikes, 12.0) * 20.0,
        ],
        axis=1,
    ).astype(np.float32)
    return at_rate(tracks, frames, MODEL_FPS)
