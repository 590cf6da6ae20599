"""Emotions written as timeline markers: `happy:0.8`, `happy 0.8`, `happy 80%`, `neutral`, `sad:0.4+fear:0.3`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array
from ..catalogue.emotions import EMOTION_ROWS, EMOTIONS
from ..emotion import EmotionTrack
from ..errors import OratorError

_PIECE: Final = re.compile(r"^(?P<name>[^\W\d_]+)(?:\s*[:=]\s*|\s+)?(?P<amount>[-+]?[\d.,]+\s*%?)?$")
_FORM: Final = "Write it like 'happy:0.8', 'happy 80%', 'neutral' or 'sad:0.4+fear:0.3'"
_MEANT: Final[dict[str, str]] = {word: row.name for row in EMOTION_ROWS for word in row.words.split()}
"""Words for which an emotion's own name is offered."""
_ALIKE, _SURELY_ALIKE = 0.72, 0.85
_TURN: Final = 1.0 / 30.0
"""Seconds over which a marker's emotion takes over; the face itself eases in."""


@dataclass(frozen=True)
class Mark:
    """An emotion from a marker on: `seconds` on the speech's own time, weights (8,) that sum to 1, intensity 0 - 1."""

    seconds: float
    weights: Array
    intensity: float


def read_mark(text: str) -> tuple[Array, float] | None:
    """Weights (8,) and intensity of a marker's name; None for a marker that has nothing to do with emotion.

    Raises OratorError for one that means an emotion but cannot be read.
    """
    name = re.sub(r"^\s*(emotion|mood)\s*[:=]?\s*", "", text, flags=re.IGNORECASE).strip()
    pieces = [piece.strip() for piece in name.split("+")]
    found = [match for piece in pieces if (match := _PIECE.match(piece))]
    if len(found) < len(pieces):
        # 'happy: very' means an emotion, 'happy ending' does not.
        first = re.match(r"^([^\W\d_]+)\s*[:=]", name)
        if first and _nearest(first.group(1), _ALIKE):
            raise OratorError(f"The marker '{text}' cannot be read as an emotion. {_FORM}, or rename it.")
        return None
    row = np.zeros(len(EMOTIONS))
    for match in found:
        word, amount = match.group("name").lower(), match.group("amount")
        near = _nearest(word, _ALIKE if amount else _SURELY_ALIKE) or (_MEANT.get(word) if amount else None)
        if near is None:
            return None
        if near != word:
            raise OratorError(f"The marker '{text}' names no emotion. Did you mean '{near}'? {_FORM}, or rename it.")
        row[EMOTIONS.index(word)] += _amount(amount, text)
    total = float(row.sum())
    return (row / total if total > 0 else np.eye(len(EMOTIONS))[0]), min(total, 1.0)


def _nearest(word: str, alike: float) -> str | None:
    close = difflib.get_close_matches(word.lower(), EMOTIONS, 1, alike)
    return close[0] if close else None


def _amount(amount: str | None, text: str) -> float:
    if amount is None:
        return 1.0
    try:
        value = float(amount.replace("%", "").replace(",", ".")) / (100.0 if "%" in amount else 1.0)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise OratorError(f"The marker '{text}' has no intensity between 0 and 1. {_FORM}, or rename it.")
    return value


def marked(track: EmotionTrack, marks: Sequence[Mark]) -> EmotionTrack:
    """The track up to the first mark, then what the marks say, each until the next. Without marks: the track."""
    if not marks:
        return track
    marks = sorted(marks, key=lambda mark: mark.seconds)
    first = marks[0].seconds
    early = np.asarray(track.times) < first - _TURN
    times, weights, intensity = (list(np.asarray(a)[early]) for a in (track.times, track.weights, track.intensity))
    before, before_intensity = _at(track, first - _TURN)
    for mark in marks:
        times += [max(mark.seconds - _TURN, times[-1] if times else -np.inf), mark.seconds]
        weights += [before, mark.weights]
        intensity += [before_intensity, mark.intensity]
        before, before_intensity = mark.weights, mark.intensity
    return EmotionTrack(np.array(times), np.array(weights), np.array(intensity))


def _at(track: EmotionTrack, seconds: float) -> tuple[Array, float]:
    """Weights (8,) and intensity of a track at one time."""
    weights = np.array([np.interp(seconds, track.times, w) for w in np.asarray(track.weights).T])
    return weights, float(np.interp(seconds, track.times, track.intensity))
