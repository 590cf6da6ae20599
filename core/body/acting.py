"""A score becomes motion: arms, hands, trunk, head, breath, pelvis and feet play together, frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..rotations import from_rotvec, multiply
from ..skeleton import INDEX, JOINT_COUNT, REST_OFFSETS
from .arms import Arms, arm_rotations, play_arms, signed_places
from .chance import rng_at
from .ground import Ground, raised, stand, turned
from .legs import level_feet, plant
from .plausible import clear_thighs, clear_torso, hung
from .reach import HEIGHT
from .score import Score, Wanted
from .seats import SPINE
from .sitting import LEANS, held_still, sit, tipped
from .styled import head_played, trunk_played
from .tracks import FPS, Key, curve_at, drift, keyed, pulses

BREATHS_A_SECOND: Final = 0.26
AWAY: Final = 0.28
"""Share of the time in which the head looks away from the listener."""
JERKED: Final = 405.0
"""Degrees/s2 (root mean square over a second or so) of a head from which on it is made smoother."""
MARGIN: Final = 45
"""Frames of neighbours that a piece's smoothing sees."""
ARM_JOINTS: Final = np.array(
    [[INDEX[f"{side}_{n}"] for n in ("collar", "shoulder", "elbow", "wrist")] for side in ("left", "right")]
)
FINGER_JOINTS: Final = np.array([range(25, 40), range(40, 55)])


@dataclass(frozen=True)
class Acting:
    """What may change over time, functions of seconds: head activity, stance, and 1 where nobody speaks for long."""

    head: Callable[[float], float]
    stance: Callable[[float], float]
    calm: Callable[[float], float]


def _posture(score: Score, wanted: Wanted, frames: int, calm: Array) -> Array:
    """(T, 3) forward bend, turn and side lean of the trunk, radians: another posture for another thought."""
    manner, keys = wanted.manner, []
    size = np.radians([5.4, 5.8, 6.2]) * manner.trunk
    lean, side = np.array([np.radians(manner.lean), 0.0, 0.0]), 1.0 if score.seed % 2 else -1.0
    for start, end in score.clauses:
        rng = rng_at(score.seed, start, 91)
        if rng.random() < 0.75:
            at, side = start - rng.uniform(0.0, 0.5), -side if rng.random() < 0.7 else side
            keys.append(Key(at, rng.uniform(0.7, 1.3), lean + _another(rng, side) * size))
        if end - start > 2.0 and rng.random() < 0.5:
            at, side = start + rng.uniform(0.9, 1.5), -side if rng.random() < 0.7 else side
            keys.append(Key(at, rng.uniform(0.7, 1.2), lean + _another(rng, side) * size))
    keys.sort(key=lambda k: k.begin)
    rng = rng_at(score.seed, 0.0, 92)
    track = keyed(frames, lean + rng.normal(0.0, 0.5, 3) * size, keys)
    return track * (1.0 - 0.5 * calm)[:, None] + drift(frames, 0.8, np.radians(0.7), rng, 3)


def _another(rng: np.random.Generator, side: float) -> Array:
    """(3,) another posture, in sizes of bend, turn and lean: to a `side` as far as is seen, and not past balance."""
    bend, turn = rng.uniform(-1.6, 1.6, 2)
    return np.array([bend, turn, side * rng.uniform(0.6, 1.2)])


def _followed(places: Array, busy: Array, rng: np.random.Generator) -> Array:
    """(T, 3) bend, turn and lean with which the trunk follows and leads the hands; places (T, 2, 3), busy (T, 2)."""
    left, right = places[:, 0], places[:, 1]
    aside = np.where(busy[:, 0] > 0, left[:, 0] - 0.2, 0.0) * busy[:, 0]
    aside = aside + np.where(busy[:, 1] > 0, right[:, 0] + 0.2, 0.0) * busy[:, 1]
    ahead = (right[:, 2] - left[:, 2]) * np.maximum(busy[:, 0], busy[:, 1])
    height = ((left[:, 1] + 0.2) * busy[:, 0] + (right[:, 1] + 0.2) * busy[:, 1]) / 2.0
    reach = (left[:, 2] * busy[:, 0] + right[:, 2] * busy[:, 1]) / 2.0
    turn = 0.48 * aside + 0.34 * ahead
    bend = 0.22 * reach - 0.28 * height
    lean = -0.16 * aside + 0.1 * (left[:, 1] * busy[:, 0] - right[:, 1] * busy[:, 1])
    out = gaussian_filter1d(np.stack([bend, turn, lean], axis=1), 2.8, axis=0, mode="nearest")
    # The trunk begins a little before the hand where it drives, after it where it is pulled along.
    at = np.clip(np.arange(len(out)) - int(rng.integers(-2, 3)), 0, len(out) - 1)
    return gaussian_filter1d(out[at], 1.0, axis=0, mode="nearest")


