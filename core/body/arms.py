"""From a score to both arms and hands: strokes with their preparation, holds, chains and the way back to rest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..arrays import Array
from .chance import rng_at
from .fingers import ANGLES, LEAST, MOST, SHAPES, hand_rotations
from .gestures import Stroke, choose_way, draw_stroke, in_manner
from .reach import ANGLE, FLEXION, HEIGHT, OUT, RADIUS, SHRUG, elbow_place, solve_arm, wrist_place
from .rests import HANGING, RESTS, STRAINED
from .score import Gesture, Rest, Score, Wanted
from .seats import lowest
from .styled import strokes_played
from .tracks import FPS, Key, curve_at, drift, keyed, pulses

SIDES: Final = ("left", "right")
LEAST_TRAVEL: Final = 0.15
"""Metres: a stroke that would move less than this goes back to where it could have begun."""
FASTEST: Final = 1.04
"""Metres a second on the whole of a stroke: its peak is nearly twice that."""
LARGEST_BEAT: Final = 2.5
"""Times as large as a beat comes: what energy and rate together make of one."""
HIGHEST: Final = 0.35
"""Metres above the chest's joint that a wrist comes, about."""
HURRIED: Final = 2.0
"""Metres a second of a wrist about the chest from which on strokes are made rounder."""
POPPED: Final = 0.006
"""Metres of a frame off the curve through its neighbours, likewise."""
HANGING_WAYS: Final = tuple(sorted(HANGING))
SETTLED: Final = np.array([0.1, 0.014, 0.0, 0.05, *np.radians([5.0, 3.0, 3.0, 0.0])])
"""How far each visit to a rest pose of a seat is from the others."""
WAIT: Final = 1.15
"""Seconds without a gesture over which hands stay up; over longer ones they go to rest."""


@dataclass(frozen=True)
class Arms:
    """Per side, left then right: states (T, 8), hand angles (T, 13), and how much each arm gestures (T,) 0..1."""

    states: tuple[Array, Array]
    hands: tuple[Array, Array]
    busy: tuple[Array, Array]

    def cut(self, first: int, last: int) -> Arms:
        """The frames first..last."""
        (a, b), (c, d), (e, f) = self.states, self.hands, self.busy
        part = slice(first, last)
        return Arms((a[part], b[part]), (c[part], d[part]), (e[part], f[part]))


def _strokes(gesture: Gesture, wanted: Wanted, seed: int) -> dict[str, tuple[Stroke, float]]:
    """Each side's stroke and its lag in seconds."""
    manner = wanted.manner
    rng = rng_at(seed, gesture.time, 51)
    energy = wanted.energy(gesture.time)
    # Large and often at once: each stroke is a little smaller than it would be alone.
    energy *= min(1.0, (2.4 / (energy * wanted.rate(gesture.time))) ** 0.5)
    size = 1.1 * gesture.size * energy**1.12
    shift = rng.normal(0.0, 1.0, 3) * np.array([0.04, 0.045, 0.02])
    shift[1] += manner.height + 0.05 * (energy - 1.0)
    width = manner.width * energy**0.2
    way = choose_way(gesture.kind, gesture.hands, rng)
    free = gesture.label == "beat" and not gesture.wished
    # What is asked for by name is to be told from others: it varies less.
    spread = wanted.variety * (1.0 if free else 0.5 if gesture.wished else 0.8)

    def own(stroke: Stroke) -> Stroke:
        # Both hands are shaped alike.
        return in_manner(stroke, manner, free, rng_at(seed, gesture.time, 53))

    first = own(draw_stroke(way, size, width, shift * spread, rng, spread))
    if gesture.hands != "both":
        return {gesture.hands: (first, 0.0)}
    lead, follow = SIDES if rng.random() < 0.5 else SIDES[::-1]
    if way.hands == "both" or gesture.mirrored:
        other = draw_stroke(way, size, width, shift, np.random.default_rng(rng.integers(1 << 31)), 0.6 * spread)
        return {lead: (first, 0.0), follow: (own(other), float(rng.uniform(0.0, 0.05)))}
    # One hand leads; the other does something of its own, smaller and elsewhere.
    apart = shift * np.array([1.0, 0.3, 1.0]) + np.array([rng.normal(0.02, 0.05), rng.normal(-0.06, 0.05), 0.0])
    other = draw_stroke(choose_way(gesture.kind, "both", rng), size * rng.uniform(0.6, 1.0), width, apart, rng, spread)
    return {lead: (first, 0.0), follow: (own(other), float(rng.uniform(0.0, 0.12)))}


