"""The score as rows that an artist moves: words, gestures, emotions, looks in time, and what a change of them means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from ..anime.chart import MOUTHS
from ..anime.mouths import MouthCue
from ..arrays import Array
from ..body.gesture_words import parse_gesture
from ..body.wishes import APART, NOTHING, Wish
from ..catalogue.emotions import EMOTIONS
from ..conversation.lines import AFTER, BEFORE
from ..emotion import EmotionTrack
from ..errors import OratorError
from ..face.marks import read_mark
from ..skeleton import PARTS
from ..speech.words import PlacedWord
from .pins import LookPin
from .score_turns import differing, stretch_of

LEAD: Final = 0.4
"""Seconds before its stroke's end at which a gesture's row begins: the way there."""
_SHORTEST: Final = 0.04
_ROUND: Final[Mapping[str, tuple[float, float]]] = {
    "word": (0.25, 0.25), "gesture": (0.8, 1.3), "emotion": (0.4, 0.6), "look": (0.5, 0.5), "mouth": (0.1, 0.1),
    "turn": (BEFORE, AFTER),
}  # fmt: skip
"""Seconds before and after a row that its change may move."""
_REGIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "word": ("face",), "gesture": ("upper", "hands"), "emotion": ("face",), "look": ("head", "face"),
    "mouth": ("face",), "turn": PARTS,
}  # fmt: skip
_FELT, _FPS = 0.05, 30.0
_CLOSE: Final = 1e-3
"""Seconds between two mouths that are no gap."""


@dataclass(frozen=True)
class Row:
    """From `start` to `end` seconds of the speech; `was` is the number of the row that it was, -1 for a new one."""

    kind: str
    text: str
    start: float
    end: float
    was: int = -1

    def same(self, other: Row) -> bool:
        """Whether it says the same at the same time."""
        return (self.text, self.start, self.end) == (other.text, other.start, other.end)


@dataclass(frozen=True)
class Piece:
    """Regions that are made again between `start` and `end` seconds."""

    regions: tuple[str, ...]
    start: float
    end: float


@dataclass(frozen=True)
class Edits:
    """What the artist changed: what is made again, and what is asked of it.

    rows    the score as it is now, gestures moved along with their words
    silent  spans (start, end) whose emotion was taken away
    turns   whether any turn was changed
    mouths  what the lips are to show there, instead of what is heard
    """

    pieces: tuple[Piece, ...]
    rows: tuple[Row, ...]
    wishes: tuple[Wish, ...]
    words: tuple[PlacedWord, ...]
    silent: tuple[tuple[float, float], ...]
    looks: bool
    turns: bool = False
    mouths: tuple[MouthCue, ...] = ()


# --- Rows ----------------------------------------------------------------------------------------------------------


def gesture_text(row: Mapping[str, Any]) -> str:
    """A gesture of a take's record as text: `point right`, with its size where it is not 1."""
    size = round(float(row["size"]), 2)
    return f"{row['kind']} {row['hands']}" + ("" if size == 1.0 else f" {size:g}")


def wish_of(row: Row) -> Wish:
    """The gesture that a row asks for. Raises OratorError that shows the form."""
    kind, hands, size = parse_gesture(row.text)
    time = max(row.start + LEAD, 0.0)
    return Wish(time, kind.name, hands, size, float(np.clip(row.end - time, 0.0, 5.0)))


