"""From a score to both arms and hands: strokes with their preparation, holds, chains and the way back to rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from .chance import rng_at
from .eased import apart, followed_through, reined, unhurried
from .fingers import ANGLES, LEAST, MOST, SHAPES, hand_rotations
from .gestures import Stroke, choose_way, draw_stroke, in_manner
from .reach import FLEXION, HEIGHT, RADIUS, SHRUG, solve_arm, wrist_place
from .score import Gesture, Score, Wanted
from .seats import lowest
from .styled import strokes_played
from .timeline import HANGS, SIDES, Timeline, idle, rest_at
from .tracks import FPS, curve_at, drift, keyed, pulses

LEAST_TRAVEL: Final = 0.15
"""Metres: a stroke that would move less than this goes back to where it could have begun."""
FASTEST: Final = 1.1
"""Metres a second on the whole of a stroke: its peak is nearly twice that."""
LARGEST_BEAT: Final = 2.5
"""Times as large as a beat comes: what energy and rate together make of one."""
HIGHEST: Final = 0.2
"""Metres above the chest's joint that a wrist comes, about."""
WAIT: Final = 1.05
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
    size = 1.22 * gesture.size * energy**1.3
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


def _timeline(
    side: str,
    score: Score,
    wanted: Wanted,
    drawn: list[tuple[Gesture, dict[str, tuple[Stroke, float]]]],
    alive: Callable[[], None],
) -> tuple[Timeline, list[tuple[float, float]]]:
    """The arm's keys and the spans in which it gestures."""
    seed, rests = score.seed, score.rests
    line = Timeline(rest_at(wanted, rests, 0.0, side, seed))
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
            goal = rest_at(wanted, rests, free_at + length, side, seed)
            length = max(length, 1.5 * line.far(goal.state))
            line.rest(free_at, length, goal, np.array([0.0, rng.uniform(0.0, 0.05), *[0.0] * 6]))
            until = following - 0.9
            idle(line, wanted, score, free_at + length, until, side)
            free_at += 0.7 * length
        elif following - free_at > 0.85:
            half = 0.6 * line.state + 0.4 * rest_at(wanted, rests, free_at, side, seed).state
            hand = 0.5 * stroke.shape + 0.5 * SHAPES["relaxed"]
            line.move(free_at, rng.uniform(0.45, 0.6), half, hand, None)
            free_at += 0.3
        spans.append((begin, free_at))
    if not mine:
        idle(line, wanted, score, 0.0, score.seconds + 30.0, side)
    elif mine[0][0].time > 2.0:
        first = Timeline(line.start)
        idle(first, wanted, score, 0.0, mine[0][0].time - 1.0, side)
        line.keys, line.shapes = first.keys + line.keys, first.shapes + line.shapes
        line.touches = first.touches + line.touches
    return line, spans


