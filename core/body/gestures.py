"""A grammar of gestures: what hands do for a class of words or an accent, as strokes through McNeill's gesture space.

Each way of making a gesture is a stroke from a prepared place to an end (centre, periphery or above, in front of the
chest), with how the hand is turned and shaped at both, and how the path bows. A gesture that is made draws one way and
varies it. Space and phases after McNeill, "Hand and Mind" (1992), and Kendon, "Gesture" (2004).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..arrays import Array
from .fingers import SHAPES
from .manners import Manner
from .reach import ANGLE, HEIGHT, LONGEST, OUT, RADIUS, cylinder


@dataclass(frozen=True)
class Way:
    """One way of making a gesture with one hand, or with both as mirror images.

    start, end     wrist in cm: to the own side, up, ahead of the chest's joint
    turns          supination, flexion, deviation in degrees at the start and at the end
    shapes         the hand at the end, one of them
    bow            cm by which the path bows half way: out, up, ahead
    hands          'any', 'one' or 'both'
    again          how often the stroke is made, smaller each time
    out, shrug     how far the elbow stands out; degrees the shoulder is lifted
    """

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    turns: tuple[tuple[float, float, float], tuple[float, float, float]]
    shapes: tuple[str, ...]
    bow: tuple[float, float, float] = (0, 0, 0)
    hands: str = "any"
    again: int = 1
    out: float = 0.1
    shrug: float = 0.0


_OPEN = ("open", "bowl", "weigh", "fan")
_FLAT = ("flat", "open", "brush")
_ANY = ("open", "relaxed", "loose", "flat", "bowl", "weigh", "fan", "cup", "pinch", "grip", "lazy_point", "roll_in")

WAYS: Final[dict[str, tuple[Way, ...]]] = {
    "beat_down": (
        Way((10, 4, 32), (14, -16, 34), ((-20, -18, 0), (-30, 14, 0)), _ANY, (3, 2, 2)),
        Way((20, 2, 28), (24, -18, 30), ((10, -14, 4), (0, 12, -2)), _ANY, (-3, 2, 2)),
        Way((4, 2, 30), (6, -14, 33), ((6, -10, 8), (4, 10, -6)), ("blade", "flat", "pinch", "purse")),
    ),
    "beat_out": (
        Way((4, -10, 28), (30, -12, 30), ((-10, 10, 0), (24, -12, 0)), _ANY, (0, 4, 4)),
        Way((10, -2, 27), (36, -6, 24), ((-30, 6, 0), (10, -16, 0)), _ANY, (0, -4, 5), out=0.25),
        Way((0, -16, 26), (26, -20, 30), ((20, 8, 0), (50, -8, 0)), _OPEN, (0, 3, 4)),
    ),
    "beat_forward": (
        Way((16, -8, 16), (14, -12, 40), ((0, -16, 0), (6, 10, 0)), _ANY, (3, 3, 0)),
        Way((22, -14, 12), (22, -12, 36), ((40, -6, 0), (62, -4, 0)), _OPEN, (2, -4, 0)),
        Way((12, 2, 18), (10, -2, 42), ((-40, -20, 0), (-30, 6, 0)), ("point", "lazy_point", "flat", "pinch", "two")),
    ),
    "beat_in": (
        Way((34, -8, 24), (10, -12, 30), ((30, -10, 0), (-6, 14, 0)), _ANY, (0, 3, 4)),
        Way((30, 4, 22), (4, -6, 30), ((20, -8, 0), (0, 12, 4)), ("cup", "grip", "roll_in", "relaxed"), (0, -4, 4)),
    ),
    "beat_up": (
        Way((12, -24, 26), (14, 2, 34), ((-24, 16, 0), (-16, -20, 6)), ("pinch", "ring", "purse", "point"), (4, 0, 0)),
        Way((6, -20, 28), (12, 6, 32), ((-10, 14, 0), (0, -16, 8)), ("pinch", "purse", "point", "two"), (3, 0, 3)),
    ),
    "beat_back": (Way((18, -8, 40), (22, -10, 16), ((30, 6, 0), (36, -10, 0)), ("grip", "cup", "bowl"), (4, 4, 0)),),
    "precision": (
        Way((14, 6, 28), (10, -8, 38), ((4, -12, 6), (10, 8, -4)), ("pinch", "ring", "purse"), (5, 0, 0), again=2),
        Way((24, -4, 24), (14, -10, 36), ((16, -6, 4), (6, 10, 0)), ("pinch", "ring"), (0, 5, 0)),
    ),
    "chop": (
        Way((6, 8, 26), (16, -16, 36), ((0, -8, 14), (0, 4, -14)), ("blade", "flat"), (0, 3, 2), out=0.2),
        Way((2, -4, 26), (30, -18, 30), ((-6, -4, 10), (0, 4, -12)), ("blade",), (0, 6, 3), again=2),
    ),
    "present": (
        Way((8, -14, 20), (28, -12, 34), ((20, 10, 0), (76, -10, 0)), _OPEN, (0, -5, 3)),
        Way((14, -20, 22), (34, -16, 26), ((30, 6, 0), (70, -14, 0)), _OPEN, (0, -4, 4)),
        Way((2, -8, 24), (20, -14, 40), ((10, 6, 0), (66, -8, 0)), _OPEN, (4, 3, 0)),
    ),
    "weigh": (
        Way((24, -20, 26), (26, -4, 30), ((60, 4, 0), (70, -8, 0)), ("weigh", "bowl"), (3, 0, 0)),
        Way((26, -2, 28), (28, -20, 28), ((66, -8, 0), (72, 4, 0)), ("weigh", "bowl"), (-3, 0, 0)),
    ),
    "push": (Way((16, -4, 18), (16, -2, 40), ((-56, -40, 0), (-60, -56, 0)), ("flat", "open"), (0, 3, 0), out=0.35),),
    "gather": (
        Way((36, -6, 26), (10, -16, 24), ((60, -10, 0), (20, 24, 0)), ("cup", "grip", "bowl"),
            (0, -4, 6), hands="both"),
    ),
    "roll": (
        Way((14, -8, 20), (14, -2, 32), ((-20, 10, 0), (-10, 6, 0)), ("relaxed", "cup"), (0, -9, 0), again=3, out=0.25),
    ),
    "sweep": (
        Way((-8, -6, 28), (34, -4, 28), ((-44, 8, 0), (-30, -14, 0)), _FLAT, (0, 5, 6), out=0.3),
        Way((38, 0, 22), (-4, -8, 30), ((10, -10, 0), (-30, 10, 0)), _FLAT, (0, 4, 7), "one", out=0.3),
    ),
    "lift": (Way((20, -24, 20), (24, 6, 30), ((50, 8, 0), (70, -16, 0)), ("open", "wide", "bowl"), (3, 0, 3)),),
    "shape": (
        Way((10, 4, 30), (22, -14, 28), ((-10, -6, 0), (20, 10, 0)), ("cup", "bowl", "frame"), (12, 0, 0), "both"),
        Way((8, -14, 32), (20, 6, 28), ((0, 8, 0), (-10, -6, 0)), ("frame", "cup"), (10, 0, 0), "both"),
    ),
    "trace": (
        Way((-4, 2, 30), (24, -8, 34), ((-30, 4, 0), (-24, -6, 0)),
            ("point", "pinch", "lazy_point"), (0, -9, 0), "one"),
        Way((24, -10, 30), (2, 6, 32), ((-20, 6, 0), (-26, -4, 0)), ("point", "pinch", "two"), (0, 9, 0), "one"),
    ),
    "negate": (
        Way((-2, -10, 29), (32, -15, 28), ((-62, 2, 8), (-58, -8, -14)), _FLAT, (0, 1, 5), again=1, out=0.35),
        Way((2, -4, 30), (28, -10, 30), ((-56, -24, 8), (-52, -30, -12)), ("flat", "open"), (0, 2, 4), out=0.3),
    ),
    "me": (
        Way((22, -8, 26), (-1, -2, 19), ((14, -4, 0), (-4, 26, 0)),
            ("relaxed", "open", "flat", "cup"), (3, 0, 3), out=0.3),
    ),
    "you": (
        Way((16, -8, 18), (14, -6, 42), ((30, 8, 0), (58, -8, 0)), ("open", "lazy_point", "weigh"), (0, 3, 0), "one"),
        Way((14, -2, 20), (10, 0, 44), ((-20, -10, 0), (-16, 2, 0)), ("point", "lazy_point"), (0, 3, 0), "one"),
    ),
    "we": (
        Way((30, -8, 34), (8, -8, 22), ((50, -6, 0), (10, 24, 0)), ("open", "relaxed"), (8, 2, 4), out=0.2),
        Way((4, -6, 24), (28, -8, 36), ((0, 24, 0), (40, -6, 0)), ("open", "relaxed"), (8, 3, 6), "one"),
    ),
    "stop": (
        Way((18, -8, 20), (16, 4, 38), ((-60, -40, 0), (-66, -62, 0)), ("flat", "open"), (0, 4, 0), out=0.3),
    ),
    "point": (
        Way((8, -4, 24), (36, 2, 30), ((-30, 4, 0), (-26, -4, 0)), ("point", "lazy_point"), (0, 4, 4), "one", out=0.3),
        Way((14, -2, 20), (28, 6, 38), ((-20, 2, 0), (-16, -4, 0)), ("point",), (0, 4, 0), "one", out=0.2),
    ),
    "here": (
        Way((10, 2, 30), (10, -20, 34), ((-60, -14, 0), (-66, 14, 0)), ("point", "flat", "lazy_point"), (3, 2, 0)),
        Way((20, 0, 28), (20, -22, 30), ((-56, -16, 0), (-62, 10, 0)), ("flat", "open"), (2, 2, 0), "both"),
    ),
    "offer": (
        Way((10, -16, 20), (18, -14, 42), ((40, 8, 0), (82, -12, 0)), _OPEN, (0, -4, 0)),
        Way((14, -18, 22), (26, -12, 38), ((44, 8, 0), (84, -10, 0)), ("open", "bowl"), (0, -4, 0)),
    ),
    "inclusive": (
        Way((6, -4, 34), (42, -2, 22), ((0, 12, 0), (46, -14, 0)), ("open", "wide"), (2, 6, 8), "both", out=0.25),
        Way((10, -12, 32), (44, -12, 18), ((20, 10, 0), (66, -12, 0)), ("open", "wide"), (2, -3, 9), "both"),
    ),
    "size": (
        Way((7, 0, 34), (31, 0, 33), ((0, 8, 0), (4, 4, 0)), ("flat", "frame", "blade"), (0, 2, 2), "both", out=0.3),
        Way((9, -2, 30), (34, 3, 28), ((0, 6, 0), (2, 2, 0)), ("flat", "frame"), (0, 2, 4), "both", out=0.35),
    ),
    "shrug": (
        Way((18, -20, 22), (36, -10, 22), ((50, 6, 0), (88, -22, 0)), ("open", "bowl"), (0, -3, 4), "both", shrug=13),
        Way((20, -22, 18), (38, -14, 16), ((46, 6, 0), (86, -22, 0)), ("open", "weigh"), (0, -3, 4), shrug=9),
    ),
    "question": (
        Way((12, -12, 24), (34, -6, 26), ((24, 8, 0), (80, -20, 0)), ("open", "bowl", "fan"), (0, -6, 4), shrug=4),
        Way((8, -18, 26), (26, 0, 32), ((20, 8, 0), (78, -18, 0)), ("open", "bowl"), (3, -4, 0), "one", shrug=4),
    ),
    "contrast": (
        Way((-6, -8, 30), (32, -8, 28), ((-40, 8, 0), (56, -10, 0)), ("open", "flat", "weigh"), (0, 10, 4), "one"),
        Way((4, -10, 28), (36, -10, 24), ((-30, 8, 0), (60, -10, 0)), ("open", "weigh"), (0, 9, 4), "one"),
    ),
    "example": (
        Way((14, 8, 26), (10, -2, 36), ((10, -10, 8), (16, 6, -6)), ("point", "two", "three"),
            (3, 0, 2), "one", again=2),
        Way((8, -6, 26), (14, 4, 32), ((40, 10, 0), (50, -4, 0)),
            ("thumb_out", "two", "three", "four"), (0, 0, 3), "one"),
        Way((12, 4, 28), (8, -6, 38), ((6, -10, 8), (12, 8, -6)), ("ring", "pinch"), (4, 0, 0), "one", again=2),
    ),
    "when": (
        Way((8, -10, 36), (34, 4, 14), ((20, 4, 0), (10, -20, 8)), ("relaxed", "open", "thumb_out"), (2, 6, 0), "one"),
        Way((6, -8, 24), (24, -10, 40), ((-10, 8, 0), (-4, -4, 0)), ("flat", "point"), (0, 10, 0), "one"),
    ),
}  # fmt: skip

BEATS: Final[dict[str, float]] = {
    "beat_down": 1.3, "beat_out": 1.8, "beat_forward": 2.3, "beat_in": 1.6, "beat_up": 0.6, "beat_back": 0.8,
    "precision": 0.8, "chop": 0.8, "present": 1.8, "weigh": 0.4, "push": 0.5, "gather": 0.8, "roll": 0.4, "sweep": 0.8,
    "lift": 0.4, "shape": 0.8, "trace": 0.7,
}  # fmt: skip
"""How likely each gesture is on an accent that no word asks anything of."""
SPREAD: Final = np.array([1.22, 0.88, 1.08])
"""How strokes' lengths to the side, up and ahead are weighed: people's are mostly not up and down."""
LONGEST_STROKE: Final = 0.5
"""Metres."""
_SHOULDER: Final = np.array([0.17, 0.125, -0.02])
"""About where a shoulder is in the chest's frame, metres."""
KINDS: Final = tuple(WAYS)
"""Every gesture that can be wished for."""


