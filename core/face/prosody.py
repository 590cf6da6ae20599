"""What a face follows in speech, at its own rate: loudness, pitch, phrases and accents. Plain arrays, no networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..speech.features import SpeechFeatures, at_rate

_SPEAKING: Final = 0.34
"""Loudness (0 - 1) above which somebody speaks."""
_BRIDGED: Final = 0.22
"""Seconds of quiet that do not end a phrase: closures and short breaths."""
_SHORTEST: Final = 0.25
_LONGEST: Final = 3.6
"""Seconds: a longer phrase is divided where it is softest, as listeners hear it."""
_APART: Final = 0.26


@dataclass(frozen=True)
class Prosody:
    """At `fps`: loudness (T,) 0 - 1 and pitch (T,) in octaves around the speech's median, 0 where unvoiced.

    phrases  (start, end) in frames, in order
    accents  (frame, strength 0 - 1) of syllables that stand out, in order
    spread   the pitch's deviation in octaves: how lively the voice is
    """

    loud: Array
    pitch: Array
    phrases: tuple[tuple[int, int], ...]
    accents: tuple[tuple[int, float], ...]
    spread: float
    fps: float


def prosody_of(features: SpeechFeatures, frames: int, fps: float = 30.0) -> Prosody:
    """The prosody of a speech at `frames` frames of `fps`."""
    loud = np.clip(1.0 + at_rate(features.energy, frames, fps) / 36.0, 0.0, 1.0)
    voiced = features.f0 > 0
    if voiced.any():
        tone = np.where(voiced, np.log2(np.maximum(features.f0, 40.0) / np.median(features.f0[voiced])), 0.0)
        spread = float(np.std(np.clip(tone[voiced], -1.0, 1.0)))
        pitch = np.clip(at_rate(tone, frames, fps), -1.0, 1.0)
    else:
        spread, pitch = 0.0, np.zeros(frames)
    phrases = _phrases(loud, fps)
    return Prosody(loud, pitch, phrases, _accents(loud, pitch, fps), spread, fps)


def _runs(mask: Array) -> list[tuple[int, int]]:
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))


def _phrases(loud: Array, fps: float) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in _runs(loud > _SPEAKING):
        if joined and start - joined[-1][1] <= _BRIDGED * fps:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    soft = gaussian_filter1d(loud, 0.1 * fps, mode="nearest") if len(loud) else loud
    out: list[tuple[int, int]] = []
    waiting = [p for p in reversed(joined) if p[1] - p[0] >= _SHORTEST * fps]
    while waiting:
        start, end = waiting.pop()
        if end - start <= _LONGEST * fps:
            out.append((start, end))
            continue
        margin = int(1.1 * fps)
        cut = start + margin + int(np.argmin(soft[start + margin : end - margin]))
        waiting += [(cut, end), (start, cut)]
    return tuple(out)


def _accents(loud: Array, pitch: Array, fps: float) -> tuple[tuple[int, float], ...]:
    """Syllables by their loudness, weighed by pitch and by how far they rise above the second around them."""
    if len(loud) < 3:
        return ()
    fine = gaussian_filter1d(loud + 0.25 * np.maximum(pitch, 0.0), 0.045 * fps, mode="nearest")
    wide = gaussian_filter1d(loud, 0.5 * fps, mode="nearest")
    tone = gaussian_filter1d(pitch, 0.06 * fps, mode="nearest")
    tops = np.flatnonzero((fine[1:-1] >= fine[:-2]) & (fine[1:-1] > fine[2:]) & (loud[1:-1] > 0.45)) + 1
    strength = np.clip(1.2 * (fine[tops] - wide[tops]) + 0.6 * np.maximum(tone[tops], 0) + 0.12 * loud[tops], 0.0, 1.0)
    out: list[tuple[int, float]] = []
    for at, value in zip(tops.tolist(), strength.tolist(), strict=True):
        if out and at - out[-1][0] < _APART * fps:
            if value > out[-1][1]:
                out[-1] = (at, value)
            continue
        out.append((at, value))
    return tuple(out)
