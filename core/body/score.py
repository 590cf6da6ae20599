"""What is gestured when: a score of gestures, rests, nods and looks, drawn from a speech's accents, words and pauses.

The rules follow what gesture studies agree on (McNeill, "Hand and Mind", 1992; Kendon, "Gesture", 2004): the stroke
ends on or just before the stressed syllable, strokes chain within a clause, hands rest between thoughts, and posture
changes with what is talked about. Every draw has random numbers of its own, made from the seed and its time: what is
changed in one place leaves the others as they were.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np

from ..catalogue.controls import LEAST_SEAT
from ..learned_style import Worn
from ..speech.phones import Word
from .accents import Accents
from .chance import free_at, rng_at
from .gestures import BEATS
from .manners import MANNERS, REST_WEIGHTS, Manner
from .nods import nods_on
from .rests import ASYMMETRIC, HANGING, LOW, RESTS, Arm
from .seats import rests_of
from .semantics import FUNCTION_WORDS, normal_form, stress_time, word_class
from .styled import RestDraw, manner_of, rest_drawn

CLASS_APART: Final = 0.3
"""Seconds between strokes that words ask for: nearer ones share a stroke, or the rarer class has it."""
CROWDED: Final = 0.55
"""Seconds between two such strokes within which one hand makes the first and the other the second."""
QUIET_CLAUSES: Final = (2.2, 0.8, 0.4, 0.2)
"""How likely hands rest through a clause, by how many of its words ask for a gesture."""
SILENCE: Final = 1.5
LONGEST_IDLE: Final = 4.0
"""Seconds after which a hand that others gesture beside takes over."""
LONGEST_REST: Final = 3.3
"""Seconds after which hands that go on resting do so in another way."""
LONGEST_QUIET: Final = 4.2
"""Seconds of speech in a row that hands rest through at the most, at the neutral share of rest."""


@dataclass(frozen=True)
class Gesture:
    """A gesture whose stroke ends at `time` seconds; `hands` left, right or both; held until `until`."""

    time: float
    kind: str
    hands: str
    size: float
    until: float
    mirrored: bool
    label: str
    wished: bool = False


@dataclass(frozen=True)
class Rest:
    """From `time` on, hands that do not gesture rest like this; `flipped`: left and right changed over.

    own  a rest of a learned style's reference, in the place of the named one
    """

    time: float
    name: str
    flipped: bool
    own: RestDraw | None = None

    @property
    def low(self) -> bool:
        """Whether both hands hang."""
        return self.own.low if self.own is not None else self.name in LOW or self.name not in RESTS


@dataclass(frozen=True)
class Score:
    """Gestures and rests in time order; beats and nods (time, size), shakes; clauses (start, end) of speech."""

    gestures: tuple[Gesture, ...]
    rests: tuple[Rest, ...]
    beats: tuple[tuple[float, float], ...]
    nods: tuple[tuple[float, float], ...]
    shakes: tuple[float, ...]
    clauses: tuple[tuple[float, float], ...]
    seconds: float
    seed: int


@dataclass(frozen=True)
class Wanted:
    """What an artist asks of the score. Curves are functions of seconds.

    rate 1 as it comes; handedness -1 left only to 1 right only; style one of MANNERS; variety, about 1, how far draws
    are spread; worn, a learned style that takes the place of `style`; seat and table metres above the floor, or 0
    """

    rate: Callable[[float], float] = field(default=lambda _: 1.0)
    handedness: Callable[[float], float] = field(default=lambda _: 0.0)
    energy: Callable[[float], float] = field(default=lambda _: 1.0)
    style: str = "neutral"
    variety: float = 1.0
    worn: Worn | None = None
    seat: float = 0.0
    table: float = 0.0

    @cached_property
    def manner(self) -> Manner:
        """The style's numbers, or what a learned style makes of the neutral ones."""
        if self.worn is not None:
            return manner_of(self.worn)
        return MANNERS.get(self.style, MANNERS["neutral"])

    @property
    def seated(self) -> bool:
        """Whether there is a seat to sit on."""
        return self.seat >= LEAST_SEAT

    @cached_property
    def rests(self) -> dict[str, tuple[Arm, Arm]]:
        """The rest poses there are."""
        return rests_of(self.seat, self.table) if self.seated else RESTS


def write_score(
    accents: Accents,
    words: tuple[Word, ...] | None,
    clauses: list[tuple[float, float]],
    seconds: float,
    wanted: Wanted,
    seed: int,
    alive: Callable[[], None] = lambda: None,
) -> Score:
    """The score of a speech. `clauses` from `clauses_of_words` or `clauses_of_sound`."""
    words = words or ()
    resting, rests = _rests(words, clauses, seconds, wanted, seed)
    alive()
    asked = _asked(accents, words, resting, wanted, seed)
    alive()
    gestures = _gestures(asked, clauses, seconds, wanted, seed)
    alive()
    taken = np.array([g.time for g in gestures] or [-9.0])
    nods, beats = nods_on(accents, seed), []
    for time, strength in zip(accents.times, accents.strength, strict=True):
        rng = rng_at(seed, time, 11)
        lead = float(np.clip(rng.normal(0.07, 0.03), -0.02, 0.15))
        if rng.random() < min(0.92 * wanted.rate(float(time)), 1.0):
            # A stroke carries most of the beat itself.
            own = 0.65 if np.abs(taken - time).min() < 0.26 else 1.0
            beats.append((float(time) - lead, own * float(0.5 + 0.9 * strength) * rng.uniform(0.75, 1.25)))
    shakes = tuple(
        stress_time(w) for w in words if word_class(w.text) == "negate" and rng_at(seed, w.start, 12).random() < 0.6
    )
    return Score(gestures, rests, tuple(beats), tuple(nods), shakes, tuple(clauses), seconds, seed)


