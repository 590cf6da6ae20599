"""One arm from left to right in time: where it moves, where it rests, and the small life of an arm at rest."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, NamedTuple

import numpy as np

from ..arrays import Array
from .chance import rng_at
from .fingers import ANGLES
from .reach import ANGLE, HEIGHT, OUT, RADIUS, wrist_place
from .rests import HANGING, HANGING_WAYS, STRAINED, TOUCHING
from .score import Rest, Score, Wanted
from .tracks import Key

SIDES: Final = ("left", "right")
SETTLED: Final = np.array([0.1, 0.014, 0.0, 0.05, *np.radians([5.0, 3.0, 3.0, 0.0])])
"""How far each visit to a rest pose of a seat is from the others."""
STIRRED: Final = np.array([0.09, 0.014, 0.012, 0.05, *np.radians([9.0, 6.0, 3.0, 0.6])])
"""How far an arm at rest shifts now and then."""
HANGS: Final = -0.27
"""Metres below the chest's joint from which on an arm hangs."""
BEHIND: Final = 1.95
"""Radians from straight ahead: an arm that hangs free hangs no further back."""
SWUNG: Final = np.array([2.5, 2.7, *[1.0] * 6])
"""How much further an arm shifts that hangs free."""
CURL: Final = np.array([7.0, 9.0, 8.0, 10.0, 9.0, 11.0, 10.0, 12.0, -1.0, 2.0, 3.0, 4.0, 0.0])
"""Degrees by which all fingers close together."""


class Visit(NamedTuple):
    """A side's rest pose as it is this time: arm state (8,), hand angles (13,), 1 where it touches the other's."""

    state: Array
    hand: Array
    touching: float = 0.0


def rest_at(wanted: Wanted, rests: tuple[Rest, ...], time: float, side: str, seed: int) -> Visit:
    """A side's rest pose at a time, a little different at every visit."""
    count = max(0, bisect_right(rests, time, key=lambda r: r.time) - 1)
    rest = rests[count]
    k = SIDES.index(side)
    rng = rng_at(seed, time, 52 + k)
    if rest.own is not None:
        state, hand = rest.own.states[k].copy(), rest.own.hands[k]
    else:
        arm = wanted.rests[rest.name][1 - k if rest.flipped else k]
        if rest.name in HANGING:
            # Each arm hangs in its own way, and in another one at every visit.
            arm = HANGING_WAYS[(count + int(rng_at(seed, 0.0, 57 + k).integers(4))) % len(HANGING_WAYS)]
        state, hand = arm.state(), arm.hand()
    if wanted.seated:
        state += rng.normal(0.0, 1.0, 8) * SETTLED
        return Visit(state, hand + rng.normal(0.0, 4.0, ANGLES))
    if rest.own is None and rest.name in TOUCHING:
        # Both hands are elsewhere together: as far, as high, and to the same side of the body.
        along, up, aside = rng_at(seed, rest.time, 59).normal(0.0, [0.008, 0.012, 0.05])
        state[RADIUS] += abs(along)
        state[HEIGHT] += up
        state[ANGLE] += aside * (1.0 - 2.0 * k)
        return Visit(state, hand + rng.normal(0.0, 2.0, ANGLES), 1.0)
    free = 0.3 if rest.name in STRAINED else 1.0
    state[RADIUS] += free * abs(rng.normal(0.0, 0.036))
    state[HEIGHT] += rng.normal(0.0, 0.008 if rest.name in HANGING else 0.016)
    state[ANGLE] += free * rng.normal(0.0, 0.36 if rest.name in HANGING else 0.14)
    state[ANGLE] = min(state[ANGLE], BEHIND) if rest.name in HANGING else state[ANGLE]
    state[OUT] += free * rng.normal(0.0, 0.08)
    state[4:7] += np.radians(rng.normal(0.0, [7.0, 4.0, 3.0]))
    return Visit(state, hand + rng.normal(0.0, 4.0, ANGLES))