def _gaze(score: Score, wanted: Wanted, frames: int) -> Array:
    """(T, 3) pitch, yaw, roll of where the head looks about the listener, radians; away while thinking."""
    manner, keys, at = wanted.manner, [], 0.4
    looks = _Looks(manner.gaze, manner.chin, manner.tilt)
    for start, end in [*score.clauses, (frames / FPS, frames / FPS + 1.0)]:
        while at < start - 1.6:
            rng = rng_at(score.seed, at, 101)
            keys.append(looks.key(at, rng))
            at += rng.uniform(1.3, 3.2)
        rng = rng_at(score.seed, start, 102)
        if rng.random() < 0.8:
            at = max(at + 0.35, start - rng.uniform(-0.1, 0.35))
            keys.append(looks.key(at, rng))
        middle = start + rng.uniform(0.8, 1.8)
        if middle < end - 0.4 and middle > at + 0.6:
            at = middle
            keys.append(looks.key(at, rng))
    return keyed(frames, np.radians([manner.chin, 0.0, 0.0]), keys)


class _Looks:
    """Looks one after another, away from the listener for a share of the time that does not drift."""

    def __init__(self, gaze: float, chin: float, tilt: float) -> None:
        self.gaze, self.chin, self.tilt, self.owed = gaze, chin, tilt, 0.0
        self.before, self.away = 0.0, False

    def key(self, at: float, rng: np.random.Generator) -> Key:
        """The look that begins at `at` seconds."""
        # What counts is the time that the head is turned away, not how often.
        self.owed += (AWAY * self.gaze - float(self.away)) * (at - self.before)
        away = bool(rng.random() < np.clip(0.25 + 0.55 * self.owed, 0.0, 1.0))
        self.before, self.away = at, away
        yaw = rng.choice((-1.0, 1.0)) * rng.uniform(13.0, 24.0) if away else np.clip(rng.normal(0.0, 5.6), -12.0, 12.0)
        pitch = self.chin + (rng.normal(2.0, 5.0) if away else rng.normal(0.0, 2.4))
        roll = np.clip(rng.normal(0.0, 3.4) + 0.1 * yaw, -11.0, 11.0)
        if self.tilt:
            roll += self.tilt * float(rng.choice((-1.0, 1.0, np.sign(roll))))
        return Key(float(at), float(rng.uniform(0.42, 0.7)), np.radians([pitch, yaw * min(self.gaze, 1.25), roll]))


def _nods(score: Score, wanted: Wanted, frames: int) -> Array:
    """(T, 3) nods with accents and shakes with no, radians."""
    out = np.zeros((frames, 3))
    down, tilt = [], []
    for time, size in score.nods:
        rng = rng_at(score.seed, time, 111)
        down.append(np.radians(size * rng.uniform(3.1, 4.3)))
        tilt.append(np.radians(rng.normal(0.0, 2.2)))
    times = [t for t, _ in score.nods]
    out[:, 0] = pulses(frames, times, down, 0.28, 0.38)
    out[:, 2] = pulses(frames, times, tilt, 0.3, 0.5)
    for time in score.shakes:
        rng = rng_at(score.seed, time, 112)
        sign = rng.choice((-1.0, 1.0)) * np.radians(rng.uniform(6.0, 10.0))
        for k, part in enumerate((0.7, -1.0, 0.8)):
            out[:, 1] += pulses(frames, [time - 0.1 + 0.24 * k], [sign * part], 0.24, 0.26)
    return out * wanted.manner.head**0.5


