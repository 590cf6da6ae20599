"""A learned style at work on the acted body: strokes, rests, trunk, head and the score's manner.

Everything is decided where the score is played, before arms are solved and feet are planted: accents, floor and pins
see no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..learned_style import OwnRest, Worn
from .gestures import Stroke as Played
from .gestures import comfortable
from .manners import MANNERS, Manner
from .neutral import NEUTRAL
from .reach import cylinder, wrist_place

SIDES: Final = ("left", "right")
SLOW: Final = 18.0
"""Frames, the deviation of the Gaussian that parts how a head is held from how it nods."""
_TURNS_MOST: Final = np.radians([110.0, 60.0, 26.0, 20.0])
_LOW: Final = -0.24
"""Metres: hands that rest lower than this hang."""


class Asked(Protocol):
    """The gesture that is played, see `core/body/score.Gesture`."""

    @property
    def time(self) -> float: ...
    @property
    def kind(self) -> str: ...
    @property
    def hands(self) -> str: ...
    @property
    def size(self) -> float: ...
    @property
    def label(self) -> str: ...
    @property
    def wished(self) -> bool: ...


def manner_of(worn: Worn) -> Manner:
    """The neutral manner with what was learned of shares and tempi."""
    plain, numbers, amount = MANNERS["neutral"], worn.style.numbers, worn.amount
    one_handed = max(1.0 - abs(amount * numbers["handed"]), 0.2) ** 1.5
    # A leaning to one hand takes from the gestures of both; their share is learned by itself.
    both = np.clip(plain.both + amount * numbers["both"], 0.05, 0.95) / one_handed
    return replace(
        plain,
        tempo=plain.tempo * numbers["tempo"] ** amount,
        hold=float(np.clip(plain.hold * numbers["hold"] ** amount, 0.08, 1.2)),
        rate=plain.rate * numbers["rate"] ** amount,
        both=float(min(both, 1.0)),
        resting=float(np.clip(plain.resting + amount * numbers["resting"], 0.03, 0.7)),
        feet=float(np.clip(plain.feet * numbers["feet"] ** amount, 0.14, 0.42)),
    )


def handedness_of(worn: Worn, asked: float) -> float:
    """The artist's handedness -1..1 with the style's own leaning added."""
    return float(np.clip(asked + worn.amount * worn.style.numbers["handed"], -1.0, 1.0))


def _moved(played: Played, worn: Worn) -> Played:
    """A stroke of the grammar, made where and as the style makes strokes."""
    moments, amount = worn.style.moments, worn.amount
    span = worn.style.numbers["span"] ** amount
    end = NEUTRAL.end + (played.end - NEUTRAL.end) * moments["end_scale"] ** amount + amount * moments["end"]
    start = end + (played.start - played.end) * np.r_[np.full(3, span), np.ones(5)]
    # Fingers keep what they show; the style says how they are held on the whole.
    shape = NEUTRAL.shape + (played.shape - NEUTRAL.shape) * moments["shape_scale"] ** (0.5 * amount)
    shift = shape + amount * moments["shape"] - played.shape
    bow = played.bow * np.r_[np.full(3, span), np.ones(5)]
    return replace(
        played, start=_reachable(start), end=_reachable(end), bow=bow, shape=played.shape + shift,
        prepared=played.prepared + shift,
    )  # fmt: skip


def _reachable(state: Array) -> Array:
    """An arm state (8,) that an arm can be in."""
    out = np.array(state)
    out[:3] = cylinder(*comfortable(wrist_place(out[None])[0]))
    out[3] = np.clip(out[3], -0.4, 1.4)
    out[4:] = np.clip(out[4:], -_TURNS_MOST, _TURNS_MOST)
    return out


def strokes_played(
    gesture: Asked, drawn: dict[str, tuple[Played, float]], worn: Worn | None, energy: float, seed: int
) -> dict[str, tuple[Played, float]]:
    """Each side's stroke and lag: the reference's own where one fits, else the grammar's in the style."""
    if worn is None or worn.amount <= 0.0:
        return drawn
    rng = np.random.default_rng((int(seed) & 0xFFFFFFFF, max(0, round(gesture.time * 30.0)), 151))
    own = None if gesture.wished else _own(gesture, worn, energy, rng)
    return own or {side: (_moved(stroke, worn), lag) for side, (stroke, lag) in drawn.items()}


