"""What the face's networks hear, out of feature tracks at 100 fps: arrays at their own frames. No torch."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...core.arrays import Array
from ...core.performance import MODEL_FPS
from ...core.speech.features import FEATURE_FPS, SpeechFeatures
from ...core.speech.phones import PHONES

LIP_FPS: Final = 60.0
LIP_INPUTS: Final = len(PHONES) + 3


def lip_inputs(posteriors: Array, energy: Array, voicing: Array, onset: Array, frames: int,
               first: int = 0) -> Array:  # fmt: skip
    """Network inputs (frames, 43) at 60 fps from `first` on, out of tracks at 100 fps."""
    centre = (np.arange(first, first + frames) * (100.0 / LIP_FPS))[:, None]
    low = np.floor(centre).astype(int)
    index = low + np.arange(-1, 3)[None]
    weight = np.maximum(0.0, 1.0 - np.abs(index - centre) / (100.0 / LIP_FPS))
    weight = (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)

    def at(track: Array) -> Array:
        track = np.asarray(track, np.float32).reshape(len(track), -1)
        return np.einsum("tk,tkc->tc", weight, track[np.clip(index, 0, len(track) - 1)])

    return np.concatenate(
        [at(posteriors), 1.0 + at(energy) / 30.0, at(voicing), np.minimum(at(onset), 3.0)], axis=1
    ).astype(np.float32)


def pitch_octaves(f0: Array) -> Array:
    """Pitch (N,) in octaves around the speech's median, within -1 and 1; 0 where unvoiced."""
    voiced = f0 > 0
    middle = float(np.median(f0[voiced])) if voiced.any() else 150.0
    return np.clip(np.where(voiced, np.log2(np.maximum(f0, 40.0) / middle), 0.0), -1.0, 1.0).astype(np.float32)


def at_frames(track: Array, first: int, frames: int) -> Array:
    """A track (N,) or (N, C) at 100 fps as (frames, C) at 30 fps from frame `first` on."""
    # A triangle around every frame's true time; the track's own ends are held.
    step = FEATURE_FPS / MODEL_FPS
    centre = (np.arange(first, first + frames) * step)[:, None]
    index = np.round(centre).astype(int) + np.arange(-3, 4)[None]
    weight = np.maximum(0.0, 1.0 - np.abs(index - centre) / step)
    weight = (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)
    rows = np.asarray(track, np.float32).reshape(len(track), -1)
    return np.einsum("tk,tkc->tc", weight, rows[np.clip(index, 0, len(track) - 1)])


def speech_inputs(features: SpeechFeatures, posteriors: Array, pitch: Array, first: int, frames: int) -> Array:
    """EmoDiff's speech (frames, 44) at 30 fps from frame `first`: posteriors, loudness, onset, pitch, voicing."""

    def at(track: Array) -> Array:
        return at_frames(track, first, frames)

    return np.concatenate(
        [at(posteriors), 1.0 + at(features.energy) / 30.0, np.minimum(at(features.onset), 3.0), 2.0 * at(pitch),
         at(features.voicing)], axis=1
    ).astype(np.float32)  # fmt: skip