def _rest_at(wanted: Wanted, rests: tuple[Rest, ...], time: float, side: str, seed: int) -> tuple[Array, Array]:
    """(state, hand angles) of a side's rest pose at a time, a little different at every visit."""
    rest = rests[max(0, bisect_right(rests, time, key=lambda r: r.time) - 1)]
    k = SIDES.index(side)
    rng = rng_at(seed, time, 52 + k)
    if rest.own is not None:
        state, hand = rest.own.states[k].copy(), rest.own.hands[k]
    else:
        arm = wanted.rests[rest.name][1 - k if rest.flipped else k]
        if rest.name in HANGING:
            # Each arm hangs in its own way.
            arm = RESTS[HANGING_WAYS[int(rng_at(seed, rest.time, 57 + k).integers(len(HANGING_WAYS)))]][k]
        state, hand = arm.state(), arm.hand()
    if wanted.seated:
        state += rng.normal(0.0, 1.0, 8) * SETTLED
        return state, hand + rng.normal(0.0, 4.0, ANGLES)
    free = 0.3 if rest.name in STRAINED else 1.0
    state[RADIUS] += free * abs(rng.normal(0.0, 0.028))
    state[HEIGHT] += rng.normal(0.0, 0.016)
    state[ANGLE] += free * rng.normal(0.0, 0.42 if rest.name in HANGING else 0.14)
    state[OUT] += free * rng.normal(0.0, 0.08)
    state[4:7] += np.radians(rng.normal(0.0, [7.0, 4.0, 3.0]))
    return state, hand + rng.normal(0.0, 4.0, ANGLES)


class _Timeline:
    """The keys of one arm, written from left to right."""

    def __init__(self, state: Array, hand: Array) -> None:
        self.start = (state, hand)
        self.state = state
        self.keys: list[Key] = []
        self.shapes: list[Key] = []

    def move(self, begin: float, length: float, state: Array, hand: Array, bow: Array | None) -> None:
        self.keys.append(Key(begin, length, state, bow))
        # Fingers are ready a little before the hand arrives.
        self.shapes.append(Key(begin, max(0.85 * length, 0.12), hand))
        self.state = state

    def near(self, state: Array, length: float, fastest: float) -> Array:
        """The state, or as far towards it as the arm comes in `length` seconds at `fastest` m/s on the whole."""
        return self.state + (state - self.state) * min(1.0, fastest * length / max(self.far(state), 1e-6))

    def far(self, state: Array) -> float:
        """Metres from where the arm is now, round the body where the way leads round it."""
        straight = float(np.linalg.norm(wrist_place(state[None]) - wrist_place(self.state[None])))
        return max(straight, 0.27 * abs(float(state[ANGLE] - self.state[ANGLE])))