def gesture_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The gestures of a score as a take keeps them in its record (core/body/wishes.py `told`)."""
    out = []
    for row in rows:
        if row.kind == "gesture":
            wish = wish_of(row)
            out.append({"time": round(wish.time, 3), "kind": wish.kind, "hands": wish.hands,
                        "size": wish.size, "hold": round(wish.hold, 2)})  # fmt: skip
    return sorted(out, key=lambda told: told["time"])


def felt_rows(track: EmotionTrack, seconds: float) -> list[Row]:
    """Where a track feels something, as rows: a new one wherever another emotion leads."""
    times = np.arange(0.0, seconds, 1.0 / _FPS)
    felt = track.at(times)
    felt[:, 0] = 0.0
    lead = np.where(felt.max(axis=1) > _FELT, felt.argmax(axis=1), 0)
    edges = [0, *(np.flatnonzero(np.diff(lead)) + 1).tolist(), len(lead)]
    rows = []
    for first, last in pairwise(edges):
        if first < last and lead[first]:
            strength = float(felt[first:last, lead[first]].max())
            rows.append(Row("emotion", f"{EMOTIONS[lead[first]]}:{strength:.2g}", first / _FPS, last / _FPS))
    return rows


def rows_of(meta: Mapping[str, Any], track: EmotionTrack | None, looks: Iterable[LookPin], seconds: float) -> list[Row]:
    """The score of a take out of its record, the emotion that it was made with, and its look-at ranges."""
    rows = [Row("word", w["text"], w["start"], w["end"]) for w in meta.get("words", ())]
    rows += [
        Row("gesture", gesture_text(g), g["time"] - LEAD, g["time"] + max(g["hold"], 0.1))
        for g in meta.get("gestures", ())
    ]
    rows += felt_rows(track, seconds) if track is not None and not track.guess else []
    rows += [Row("look", look.name, look.start, look.end) for look in looks]
    return [replace(row, was=k) for k, row in enumerate(rows)]


# --- Changes -------------------------------------------------------------------------------------------------------


def edits(
    before: list[Row],
    after: list[Row],
    heard: Mapping[int, tuple[float, float]],
    seconds: float,
    whose: Mapping[str, str] | None = None,
) -> Edits:
    """What changed from one state of the score to the next.

    heard: where the words of `before` were heard, by their numbers, when they had been moved earlier.
    whose: 'own' or 'partner' by the names of who talks; none where the take was made alone.
    Raises OratorError for rows that cannot be read.
    """
    after = _with_gestures(before, after)
    there = {row.was for row in after}
    gone = [row for k, row in enumerate(before) if k not in there]
    changed = [row for row in after if row.was < 0 or not row.same(before[row.was])]
    for row in changed:
        if row.start >= seconds or row.end <= 0.0:
            raise OratorError(f"'{row.text}' lies outside the speech. Move it back, or delete it.")
        if row.end - row.start < _SHORTEST and row.kind != "mouth":
            raise OratorError(
                f"'{row.text}' lasts {max(row.end - row.start, 0.0):.2f} s, too short to be seen. "
                "Drag its right handle, or delete it."
            )
        if row.kind == "emotion" and read_mark(row.text) is None:
            raise OratorError(
                f"'{row.text}' is no emotion. Write it like 'happy:0.8'; there are {', '.join(EMOTIONS)}."
            )
        if row.kind == "mouth" and (len(row.text) != 1 or row.text.upper() not in MOUTHS):
            raise OratorError(f"'{row.text}' is no mouth. There are {', '.join(MOUTHS)}.")
        if row.kind == "look" and row.was < 0:
            raise OratorError(
                "A look needs something to look at: press Look At under Pins, then lay the score out again."
            )
    touched = [*gone, *changed, *(before[row.was] for row in changed if row.was >= 0)]
    gestures = [row for row in changed if row.kind == "gesture"]
    wishes = [wish_of(row) for row in gestures]
    left = [row for row in (*gone, *(before[r.was] for r in gestures if r.was >= 0)) if row.kind == "gesture"]
    stay = [row.start + LEAD for row in after if row.kind == "gesture"]
    removed = [r.start + LEAD for r in left if all(abs(r.start + LEAD - time) > APART for time in stay)]
    wishes += [Wish(max(time, 0.0), NOTHING) for time in removed]
    return Edits(
        pieces=(
            *(_piece(row, seconds) for row in touched if row.kind != "turn"),
            *_turn_pieces(before, gone, changed, seconds, whose or {}),
        ),
        rows=tuple(after),
        wishes=tuple(wishes),
        words=(*_words(before, changed, heard), *_unsaid(gone, heard)),
        silent=tuple((row.start, row.end) for row in touched if row.kind == "emotion"),
        looks=any(row.kind == "look" for row in touched),
        turns=any(row.kind == "turn" for row in touched),
        mouths=_mouths(after, changed, [*gone, *(before[row.was] for row in changed if row.was >= 0)]),
    )


def _with_gestures(before: list[Row], after: list[Row]) -> list[Row]:
    """A gesture that was not touched goes along with the word that it was made on."""
    moved = [(before[row.was], row) for row in after if row.kind == "word" and row.was >= 0]
    moved = [(old, new) for old, new in moved if abs(new.start - old.start) > 1e-6]
    out = []
    for row in after:
        if row.kind == "gesture" and row.was >= 0 and row.same(before[row.was]):
            time = row.start + LEAD
            on = next((pair for pair in moved if pair[0].start - 0.12 <= time <= pair[0].end + 0.12), None)
            if on is not None:
                shift = on[1].start - on[0].start
                row = replace(row, start=row.start + shift, end=row.end + shift)
        out.append(row)
    return out


def _piece(row: Row, seconds: float) -> Piece:
    early, late = _ROUND[row.kind]
    return Piece(_REGIONS[row.kind], max(row.start - early, 0.0), min(row.end + late, seconds + 1.0))


def _turn_pieces(
    before: list[Row], gone: list[Row], changed: list[Row], seconds: float, whose: Mapping[str, str]
) -> list[Piece]:
    """Where turns differ: of one that was moved or trimmed only what is not the same turn before and after."""
    pairs = [(row, None) for row in gone] + [(before[row.was] if row.was >= 0 else None, row) for row in changed]
    out = []
    for pair in pairs:
        kept = next(row for row in pair if row is not None)
        if kept.kind == "turn":
            old, new = (stretch_of(row.text, row.start, row.end, whose) if row is not None else None for row in pair)
            out += [_piece(replace(kept, start=a, end=b), seconds) for a, b in differing(old, new, seconds)]
    return out


def _words(before: list[Row], changed: list[Row], heard: Mapping[int, tuple[float, float]]) -> list[PlacedWord]:
    out = []
    for row in changed:
        if row.kind == "word":
            where = None if row.was < 0 else heard.get(row.was, (before[row.was].start, before[row.was].end))
            out.append(PlacedWord(row.text.strip(), max(row.start, 0.0), row.end, where))
    return out


def _unsaid(gone: list[Row], heard: Mapping[int, tuple[float, float]]) -> list[PlacedWord]:
    out = []
    for row in gone:
        if row.kind == "word":
            where = heard.get(row.was, (row.start, row.end))
            out.append(PlacedWord("", *where, where))
    return out


def _mouths(after: list[Row], changed: list[Row], left: list[Row]) -> tuple[MouthCue, ...]:
    """What changed mouths show; where one went, the mouth before it stays until the next, as drawings do."""
    now = sorted((row for row in after if row.kind == "mouth"), key=lambda row: row.start)
    spans = [(row.start, row.end, row.text.upper()) for row in changed if row.kind == "mouth"]
    for row in left:
        if row.kind != "mouth":
            continue
        at = row.start
        for other in [*(o for o in now if o.start < row.end and o.end > row.start), Row("mouth", "", row.end, row.end)]:
            if other.start > at + _CLOSE:
                before = [o.text.upper() for o in now if o.start < at + _CLOSE]
                spans.append((at, min(other.start, row.end), before[-1] if before else "X"))
            at = max(at, other.end)
    return tuple(MouthCue(max(start, 0.0), end, shape) for start, end, shape in spans if max(start, 0.0) < end)


def painted(
    track: EmotionTrack, rows: Iterable[Row], silent: Iterable[tuple[float, float]], seconds: float
) -> EmotionTrack:
    """A track with what the rows say over it, and nothing where an emotion was taken away."""
    times = np.arange(0.0, seconds + 1.0 / _FPS, 1.0 / _FPS)
    felt: Array = track.at(times) if not track.guess else np.zeros((len(times), len(EMOTIONS)))
    for start, end in silent:
        felt[(times >= start) & (times < end)] = 0.0
    for row in rows:
        read = read_mark(row.text) if row.kind == "emotion" else None
        if read is not None:
            felt[(times >= row.start) & (times < row.end)] = read[0] * read[1]
    total = felt.sum(axis=1)
    weights = np.where(total[:, None] > 1e-6, felt / np.maximum(total, 1e-6)[:, None], np.eye(len(EMOTIONS))[0])
    return EmotionTrack(times, weights, np.clip(total, 0.0, 1.0), track.reference)
