"""The floor upwards: where the feet stand and step, on which leg the weight is, how the pelvis turns and tilts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..rotations import from_rotvec, multiply, rotate
from ..skeleton import INDEX, REST_OFFSETS, SOLE_BELOW_ANKLE
from .chance import rng_at
from .legs import longest_reach
from .manners import Manner
from .score import Score, Wanted
from .tracks import FPS, Key, drift, keyed, minimum_jerk, pulses

NEAR_CLAUSE: Final = 1.0
"""Seconds to the edge of a clause within which a shift of weight waits for it, or comes sooner."""
WIDEST: Final = 1.15
"""How much wider than their manner feet may be left by a single step."""
LONGEST_STEP: Final = 0.12
"""Metres that a step puts the body elsewhere; more looks like a lunge."""
LIFT: Final = 0.068
"""Metres a stepping foot is lifted."""
AHEAD: Final = 0.045
"""Metres the pelvis stands before the ankles."""
STANDING_KNEE: Final = np.radians(3.5)
"""The flexion of a leg that carries."""


@dataclass(frozen=True)
class Ground:
    """position (T, 3) of the pelvis joint, metres; heading, roll (T,) radians; ankles (T, 2, 3), feet (T, 2) headings;
    contacts (T, 2)."""

    position: Array
    heading: Array
    roll: Array
    ankles: Array
    feet: Array
    contacts: Array

    def cut(self, first: int, last: int) -> Ground:
        """The frames first..last."""
        return Ground(*(getattr(self, f.name)[first:last] for f in fields(self)))


class _Feet:
    """Feet placed one step at a time."""

    def __init__(self, frames: int, width: float, toes: float, heading: float, stagger: float) -> None:
        self.frames, self.width, self.toes = frames, width, np.radians(toes)
        self.place, self.turn = self.stance(np.zeros(2), heading, stagger)
        self.paths = np.zeros((frames, 2, 3))
        self.paths[:, :, [0, 2]] = self.place
        self.paths[:, :, 1] = SOLE_BELOW_ANKLE
        self.turns = np.tile(self.turn, (frames, 1))
        self.contacts = np.ones((frames, 2))

    def stance(self, centre: Array, heading: float, stagger: float) -> tuple[Array, Array]:
        """((2, 2) x and z of left and right, (2,) headings); toes point out a little, mostly."""
        side = np.array([np.cos(heading), -np.sin(heading)])
        ahead = np.array([np.sin(heading), np.cos(heading)])
        half = 0.5 * self.width * side + 0.5 * stagger * ahead
        return np.stack([centre + half, centre - half]), np.array([heading + self.toes, heading - self.toes])

    def step(self, foot: int, begin: float, length: float, place: Array, turn: float) -> None:
        """Lifts a foot and puts it down elsewhere."""
        first, last = max(0, int(begin * FPS)), min(self.frames, int((begin + length) * FPS) + 2)
        if first >= self.frames:
            return
        phase = np.clip((np.arange(first, self.frames) / FPS - begin) / length, 0.0, 1.0)
        way = minimum_jerk((phase - 0.12) / 0.76)
        self.paths[first:, foot][:, [0, 2]] = self.place[foot] + way[:, None] * (place - self.place[foot])
        self.turns[first:, foot] = self.turn[foot] + way * (turn - self.turn[foot])
        self.paths[first:last, foot, 1] = SOLE_BELOW_ANKLE + LIFT * np.sin(np.pi * phase[: last - first]) ** 2
        inside = (phase > 0.0) & (phase < 1.0)
        self.contacts[first:, foot] = np.where(inside, 0.0, 1.0)
        self.place = self.place.copy()
        self.turn = self.turn.copy()
        self.place[foot], self.turn[foot] = place, turn


def stand(
    score: Score,
    wanted: Wanted,
    frames: int,
    stance: Callable[[float], float],
    calm: Callable[[float], float],
    alive: Callable[[], None],
) -> Ground:
    """How a body stands while a score is played. `stance` -1 narrow, still to 1 wide, mobile; `calm` 1 in silence."""
    manner, seed = wanted.manner, score.seed
    rng = rng_at(seed, 0.0, 81)
    first = stance(0.0)
    away = np.radians(manner.turned) * (1.0 if seed % 2 else -1.0)
    feet = _Feet(
        frames, manner.feet * (1.0 + 0.3 * first), manner.toes, away + rng.normal(0.0, 0.06),
        manner.stagger * rng.normal(0.0, 0.03),
    )  # fmt: skip
    weight = 0.5 + rng.choice((-1.0, 1.0)) * rng.uniform(0.1, 0.3)
    keys: list[Key] = []
    looks: list[Key] = []
    at = float(rng.uniform(0.6, 1.6))
    start = _pelvis(feet, weight, rng)
    look = float(np.median(feet.turn))
    next_step = float(rng.uniform(2.5, 6.0))
    end = frames / FPS
    edges = np.ravel(score.clauses) - 0.15
    while at < end:
        alive()
        rng = rng_at(seed, at, 82)
        free = (1.0 + 0.75 * stance(at)) * (1.0 - 0.75 * calm(at))
        if at > next_step and at < end - 1.5 and free > 0.2 and manner.steps > 0:
            at, weight = _replant(feet, at, weight, keys, rng, manner.feet * (1.0 + 0.3 * stance(at)), manner, away)
            next_step = at + 60.0 / (manner.steps * max(free, 0.2)) * rng.uniform(0.9, 2.2)
        else:
            side = -np.sign(weight - 0.5) if rng.random() < 0.75 else np.sign(weight - 0.5)
            weight = 0.5 + float(side) * rng.uniform(0.17, 0.27) * manner.sway * min(free, 1.3) ** 0.7
            keys.append(Key(at, rng.uniform(0.75, 1.35), _pelvis(feet, weight, rng)))
        if rng.random() < 0.5:
            turn = float(
                np.mean(feet.turn) + np.clip(rng.normal(0.0, 0.12), -0.22, 0.22) * manner.trunk * min(free, 1.2)
            )
            looks.append(Key(at + rng.uniform(-0.2, 0.3), rng.uniform(0.8, 1.4), np.array([turn])))
        at = _at_clause(edges, at, at + 60.0 / (manner.shifts * max(free, 0.15)) * rng.uniform(0.55, 1.5))
    looks.sort(key=lambda k: k.begin)
    track = keyed(frames, start, keys)
    noise = drift(frames, 0.5, 1.0, rng_at(seed, 0.0, 83), 5) * np.array([0.004, 0.003, 0.004, 0.012, 0.008])
    heading = keyed(frames, np.array([look]), looks)[:, 0] + noise[:, 3]
    between = feet.paths[:, :, [0, 2]].mean(axis=1)
    aside = (track[:, 0] - between[:, 0]) * np.cos(heading) - (track[:, 2] - between[:, 1]) * np.sin(heading)
    # The hip over the leg that carries is higher.
    roll = gaussian_filter1d(1.2 * aside, 4.0, mode="nearest") + noise[:, 4]
    position = track + noise[:, :3] * np.array([1.0, 0.0, 1.0])
    if manner.bounce:
        beats, sizes = [t for t, _ in score.beats], [s for _, s in score.beats]
        position[:, 1] += manner.bounce * pulses(frames, beats, sizes, 0.22, 0.34)
    return Ground(position, heading, roll, feet.paths, feet.turns, feet.contacts)


def _at_clause(edges: Array, last: float, at: float) -> float:
    """Where a clause begins or ends near `at`: weight moves between thoughts, not by a clock. edges (N,) seconds."""
    near = edges[(np.abs(edges - at) < NEAR_CLAUSE) & (edges > last + 1.0)]
    return float(near[np.abs(near - at).argmin()]) if len(near) else at


def _pelvis(feet: _Feet, weight: float, rng: np.random.Generator) -> Array:
    """(3,) x, slack of the knees, z of the pelvis over the feet; weight 1 is all on the left."""
    place = weight * feet.place[0] + (1.0 - weight) * feet.place[1]
    heading = float(np.mean(feet.turn))
    ahead = AHEAD + np.clip(rng.normal(0.0, 0.032), -0.06, 0.06)
    return np.array(
        [
            place[0] + ahead * np.sin(heading),
            abs(rng.normal(0.0, 0.005)) + (rng.uniform(0.02, 0.03) if rng.random() < 0.25 else 0.0),
            place[1] + ahead * np.cos(heading),
        ]
    )


def _replant(
    feet: _Feet,
    at: float,
    weight: float,
    keys: list[Key],
    rng: np.random.Generator,
    width: float,
    manner: Manner,
    away: float,
) -> tuple[float, float]:
    """One small step or two that put the body elsewhere; returns when they are over, and the weight then."""
    feet.width = width * rng.uniform(0.88, 1.12)
    here = feet.place.mean(axis=0)
    goal = np.clip(rng.normal(0.0, 1.0, 2) * np.array([0.06, 0.1]), -0.12, 0.12)
    if np.linalg.norm(goal - here) < 0.05:
        goal = np.clip(-0.8 * here + rng.normal(0.0, 0.05, 2), -0.1, 0.1)
    goal = here + (goal - here) * min(1.0, LONGEST_STEP / max(float(np.linalg.norm(goal - here)), 1e-6))
    heading = away + float(np.clip(rng.normal(0.0, 0.13), -0.24, 0.24))
    places, turns = feet.stance(goal, heading, manner.stagger * rng.normal(0.0, 0.045))
    lead = 0 if (places[0] - feet.place[0])[0] > 0 else 1
    order = (lead, 1 - lead) if rng.random() < 0.6 else (lead,)
    if np.linalg.norm(places[lead] - feet.place[1 - lead]) > WIDEST * width:
        order = (lead, 1 - lead)
    for foot in order:
        length = float(rng.uniform(0.4, 0.52))
        # The weight leaves the foot before it lifts.
        weight = 0.26 if foot == 0 else 0.74
        keys.append(Key(at, 0.55, _pelvis(feet, weight, rng)))
        goal_place = places[foot]
        other = feet.place[1 - foot]
        if len(order) == 1 and abs(goal_place[0] - other[0]) < min(0.14, 0.75 * manner.feet):
            goal_place = np.array([other[0] + (1.0 if foot == 0 else -1.0) * min(0.2, manner.feet), goal_place[1]])
        feet.step(foot, at + 0.4, length, goal_place, float(turns[foot]))
        at += 0.4 + length
        weight = 0.5 + (0.2 if foot == 0 else -0.2) * rng.uniform(0.2, 1.2)
        keys.append(Key(at - 0.15, 0.7, _pelvis(feet, weight, rng)))
        at += 0.2
    return at, weight


def raised(ground: Ground, pelvis: Array) -> Array:
    """Pelvis positions (T, 3) so high that the leg that carries is nearly straight; pelvis (T, 4) rotations."""
    reach = []
    for k, side in enumerate(("left", "right")):
        hip = rotate(pelvis, REST_OFFSETS[INDEX[f"{side}_hip"]])
        flat = np.sum((ground.position + hip - ground.ankles[:, k])[:, [0, 2]] ** 2, axis=-1)
        longest = longest_reach(side, STANDING_KNEE)
        ankle = np.minimum(ground.ankles[:, k, 1], SOLE_BELOW_ANKLE)
        reach.append(np.sqrt(np.maximum(longest**2 - flat, 0.3)) + ankle - hip[:, 1])
    # The lower of the two, without a corner where they change places.
    low = -0.0015 * np.logaddexp(-reach[0] / 0.0015, -reach[1] / 0.0015)
    out = ground.position.copy()
    out[:, 1] = gaussian_filter1d(low - ground.position[:, 1], 3.0, mode="nearest")
    return out


def turned(heading: Array, pitch: Array, roll: Array) -> Array:
    """Pelvis rotations (T, 4): heading about Y, then forward pitch and roll in its own frame."""
    zero = np.zeros(len(heading))
    return multiply(
        from_rotvec(np.stack([zero, heading, zero], axis=1)), from_rotvec(np.stack([pitch, zero, roll], axis=1))
    )