def _timeline(
    side: str,
    score: Score,
    wanted: Wanted,
    drawn: list[tuple[Gesture, dict[str, tuple[Stroke, float]]]],
    alive: Callable[[], None],
) -> tuple[_Timeline, list[tuple[float, float]]]:
    """The arm's keys and the spans in which it gestures."""
    seed, rests = score.seed, score.rests
    line = _Timeline(*_rest_at(wanted, rests, 0.0, side, seed))
    spans: list[tuple[float, float]] = []
    mine = [(g, s) for g, s in drawn if side in s]
    free_at = 0.0
    for k, (gesture, strokes) in enumerate(mine):
        alive()
        stroke, lag = strokes[side]
        rng = rng_at(seed, gesture.time, 61 + SIDES.index(side))
        begin, free_at = _make(line, stroke, gesture.time + lag, gesture.until + lag, free_at, wanted, rng)
        following = mine[k + 1][0].time if k + 1 < len(mine) else score.seconds + 30.0
        if stroke.again > 1:
            free_at = _again(line, stroke, gesture.time + lag, following, wanted, rng)
        if following - free_at > WAIT:
            length = rng.uniform(0.55, 0.95) / wanted.manner.tempo
            goal = _rest_at(wanted, rests, free_at + length, side, seed)
            length = max(length, 1.5 * line.far(goal[0]))
            line.move(free_at, length, *goal, np.array([0.0, rng.uniform(0.0, 0.05), *[0.0] * 6]))
            until = following - 0.9
            _idle(line, wanted, rests, free_at + length, until, side, seed)
            free_at += 0.7 * length
        elif following - free_at > 0.85:
            half = 0.6 * line.state + 0.4 * _rest_at(wanted, rests, free_at, side, seed)[0]
            hand = 0.5 * stroke.shape + 0.5 * SHAPES["relaxed"]
            line.move(free_at, rng.uniform(0.45, 0.6), half, hand, None)
            free_at += 0.3
        spans.append((begin, free_at))
    if not mine:
        _idle(line, wanted, rests, 0.0, score.seconds + 30.0, side, seed)
    elif mine[0][0].time > 2.0:
        first = _Timeline(*line.start)
        _idle(first, wanted, rests, 0.0, mine[0][0].time - 1.0, side, seed)
        line.keys, line.shapes = first.keys + line.keys, first.shapes + line.shapes
    return line, spans


def _idle(
    line: _Timeline, wanted: Wanted, rests: tuple[Rest, ...], begin: float, end: float, side: str, seed: int
) -> None:
    """Changes of the rest pose while the arm is at rest."""
    first = bisect_right(rests, begin, key=lambda r: r.time)
    for rest in rests[first:]:
        if rest.time >= end - 0.6:
            break
        if rest.time > begin:
            length = float(rng_at(seed, rest.time, 55).uniform(0.8, 1.3))
            line.move(rest.time, length, *_rest_at(wanted, rests, rest.time + 1e-3, side, seed), None)