@dataclass(frozen=True)
class Stroke:
    """A drawn stroke of one hand: arm states (8,) at its start and end, the bow between, hand shapes (13,)."""

    start: Array
    end: Array
    bow: Array
    prepared: Array
    shape: Array
    again: int


def comfortable(place: Array) -> Array:
    """A wrist place (3,) that an arm reaches without strain: before the body, hardly across it, not before the face."""
    x, y, z = place
    # A hand on the way up goes beside the face, not across it.
    x = float(np.clip(x, 0.05 + 1.2 * np.clip(y - 0.03, 0.0, 0.12), 0.44))
    y = float(np.clip(y, -0.34, 0.02 + 0.6 * np.clip(x - 0.12, 0.0, 0.22)))
    near = 0.17 if x < 0.2 else 0.17 - 0.6 * (x - 0.2)
    place = np.array([x, y, max(float(z), near)])
    # An arm sent beyond its length stands straight, and snaps when it is called back.
    arm = place - _SHOULDER
    return _SHOULDER + arm * min(1.0, 0.925 * LONGEST / float(np.linalg.norm(arm)))


def choose_way(kind: str, hands: str, rng: np.random.Generator) -> Way:
    """A way of making `kind` that suits 'left', 'right' or 'both' hands, if there is one."""
    suits = [w for w in WAYS[kind] if w.hands == "any" or (w.hands == "both") == (hands == "both")]
    pool = suits or list(WAYS[kind])
    return pool[int(rng.integers(len(pool)))]


