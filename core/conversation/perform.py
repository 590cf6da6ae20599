"""A conduct laid over a performance: head and eyes that look, nods, faces, breath and weight; arms stay the body's."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arkit import INDEX as FACE
from ..arkit import LOOK_DEGREES
from ..arrays import Array
from ..body import legs
from ..face.eyes import lid_curve
from ..performance import Performance, make_performance
from ..rotations import (
    conjugate,
    forward_kinematics,
    from_rotvec,
    hemisphere_continuous,
    multiply,
    normalise,
    rotate,
    world_rotations,
)
from ..skeleton import INDEX, PARTS
from .conduct import Conduct, Glance

FACING: Final = 1.6
"""Metres at which a partner stands when the scene says nothing: straight ahead, as tall."""
_RESTING: Final = (
    *(INDEX[f"{side}_{name}"] for side in ("left", "right") for name in ("collar", "shoulder", "elbow", "wrist")),
    *(INDEX[name] for name in ("spine1", "spine2", "spine3")),
)
_CALM: Final = 1.8
"""Seconds over which a listener's movement of arms and trunk is evened."""
_STILL: Final = 2.5
"""Seconds over which a listener's weight is evened, beside the shifts of the conduct."""
_SLOW: Final = 0.4
"""Seconds below which the body's own head movement is kept: nods and accents stay, wandering looks go."""
_ONSET: Final = 0.6
"""Seconds that a face takes at the most to be there."""
_EYES_REACH: Final = 27.0
_HEAD_REACH: Final = (62.0, 38.0)
_TRUNK_REACH: Final = 30.0
"""Degrees that eyes, head and trunk turn at the most."""


def minimum_jerk(x: Array) -> Array:
    """The smooth step 0 - 1 over x in [0, 1]."""
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)


def converse(
    performance: Performance, conduct: Conduct, place: Array | None = None, parts: tuple[str, ...] = PARTS
) -> Performance:
    """The performance with the conduct laid over it.

    place  where the partner's eyes are, (3,) or (T, 3) metres in the performance's space; None: facing each other
    parts  which parts are the conduct's to move
    """
    times = np.arange(performance.frames) / performance.fps
    rotations = np.array(performance.rotations, np.float64)
    translation = np.array(performance.translation, np.float64)
    if "lower" in parts:
        rotations, translation = _shifted(rotations, translation, conduct, times, performance.fps)
    if "upper" in parts:
        _rest(rotations, conduct, times, performance.fps)
        _breathe(rotations, conduct, times)
    towards = _towards(rotations, translation, place)
    if "upper" in parts:
        _turn_head(rotations, conduct, towards, times, performance.fps)
    face = np.array(performance.face, np.float64)
    if "face" in parts:
        _show(face, conduct, times)
        _aim(face, rotations, conduct, towards, times)
    return make_performance(rotations, translation, face, performance.fps, performance.expressions)


def _towards(rotations: Array, translation: Array, place: Array | None) -> Array:
    """(T, 2) yaw to the person's left and pitch down, in degrees, at which the partner's face is seen."""
    positions, _ = forward_kinematics(rotations, translation)
    eyes = positions[:, [INDEX["left_eye_smplhf"], INDEX["right_eye_smplhf"]]].mean(axis=1)
    if place is None:
        place = np.median(eyes, axis=0) * (0.0, 1.0, 0.0) + (0.0, 0.0, FACING)
    way = np.broadcast_to(np.asarray(place, np.float64), eyes.shape) - eyes
    flat = np.hypot(way[:, 0], way[:, 2])
    return np.degrees(
        np.stack([np.arctan2(way[:, 0], way[:, 2]), -np.arctan2(way[:, 1], np.maximum(flat, 0.05))], axis=1)
    )