@dataclass(frozen=True)
class Tracks:
    """All that moves, before it is joint rotations; everything over frames (T, ...), see `play`."""

    arms: Arms
    ground: Ground
    trunk: Array
    beats: Array
    head: Array
    breath: Array
    lean: float
    seated: bool = False

    @property
    def frames(self) -> int:
        return len(self.trunk)


def play(score: Score, wanted: Wanted, frames: int, acting: Acting, alive: Callable[[], None]) -> Tracks:
    """The tracks of a whole speech. `alive` is called often and may raise to stop."""
    rng = rng_at(score.seed, 0.0, 121)
    calm = curve_at(acting.calm, frames)
    arms = play_arms(score, wanted, frames, alive)
    ground = (
        sit(score, wanted, frames) if wanted.seated else stand(score, wanted, frames, acting.stance, acting.calm, alive)
    )
    busy = np.stack(arms.busy, axis=1)
    level = curve_at(wanted.energy, frames)[:, None] ** 0.5
    follow = _followed(signed_places(arms), busy, rng) * wanted.manner.trunk / np.maximum(level, 1.0) ** 1.6
    alive()
    beats = _trunk_beats(score, wanted, frames, calm)
    trunk = _posture(score, wanted, frames, calm) * level + follow + beats * np.minimum(level, 1.0) ** 0.1
    trunk = trunk_played(trunk, wanted.worn)
    alive()
    phase = BREATHS_A_SECOND * np.arange(frames) / FPS + rng.random()
    breath = np.sin(2 * np.pi * phase + drift(frames, 3.0, 0.4, rng)[:, 0]) * (1.0 + 0.3 * calm)
    head = head_played(_head(score, wanted, frames, acting, trunk, calm), wanted.worn)
    lean = float(np.radians(wanted.manner.lean))
    if not wanted.seated:
        ground.position[:, 0] -= 0.08 * trunk[:, 2]
        ground.position[:, 2] -= 0.12 * (trunk[:, 0] - lean)
    return Tracks(arms, ground, trunk, beats, head, breath, lean, wanted.seated)


def pose(tracks: Tracks, first: int, last: int, moved: Array, stepped: Array) -> tuple[Array, Array]:
    """Rotations (N, 55, 4) and translation (N, 3) of the frames first..last; `moved` (N, 3) and `stepped` (N, 2, 3)
    are a walk's offsets of root and ankles. Frames near the borders see their neighbours."""
    low, high = max(0, first - MARGIN), min(tracks.frames, last + MARGIN)
    wide, inner = slice(low, high), slice(first - low, last - low)
    frames = high - low
    ground = tracks.ground.cut(low, high)
    trunk, beats, breath = tracks.trunk[wide], tracks.beats[wide], tracks.breath[wide]
    # The pelvis takes a part of what the trunk turns, and goes against its lean.
    roll = ground.roll - 0.25 * trunk[:, 2]
    share = 0.5 if tracks.seated else 1.0
    pelvis = turned(
        ground.heading + share * 0.42 * trunk[:, 1], share * (0.22 * trunk[:, 0] + 0.45 * beats[:, 0]), share * roll
    )
    pelvis = tipped(pelvis) if tracks.seated else pelvis
    rotations = np.zeros((frames, JOINT_COUNT, 4))
    rotations[..., 0] = 1.0
    rotations[:, 0] = pelvis
    spine = trunk * np.array([0.78, 0.58, 1.0])
    spine[:, 2] -= 0.85 * roll
    for name, share, lift in (("spine1", 0.4, 0.3), ("spine2", 0.3, 0.7), ("spine3", 0.3, 0.5)):
        own = share * spine
        own[:, 0] -= np.radians(lift) * breath
        rotations[:, INDEX[name]] = from_rotvec(own)
    head = tracks.head[wide]
    rotations[:, INDEX["neck"]], rotations[:, INDEX["head"]] = from_rotvec(0.42 * head), from_rotvec(0.58 * head)
    arms = tracks.arms.cut(low, high)
    if tracks.seated:
        spines = rotations[:, [INDEX[name] for name in SPINE]]
        spines[:, 0] = multiply(from_rotvec(np.array([LEANS, 0.0, 0.0])), spines[:, 0])
        kept = [held_still(arms.states[k], arms.busy[k], spines, k) for k in range(2)]
        arms = replace(arms, states=(kept[0], kept[1]))
    solved, fingers = arm_rotations(arms)
    rise = np.zeros((frames, 3))
    rise[:, 2] = np.radians(0.9) * breath
    solved[:, 0, 0] = multiply(solved[:, 0, 0], from_rotvec(rise))
    solved[:, 1, 0] = multiply(solved[:, 1, 0], from_rotvec(-rise))
    for k in range(2):
        rotations[:, ARM_JOINTS[k]], rotations[:, FINGER_JOINTS[k]] = solved[:, k], fingers[:, k]
    position = ground.position if tracks.seated else raised(ground, pelvis)
    if not tracks.seated:
        rotations = hung(rotations, np.stack([state[:, HEIGHT] for state in arms.states], axis=1))
    rotations = clear_torso(rotations)
    rotations = (rotations if tracks.seated else clear_thighs(rotations, position, ground.ankles))[inner]
    position = position[inner] + moved
    ground = tracks.ground.cut(first, last)
    return plant(rotations, position - REST_OFFSETS[0], ground.ankles + stepped, level_feet(ground.feet))


