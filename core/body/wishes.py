"""Gestures that an artist wishes for, and the track of what a take does, in plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from ..catalogue.gestures import GESTURE_HANDS
from ..errors import OratorError
from .gesture_words import nearest
from .gestures import KINDS
from .score import Gesture, Score

NOTHING: Final = "none"
"""The kind that asks for no gesture near its time."""
HANDS: Final = GESTURE_HANDS
APART: Final = 0.45
"""Seconds around a wish in which nothing else is gestured."""

READY: Final = 0.6
"""Seconds before a wished gesture's end at which hands are free for it."""


@dataclass(frozen=True)
class Wish:
    """A gesture of `kind` whose stroke ends at `time` seconds, held for `hold` seconds; `size` 1 is as it comes.

    Raises OratorError for values that no gesture has.
    """

    time: float
    kind: str
    hands: str = "both"
    size: float = 1.0
    hold: float = 0.35

    def __post_init__(self) -> None:
        if self.kind not in (*KINDS, NOTHING):
            near = nearest(self.kind)
            offer = f"Did you mean {' or '.join(near)}? " if near else ""
            raise OratorError(f"There is no gesture '{self.kind}'. {offer}Wish for {', '.join(KINDS)}, or {NOTHING}.")
        if self.hands not in HANDS:
            raise OratorError(f"A gesture is made with {', '.join(HANDS)}; '{self.hands}' is none of them.")
        if not (0.0 <= self.time < 1e6 and 0.2 <= self.size <= 2.0 and 0.0 <= self.hold <= 5.0):
            raise OratorError(
                "A wished gesture has a time from 0, a size from 0.2 to 2, and is held for 0 to 5 seconds."
            )


def parse_wish(text: str) -> Wish:
    """`TIME:KIND[:HANDS[:SIZE[:HOLD]]]`, like `3.2:shrug:both:1.2`. Raises OratorError that shows the form."""
    parts = text.strip().split(":")
    try:
        numbers = [float(value) for value in (parts[0], *parts[3:5])]
        kind, hands = parts[1].strip(), parts[2].strip() if len(parts) > 2 else "both"
    except (ValueError, IndexError):
        form = "Write it like '3.2:shrug' or '3.2:point:right:1.2:0.5'."
        raise OratorError(f"The gesture '{text}' is not understood. {form}") from None
    return Wish(numbers[0], kind, hands, *numbers[1:])


def with_wishes(gestures: Iterable[Gesture], wishes: Iterable[Wish]) -> tuple[Gesture, ...]:
    """The gestures in time order with the wished ones among them and no others near those; the rest as it was."""
    wishes = tuple(wishes)
    asked = np.array([w.time for w in wishes if w.kind != NOTHING] or [np.inf])
    kept = []
    for g in gestures:
        if all(abs(g.time - w.time) > APART for w in wishes):
            # Hands are let go in time to get ready for what is wished for.
            following = float(asked[asked > g.time].min(initial=np.inf))
            kept.append(replace(g, until=min(g.until, max(following - READY, g.time + 0.05))))
    made = [
        Gesture(w.time, w.kind, w.hands, w.size, w.time + w.hold, True, w.kind, True)
        for w in wishes
        if w.kind != NOTHING
    ]
    return tuple(sorted([*kept, *made], key=lambda g: g.time))


def merged(before: Iterable[Wish], after: Iterable[Wish]) -> tuple[Wish, ...]:
    """Both, in time order; a later wish takes the place of earlier ones within APART seconds."""
    after = tuple(after)
    kept = [w for w in before if all(abs(w.time - a.time) > APART for a in after)]
    return tuple(sorted([*kept, *after], key=lambda w: w.time))


def rows_of(wishes: Iterable[Wish]) -> list[dict[str, object]]:
    """Wishes in plain values, as a take keeps them in its `meta`."""
    return [asdict(wish) for wish in wishes]


def wishes_of(meta: Mapping[str, Any]) -> tuple[Wish, ...]:
    """The wishes that a take was made with, from its `meta`."""
    return tuple(Wish(**row) for row in meta.get("wishes", ()))


@dataclass(frozen=True)
class Change:
    """A gesture of a take that is to be another: the row it is told as, or None for a new one; what it is to be."""

    before: Mapping[str, Any] | None
    after: Wish | None

    @property
    def times(self) -> tuple[float, ...]:
        """Seconds at which something changes."""
        old = () if self.before is None else (float(self.before["time"]),)
        return old if self.after is None else (*old, self.after.time)

    def wishes(self) -> tuple[Wish, ...]:
        """What is to be asked for: none where the gesture was, if it goes or moves away, and what it is to be."""
        old = None if self.before is None else float(self.before["time"])
        away = () if old is None or (self.after and abs(self.after.time - old) <= APART) else (Wish(old, NOTHING),)
        return (*away, *((self.after,) if self.after is not None else ()))


REACH: Final = (1.3, 3.0)
"""Seconds beside a change that are made again, least and most: to the next gestures that stay."""
LEAST_KEPT: Final = 1.7
"""Seconds: shorter stretches between two changes are made again too, longer ones are kept to the bit."""


def spans_of(changes: Iterable[Change], rows: Iterable[Mapping[str, Any]], seconds: float) -> list[tuple[float, float]]:
    """The stretches (first, last) in seconds of a take of `seconds` that changes of its gestures reach."""
    moments = sorted((t, c.after.hold if c.after is not None else 0.4) for c in changes for t in c.times)
    stays = np.array(sorted({float(r["time"]) for r in rows} - {t for t, _ in moments}) or [-9.0])
    out: list[tuple[float, float]] = []
    for time, hold in moments:
        earlier, later = stays[stays < time - REACH[0]], stays[stays > time + hold + REACH[0]]
        first = max(earlier.max() if len(earlier) else 0.0, time - REACH[1])
        last = min(later.min() if len(later) else seconds, time + hold + REACH[1])
        first, last = (0.0 if first < LEAST_KEPT else float(first)), (seconds if seconds - last < LEAST_KEPT else last)
        if out and first - out[-1][1] < LEAST_KEPT:
            first, last = out[-1][0], max(last, out[-1][1])
            out.pop()
        out.append((first, float(last)))
    return out


def score_record(score: Score) -> list[dict[str, Any]]:
    """The track of a score's gestures, JSON-like, in time order: what a take keeps in its `meta`."""
    return [
        {
            "time": round(g.time, 3),
            "kind": g.kind,
            "hands": g.hands,
            "size": round(g.size, 2),
            "hold": round(max(g.until - g.time, 0.0), 2),
            **({"wished": True} if g.wished else {}),
        }
        for g in score.gestures
    ]


def wish_of(row: Mapping[str, Any]) -> Wish:
    """The wish that a row of `score_record` is."""
    return Wish(row["time"], row["kind"], row["hands"], min(max(row["size"], 0.2), 2.0), min(row["hold"], 5.0))
