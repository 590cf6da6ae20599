"""The speech: one speaker's mono 16 kHz signal and where it starts on the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..arrays import Array

SAMPLE_RATE: Final = 16000


@dataclass(frozen=True)
class Speech:
    """samples (N,) float32 in [-1, 1] at 16 kHz; `start` is the timeline second of samples[0]; `name` is shown.

    `notes` are sentences for the artist about what was odd in the source and what was done about it.
    """

    samples: Array
    start: float = 0.0
    name: str = "speech"
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE
