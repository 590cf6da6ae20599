"""Turns out of two activities: speech, backchannels, overlaps, interruptions, pauses and hesitations.

Gaps between turns are 200-250 ms (Stivers et al. 2009); backchannels are short, and the other goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from ..arrays import Array
from ..errors import OratorError
from .activity import runs

KINDS: Final = ("speech", "backchannel", "laughter", "pause", "hesitation", "overlap", "interruption")
WHO: Final = ("own", "partner")
BACKCHANNEL: Final = 1.1
"""Seconds that a backchannel lasts at the most."""
_TURN_GAP: Final = 1.6
"""Silence within which the same speaker's units are one turn, as long as the other does not take the floor."""
_HESITATION: Final = 0.45


@dataclass(frozen=True)
class Stretch:
    """Something of one person ('own' or 'partner') from `start` to `end` seconds; `kind` is one of KINDS.

    'speech' is a turn, its pauses included; 'pause' and 'hesitation' lie inside turns, 'overlap' where both speak,
    'interruption' where a turn begins inside the other's, which ends soon after.
    """

    who: str
    kind: str
    start: float
    end: float

    def as_meta(self) -> list[object]:
        """As it is kept with a take: who, kind, start and end in seconds."""
        return [self.who, self.kind, round(self.start, 3), round(self.end, 3)]


@dataclass(frozen=True)
class Turns:
    """All stretches in the order of their starts, over `seconds`."""

    stretches: tuple[Stretch, ...]
    seconds: float

    def of(self, who: str, *kinds: str) -> tuple[Stretch, ...]:
        """The stretches of one person and of some kinds."""
        return tuple(s for s in self.stretches if s.who == who and s.kind in kinds)

    def speaking(self, who: str, times: Array) -> Array:
        """Whether a person has the turn at each of the times, (T,) bool."""
        return self.during(times, *((s.start, s.end) for s in self.of(who, "speech")))

    @staticmethod
    def during(times: Array, *spans: tuple[float, float]) -> Array:
        """Whether each time lies in one of the spans, (T,) bool."""
        found = np.zeros(len(times), bool)
        for start, end in spans:
            found |= (times >= start) & (times < end)
        return found

    def swapped(self) -> Turns:
        """The same conversation as the partner sees it."""
        other = {"own": "partner", "partner": "own"}
        return Turns(tuple(replace(s, who=other[s.who]) for s in self.stretches), self.seconds)

    def as_meta(self) -> list[list[object]]:
        """As they are kept with a take."""
        return [s.as_meta() for s in self.stretches]


def find_turns(own: Array, partner: Array, laughs: tuple[Stretch, ...] = ()) -> Turns:
    """The turns of two activities (N,) bool at 100 fps; `laughs` were found elsewhere and are no speech."""
    seconds = len(own) / 100.0
    active = {"own": own.copy(), "partner": partner.copy()}
    for laugh in laughs:
        active[laugh.who][int(laugh.start * 100) : int(laugh.end * 100) + 1] = False
    units = {who: runs(active[who]) for who in WHO}
    short = {who: _backchannels(units[who], units[_other(who)]) for who in WHO}
    turns = {who: _turns([u for u in units[who] if u not in short[who]], who, units, short) for who in WHO}
    found = list(laughs)
    for who in WHO:
        found += [Stretch(who, "backchannel", *unit) for unit in short[who]]
        for turn in turns[who]:
            found.append(turn)
            found += _pauses(turn, [u for u in units[who] if turn.start <= u[0] and u[1] <= turn.end])
        found += _interruptions(turns[who], turns[_other(who)])
    both = runs(active["own"] & active["partner"])
    found += [Stretch("own", "overlap", a, b) for a, b in both if b - a >= 0.15]
    return Turns(tuple(sorted(found, key=lambda s: (s.start, s.end, s.who, s.kind))), seconds)


def _other(who: str) -> str:
    return WHO[1 - WHO.index(who)]


def _backchannels(units: list[tuple[float, float]], others: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Short units, alone for a second and a half, while the other has spoken just before and goes on soon after."""
    found = []
    for k, (start, end) in enumerate(units):
        if end - start > BACKCHANNEL:
            continue
        before = start - units[k - 1][1] if k else 9.0
        after = units[k + 1][0] - end if k + 1 < len(units) else 9.0
        spoke = any(a < start and b > start - 1.2 for a, b in others)
        goes_on = any(b > end + 0.4 and a < end + 1.2 for a, b in others)
        if before > 0.9 and after > 0.9 and spoke and goes_on:
            found.append((start, end))
    return found


def _turns(
    kept: list[tuple[float, float]],
    who: str,
    units: dict[str, list[tuple[float, float]]],
    short: dict[str, list[tuple[float, float]]],
) -> list[Stretch]:
    floor = [u for u in units[_other(who)] if u not in short[_other(who)]]
    turns: list[Stretch] = []
    for start, end in kept:
        if turns:
            gap = (turns[-1].end, start)
            taken = any(a < gap[1] - 0.05 and b > gap[0] + 0.05 for a, b in floor)
            if gap[1] - gap[0] <= _TURN_GAP and not taken:
                turns[-1] = replace(turns[-1], end=end)
                continue
        turns.append(Stretch(who, "speech", start, end))
    return turns


def _pauses(turn: Stretch, units: list[tuple[float, float]]) -> list[Stretch]:
    found = []
    for (_, a), (b, _) in pairwise(units):
        kind = "hesitation" if b - a >= _HESITATION else "pause"
        found.append(Stretch(turn.who, kind, a, b))
    return found


def _interruptions(turns: list[Stretch], others: list[Stretch]) -> list[Stretch]:
    """Turns that begin well inside one of the other's, which gives up within a second."""
    return [
        Stretch(turn.who, "interruption", turn.start, min(other.end, turn.end))
        for turn in turns
        for other in others
        if other.start + 0.5 < turn.start < other.end - 0.2 and other.end - turn.start < 1.0
    ]


def turns_from_meta(data: Any, seconds: float) -> Turns:
    """Turns as an artist or a take's provenance has them: [who, kind, start, end] each. Raises OratorError."""
    try:
        found = [Stretch(str(who), str(kind), float(start), float(end)) for who, kind, start, end in data]
    except (TypeError, ValueError):
        raise OratorError('Turns are a list of ["own" or "partner", kind, start, end] in seconds.') from None
    for s in found:
        if s.who not in WHO or s.kind not in KINDS or not 0.0 <= s.start < s.end < 1e6:
            raise OratorError(f"The turn {s.as_meta()} is not understood: its kinds are {', '.join(KINDS)}.")
    return Turns(tuple(sorted(found, key=lambda s: (s.start, s.end))), seconds)