class Timeline:
    """The keys of one arm, written from left to right."""

    def __init__(self, start: Visit) -> None:
        self.start, self.state, self.hand = start, start.state, start.hand
        self.keys: list[Key] = []
        self.shapes: list[Key] = []
        self.touches: list[Key] = []

    def move(
        self, begin: float, length: float, state: Array, hand: Array, bow: Array | None, touching: float = 0.0
    ) -> None:
        self.keys.append(Key(begin, length, state, bow))
        # Fingers are ready a little before the hand arrives.
        self.shapes.append(Key(begin, max(0.85 * length, 0.12), hand))
        self.touches.append(Key(begin, length, np.array([touching])))
        self.state, self.hand = state, hand

    def rest(self, begin: float, length: float, visit: Visit, bow: Array | None) -> None:
        """Moves to a rest pose."""
        self.move(begin, length, visit.state, visit.hand, bow, visit.touching)

    def near(self, state: Array, length: float, fastest: float) -> Array:
        """The state, or as far towards it as the arm comes in `length` seconds at `fastest` m/s on the whole."""
        return self.state + (state - self.state) * min(1.0, fastest * length / max(self.far(state), 1e-6))

    def far(self, state: Array) -> float:
        """Metres from where the arm is now, round the body where the way leads round it."""
        straight = float(np.linalg.norm(wrist_place(state[None]) - wrist_place(self.state[None])))
        return max(straight, 0.27 * abs(float(state[ANGLE] - self.state[ANGLE])))


def idle(line: Timeline, wanted: Wanted, score: Score, begin: float, end: float, side: str) -> None:
    """Changes of the rest pose while the arm is at rest, and between them what no arm at rest is without."""
    rests, seed, at = score.rests, score.seed, begin
    first = bisect_right(rests, begin, key=lambda r: r.time)
    for rest in [*rests[first:], None]:
        until = min(rest.time if rest is not None else end, end)
        _stir(line, wanted, score, at, until, side)
        if rest is None or rest.time >= end - 0.6:
            break
        if rest.time > begin:
            length = float(rng_at(seed, rest.time, 55).uniform(0.8, 1.3))
            line.rest(rest.time, length, rest_at(wanted, rests, rest.time + 1e-3, side, seed), None)
            at = rest.time + length


def _stir(line: Timeline, wanted: Wanted, score: Score, begin: float, end: float, side: str) -> None:
    """Small shifts of an arm that rests, every two or three seconds: a hand turns, fingers open or close a little.

    Where somebody speaks they go with a beat; else they are slow and small.
    """
    home, hand = line.state, line.hand
    touching = bool(line.touches) and float(line.touches[-1].value[0]) > 0.5
    rng = rng_at(score.seed, begin, 63 + SIDES.index(side))
    size = STIRRED * (0.3 if touching or wanted.seated else 1.0) * min(wanted.manner.tempo, 1.0) * wanted.energy(begin)
    swings = home[HEIGHT] < HANGS and home[ANGLE] <= BEHIND
    size = size * SWUNG if swings else size
    at = begin + rng.uniform(0.9, 2.2)
    while at < end - 0.8:
        beat = score.beats[bisect_right(score.beats, at, key=lambda b: b[0]) :][:1]
        spoken = bool(beat) and beat[0][0] < at + 0.9
        at = beat[0][0] - 0.3 if spoken else at
        goal = home + rng.normal(0.0, 1.0, 8) * size * (1.0 if spoken else 0.35)
        goal[ANGLE] = min(goal[ANGLE], BEHIND) if swings else goal[ANGLE]
        shape = hand + rng.normal(0.0, 1.0) * CURL + rng.normal(0.0, 3.0, ANGLES)
        length = float(rng.uniform(0.45, 0.7)) * (1.0 if spoken else 2.0)
        line.move(at, length, goal, shape, None, float(touching))
        at += rng.uniform(1.6, 3.2)