def _steps(glances: tuple[Glance, ...], times: Array, head: bool) -> Array:
    """(T, 2) offsets from the partner's direction, of the eyes (saccades) or of the head (slower, less far)."""
    out = np.zeros((len(times), 2))
    here = np.zeros(2)
    for glance in glances:
        goal = np.array([glance.yaw, glance.pitch])
        if head:
            # Heads turn more than they dip: a look down is the eyes'.
            goal = goal * (glance.head, 0.5 * glance.head) if not glance.at_partner else np.zeros(2)
        way = goal - here
        size = float(np.linalg.norm(way))
        length = 0.3 + 0.011 * size if head else 0.03 + 0.0022 * size
        # Eyes are there first; the head sets out with them and arrives later.
        out += minimum_jerk((times - glance.start) / length)[:, None] * way
        here = goal
    return out


def _pulse(times: Array, start: float, length: float, rise: float = 0.25) -> Array:
    """0 - 1 - 0 over `length` seconds: up within `rise` of it, then down as slowly."""
    up = minimum_jerk((times - start) / max(rise * length, 0.12))
    return up * (1.0 - minimum_jerk((times - start - (1.0 - rise) * length) / max(rise * length, 0.12)))


def _cycles(times: Array, start: float, length: float, count: int) -> Array:
    """`count` smooth dips that grow weaker."""
    phase = np.clip((times - start) / length, 0.0, 1.0)
    return np.sin(np.pi * count * phase) ** 2 * (1.0 - 0.45 * phase) * ((phase > 0) & (phase < 1))


def _turn_head(rotations: Array, conduct: Conduct, towards: Array, times: Array, fps: float) -> None:
    """Turns trunk, neck and head in place: the slow part of where the head faces becomes the conduct's."""
    world = world_rotations(rotations)[:, INDEX["head"]]
    own = _angles(world)
    slow = gaussian_filter1d(own, _SLOW * fps, axis=0, mode="nearest")
    reach = np.array(_HEAD_REACH)
    trunk = np.clip((np.abs(towards[:, 0]) - 20.0) * 0.45, 0.0, _TRUNK_REACH) * np.sign(towards[:, 0])
    trunk = gaussian_filter1d(trunk, 0.3 * fps, mode="nearest")
    goal = gaussian_filter1d(towards, 0.15 * fps, axis=0, mode="nearest") + _steps(conduct.glances, times, head=True)
    goal[:, 0] = np.clip(goal[:, 0] - trunk, -reach[0], reach[0]) + trunk
    goal[:, 1] = np.clip(goal[:, 1], -reach[1], reach[1])
    # A listener nods for the partner, not to a beat of its own.
    move = goal - slow - 0.7 * _calm(conduct, times)[:, None] * (own - slow)
    for nod in conduct.of("nod"):
        move[:, 1] += nod.size * _cycles(times, nod.time, nod.length, nod.cycles)
    for shake in conduct.of("shake"):
        phase = np.clip((times - shake.time) / shake.length, 0.0, 1.0)
        move[:, 0] += 0.8 * shake.size * np.sin(2 * np.pi * shake.cycles * phase) * np.sin(np.pi * phase)
    roll = np.zeros(len(times))
    for tilt in conduct.of("tilt"):
        roll += tilt.size * _pulse(times, tilt.time, tilt.length)
    for name, share in (("spine1", 0.3), ("spine2", 0.35), ("spine3", 0.35)):
        _turn(
            rotations, name, np.stack([share * trunk, np.zeros(len(times)), np.zeros(len(times))], axis=1), slow[:, 0]
        )
    move[:, 0] -= trunk
    for name, share in (("neck", 0.45), ("head", 0.55)):
        _turn(rotations, name, share * np.stack([move[:, 0], move[:, 1], roll], axis=1), goal[:, 0])


