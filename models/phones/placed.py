"""Words where an artist put them: what was heard of them goes along, and what they leave is silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ...core.arrays import Array
from ...core.speech.features import FEATURE_FPS
from ...core.speech.phones import PHONE_INDEX, PHONES, Phone, Word
from ...core.speech.words import PlacedWord
from .spell import guess_language
from .transcript import phones_of

_SILENT = 0.94
"""How sure silence is where a word was taken away."""


def _span(start: float, end: float, frames: int) -> slice:
    first = min(max(round(start * FEATURE_FPS), 0), max(frames - 1, 0))
    return slice(first, min(max(round(end * FEATURE_FPS), first + 1), frames))


def place(posteriors: Array, found: Iterable[Word], wanted: Iterable[PlacedWord]) -> tuple[Array, tuple[Word, ...]]:
    """Posteriors (N, 40) at 100 fps and the words in time order, with corrected, added and removed ones in place."""
    wanted, words = tuple(wanted), list(found)
    out, frames = np.array(posteriors), len(posteriors)
    quiet = np.full(len(PHONES), (1.0 - _SILENT) / (len(PHONES) - 1), out.dtype)
    quiet[PHONE_INDEX["SIL"]] = _SILENT
    taken: dict[int, Word] = {}
    for k, word in enumerate(wanted):
        if word.heard is None:
            continue
        out[_span(*word.heard, frames)] = quiet
        middle = 0.5 * sum(word.heard)
        match = next((w for w in words if w.start <= middle <= w.end), None)
        if match is not None:
            words.remove(match)
            taken[k] = match
    for k, word in enumerate(wanted):
        if not word.text:
            continue
        span = _span(word.start, word.end, frames)
        count = span.stop - span.start
        if word.heard is not None:
            rows = np.linspace(word.heard[0], word.heard[1], count, endpoint=False) * FEATURE_FPS
            out[span] = np.asarray(posteriors)[np.clip(np.round(rows).astype(int), 0, frames - 1)]
        words.append(_timed(word, taken.get(k)))
    return out, tuple(sorted(words, key=lambda word: word.start))


def _timed(word: PlacedWord, heard: Word | None) -> Word:
    """A word at its new time: its phones go along, or are spelled and shared out evenly, vowels twice as long."""
    if heard is not None and heard.text == word.text and heard.phones:
        scale = (word.end - word.start) / max(heard.end - heard.start, 1e-6)

        def at(seconds: float) -> float:
            return word.start + (seconds - heard.start) * scale

        phones = tuple(replace(p, start=at(p.start), end=at(p.end)) for p in heard.phones)
        return Word(word.text, word.start, word.end, phones)
    spelled = phones_of(word.text, guess_language(word.text))
    if not spelled:
        return Word(word.text, word.start, word.end)
    shares = np.cumsum([0.0, *(2.0 if stress >= 0 else 1.0 for _, stress in spelled)])
    edges = word.start + (word.end - word.start) * shares / shares[-1]
    named = (Phone(n, float(a), float(b), s) for (n, s), a, b in zip(spelled, edges, edges[1:], strict=False))
    return Word(word.text, word.start, word.end, tuple(named))
