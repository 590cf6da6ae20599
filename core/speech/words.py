"""Words whose times an artist has corrected, and the words of a take in plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import OratorError
from .phones import Word


@dataclass(frozen=True)
class PlacedWord:
    """A word from `start` to `end` seconds, which was heard in the span `heard`; an empty one is heard, and not said.

    Without `heard` it is a word that nobody found. Raises OratorError for spans that are none.
    """

    text: str
    start: float
    end: float
    heard: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not (0.0 <= self.start < self.end < 1e6) or (self.heard and not 0.0 <= self.heard[0] < self.heard[1] < 1e6):
            raise OratorError(f"The word '{self.text}' has no time that a word can have. Move it into the speech.")

    def as_row(self) -> dict[str, object]:
        """JSON-like."""
        row: dict[str, object] = {"text": self.text, "start": round(self.start, 4), "end": round(self.end, 4)}
        if self.heard is not None:
            row["heard"] = [round(value, 4) for value in self.heard]
        return row


def placed_word(row: Mapping[str, Any]) -> PlacedWord:
    """The word of a row. Raises OratorError."""
    heard = row.get("heard")
    span = (float(heard[0]), float(heard[1])) if heard else None
    return PlacedWord(str(row["text"]), float(row["start"]), float(row["end"]), span)


def word_rows(words: Iterable[Word], placed: Iterable[PlacedWord] = ()) -> list[dict[str, object]]:
    """The words of a take in time order, JSON-like; corrected ones say where they were heard."""
    heard = {(word.text, round(word.start, 3)): word.heard for word in placed}
    return [
        PlacedWord(word.text, word.start, word.end, heard.get((word.text, round(word.start, 3)))).as_row()
        for word in words
        if 0.0 <= word.start < word.end
    ]


def unheard_of(meta: Mapping[str, object]) -> tuple[tuple[str, float], ...]:
    """Words of a take's transcript that are not in its sound, with the second behind which they would have come."""
    rows = meta.get("unheard")
    fits = [row for row in rows if isinstance(row, list) and len(row) == 2] if isinstance(rows, list) else []
    return tuple((str(text), float(at)) for text, at in fits if isinstance(at, (int, float)))


def unheard_notes(meta: Mapping[str, object]) -> tuple[str, ...]:
    """A sentence for the artist that names them."""
    found = unheard_of(meta)
    if not found:
        return ()
    named = ", ".join(f"'{text}' ({at:.1f} s)" for text, at in found[:4])
    more = f" and {len(found) - 4} more" if len(found) > 4 else ""
    return (f"Not in the sound, so not spoken: {named}{more}.",)