def _turn(rotations: Array, name: str, degrees: Array, heading: Array) -> None:
    """Turns a joint in model space by yaw, pitch down and roll (T, 3), about the axes of a heading (T,), in place."""
    j = INDEX[name]
    world = world_rotations(rotations)[:, j]
    side = np.radians(heading)
    zero = np.zeros(len(side))
    lateral = np.stack([np.cos(side), zero, -np.sin(side)], axis=1)
    forward = np.stack([np.sin(side), zero, np.cos(side)], axis=1)
    yaw, pitch, roll = np.radians(degrees).T
    turn = from_rotvec(np.stack([zero, yaw, zero], axis=1) + pitch[:, None] * lateral + roll[:, None] * forward)
    rotations[:, j] = multiply(rotations[:, j], multiply(multiply(conjugate(world), turn), world))


def _angles(world: Array) -> Array:
    """(T, 2) yaw to the left and pitch down, degrees, of where a model-space rotation faces."""
    facing = rotate(world, np.array([0.0, 0.0, 1.0]))
    yaw = np.unwrap(np.arctan2(facing[:, 0], facing[:, 2]))
    return np.degrees(np.stack([yaw, -np.arcsin(np.clip(facing[:, 1], -1.0, 1.0))], axis=1))


def _aim(face: Array, rotations: Array, conduct: Conduct, towards: Array, times: Array) -> None:
    """Eyes on what is looked at, whatever the head does meanwhile; lids that follow; in place."""
    head = _angles(world_rotations(rotations)[:, INDEX["head"]])
    goal = towards + _steps(conduct.glances, times, head=False)
    drift = np.random.default_rng(len(times)).normal(0.0, 0.12, (len(times), 2))
    left = np.clip(goal + gaussian_filter1d(drift, 4.0, axis=0) - head, -_EYES_REACH, _EYES_REACH) / LOOK_DEGREES
    side, down = left[:, 0], left[:, 1]
    for name, value in (
        ("eyeLookOutLeft", side), ("eyeLookInRight", side), ("eyeLookInLeft", -side), ("eyeLookOutRight", -side),
        ("eyeLookDownLeft", down), ("eyeLookDownRight", down), ("eyeLookUpLeft", -down), ("eyeLookUpRight", -down),
    ):  # fmt: skip
        face[:, FACE[name]] = np.clip(value, 0.0, 1.0)
    lids = lid_curve(times, [(g.time, g.length, g.size) for g in conduct.of("blink")])
    follow = 0.5 * np.clip(down, 0.0, 1.0)
    for name in ("eyeBlinkLeft", "eyeBlinkRight"):
        face[:, FACE[name]] = np.maximum(face[:, FACE[name]], np.maximum(lids, follow))


_SMILE: Final = (("mouthSmile", 1.0), ("cheekSquint", 0.6), ("eyeSquint", 0.35), ("mouthDimple", 0.2))
_SHOWN: Final = {
    "smile": _SMILE,
    "brows": (("browOuterUp", 0.8),),
    "frown": (("browDown", 0.8), ("mouthFrown", 0.3)),
    "grin": _SMILE,
}
"""In the order in which they are laid over each other: a grin comes on top of a smile that is there."""


def _show(face: Array, conduct: Conduct, times: Array) -> None:
    """Smiles, brows and frowns; in place, each channel at least as far as asked; a laugh's answer widens a smile."""
    for kind, channels in _SHOWN.items():
        for gesture in conduct.of(kind):
            shape = gesture.size * _pulse(times, gesture.time, gesture.length, min(0.3, _ONSET / gesture.length))
            for name, share in channels:
                for side, scale in (("Left", 1.0), ("Right", 0.93)):
                    k = FACE[f"{name}{side}"]
                    asked = np.clip(share * scale * shape, 0.0, 1.0)
                    wider = 1.0 - (1.0 - face[:, k]) * (1.0 - asked) if kind == "grin" else face[:, k]
                    face[:, k] = np.clip(np.maximum(wider, asked), 0.0, 1.0)
            if kind == "brows":
                k = FACE["browInnerUp"]
                face[:, k] = np.clip(np.maximum(face[:, k], 0.9 * shape), 0.0, 1.0)
    for breath in conduct.of("breath"):
        k = FACE["jawOpen"]
        face[:, k] = np.maximum(face[:, k], 0.06 * _pulse(times, breath.time + 0.1, 0.5))


