"""A guess at the emotion from the voice alone: loudness, pitch and how they move. Off unless asked for.

Prosody tells how aroused a speaker is far better than whether gladly or not (Banse and Scherer 1996; Scherer, "Vocal
communication of emotion", 2003): high, wide and lively pitch goes with joy, loud and hard onsets on a flat pitch with
anger, low, narrow and soft with sadness. So the guess is mild (at most 0.6), and neutral where the voice says little.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..catalogue.emotions import EMOTIONS
from ..settings import EmotionTrack
from ..speech.features import FEATURE_FPS, SpeechFeatures

_STEP: Final = 0.5
_WINDOW: Final = 3.0
_STRONGEST: Final = 0.6


def suggest_emotion(features: SpeechFeatures) -> EmotionTrack:
    """The guessed emotion track: keys every half second, each from the three seconds around it. Silence is neutral."""
    times = np.arange(0.0, max(features.seconds, _STEP), _STEP)
    rows = np.zeros((len(times), len(EMOTIONS)))
    voiced = features.f0 > 0
    if voiced.sum() > 30:
        octaves = np.where(voiced, np.log2(np.maximum(features.f0, 40.0) / np.median(features.f0[voiced])), 0.0)
        for k, at in enumerate(times):
            low = max(int((at - _WINDOW / 2) * FEATURE_FPS), 0)
            part = slice(low, int((at + _WINDOW / 2) * FEATURE_FPS))
            rows[k] = _window(octaves[part], features.energy[part], features.onset[part], voiced[part])
        # Feelings change slowly: over about two seconds.
        kernel = np.hanning(7)[1:-1]
        padded = np.pad(rows, ((2, 2), (0, 0)), mode="edge")
        rows = np.stack([np.convolve(c, kernel / kernel.sum(), mode="valid") for c in padded.T], axis=1)
    strength = rows.sum(axis=1)
    weights = np.where(strength[:, None] > 0.05, rows / np.maximum(strength, 1e-9)[:, None], np.eye(len(EMOTIONS))[0])
    return EmotionTrack(times, weights, np.minimum(strength, _STRONGEST) * (strength > 0.05))


def _window(octaves: np.ndarray, energy: np.ndarray, onset: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Weights times intensity (8,) of one window; pitch in octaves around the speech's median."""
    out = np.zeros(len(EMOTIONS))
    if voiced.sum() < 20:
        return out
    pitch = octaves[voiced]
    high = float(np.mean(pitch)) / 0.15
    wide = (float(np.std(pitch)) - 0.19) / 0.09
    loud = (float(np.mean(energy[voiced])) + 9.0) / 5.0
    hard = (float(np.percentile(onset, 95)) - 1.6) / 1.2
    lively, driven = high + wide, loud + 0.5 * hard
    if lively > 0.6:
        name, amount = ("surprise", 0.25 * lively) if high > 2.2 and wide > 1.0 else ("happy", 0.22 * lively)
    elif driven > 1.0 and wide < 0.3:
        name, amount = "angry", 0.2 * driven
    elif lively + loud < -1.4:
        name, amount = "sad", -0.14 * (lively + loud)
    else:
        return out
    out[EMOTIONS.index(name)] = min(amount, _STRONGEST)
    return out
