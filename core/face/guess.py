"""A guess at the emotion from the voice alone: loudness, pitch, colour and how they move. Off unless asked for.

A linear model of emotional speech (EmoDB: eight actors) weighs 64 figures of three seconds; bored counts as neutral.
Without the model prosody alone is read, which tells how aroused a speaker is far better than whether gladly or not
(Banse and Scherer 1996; Scherer, "Vocal communication of emotion", 2003): high, wide and lively pitch goes with joy,
loud and hard onsets on a flat pitch with anger, low, narrow and soft with sadness. Either way the guess is mild (at
most 0.6), and neutral where the voice says little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.fft import dct

from ..arrays import Array
from ..catalogue.emotions import EMOTIONS
from ..emotion import EmotionTrack
from ..speech.features import FEATURE_FPS, SpeechFeatures

_STEP: Final = 0.5
_WINDOW: Final = 3.0
_STRONGEST: Final = 0.6
_SURE: Final = 0.35
"""What the likeliest emotion must pass, so that a voice that says little stays neutral."""
CLASSES: Final[dict[str, str]] = dict(
    anger="angry", boredom="neutral", disgust="disgust", fear="fear", happiness="happy", neutral="neutral",
    sadness="sad",
)  # fmt: skip
"""EmoDB's emotions in the order of the model's answers, and ours."""


@dataclass(frozen=True)
class VoiceModel:
    """A linear model of voices: middle and scale (64,) of its figures, table (65, 7) to scores by CLASSES."""

    middle: Array
    scale: Array
    table: Array

    def chances(self, figures: Array) -> Array:
        """The chance (7,) of each class for the figures (64,) of a piece of speech."""
        z = np.clip((np.asarray(figures) - self.middle) / self.scale, -4.0, 4.0)
        scores = np.r_[z, 1.0] @ self.table
        chance = np.exp(scores - scores.max())
        return chance / chance.sum()


def voice_figures(features: SpeechFeatures, part: slice = slice(None)) -> Array | None:
    """Figures (64,) of pitch, loudness, onsets, colour and its changes; None where hardly anybody speaks."""
    mel, energy, onset = (np.asarray(a[part], np.float64) for a in (features.mel, features.energy, features.onset))
    f0, voicing = features.f0[part], features.voicing[part]
    active = energy > -35.0
    voiced = (f0 > 0) & active
    if voiced.sum() < 20 or mel.shape[1] < 64:
        return None
    tone = np.log2(np.maximum(f0[voiced], 50.0) / 150.0)
    steps = np.abs(np.diff(tone))
    steps = steps[steps < 0.2]
    cepstra = dct(mel, axis=1, norm="ortho")[:, 1:14]
    spoken, moves = cepstra[active], np.abs(np.diff(cepstra, axis=0)[active[1:]])
    colour, spread = mel[voiced].mean(axis=0), mel[active].std(axis=0)
    low = colour[:20].mean()
    return np.r_[
        tone.mean(), tone.std(), np.percentile(tone, (5, 25, 75, 95)), steps.mean() if len(steps) else 0.0,
        np.polyfit(np.linspace(-1, 1, len(tone)), tone, 1)[0], energy[active].mean(), energy[active].std(),
        np.percentile(energy[active], (10, 50, 90)), active.mean(), voiced.sum() / active.sum(), onset[active].mean(),
        np.percentile(onset[active], (50, 75, 95)), spoken.mean(axis=0), spoken.std(axis=0), moves.mean(axis=0),
        colour[40:].mean() - low, colour[20:40].mean() - low, spread[:20].mean(), spread[40:].mean(),
        voicing[voiced].mean(), voicing[voiced].std(),
    ]  # fmt: skip


def suggest_emotion(features: SpeechFeatures, model: VoiceModel | None = None) -> EmotionTrack:
    """The guessed emotion track: keys every half second, each from the three seconds around it. Silence is neutral."""
    times = np.arange(0.0, max(features.seconds, _STEP), _STEP)
    rows = np.zeros((len(times), len(EMOTIONS)))
    voiced = features.f0 > 0
    if voiced.sum() > 30:
        octaves = np.where(voiced, np.log2(np.maximum(features.f0, 40.0) / np.median(features.f0[voiced])), 0.0)
        for k, at in enumerate(times):
            low = max(int((at - _WINDOW / 2) * FEATURE_FPS), 0)
            part = slice(low, int((at + _WINDOW / 2) * FEATURE_FPS))
            if model is None:
                rows[k] = _window(octaves[part], features.energy[part], features.onset[part], voiced[part])
            else:
                rows[k] = _weighed(model, features, part)
        # Feelings change slowly: over about two seconds.
        kernel = np.hanning(7)[1:-1]
        padded = np.pad(rows, ((2, 2), (0, 0)), mode="edge")
        rows = np.stack([np.convolve(c, kernel / kernel.sum(), mode="valid") for c in padded.T], axis=1)
    strength = rows.sum(axis=1)
    weights = np.where(strength[:, None] > 0.05, rows / np.maximum(strength, 1e-9)[:, None], np.eye(len(EMOTIONS))[0])
    return EmotionTrack(times, weights, np.minimum(strength, _STRONGEST) * (strength > 0.05))


def _weighed(model: VoiceModel, features: SpeechFeatures, part: slice) -> Array:
    """Weights times intensity (8,) of one window by the model; nothing where it is not sure."""
    out = np.zeros(len(EMOTIONS))
    figures = voice_figures(features, part)
    if figures is None:
        return out
    for name, chance in zip(CLASSES.values(), model.chances(figures), strict=True):
        out[EMOTIONS.index(name)] += chance
    best = int(out[1:].argmax()) + 1
    sure = out[best] > max(_SURE, out[0])
    kept = np.zeros(len(EMOTIONS))
    if sure:
        kept[best] = _STRONGEST * min(1.0, out[best] / 0.8)
    return kept


def _window(octaves: Array, energy: Array, onset: Array, voiced: Array) -> Array:
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