def _draw_rest(rng: np.random.Generator, wanted: Wanted, before: list[Rest], low: bool) -> Rest:
    own, manner = rest_drawn(wanted.worn, low, rng), wanted.manner
    if own is not None and not wanted.seated:
        return Rest(0.0, "", False, own)
    names = list(wanted.rests)
    if not wanted.seated:
        known = {*REST_WEIGHTS, *manner.rests}
        names = [n for n in names if (n in (manner.home or LOW) if low else n in known)]
    weights = np.array([REST_WEIGHTS.get(n, 1.0) * manner.rests.get(n, 1.0) * _fresh(n, before) for n in names])
    if low:
        weights = weights + 0.05
    name = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    return Rest(0.0, name, bool((name in ASYMMETRIC or wanted.seated) and rng.random() < 0.5))


def _fresh(name: str, before: list[Rest]) -> float:
    """How welcome a rest is after others: hardly the same again, and arms that hang look alike however they hang."""
    recent = [rest.name for rest in before[-3:]]
    if recent and name == recent[-1]:
        return 0.05
    out = 0.35 if name in recent else 1.0
    return out * (0.3 if name in HANGING and recent and recent[-1] in HANGING else 1.0)


def _rests(
    words: tuple[Word, ...], clauses: list[tuple[float, float]], seconds: float, wanted: Wanted, seed: int
) -> tuple[list[tuple[float, float]], tuple[Rest, ...]]:
    """The clauses that are spoken at rest, and the rest pose of every stretch of time."""
    manner = wanted.manner
    classed = np.array([stress_time(w) for w in words if word_class(w.text)] or [-9.0])
    resting: list[tuple[float, float]] = []
    rests = [_draw_rest(rng_at(seed, 0.0, 21), wanted, [], low=True)]
    last, calm, low, run = 0.0, 0.0, 0.0, 0.0
    for k, (start, end) in enumerate(clauses):
        rng = rng_at(seed, start, 22)
        asked = int(((classed > start) & (classed < end)).sum())
        quiet = start - (clauses[k - 1][1] if k else 0.0)
        if quiet > SILENCE:
            rests += _listening(start - quiet, start - 1.0, wanted, rests, seed)
            calm, low = calm + quiet, low + quiet
        # What has been rested too little is more likely to come: stretches of speech differ, shares do not drift.
        share = manner.resting / max(wanted.rate(start), 0.3) ** 0.5
        lacking = share * (end - 1.0) - 0.45 * calm - 0.65 * low
        owed = np.clip(1.0 + lacking / 1.3, 0.0, 8.0)
        again = bool(resting) and resting[-1][1] > start - 0.5
        run += end - start
        dead = run > LONGEST_QUIET * max(manner.resting / MANNERS["neutral"].resting, 1.0)
        likely = QUIET_CLAUSES[min(asked, 3)] if words else 0.95
        if asked <= 3 and k > 0 and not dead and rng.random() < share * owed * (1.45 if again else 0.9) * likely:
            resting.append((start - 0.2, end))
            # On the way down and up again hands are not at rest.
            gained = max(end - start - (0.0 if again else 1.3), 0.2)
            calm += gained
            if again and start - last < LONGEST_REST:
                low += gained * rests[-1].low
                continue
            down = rng.random() < np.clip(0.8 + (1.35 * share * end - low) / 1.6, 0.2, 1.0)
            rests.append(_moved(_draw_rest(rng, wanted, rests, low=bool(down)), start - 0.1))
            low += gained * bool(down)
            last = start
            continue
        run = 0.0
        if start - last > 6.0:
            rests.append(_moved(_draw_rest(rng, wanted, rests, low=rng.random() < 0.7), start - 0.1))
            last = start
    rests += _listening(clauses[-1][1] if clauses else 0.0, seconds, wanted, rests, seed)
    return resting, tuple(rests)


def _listening(begin: float, end: float, wanted: Wanted, before: list[Rest], seed: int) -> list[Rest]:
    """Rests with both hands down for a stretch in which nobody speaks."""
    out: list[Rest] = []
    at = begin
    while at < end:
        out.append(_moved(_draw_rest(rng_at(seed, at, 25), wanted, [*before[-3:], *out], low=True), at))
        at += rng_at(seed, at, 26).uniform(6.0, 12.0)
    return out


def _moved(rest: Rest, time: float) -> Rest:
    return replace(rest, time=float(time))


