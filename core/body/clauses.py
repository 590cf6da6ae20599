"""The clauses of a speech: what is said in one breath, by its words or by its sound."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..mask import runs
from ..speech.phones import Word

LONGEST_CLAUSE: Final = 3.6
PAUSE: Final = 0.22


def clauses_of_words(words: tuple[Word, ...], longest: float = LONGEST_CLAUSE) -> list[tuple[float, float]]:
    """Spans (start, end) of words without a pause, long ones cut."""
    spans: list[list[Word]] = []
    for word in words:
        if spans and word.start - spans[-1][-1].end < PAUSE and word.end - spans[-1][0].start < longest:
            spans[-1].append(word)
        else:
            spans.append([word])
    return [(group[0].start, group[-1].end) for group in spans]


def clauses_of_sound(active: Array, fps: float, longest: float = LONGEST_CLAUSE) -> list[tuple[float, float]]:
    """Spans (start, end) in which somebody speaks, from how much they do (N,) 0..1; long ones cut evenly."""
    out: list[tuple[float, float]] = []
    for first, last in runs(np.asarray(active) > 0.5):
        start, end = first / fps, last / fps
        if end - start < 0.12:
            continue
        count = max(1, int(np.ceil((end - start) / longest)))
        out += [(start + (end - start) * k / count, start + (end - start) * (k + 1) / count) for k in range(count)]
    return out
