"""Which channel of a sound holds the speech: how much a channel sounds like one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from ..errors import OratorError
from .speech import SAMPLE_RATE, Speech

if TYPE_CHECKING:
    from .features import SpeechFeatures

_PIECES: Final = 12
_PIECE_SECONDS: Final = 10.0
_VOICES: Final = (70.0, 420.0)
"""Hz between which people speak."""
_QUIET: Final = -20.0
"""Decibels below a piece's loud frames: speech is there between words and phrases, music hardly ever."""


def check_channel(channel: str) -> None:
    """Raises OratorError for a choice that is none: 'auto', 'mix' or a channel's number from 1 on."""
    if channel not in ("auto", "mix") and re.fullmatch(r"[1-9]\d{0,2}", channel) is None:
        raise OratorError(f"'{channel[:20]}' is no channel. Write auto, mix, or a number: 1 is left, 2 is right.")


def speechness(speech: Speech) -> float:
    """How much a sound is like speech, from 0: speech lies around 1, music, noise and silence far below.

    Speech has voiced and unvoiced sounds in turn, and is quiet in between; music sounds on, and drums have no voice
    (low-energy frames after Scheirer and Slaney, 1997). Up to twelve pieces of ten seconds are heard.
    """
    from .features import speech_features

    samples = speech.samples
    length = int(_PIECE_SECONDS * SAMPLE_RATE)
    last = max(0, len(samples) - length)
    starts = sorted({int(k) for k in np.linspace(0, last, min(_PIECES, 1 + last // length))})
    ratings = []
    peak = max(float(np.abs(samples).max(initial=0.0)), 1e-9)
    for first in starts:
        piece = np.ascontiguousarray(samples[first : first + length])
        if float(np.abs(piece).max(initial=0.0)) < 0.03 * peak or len(piece) < SAMPLE_RATE // 4:
            ratings.append(0.0)
            continue
        ratings.append(_rating(speech_features(Speech(piece, 0.0, ""))))
    return float(np.mean(ratings)) if ratings else 0.0


def _rating(features: SpeechFeatures) -> float:
    """The rating of one piece: each share is 1 where speech lies and falls off on both sides."""
    voiced = (features.f0 > _VOICES[0]) & (features.f0 < _VOICES[1])
    turns = float(np.abs(np.diff(voiced.astype(int))).sum()) / 2.0 / max(features.seconds, 0.1)
    quiet = float((features.energy < _QUIET).mean())
    bands = features.mel[:, 8:56].reshape(len(features.mel), 6, 8).mean(axis=2)
    depth = float(bands.std(axis=0).mean()) / 2.0
    return (
        float(np.interp(voiced.mean(), (0.08, 0.35, 0.85, 0.98), (0.0, 1.0, 1.0, 0.0)))
        * float(np.interp(turns, (0.3, 1.8, 8.0, 15.0), (0.0, 1.0, 1.0, 0.0)))
        * float(np.interp(quiet, (0.0, 0.15, 0.8, 1.0), (0.1, 1.0, 1.0, 0.2)))
        * min(depth, 1.0)
    )