def draw_stroke(
    way: Way, size: float, width: float, shift: Array, rng: np.random.Generator, spread: float = 1.0
) -> Stroke:
    """One stroke of a way: `size` times as long, `width` times as far out, and moved by `shift` (3,) metres."""
    start, end = np.array(way.start, np.float64) / 100.0, np.array(way.end, np.float64) / 100.0
    span = (end - start) * SPREAD * size * rng.uniform(0.9, 1.2) * (1.0 + rng.normal(0.0, 0.1, 3) * spread)
    end = end * np.array([width, 1.0, 1.0]) + shift + rng.normal(0.0, 1.0, 3) * np.array([0.03, 0.03, 0.022]) * spread
    span *= min(1.0, LONGEST_STROKE / max(float(np.linalg.norm(span)), 1e-6))
    end = comfortable(end)
    places = [comfortable(end - span), end]
    low, high = (np.radians(t) for t in way.turns)
    out = way.out + rng.normal(0.0, 0.09) * spread
    states = []
    for place, turns in zip(places, (low, high), strict=True):
        varied = turns + rng.normal(0.0, 1.0, 3) * np.radians([13.0, 7.0, 4.0]) * spread
        states.append(np.array([*cylinder(*place), out, *varied, np.radians(way.shrug) * (place is places[1])]))
    for state in states:
        state[RADIUS] = max(state[RADIUS], 0.17 if abs(state[ANGLE]) < 1.0 else 0.2)
        state[HEIGHT] = min(state[HEIGHT], 0.34)
        state[OUT] += 0.5 * max(0.0, -state[ANGLE]) + 0.8 * max(0.0, state[HEIGHT] - 0.05)
    bow = np.array(way.bow, np.float64) / 100.0 * size * rng.uniform(0.4, 1.4) * (1 if rng.random() < 0.9 else -1)
    middle = (places[0] + places[1]) / 2.0
    passed = np.array(cylinder(*(middle + bow))) - np.array(cylinder(*middle))
    shape = SHAPES[way.shapes[int(rng.integers(len(way.shapes)))]]
    shape = shape * rng.uniform(0.85, 1.1) + rng.normal(0.0, 4.0, len(shape))
    prepared = 0.55 * shape + 0.45 * SHAPES["relaxed"] + rng.normal(0.0, 6.0, len(shape))
    return Stroke(states[0], states[1], np.concatenate([passed, np.zeros(5)]), prepared, shape, way.again)


def in_manner(stroke: Stroke, manner: Manner, free: bool, rng: np.random.Generator) -> Stroke:
    """The stroke with the elbows of a manner; where it is `free` of words and wishes, with a hand shape of its own."""
    if not manner.elbows and not manner.shaped:
        return stroke
    aside = np.zeros(8)
    aside[OUT] = manner.elbows
    stroke = replace(stroke, start=stroke.start + aside, end=stroke.end + aside)
    if not free or rng.random() >= manner.shaped:
        return stroke
    shape = SHAPES[manner.shapes[int(rng.integers(len(manner.shapes)))]]
    shape = shape * rng.uniform(0.85, 1.1) + rng.normal(0.0, 3.0, len(shape))
    return replace(stroke, shape=shape, prepared=0.6 * shape + 0.4 * stroke.prepared)