def _own(gesture: Asked, worn: Worn, energy: float, rng: np.random.Generator) -> dict[str, tuple[Played, float]] | None:
    """A stroke of the reference for a gesture: as many hands, and the same class where a word asks for one."""
    if rng.random() >= worn.amount * worn.style.numbers["stroke_weight"]:
        return None
    kinds = ("", "beat", gesture.kind) if gesture.label == "beat" else (gesture.kind, gesture.label)
    two = gesture.hands == "both"
    fits = [s for s in worn.style.strokes if (s.side == 2) == two and (s.label in kinds or _beats(s.label, gesture))]
    # A hand's own strokes; the other's, mirrored, only where it has none.
    same = [s for s in fits if two or SIDES[s.side] == gesture.hands]
    pool = same or fits
    if not pool:
        return None
    stroke = pool[int(rng.integers(len(pool)))]
    out = {}
    for k, side in enumerate(SIDES):
        if side == gesture.hands or two:
            row = k if two else stroke.side
            size = float(np.clip(gesture.size, 0.8, 1.2)) * energy * rng.uniform(0.92, 1.08)
            end = stroke.end[row] + rng.normal(0.0, 1.0, 8) * np.r_[0.05, 0.012, 0.012, 0.04, 0.08, 0.05, 0.03, 0.0]
            start = end + (stroke.start[row] - stroke.end[row]) * np.r_[np.full(3, size), np.ones(5)]
            bow = np.r_[stroke.bow[row] * size, np.zeros(5)]
            out[side] = Played(_reachable(start), _reachable(end), bow, stroke.before[row], stroke.shape[row], 1), 0.0
    return out


def _beats(label: str, gesture: Asked) -> bool:
    return gesture.label == "beat" and label.startswith("beat_")


@dataclass(frozen=True)
class RestDraw:
    """A rest of the reference's own, as the acted body rests: states (2, 8), hands (2, 13)."""

    states: Array
    hands: Array

    @property
    def low(self) -> bool:
        """Whether both hands hang."""
        return bool((self.states[:, 2] < _LOW).all())


def rest_drawn(worn: Worn | None, low: bool, rng: np.random.Generator) -> RestDraw | None:
    """One of the reference's own rests, the more often the longer it rested so; None for one of the grammar's."""
    if worn is None or not worn.style.rests:
        return None
    if rng.random() >= worn.amount * worn.style.numbers["rest_weight"]:
        return None
    found: list[OwnRest] = [r for r in worn.style.rests if not low or RestDraw(r.states, r.hands).low]
    found = found or list(worn.style.rests)
    weights = np.array([r.seconds for r in found])
    rest = found[int(rng.choice(len(found), p=weights / weights.sum()))]
    return RestDraw(rest.states, rest.hands)


def trunk_played(trunk: Array, worn: Worn | None) -> Array:
    """(T, 3) bend, turn, lean as the style holds and moves the trunk."""
    if worn is None or worn.amount <= 0.0:
        return trunk
    moments, amount = worn.style.moments, worn.amount
    middle = np.array([NEUTRAL.trunk[0], 0.0, 0.0])
    return middle + (trunk - middle) * moments["trunk_scale"] ** amount + amount * moments["trunk"]


def head_played(head: Array, worn: Worn | None) -> Array:
    """(T, 3) rotation vector of neck and head as the style holds it, turns it and nods."""
    if worn is None or worn.amount <= 0.0:
        return head
    moments, amount = worn.style.moments, worn.amount
    slow = gaussian_filter1d(head, SLOW, axis=0, mode="nearest")
    middle = np.array([NEUTRAL.head[0], 0.0, 0.0])
    held = middle + (slow - middle) * moments["head_scale"] ** amount + amount * moments["head"]
    return held + (head - slow) * moments["nods"] ** amount