def _trunk_beats(score: Score, wanted: Wanted, frames: int, calm: Array) -> Array:
    """(T, 3) small beats of the trunk with strokes and accents, radians."""
    out = np.zeros((frames, 3))
    moments = [(g.time, max(g.size, 0.9)) for g in score.gestures] + [(t, 0.5 * s) for t, s in score.beats]
    # Where the hands do little the trunk still goes with the nods.
    beaten = np.array([t for t, _ in moments] or [-9.0])
    moments += [(t, 0.7 * s) for t, s in score.nods if np.abs(beaten - t).min() > 0.3]
    for axis, size in enumerate((3.6, 3.8, 2.3)):
        sizes = []
        for time, strength in moments:
            draw = rng_at(score.seed, time, 131 + axis).normal(*((0.85, 0.6) if axis == 0 else (0.0, 1.0)))
            sizes.append(np.radians(size) * draw * strength)
        out[:, axis] = pulses(frames, [t for t, _ in moments], sizes, 0.27, 0.46)
    return out * wanted.manner.pulse * wanted.manner.trunk**0.3 * (1.0 - calm)[:, None]


def _head(score: Score, wanted: Wanted, frames: int, acting: Acting, trunk: Array, calm: Array) -> Array:
    """(T, 3) rotation vectors of neck and head together; the eyes stay with the listener while the trunk turns."""
    amount = curve_at(acting.head, frames)[:, None]
    rng = rng_at(score.seed, 0.0, 141)
    gaze = _gaze(score, wanted, frames)
    lively = _nods(score, wanted, frames) + drift(frames, 0.6, np.radians(1.2), rng, 3) * np.array([0.5, 1.0, 1.0])
    slow = gaussian_filter1d(gaze, 60.0, axis=0, mode="nearest")
    # Nods twice as large would be jerks: they grow less than asked, looks about go on growing a little longer.
    nodding = np.where(amount > 1.0, 1.0 + 0.3 * (amount - 1.0), amount)
    nodding = nodding / np.maximum(curve_at(wanted.energy, frames)[:, None], 1.0) ** 0.15
    head = slow + (gaze - slow) * np.minimum(amount, 1.5) + lively * nodding * (1.0 - 0.4 * calm)[:, None]
    against = gaussian_filter1d(trunk, 2.5, axis=0, mode="nearest") * np.array([0.85, 0.42, 0.35])
    return _steadied(head - against, trunk)


def _steadied(head: Array, trunk: Array) -> Array:
    """The head's rotation vectors (T, 3), smoother where nods, trunk and looks together would jerk it about."""
    for _ in range(3):
        turn = np.degrees(np.diff(head + trunk, 2, axis=0, append=(head + trunk)[-2:])) * FPS**2
        jerked = np.sqrt(gaussian_filter1d((turn**2).sum(axis=1), 20.0, mode="nearest"))
        share = np.clip(2.5 * (jerked / JERKED - 1.0), 0.0, 1.0)[:, None]
        if not share.any():
            break
        head = head + share * (gaussian_filter1d(head, 1.8, axis=0, mode="nearest") - head)
    return head
