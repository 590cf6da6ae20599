"""Where nobody speaks, from loudness alone: for stillness in pauses, without running networks."""

from __future__ import annotations

import numpy as np

from .speech import SAMPLE_RATE, Speech

_HOP = SAMPLE_RATE // 50


def find_pauses(speech: Speech, shortest: float = 0.3) -> tuple[tuple[float, float], ...]:
    """Ranges (start, end) in seconds of at least `shortest` s that are quiet against the speech's own level."""
    count = len(speech.samples) // _HOP
    if count == 0:
        return ((0.0, speech.seconds),)
    blocks = np.asarray(speech.samples[: count * _HOP]).reshape(count, _HOP)
    level = 10.0 * np.log10(np.mean(blocks * blocks, axis=1, dtype=np.float64) + 1e-12)
    loud = np.percentile(level, 95)
    if loud < -65.0:
        return ((0.0, speech.seconds),)
    floor = np.percentile(level, 5)
    threshold = max(loud - 32.0, floor + 0.25 * (loud - floor))
    quiet = np.concatenate([[False], level < threshold, [False]]).astype(int)
    edges = np.diff(quiet)
    starts, stops = np.flatnonzero(edges == 1) / 50.0, np.flatnonzero(edges == -1) / 50.0
    return tuple((float(a), float(b)) for a, b in zip(starts, stops, strict=True) if b - a >= shortest)
