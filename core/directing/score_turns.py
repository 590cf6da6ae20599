"""Turns in the score: stretches of a conversation as texts that an artist moves, and the turns that they then mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from ..conversation.turns import WHO, Stretch, Turns
from ..errors import OratorError

KINDS: Final = ("speech", "backchannel", "laughter", "overlap", "interruption")
"""The stretches that are laid out; pauses and hesitations inside of turns are heard, not directed."""
_COPY: Final = re.compile(r"\.\d{3,}$")
"""What Blender puts behind a name that there is already."""
_SHORTEST: Final = 0.01
"""Seconds; what the ends of the speech leave less of is nothing."""


def turn_text(name: str, kind: str) -> str:
    """A stretch as text: `Ben: speech`."""
    return f"{name}: {kind}"


def shown(turns: Turns, names: Mapping[str, str]) -> list[tuple[str, float, float]]:
    """Text, start and end in seconds of the stretches that are laid out; `names` are those of 'own' and 'partner'."""
    return [(turn_text(names[s.who], s.kind), s.start, s.end) for s in turns.stretches if s.kind in KINDS]


def stretch_of(text: str, start: float, end: float, whose: Mapping[str, str]) -> Stretch:
    """The stretch that a text says; `whose` tells 'own' or 'partner' by the name. Raises OratorError with the form."""
    if not whose:
        raise OratorError(f"'{text}' is a turn, but this take was made alone: delete it.")
    for said in (text.strip(), _COPY.sub("", text.strip())):
        name, _, kind = said.rpartition(":")
        if said in whose:  # a name alone has the floor, as with markers
            return Stretch(whose[said], "speech", start, end)
        if name.strip() in whose and kind.strip().lower() in KINDS:
            return Stretch(whose[name.strip()], kind.strip().lower(), start, end)
    raise OratorError(
        f"'{text}' is no turn. Write it like '{next(iter(whose))}: speech'; {' and '.join(whose)} talk, and there "
        f"are {', '.join(KINDS)}."
    )


def differing(old: Stretch | None, new: Stretch | None, seconds: float) -> list[tuple[float, float]]:
    """The seconds (start, end) in which something else happens than before; None: there was, or is, nothing."""
    one, two = (_cut(s, seconds) if s is not None else None for s in (old, new))
    if one is None or two is None or (one.who, one.kind) != (two.who, two.kind):
        spans = [(s.start, s.end) for s in (one, two) if s is not None]
    elif one.end <= two.start or two.end <= one.start:
        spans = [(one.start, one.end), (two.start, two.end)]
    else:
        spans = [(min(a, b), max(a, b)) for a, b in ((one.start, two.start), (one.end, two.end))]
    return sorted({(a, b) for a, b in spans if b > a})


def corrected(turns: Turns, stretches: Iterable[Stretch]) -> Turns:
    """The turns as the score has them now; what is heard inside of turns stays where its person still has one there."""
    told = [s for s in (_cut(stretch, turns.seconds) for stretch in stretches) if s.end - s.start >= _SHORTEST]
    floor = [turn for who in WHO for turn in _merged(s for s in told if s.who == who and s.kind == "speech")]
    rest = [s for s in told if s.kind != "speech"]
    inner = [
        s
        for s in turns.stretches
        if s.kind not in KINDS and any(s.who == f.who and f.start <= s.start and s.end <= f.end for f in floor)
    ]
    return Turns(tuple(sorted((*floor, *rest, *inner), key=lambda s: (s.start, s.end, s.who, s.kind))), turns.seconds)


def floor_of(turns: Turns, pause: float) -> list[tuple[float, str | None]]:
    """From which seconds on who has the floor, None for nobody: who began last of those who have a turn.

    Between two turns nobody has it where they lie more than `pause` seconds apart.
    """
    floor = [s for s in turns.stretches if s.kind == "speech"]
    out: list[tuple[float, str | None]] = []
    for at in sorted({edge for s in floor for edge in (s.start, s.end)}):
        there = [s for s in floor if s.start <= at < s.end]
        holder = max(there, key=lambda s: s.start).who if there else None
        if out and out[-1][1] is None and at - out[-1][0] <= pause:
            out.pop()
        begins = any(s.start == at for s in there)
        if begins or not out or out[-1][1] != holder:
            out.append((at, holder))
    return out


def _cut(stretch: Stretch, seconds: float) -> Stretch:
    return replace(stretch, start=min(max(stretch.start, 0.0), seconds), end=min(max(stretch.end, 0.0), seconds))


def _merged(turns: Iterable[Stretch]) -> list[Stretch]:
    """Turns of one person that overlap are one."""
    out: list[Stretch] = []
    for turn in sorted(turns, key=lambda s: s.start):
        if out and turn.start < out[-1].end:
            out[-1] = replace(out[-1], end=max(out[-1].end, turn.end))
        else:
            out.append(turn)
    return out