def _make(
    line: Timeline,
    stroke: Stroke,
    time: float,
    until: float,
    free_at: float,
    wanted: Wanted,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Preparation and stroke so that the stroke ends at `time`; returns when it began and when it is let go."""
    tempo = wanted.manner.tempo * wanted.energy(time) ** 0.1 * rng.uniform(0.92, 1.1)
    fastest = FASTEST * wanted.energy(time) * wanted.manner.tempo
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
    line: Timeline, stroke: Stroke, time: float, following: float, wanted: Wanted, rng: np.random.Generator
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
    timelines = [_timeline(side, score, wanted, drawn, alive) for side in SIDES]
    level = curve_at(wanted.energy, frames)[:, None]
    together = np.ones(frames)
    for line, _ in timelines:
        together *= keyed(frames, np.array([line.start.touching]), line.touches)[:, 0]
    # Hands that hold each other wander as one: to the same side, as far and as high.
    shared = drift(frames, 1.3, 1.0, rng_at(score.seed, 0.0, 72), 3)
    for k, (line, spans) in enumerate(timelines):
        rng = rng_at(score.seed, 0.0, 70 + k)
        own = np.zeros(frames)
        for a, b in spans:
            own[max(0, int(a * FPS)) : max(0, int(b * FPS))] = 1.0
        own = gaussian_filter1d(own, 4.0)
        state = keyed(frames, line.start.state, line.keys)
        _add_beats(state, own, score, wanted, rng)
        _wander(state, own, together, shared * np.array([1.0 - 2.0 * k, 1.0, 1.0]), wanted, level, rng)
        state = _smoothed(state, own, wanted, level)
        hand = keyed(frames, line.start.hand, line.shapes)
        states.append(state)
        hands.append(_living(state, hand, own, rng))
        busy.append(own)
        alive()
    if not wanted.seated:
        states = list(apart((states[0], states[1]), together))
    return Arms((states[0], states[1]), (hands[0], hands[1]), (busy[0], busy[1]))


def _wander(
    state: Array, own: Array, together: Array, shared: Array, wanted: Wanted, level: Array, rng: np.random.Generator
) -> None:
    """Adds in place what no arm is without: it drifts at rest and trembles a little in strokes."""
    frames = len(state)
    wander = np.array([0.15, 0.032, 0.017, 0.07, *np.radians([6.0, 4.0, 3.0, 0.0])])
    slow = drift(frames, 1.3, 1.0, rng, 8)
    # Hands at rest wander away from the body, not into it.
    slow[:, RADIUS] = 2.6 * np.tanh((np.logaddexp(0.0, 1.6 * slow[:, RADIUS]) - 0.35) / 2.6)
    apart_from = (1.0 - together)[:, None]
    slow = slow * (0.1 + 0.9 * apart_from) * wander
    # What hangs is swung, not lifted.
    slow[:, HEIGHT] *= 0.3 + 0.7 * np.clip((state[:, HEIGHT] - HANGS) / 0.06 + 0.5, 0.0, 1.0)
    slow[:, :3] += together[:, None] * shared * np.array([0.05, 0.006, 0.009])
    state += slow * (0.2 if wanted.seated else 1.0) * (1.0 - 0.7 * own)[:, None] * level**0.8
    size = np.array([0.03, 0.007, 0.007, 0.03, *np.radians([4.0, 3.0, 1.5, 0.4])])
    # Who moves slowly trembles less.
    size *= min(wanted.manner.tempo, 1.0) ** 3
    state += drift(frames, 0.55, 1.0, rng, 8) * size * (0.5 + 0.5 * own)[:, None] * (0.2 + 0.8 * apart_from)


def _smoothed(state: Array, own: Array, wanted: Wanted, level: Array) -> Array:
    """The states (T, 8) without corners, within the space that people gesture in, and not hurried."""
    state = gaussian_filter1d(state, 1.3, axis=0, mode="nearest")
    # What is asked to be large and often at once is rounder: a stroke has no time to stop in its corners.
    haste = np.clip(2.0 * (level * curve_at(wanted.rate, len(state))[:, None] ** 0.5 - 1.5), 0.0, 1.0)
    if haste.any():
        state += haste * (gaussian_filter1d(state, 1.7, axis=0, mode="nearest") - state)
    if wanted.seated:
        least = lowest(wanted.seat, wanted.table) - 0.015
        state[:, HEIGHT] = least + np.logaddexp(0.0, (state[:, HEIGHT] - least) / 0.008) * 0.008
        state[:, HEIGHT] -= np.logaddexp(0.0, (state[:, HEIGHT] - HIGHEST) / 0.02) * 0.02
    if not wanted.seated:
        state = gaussian_filter1d(reined(state, level, own), 1.2, axis=0, mode="nearest")
    state = unhurried(state)
    state[:, SHRUG] += np.radians(wanted.manner.shoulders)
    return state


def _living(state: Array, hand: Array, own: Array, rng: np.random.Generator) -> Array:
    """Hand angles (T, 13) that live, and the wrist of `state`, in place, that follows through."""
    speed = np.linalg.norm(np.diff(wrist_place(state), axis=0, prepend=wrist_place(state[:1])), axis=1) * FPS
    # Fingers close a little with the effort of a stroke, trail it, and never all move alike.
    effort = gaussian_filter1d(np.clip(speed, 0.0, 1.6), 1.5)
    give = rng.normal(0.0, 1.0, ANGLES) * np.array([3.0, 4.0] * 4 + [2.0, 3.0, 3.0, 4.0, 0.0])
    own_life = drift(len(state), 0.22, 1.0, rng, ANGLES)
    # Neighbouring fingers share tendons: a finger hardly moves without the others.
    fingers = own_life[:, :8].reshape(-1, 4, 2)
    own_life[:, :8] = (TENDONS @ fingers).reshape(-1, 8)
    hand = hand + effort[:, None] * give + own_life * FINGER_LIFE * (0.55 + 0.45 * own)[:, None]
    return np.clip(hand + followed_through(state)[:, None] * TRAIL, LEAST, MOST)


def _add_beats(state: Array, own: Array, score: Score, wanted: Wanted, rng: np.random.Generator) -> None:
    """Small beats of forearm and hand on the accents that no gesture takes, added in place where the arm gestures."""
    more = [
        min(wanted.energy(t) ** 1.45 * (1.0 + 1.3 * max(wanted.rate(t) - 1.0, 0.0)), LARGEST_BEAT)
        for t, _ in score.beats
    ]
    sizes = [s * rng.uniform(0.6, 1.2) * m for (_, s), m in zip(score.beats, more, strict=True)]
    lift = pulses(len(state), [t for t, _ in score.beats], sizes, 0.24, 0.46) * wanted.manner.size
    # A beat begins with a small dip of the hand.
    lift -= 0.3 * pulses(len(state), [t - 0.24 for t, _ in score.beats], sizes, 0.22, 0.24) * wanted.manner.size
    for column, amount in ((HEIGHT, 0.088), (RADIUS, 0.034), (FLEXION, np.radians(-10.0))):
        state[:, column] += amount * lift * (0.09 + 0.91 * own)


FINGER_LIFE: Final = np.array([11.0, 14.5, 10.5, 14.0, 10.5, 14.0, 11.0, 14.5, 3.5, 6.0, 7.5, 10.5, 0.0])
"""Degrees by which fingers move on their own."""
_SHARED: Final = np.array([[1.0, 0.55, 0.2, 0.1], [0.55, 1.0, 0.6, 0.3], [0.2, 0.6, 1.0, 0.7], [0.1, 0.3, 0.7, 1.0]])
TENDONS: Final = _SHARED / np.linalg.norm(_SHARED, axis=1, keepdims=True)
"""(4, 4) how each finger's life is made of all four's."""
TRAIL: Final = np.array([9.0, 6.0, 11.0, 8.0, 13.0, 9.0, 14.0, 10.0, 0.0, 1.0, 2.0, 3.0, 0.0])
"""Degrees by which fingers bend where a hand trails by a tenth of a metre a second... see `followed_through`."""


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
