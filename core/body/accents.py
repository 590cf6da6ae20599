"""The accents of speech: syllable nuclei that stand out by loudness, pitch or length. No words needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, uniform_filter1d

from ..arrays import Array
from ..speech.features import FEATURE_FPS, SpeechFeatures
from .peaks import find_peaks

SILENT: Final = -32.0
"""Decibels below the loud frames under which nobody speaks."""


@dataclass(frozen=True)
class Accents:
    """times (K,) seconds, ascending; strength (K,) 0..1: how far each rises above its neighbours."""

    times: Array
    strength: Array


def speaking(features: SpeechFeatures) -> Array:
    """How much somebody speaks, (N,) 0..1 at 100 fps, pauses under 0.15 s bridged."""
    active = (features.energy > SILENT).astype(np.float32)
    # A click is no speech: what is active must last 80 ms; short closures are bridged.
    active = (uniform_filter1d(active, 15) > 0.5).astype(np.float32)
    bridged = maximum_filter1d(active, 31)
    return gaussian_filter1d(bridged, 6.0).astype(np.float32)


def prominence(features: SpeechFeatures) -> Array:
    """Prominence over time, (N,) about 0..1.5 at 100 fps: loud, high-pitched, sonorous nuclei rise above neighbours."""
    active = speaking(features)
    loud = np.clip((features.energy + 34.0) / 34.0, 0.0, 1.2) * np.clip(features.voicing * 1.6, 0.15, 1.0)
    loud = gaussian_filter1d(loud.astype(np.float32), 4.0)
    voiced = features.f0 > 0
    weight = gaussian_filter1d(voiced.astype(np.float32), 3.0) + 1e-4
    tone = np.where(voiced, np.log2(np.maximum(features.f0, 40.0)), 0.0).astype(np.float32)
    tone = gaussian_filter1d(tone, 3.0) / weight
    slow_weight = gaussian_filter1d(voiced.astype(np.float32), 120.0) + 1e-4
    slow = gaussian_filter1d(np.where(voiced, tone, 0.0).astype(np.float32), 120.0) / slow_weight
    rise = np.clip((tone - slow) * 12.0 / 6.0, -0.5, 1.0) * np.clip(weight, 0.0, 1.0)
    local = gaussian_filter1d(loud, 100.0) / np.maximum(gaussian_filter1d(active, 100.0), 0.1)
    return (np.clip(0.6 * loud + 0.9 * (loud - local) + 0.35 * rise, 0.0, None) * active).astype(np.float32)


def find_accents(features: SpeechFeatures, least: float = 0.35, apart: float = 0.18) -> Accents:
    """Peaks of the prominence at least `apart` seconds from one another and above `least`."""
    curve = prominence(features)
    peaks, over = find_peaks(curve, least, max(1, int(apart * FEATURE_FPS)), 0.06)
    # A loud syllable among loud ones is no accent; one that rises from what is around it is.
    return Accents(peaks / FEATURE_FPS, np.clip(0.25 + 0.6 * over, 0.0, 1.0))
