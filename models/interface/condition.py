"""What the networks hear: speech features, phone posteriors and, with a transcript, timed words."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.arrays import Array
from ...core.speech.features import SpeechFeatures
from ...core.speech.phones import Word


@dataclass(frozen=True)
class SpeechCondition:
    """features; posteriors (N, 40) float32, 100 a second; words or None; `frames` motion frames at 30 fps.

    unheard  words of the transcript that are not in the sound, and the seconds behind which they would have come
    """

    features: SpeechFeatures
    posteriors: Array
    words: tuple[Word, ...] | None
    frames: int
    seconds: float
    unheard: tuple[tuple[str, float], ...] = ()