def _make(
    line: _Timeline,
    stroke: Stroke,
    time: float,
    until: float,
    free_at: float,
    wanted: Wanted,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Preparation and stroke so that the stroke ends at `time`; returns when it began and when it is let go."""
    tempo = wanted.manner.tempo * wanted.energy(time) ** 0.1 * rng.uniform(0.92, 1.1)
    fastest = FASTEST * wanted.energy(time) ** 0.9 * wanted.manner.tempo
    # Many large strokes one after another leave no time to be the fastest too.
    fastest *= min(1.0, (1.7 / (wanted.energy(time) * wanted.rate(time))) ** 0.4)
    span = float(np.linalg.norm(wrist_place(stroke.end[None]) - wrist_place(stroke.start[None])))
    length = float(np.clip((0.33 + 0.5 * span) / tempo, 0.345, 0.66))
    gap = time - free_at
    if gap > length + 0.24:
        way = line.far(stroke.start)
        ready = float(np.clip((0.34 + 0.55 * way) / tempo, 0.34, 0.9))
        ready = min(ready, gap - length + 0.16)
        begin = time - length - ready + 0.06
        rise = np.array([0.0, 0.25 * rng.uniform(0.0, 0.12), rng.normal(0.0, 0.02), *[0.0] * 5])
        line.move(begin, ready, line.near(stroke.start, ready, fastest), stroke.prepared, rise)
        line.move(time - length, length, stroke.end, stroke.shape, stroke.bow)
        return begin, max(until, time + 0.05)
    goal = stroke.end if line.far(stroke.end) > LEAST_TRAVEL else stroke.start
    length = float(np.clip((0.33 + 0.5 * line.far(goal)) / tempo, 0.345, max(gap + 0.14, 0.34)))
    goal = line.near(goal, length, fastest)
    line.move(time - length, length, goal, stroke.shape, 0.6 * stroke.bow)
    return time - length, max(until, time + 0.05)


def _again(
    line: _Timeline, stroke: Stroke, time: float, following: float, wanted: Wanted, rng: np.random.Generator
) -> float:
    """The stroke once or twice more, smaller; returns when the hand is free."""
    at = time
    for k in range(1, stroke.again):
        length = 0.24 / wanted.manner.tempo * rng.uniform(0.9, 1.15)
        if following - at < 2 * length + 0.75:
            break
        back = stroke.end + (stroke.start - stroke.end) * rng.uniform(0.5, 0.75) * 0.85**k
        line.move(at, length, back, stroke.shape, None)
        line.move(at + length, length, stroke.end, stroke.shape, 0.5 * stroke.bow)
        at += 2 * length
    return at + 0.15


def play_arms(score: Score, wanted: Wanted, frames: int, alive: Callable[[], None]) -> Arms:
    """Both arms' tracks over a whole speech, with the small life that no hand is without."""
    states, hands, busy = [], [], []
    drawn = []
    for gesture in score.gestures:
        alive()
        made = _strokes(gesture, wanted, score.seed)
        drawn.append((gesture, strokes_played(gesture, made, wanted.worn, wanted.energy(gesture.time), score.seed)))
    for k, side in enumerate(SIDES):
        line, spans = _timeline(side, score, wanted, drawn, alive)
        rng = rng_at(score.seed, 0.0, 70 + k)
        level = curve_at(wanted.energy, frames)[:, None]
        state = keyed(frames, line.start[0], line.keys)
        own = np.zeros(frames)
        for a, b in spans:
            own[max(0, int(a * FPS)) : max(0, int(b * FPS))] = 1.0
        own = gaussian_filter1d(own, 4.0)
        _add_beats(state, own, score, wanted, rng)
        wander = np.array([0.15, 0.032, 0.017, 0.07, *np.radians([6.0, 4.0, 3.0, 0.0])])
        slow = drift(frames, 1.3, 1.0, rng, 8)
        # Hands at rest wander away from the body, not into it.
        slow[:, RADIUS] = 2.6 * np.tanh((np.logaddexp(0.0, 1.6 * slow[:, RADIUS]) - 0.35) / 2.6)
        state += slow * wander * (0.2 if wanted.seated else 1.0) * (1.0 - 0.7 * own)[:, None] * level**0.8
        size = np.array([0.03, 0.007, 0.007, 0.03, *np.radians([4.0, 3.0, 1.5, 0.4])])
        # Who moves slowly trembles less.
        size *= min(wanted.manner.tempo, 1.0) ** 3
        state += drift(frames, 0.55, 1.0, rng, 8) * size * (0.5 + 0.5 * own)[:, None]
        state = gaussian_filter1d(state, 1.3, axis=0, mode="nearest")
        # What is asked to be large and often at once is rounder: a stroke has no time to stop in its corners.
        haste = np.clip(2.0 * (level * curve_at(wanted.rate, frames)[:, None] ** 0.5 - 1.5), 0.0, 1.0)
        if haste.any():
            state += haste * (gaussian_filter1d(state, 1.7, axis=0, mode="nearest") - state)
        # What beats add to a high stroke lifts it no further than people gesture.
        if wanted.seated:
            least = lowest(wanted.seat, wanted.table) - 0.015
            state[:, HEIGHT] = least + np.logaddexp(0.0, (state[:, HEIGHT] - least) / 0.008) * 0.008
        state[:, HEIGHT] -= np.logaddexp(0.0, (state[:, HEIGHT] - HIGHEST) / 0.02) * 0.02
        state = _unhurried(state)
        state[:, SHRUG] += np.radians(wanted.manner.shoulders)
        hand = keyed(frames, line.start[1], line.shapes)
        speed = np.linalg.norm(np.diff(wrist_place(state), axis=0, prepend=wrist_place(state[:1])), axis=1) * FPS
        # Fingers close a little with the effort of a stroke, trail it, and never all move alike.
        effort = gaussian_filter1d(np.clip(speed, 0.0, 1.6), 1.5)
        give = rng.normal(0.0, 1.0, ANGLES) * np.array([5.0, 7.0] * 4 + [3.0, 4.0, 4.0, 5.0, 0.0])
        hand += (
            effort[:, None] * give + drift(frames, 0.22, 1.0, rng, ANGLES) * FINGER_LIFE * (0.55 + 0.45 * own)[:, None]
        )
        states.append(state)
        hands.append(np.clip(hand, LEAST, MOST))
        busy.append(own)
    return Arms((states[0], states[1]), (hands[0], hands[1]), (busy[0], busy[1]))


def _unhurried(state: Array) -> Array:
    """States (T, 8) in which no wrist or elbow is thrown about as no arm can: rounder there, and the same elsewhere."""
    if len(state) < 5:
        return state
    for width in (1.8, 2.4, 3.2):
        place = np.stack([wrist_place(state), elbow_place(state)], axis=1)
        speed = np.linalg.norm(np.gradient(place[:, 0], axis=0), axis=1) * FPS
        over = np.clip((speed - HURRIED) / (0.45 * HURRIED), 0.0, 1.0)
        # How far a frame is from the curve through its neighbours.
        off = place[2:-2] - (4.0 * (place[1:-3] + place[3:-1]) - place[:-4] - place[4:]) / 6.0
        over[2:-2] = np.maximum(over[2:-2], np.clip(np.linalg.norm(off, axis=-1).max(axis=1) / POPPED - 1.0, 0.0, 1.0))
        if not over.any():
            break
        share = np.clip(1.6 * gaussian_filter1d(maximum_filter1d(over, 9), 2.5), 0.0, 1.0)[:, None]
        state = state + share * (gaussian_filter1d(state, width, axis=0, mode="nearest") - state)
    return state


def _add_beats(state: Array, own: Array, score: Score, wanted: Wanted, rng: np.random.Generator) -> None:
    """Small beats of forearm and hand on the accents that no gesture takes, added in place where the arm gestures."""
    more = [
        min(wanted.energy(t) ** 1.3 * (1.0 + 1.3 * max(wanted.rate(t) - 1.0, 0.0)), LARGEST_BEAT)
        for t, _ in score.beats
    ]
    sizes = [s * rng.uniform(0.6, 1.2) * m for (_, s), m in zip(score.beats, more, strict=True)]
    lift = pulses(len(state), [t for t, _ in score.beats], sizes, 0.24, 0.46) * wanted.manner.size
    # A beat begins with a small dip of the hand.
    lift -= 0.3 * pulses(len(state), [t - 0.24 for t, _ in score.beats], sizes, 0.22, 0.24) * wanted.manner.size
    for column, amount in ((HEIGHT, 0.086), (RADIUS, 0.016), (FLEXION, np.radians(-10.0))):
        state[:, column] += amount * lift * (0.12 + 0.88 * own)


FINGER_LIFE: Final = np.array([11.0, 14.5, 10.5, 14.0, 10.5, 14.0, 11.0, 14.5, 3.5, 6.0, 7.5, 10.5, 0.0])
"""Degrees by which fingers move on their own."""


def arm_rotations(arms: Arms) -> tuple[Array, Array]:
    """(T, 2, 4, 4) rotations of both arms, (T, 2, 15, 4) of both hands."""
    solved = np.stack([solve_arm(s, side) for s, side in zip(arms.states, SIDES, strict=True)], axis=1)
    fingers = np.stack([hand_rotations(h, side) for h, side in zip(arms.hands, SIDES, strict=True)], axis=1)
    return solved, fingers


def signed_places(arms: Arms) -> Array:
    """(T, 2, 3) wrist places in the chest's frame, x to the person's left."""
    places = np.stack([wrist_place(s) for s in arms.states], axis=1)
    places[:, 1, 0] *= -1.0
    return places
