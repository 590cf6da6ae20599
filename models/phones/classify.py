"""Phone posteriors of any speech, voice or language: (N, 40) at the features' 100 frames a second."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.special import softmax

from ...core.arrays import Array
from ...core.speech.features import SpeechFeatures
from ...core.speech.phones import PHONE_INDEX, PHONES
from ..runtime import Networks

DILATIONS: Final = (1, 2, 4, 8, 1, 2, 4, 8, 16, 2, 1)
"""Of the network's blocks, in its frames (50 a second)."""
CONTEXT: Final = 2 * sum(DILATIONS) + 4
"""Input frames (100 a second) on either side that an answer can depend on."""
BLOCK: Final = 3000
# Decibels below the clip's loud frames under which a frame takes part in no channel average.
ACTIVE: Final = -35.0
SCALE: Final = 3.0
# A clip this long (in active frames) speaks for its own channel; a shorter one leans on the average voice.
OWN_FRAMES: Final = 100.0


def normalised(mel: Array, energy: Array) -> Array:
    """Log-mel (N, 64) less the clip's mean over its loud frames: microphone and room colour drop out. float32."""
    active = energy > ACTIVE
    count = float(active.sum())
    usual = usual_colour()
    mean = mel[active].mean(axis=0, dtype=np.float64) if count else usual
    mean = (mean * count + usual * OWN_FRAMES) / (count + OWN_FRAMES)
    return (mel - mean.astype(np.float32)) / np.float32(SCALE)


@lru_cache(maxsize=1)
def usual_colour() -> Array:
    """The long-term log-mel (64,) of an average voice: falling by a few units from the low bands to the high."""
    band = np.arange(64) / 63.0
    return (-3.5 - 5.0 * band).astype(np.float64)


def posteriors(features: SpeechFeatures, tick: Callable[[float], None] | None = None) -> Array:
    """Phone posteriors (N, 40), float32, rows sum to 1, in blocks of 30 s so that an hour stays small.

    `tick(fraction)` may raise Cancelled. A silent clip is SIL throughout.
    """
    frames = features.frames
    out = np.empty((frames, len(PHONES)), np.float32)
    if float(features.energy.max(initial=-60.0)) <= ACTIVE:
        out[:] = 0.0
        out[:, PHONE_INDEX["SIL"]] = 1.0
        return out
    nets = Networks()
    mel = normalised(features.mel, features.energy)
    margin = CONTEXT + CONTEXT % 2
    silence = mel.min(axis=0)
    for first in range(0, frames, BLOCK):
        last = min(first + BLOCK, frames)
        low, high = first - margin, last + margin + (last - first) % 2
        piece = mel[max(low, 0) : min(high, frames)]
        before, after = max(0, -low), max(0, high - frames)
        piece = np.concatenate([np.tile(silence, (before, 1)), piece, np.tile(silence, (after, 1))])
        logits = nets.run("phones.listen", mel=piece.T[None])["logits"][0].T[margin : margin + last - first]
        out[first:last] = softmax(logits, axis=1)
        if tick is not None:
            tick(last / frames)
    return out