def _breathe(rotations: Array, conduct: Conduct, times: Array) -> None:
    """A breath before one's turn lifts chest and collars; a listener leans in; in place."""
    lift = np.zeros(len(times))
    for breath in conduct.of("breath"):
        lift += _pulse(times, breath.time, breath.length, 0.4)
    lean = np.zeros(len(times))
    for gesture in conduct.of("lean"):
        rise = min(0.4, 1.2 / gesture.length)
        lean = np.maximum(lean, gesture.size * _pulse(times, gesture.time, gesture.length, rise))
    zero = np.zeros(len(times))
    for name, pitch in (("spine1", 0.5 * lean), ("spine2", 0.5 * lean - 0.8 * lift), ("spine3", -1.2 * lift)):
        j = INDEX[name]
        rotations[:, j] = multiply(rotations[:, j], from_rotvec(np.radians(np.stack([pitch, zero, zero], axis=1))))
    for name, side in (("left_collar", 1.0), ("right_collar", -1.0)):
        j = INDEX[name]
        turn = from_rotvec(np.radians(np.stack([zero, zero, side * 2.5 * lift], axis=1)))
        rotations[:, j] = multiply(rotations[:, j], turn)


def _rest(rotations: Array, conduct: Conduct, times: Array, fps: float) -> None:
    """Arms and trunk at rest while listening: only what is slow of their movement stays; in place."""
    if not conduct.rests:
        return
    joints = list(_RESTING)
    evened = _evened(hemisphere_continuous(rotations[:, joints]), conduct, times, _CALM * fps)
    rotations[:, joints] = normalise(evened)


def _evened(values: Array, conduct: Conduct, times: Array, frames: float) -> Array:
    """Values (T, ...) of which only what is slow is left in each rest.

    The Gaussian of so many frames sees the rest alone: nothing sets out for the turn before the rest ends.
    """
    out = np.array(values)
    for rest in conduct.rests:
        calm = _calmness(rest, times)
        rows = np.flatnonzero(calm > 0.0)
        if len(rows):
            span = slice(rows[0], rows[-1] + 1)
            share = calm[span].reshape(-1, *(1 for _ in values.shape[1:]))
            weight = gaussian_filter1d(share, frames, axis=0, mode="constant")
            slow = gaussian_filter1d(share * out[span], frames, axis=0, mode="constant") / np.maximum(weight, 1e-9)
            out[span] += share * (slow - out[span])
    return out


def _calm(conduct: Conduct, times: Array) -> Array:
    """0 - 1, (T,): how far the body is at rest."""
    return np.max([_calmness(rest, times) for rest in conduct.rests], axis=0, initial=0.0) * np.ones(len(times))


def _calmness(rest: tuple[float, float], times: Array) -> Array:
    start, end = rest
    return minimum_jerk((times - start) / 0.7) * (1.0 - minimum_jerk((times - end + 0.4) / 0.9))


def _shifted(rotations: Array, translation: Array, conduct: Conduct, times: Array, fps: float) -> tuple[Array, Array]:
    """Weight moved over one foot; the feet stay where they are."""
    shift, here = np.zeros(len(times)), 0.0
    for gesture in conduct.of("shift"):
        shift += minimum_jerk((times - gesture.time) / gesture.length) * (gesture.size - here)
        here = gesture.size
    if not shift.any() and not conduct.rests:
        return rotations, translation
    ankles, feet = legs.foot_state(rotations, translation)
    # At rest the weight goes where the conduct sends it, not where talking would.
    turned = np.array(rotations)
    pelvis = hemisphere_continuous(rotations[:, [INDEX["pelvis"]]])
    turned[:, [INDEX["pelvis"]]] = normalise(_evened(pelvis, conduct, times, _STILL * fps))
    moved = _evened(translation, conduct, times, _STILL * fps)
    moved[:, 0] += shift
    return legs.plant(turned, moved, ankles, feet)
