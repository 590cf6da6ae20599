"""The lines of a scene: who says what sound when; what changed of them since a take was made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..arrays import Array
from ..performance import Performance
from ..speech.speech import SAMPLE_RATE, Speech

_NEAR: Final = 2e-3
"""Seconds within which two times are one: strips lie on whole frames."""
BEFORE: Final = 0.9
AFTER: Final = 1.5
"""Seconds before and after a changed line that are made again with it: the breath and the look there, the way back."""
_LOUDEST: Final = 1.0


@dataclass(frozen=True)
class Line:
    """What is heard of one sound from `start` to `end` seconds of the performance.

    mark  tells one sound, and which part of it, from another
    """

    name: str
    start: float
    end: float
    mark: str

    def same(self, other: Line) -> bool:
        """Whether it is the same sound at the same time, whatever the strip is called."""
        near = abs(self.start - other.start) < _NEAR and abs(self.end - other.end) < _NEAR
        return near and self.mark == other.mark

    def as_row(self) -> list[object]:
        """JSON-like."""
        return [self.name, round(self.start, 4), round(self.end, 4), self.mark]


def rows_of(lines: Iterable[Line]) -> list[list[object]]:
    """Lines in plain values, as a take keeps them in its `meta`."""
    return [line.as_row() for line in lines]


def lines_of(rows: object) -> tuple[Line, ...]:
    """The lines of such rows; rows that are none are left out."""
    found = [row for row in rows if _is_row(row)] if isinstance(rows, list) else []
    return tuple(Line(str(row[0]), float(row[1]), float(row[2]), str(row[3])) for row in found)


def _is_row(row: object) -> bool:
    return isinstance(row, list) and len(row) == 4 and all(isinstance(at, (int, float)) for at in row[1:3])


def said_together(voices: Sequence[Speech], start: float, end: float, name: str) -> Speech:
    """One speech from `start` to `end` seconds of the timeline with every voice at its place, and silence between."""
    samples = np.zeros(max(int((end - start) * SAMPLE_RATE + 1e-6), 1), np.float32)
    for voice in voices:
        first = round((voice.start - start) * SAMPLE_RATE)
        piece = voice.samples[max(-first, 0) : max(len(samples) - first, 0)]
        first = max(first, 0)
        samples[first : first + len(piece)] += piece
    notes = tuple(dict.fromkeys(note for voice in voices for note in voice.notes))
    return Speech(np.clip(samples, -_LOUDEST, _LOUDEST), start, name, notes)


def changed_spans(before: Sequence[Line], after: Sequence[Line], seconds: float) -> list[tuple[float, float]]:
    """The stretches of a performance of `seconds` that must be made again, in time order.

    They are where a line came, went or changed, with BEFORE and AFTER around it; those that meet are one.
    """
    gone = [line for line in before if not any(line.same(other) for other in after)]
    new = [line for line in after if not any(line.same(other) for other in before)]
    return joined(((line.start - BEFORE, line.end + AFTER) for line in (*gone, *new)), seconds)


def joined(spans: Iterable[tuple[float, float]], seconds: float) -> list[tuple[float, float]]:
    """Spans cut to the performance, in time order, those that meet as one."""
    out: list[tuple[float, float]] = []
    for first, last in sorted((max(a, 0.0), min(b, seconds)) for a, b in spans):
        if first >= last:
            continue
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return out


def lengthened(old: Performance, frames: int) -> Performance:
    """A performance cut to `frames`, or with its last frame held; what is there stays to the bit."""
    if frames <= old.frames:
        return old.cut(0, frames)
    at = np.minimum(np.arange(frames), old.frames - 1)

    def held(array: Array) -> Array:
        return array[at]

    return replace(
        old, rotations=held(old.rotations), translation=held(old.translation), face=held(old.face),
        expressions=None if old.expressions is None else held(old.expressions),
    )  # fmt: skip