def _asked(
    accents: Accents, words: tuple[Word, ...], resting: list[tuple[float, float]], wanted: Wanted, seed: int
) -> list[tuple[float, str, float]]:
    """(time, class, strength) of the gestures to make, in time order, far enough apart."""
    chosen: list[tuple[float, str, float]] = []

    def strength_at(time: float) -> float:
        near = np.abs(accents.times - time) < 0.15
        return float(accents.strength[near].max()) if near.any() else 0.2

    classed = [(stress_time(w), kind) for w in words if (kind := word_class(w.text))]
    # Rare classes first: in running text "I" and "you" would crowd out everything else.
    common = [c for c in classed if c[1] in ("me", "you")]
    for time, name in [*(c for c in classed if c[1] not in ("me", "you")), *common]:
        rest = any(a <= time <= b for a, b in resting)
        keep = (0.5 if rest else 0.97) * min(1.0, wanted.rate(time) / 0.8)
        if rng_at(seed, time, 31).random() < keep and free_at(time, [c[0] for c in chosen], CLASS_APART):
            insort(chosen, (time, name, strength_at(time)))
    taken = np.array([c[0] for c in chosen] or [-9.0])
    spoken = np.array([stress_time(w) for w in words if normal_form(w.text) not in FUNCTION_WORDS] or [-9.0])
    scored = []
    for time, strength in zip(accents.times, accents.strength, strict=True):
        time = float(time)
        if any(a <= time <= b for a, b in resting):
            continue
        # Where the words are known, content words carry the strokes.
        bonus = 0.15 if np.abs(spoken - time).min() < 0.14 else 0.0
        scored.append((float(strength) + bonus + rng_at(seed, time, 32).normal(0.0, 0.15), time))
    beats: list[float] = []
    for value, time in sorted(scored, reverse=True):
        rate = wanted.rate(time) * wanted.manner.rate
        apart = 0.47 / max(rate, 0.2) ** 0.9
        if (
            value > 0.3 - 0.28 * rate
            and free_at(time, beats, apart)
            and np.abs(taken - time).min() >= max(0.5, 0.8 * apart)
        ):
            insort(beats, time)
    return sorted([*chosen, *((t, "beat", strength_at(t)) for t in beats)])


def _other(side: str) -> str:
    return "left" if side == "right" else "right"


def _gestures(
    asked: list[tuple[float, str, float]],
    clauses: list[tuple[float, float]],
    seconds: float,
    wanted: Wanted,
    seed: int,
) -> tuple[Gesture, ...]:
    manner, mode = wanted.manner, "both"
    idle = {"left": 0.0, "right": 0.0}
    out: list[Gesture] = []
    recent: list[str] = []
    names, base = tuple(BEATS), np.array(list(BEATS.values()))
    ends = np.array([end for _, end in clauses] or [0.0])
    for k, (time, label, strength) in enumerate(asked):
        rng = rng_at(seed, time, 41)
        hand = float(np.clip(wanted.handedness(time), -1.0, 1.0))
        if k == 0 or rng.random() < 0.42 or hand != 0.0:
            both = manner.both * (1.0 - abs(hand)) ** 1.5
            draw, right = rng.random(), 0.5 + 0.5 * hand if hand else 0.55
            mode = "both" if draw < both else ("right" if rng.random() < right else "left")
        crowded = False
        if label != "beat" and abs(hand) < 0.2:
            before = k > 0 and asked[k - 1][1] != "beat" and time - asked[k - 1][0] < CROWDED
            after = k + 1 < len(asked) and asked[k + 1][1] != "beat" and asked[k + 1][0] - time < CROWDED
            if before and out[-1].hands != "both":
                mode, crowded = _other(out[-1].hands), True
            elif after and mode == "both":
                mode = "right" if rng.random() < 0.5 + 0.5 * hand else "left"
        if hand == 0.0 and mode != "both" and not crowded and time - idle[_other(mode)] > LONGEST_IDLE:
            mode = _other(mode)
        for side in ("left", "right") if mode == "both" else (mode,):
            idle[side] = time
        kind = label
        if label == "beat":
            weights = base * np.array([(0.12 if n in recent else 1.0) * manner.kinds.get(n, 1.0) for n in names])
            kind = names[int(rng.choice(len(names), p=weights / weights.sum()))]
        recent = [*recent[-3:], kind]
        following = asked[k + 1][0] if k + 1 < len(asked) else seconds + 9.0
        end = float(ends[ends >= time - 0.05].min()) if (ends >= time - 0.05).any() else time
        lead = float(np.clip(rng.normal(0.10, 0.035), 0.0, 0.2))
        at = max(time - lead, 0.2)
        hold = float(np.clip(rng.normal(manner.hold, 0.4 * manner.hold), 0.08, 1.6))
        # Towards the end of a clause hands wait for its last word.
        until = max(at + hold, min(end, at + 1.6 * hold) if end - at < 0.9 else 0.0)
        size = manner.size * (0.87 + 0.26 * strength) * rng.uniform(0.88, 1.16)
        mirrored = rng.random() < manner.mirror
        out.append(Gesture(at, kind, mode, size, float(min(until, following - 0.3)), mirrored, label))
    return tuple(out)
