"""Phone borders moved to where the sound changes.

Forced aligners and concatenative voices place borders with habits of their own (PocketSphinx starts a vowel 40 ms
before it sounds, for instance). Where a border has a plain acoustic sign, a step in the level of one band, it is moved
to the middle of that step, as a person labelling by eye would.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from scipy import signal

from ...core.arrays import Array
from ...core.speech.speech import SAMPLE_RATE

Segment = tuple[str, float, float, int, int, str]
VOWELS: Final = frozenset("AA AE AH AO AW AY EH EY IH IY OW OY UH UW ER".split())
GLIDES: Final = frozenset("L R W Y".split())
NASALS: Final = frozenset("M N NG".split())
VOICED_STOPS: Final = frozenset("B D G JH".split())
VOICELESS_STOPS: Final = frozenset("P T K CH".split())
SIBILANTS: Final = frozenset("S SH".split())
VOICED: Final = VOWELS | GLIDES | NASALS
BANDS: Final = {"all": (60.0, 7600.0), "middle": (600.0, 4000.0), "high": (3500.0, 7600.0)}
STEP: Final = 10.0
REACH: Final = 0.05
SHORTEST: Final = 0.015


def snap(samples: Array, segments: list[Segment]) -> list[Segment]:
    """The segments of samples (N,) float32 at 16 kHz with their clear borders moved by at most 50 ms (90 at pauses)."""
    levels: dict[str, Array] = {}
    starts = [segment[1] for segment in segments]
    ends = [segment[2] for segment in segments]
    for index in range(1, len(segments)):
        before, after = segments[index - 1][0], segments[index][0]
        band = border_band(before, after)
        if band is None:
            continue
        if band not in levels:
            levels[band] = _level(samples, band)
        reach = 0.09 if "SIL" in (before, after) else REACH
        time = starts[index]
        low = max(time - reach, starts[index - 1] + SHORTEST)
        high = min(time + reach, ends[index] - SHORTEST)
        moved = _crossing(levels[band], low, high)
        if moved is not None:
            ends[index - 1] = starts[index] = moved
    return [(s[0], a, b, *s[3:]) for s, a, b in zip(segments, starts, ends, strict=True)]


def border_band(before: str, after: str) -> str | None:
    """The band whose level steps at this border, or None where no step is certain."""
    pair = {before, after}
    if "SIL" in pair:
        return "all" if pair & (VOWELS | NASALS | SIBILANTS | GLIDES) else None
    if pair & SIBILANTS:
        return "high" if pair & VOICED else None
    if before in VOWELS and after in VOICELESS_STOPS:
        return "all"
    if pair & VOWELS and pair & NASALS:
        return "middle"
    if before in VOWELS and after in VOICED_STOPS:
        return "middle"
    return "middle" if before in VOICED_STOPS and after in VOWELS else None


def _level(samples: Array, band: str) -> Array:
    """The band's level in decibels each millisecond, smoothed over 10 ms."""
    sound = signal.sosfiltfilt(_filter(band), samples)
    window = np.hanning(162)[1:-1]
    power = signal.oaconvolve(sound**2, window / window.sum(), mode="same")[:: SAMPLE_RATE // 1000]
    return 10.0 * np.log10(np.maximum(power, 1e-8))


@lru_cache(maxsize=4)
def _filter(band: str) -> Array:
    return signal.butter(4, BANDS[band], "bandpass", fs=SAMPLE_RATE, output="sos")


def _crossing(level: Array, low: float, high: float) -> float | None:
    """The second in [low, high] where the level passes the middle of its clearest step, or None without one."""
    first, last = int(1000 * low), int(1000 * high)
    piece = level[max(first, 0) : last]
    if len(piece) < 20:
        return None
    # The split that best explains the piece as two levels.
    count = np.arange(1, len(piece))
    total = np.cumsum(piece)
    left = total[:-1] / count
    right = (total[-1] - total[:-1]) / (len(piece) - count)
    gain = count * (len(piece) - count) * (left - right) ** 2
    split = int(np.argmax(gain[4:-4])) + 4 if len(gain) > 12 else int(np.argmax(gain))
    if abs(left[split] - right[split]) < STEP:
        return None
    middle = 0.5 * (left[split] + right[split])
    above = piece > middle
    changes = np.flatnonzero(above[1:] != above[:-1])
    if len(changes) == 0:
        return None
    return (max(first, 0) + int(changes[np.argmin(np.abs(changes - split))]) + 1) / 1000.0
