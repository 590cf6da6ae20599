"""What an artist directs, in seconds of the speech: exact and held poses, given motion, soft pulls, look-at ranges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .. import arkit, skeleton
from ..arrays import Array, Bools
from ..errors import OratorError
from ..face.driven import Driven, meet_expressions, no_expressions, of_weights, whole
from ..mask import Mask, everything
from ..performance import Performance, make_performance, rest_performance
from ..residual import honour, wendland
from ..rotations import (
    angle_between,
    conjugate,
    forward_kinematics,
    from_rotvec,
    multiply,
    rotate,
    slerp,
    to_rotvec,
    world_rotations,
)
from ..skeleton import INDEX
from .kept import KeptMotion

NEAR: Final = 1e-4
"""Seconds within which a frame is the pin's own."""
FASTEST_TURN: Final = 900.0
"""Degrees a second that a joint can turn at the most: a fast throw's elbow, not a gesture's."""
FASTEST_WALK: Final = 3.0
"""Metres a second."""
SLOWEST_REACH: Final = 1.0
"""Seconds after which any pose can be reached."""


@dataclass(frozen=True)
class PosePin:
    """A pose at `seconds` (held until seconds + hold), in the neutral terms of a performance.

    rotations (55, 4), joints (55,) bool; translation (3,), root bool; face (52,), channels (52,) bool.
    strength 1 with falloff 0 is exact; otherwise the result is pulled there by `strength`, fading over `falloff` s.
    """

    name: str
    seconds: float
    rotations: Array
    joints: Bools
    translation: Array
    root: bool
    face: Array
    channels: Bools
    hold: float = 0.0
    strength: float = 1.0
    falloff: float = 0.0
    expressions: Array | None = None
    """(100,) SMPL-X expressions, NaN where they are free; None on rigs without expression keys."""

    @property
    def exact(self) -> bool:
        return self.strength >= 1.0 and self.falloff <= 0.0


@dataclass(frozen=True)
class LookPin:
    """Head and eyes toward a point from `start` to `end` seconds; target (T, 3) or (3,) metres, neutral space."""

    name: str
    start: float
    end: float
    target: Array
    strength: float = 1.0
    ease: float = 0.35


def check_pose_pins(pins: tuple[PosePin, ...], seconds: float, motions: tuple[KeptMotion, ...] = ()) -> None:
    """Raises OratorError that names the pin outside the speech, or the exact pins or motion that disagree."""
    for pin in pins:
        if not -NEAR <= pin.seconds < seconds + NEAR:
            raise OratorError(f"The pin '{pin.name}' lies outside the speech. Move it, or untick it.")
    exact = sorted((p for p in pins if p.exact), key=lambda p: p.seconds)
    for k, a in enumerate(exact):
        for b in exact[k + 1 :]:
            if b.seconds > a.seconds + a.hold + NEAR:
                break
            if _disagree(a, b):
                raise OratorError(f"The pins '{a.name}' and '{b.name}' ask different poses at one time. Untick one.")
    for motion in motions:
        for pin in exact:
            inside = np.array([pin.seconds, pin.seconds + pin.hold])
            inside = inside[motion.covers(inside, NEAR)]
            if len(inside) and any(_disagree(pin, _moment(motion, float(at))) for at in inside):
                raise OratorError(
                    f"The pin '{pin.name}' and the motion '{motion.name}' that is generated around ask different poses "
                    "at one time. Untick the pin, or leave its bones out of what is given."
                )


def _moment(motion: KeptMotion, seconds: float) -> PosePin:
    """A given motion at one time, as a pin."""
    at = motion.at(np.array([seconds]))
    return PosePin(
        motion.name, seconds, at.rotations[0], motion.joints, at.translation[0], motion.root, at.face[0],
        motion.channels,
    )  # fmt: skip


def _disagree(a: PosePin, b: PosePin) -> bool:
    joints, channels = a.joints & b.joints, a.channels & b.channels
    dot = np.abs(np.sum(a.rotations * b.rotations, axis=-1))
    turned = joints & (dot < np.cos(np.radians(0.005)))
    moved = a.root and b.root and np.abs(a.translation - b.translation).max() > 1e-4
    faces = channels & (np.abs(a.face - b.face) > 1e-4)
    if a.expressions is not None and b.expressions is not None:
        faces = np.abs(a.expressions - b.expressions) > 1e-3  # what is free is NaN, which differs from nothing
    return bool(turned.any() or moved or faces.any())


def pin_rows(pin: PosePin, times: Array) -> Array:
    """Indices of the frames at `times` (T,) that are the pin's: its hold, or the frame nearest to it.

    A scene whose rate changed since has no frame at the pin's own time; the nearest one stands in.
    """
    on = np.flatnonzero((times >= pin.seconds - NEAR) & (times <= pin.seconds + pin.hold + NEAR))
    if len(on) or not len(times):
        return on
    nearest = int(np.argmin(np.abs(times - pin.seconds)))
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0
    return np.array([nearest]) if abs(times[nearest] - pin.seconds) <= 0.5 * step + NEAR else np.zeros(0, int)


def pins_at_times(
    pins: tuple[PosePin, ...], times: Array, motions: tuple[KeptMotion, ...] = ()
) -> tuple[Performance, Mask]:
    """Hints and mask of the exact pins and the given motions on frames at `times` (T,) seconds."""
    hints = rest_performance(len(times))
    mask = everything(len(times))
    rotations, translation, face = (np.array(a) for a in (hints.rotations, hints.translation, hints.face))

    def give(rows: Array, has: PosePin | KeptMotion, turns: Array, path: Array, weights: Array) -> None:
        joints, channels = np.flatnonzero(has.joints), np.flatnonzero(has.channels)
        rotations[np.ix_(rows, joints)] = turns[..., joints, :]
        mask.joints[np.ix_(rows, joints)] = False
        face[np.ix_(rows, channels)] = weights[..., channels]
        mask.face[np.ix_(rows, channels)] = False
        if has.root:
            translation[rows] = path
            mask.root[rows] = False

    for motion in motions:
        rows = np.flatnonzero(motion.covers(times, NEAR))
        if not len(rows) and len(times):
            rows = np.array([np.argmin(np.abs(times - motion.first))])  # a single key between two of these frames
        at = motion.at(times[rows])
        give(rows, motion, at.rotations, at.translation, at.face)
    for pin in (p for p in pins if p.exact):
        give(pin_rows(pin, times), pin, pin.rotations, pin.translation, pin.face)
    return Performance(rotations, translation, face), mask


def unreachable_pins(pins: tuple[PosePin, ...]) -> tuple[str, ...]:
    """Sentences about exact pins that a body cannot reach in the time between them, the first few."""
    exact = sorted((p for p in pins if p.exact), key=lambda p: p.seconds)
    sentences = []
    for k, a in enumerate(exact):
        for b in exact[k + 1 :]:
            gap = b.seconds - (a.seconds + a.hold)
            if gap > SLOWEST_REACH:
                break
            if gap <= NEAR:
                continue
            turn = np.where(a.joints & b.joints, angle_between(a.rotations, b.rotations), 0.0)
            worst = int(np.argmax(turn))
            way = float(np.linalg.norm(a.translation - b.translation)) if a.root and b.root else 0.0
            if turn[worst] / gap > FASTEST_TURN:
                what = f"{skeleton.JOINTS[worst].replace('_', ' ')} turns {turn[worst]:.0f} degrees"
            elif way / gap > FASTEST_WALK:
                what = f"the body moves {way:.1f} m"
            else:
                if not (a.joints & ~b.joints).any() and (b.root or not a.root):
                    break  # what comes later is the later pin's to tell
                continue
            sentences.append(
                f"From '{a.name}' to '{b.name}' {what} in {gap:.2f} s, which no body does: it will snap. Move the pins "
                "apart, or make one of them soft."
            )
            break
        if len(sentences) == 3:
            break
    return tuple(sentences)


def direct(
    performance: Performance,
    times: Array,
    pins: tuple[PosePin, ...] = (),
    looks: tuple[LookPin, ...] = (),
    motions: tuple[KeptMotion, ...] = (),
) -> Performance:
    """The performance, whose frames are at `times` seconds, with look-at ranges, soft pulls and what is given applied.

    Exact pins and given motion are last and win. Nothing changes outside their reach.
    """
    for look in looks:
        performance = _look(performance, times, look)
    for pin in pins:
        if not pin.exact:
            performance = _pull(performance, times, pin)
    exact = tuple(p for p in pins if p.exact)
    if exact or motions:
        performance = honour(performance, *pins_at_times(exact, times, motions), times)
    return performance


def direct_expressions(
    performance: Performance,
    times: Array,
    pins: tuple[PosePin, ...],
    motions: tuple[KeptMotion, ...],
    driven: Driven,
) -> Performance:
    """Expressions pulled to soft pins and met at exact pins and in given motion; the weights are done by `direct`.

    A pin that has a whole ARKit face but no expressions asks for those that its weights stand for.
    """
    asked = {id(p): _asked(p, driven) for p in pins}
    if not any(e is not None for e in asked.values()) and all(m.expressions is None for m in motions):
        return performance
    if performance.expressions is None:
        if not driven.expressive:
            return performance
        performance = replace(performance, expressions=no_expressions(len(times)))
    made = np.array(performance.expressions)
    width = made.shape[1]
    wanted = np.full(made.shape, np.nan)
    for motion in motions:
        rows = np.flatnonzero(motion.covers(times, NEAR))
        acted = motion.at(times[rows]).expressions if motion.expressions is not None else None
        if acted is not None:
            wanted[rows] = acted[:, :width]
    for pin in pins:
        asks = asked[id(pin)]
        if asks is None:
            continue
        goal = asks[:width]
        if pin.exact:
            rows = pin_rows(pin, times)
            wanted[rows] = np.where(np.isfinite(goal), goal, wanted[rows])
        else:
            away = np.where(np.isfinite(goal), goal - made, 0.0)
            made += (_pull_weight(pin, times)[:, None] * away).astype(np.float32)
    return meet_expressions(replace(performance, expressions=made), wanted, times)


def _asked(pin: PosePin, driven: Driven) -> Array | None:
    if pin.expressions is not None or not whole(pin.channels) or not driven.expressive:
        return pin.expressions
    return of_weights(pin.face, driven)


def _pull_weight(pin: PosePin, times: Array) -> Array:
    """(T,) how far a soft pin pulls at each time."""
    away = np.maximum(np.maximum(pin.seconds - times, times - pin.seconds - pin.hold), 0.0)
    return pin.strength * wendland(away, max(pin.falloff, 1e-3))


def _pull(performance: Performance, times: Array, pin: PosePin) -> Performance:
    weight = _pull_weight(pin, times)
    on = np.flatnonzero(weight > 0)
    rotations, face = np.array(performance.rotations), np.array(performance.face)
    translation = np.array(performance.translation)
    joints, channels = np.flatnonzero(pin.joints), np.flatnonzero(pin.channels)
    block = np.ix_(on, joints)
    rotations[block] = slerp(rotations[block], pin.rotations[joints][None], weight[on, None])
    face[np.ix_(on, channels)] += weight[on, None] * (pin.face[channels] - face[np.ix_(on, channels)])
    if pin.root:
        translation[on] += weight[on, None] * (pin.translation - translation[on])
    return make_performance(rotations, translation, face, performance.fps, performance.expressions)


_SHARES: Final = (("spine3", 0.12), ("neck", 0.33), ("head", 0.35))
"""How a turn of the gaze is shared by the trunk and head; the eyes take what is left."""

_EYE_LIMIT: Final = np.radians(arkit.LOOK_DEGREES)


def _look(performance: Performance, times: Array, look: LookPin) -> Performance:
    """Aim the gaze: the direction between the eyes is turned toward the target, eased in and out at the ends."""
    ramp = np.minimum((times - look.start) / look.ease + 1.0, (look.end - times) / look.ease + 1.0)
    ramp = np.clip(ramp, 0.0, 1.0)
    weight = look.strength * ramp**2 * (3.0 - 2.0 * ramp)
    on = np.flatnonzero(weight > 0)
    if len(on) == 0:
        return performance
    rotations, face = np.array(performance.rotations), np.array(performance.face)
    part, target = rotations[on].astype(np.float64), np.broadcast_to(look.target, (len(times), 3))[on]
    translation = performance.translation[on]
    turn = to_rotvec(_gaze_error(part, translation, target))
    for name, share in _SHARES:
        j = INDEX[name]
        world = world_rotations(part)
        step = from_rotvec(turn * (share * weight[on])[:, None])
        # A turn in model space, expressed at the joint: W^-1 · step · W.
        part[:, j] = multiply(part[:, j], multiply(multiply(conjugate(world[:, j]), step), world[:, j]))
    rotations[on] = part
    left = _gaze_error(part, translation, target)
    head = world_rotations(part)[:, INDEX["head"]]
    local = to_rotvec(multiply(multiply(conjugate(head), left), head)) * weight[on, None]
    face[on] = _aim_eyes(face[on], pitch=local[:, 0], yaw=local[:, 1], weight=weight[on])
    return make_performance(rotations, performance.translation, face, performance.fps, performance.expressions)


def _gaze_error(rotations: Array, translation: Array, target: Array) -> Array:
    """(T, 4): the shortest model-space turn from where the head faces to the target."""
    positions, world = forward_kinematics(rotations, translation)
    eyes = positions[:, [INDEX["left_eye_smplhf"], INDEX["right_eye_smplhf"]]].mean(axis=1)
    facing = rotate(world[:, INDEX["head"]], np.array([0.0, 0.0, 1.0]))
    wanted = target - eyes
    wanted = wanted / np.maximum(np.linalg.norm(wanted, axis=-1, keepdims=True), 1e-9)
    q = np.concatenate([1.0 + np.sum(facing * wanted, axis=-1, keepdims=True), np.cross(facing, wanted)], axis=-1)
    q = np.where(q[:, :1] < 1e-6, np.array([0.0, 0.0, 1.0, 0.0]), q)
    return q / np.linalg.norm(q, axis=-1, keepdims=True)


def _aim_eyes(face: Array, pitch: Array, yaw: Array, weight: Array) -> Array:
    """Eye look weights for a gaze `pitch` down and `yaw` to the person's left (radians), mixed in by `weight`."""
    across = np.clip(yaw / _EYE_LIMIT, -1.0, 1.0)
    down = np.clip(pitch / _EYE_LIMIT, -1.0, 1.0)
    wanted = {
        "eyeLookOutLeft": across,
        "eyeLookInRight": across,
        "eyeLookInLeft": -across,
        "eyeLookOutRight": -across,
        "eyeLookDownLeft": down,
        "eyeLookDownRight": down,
        "eyeLookUpLeft": -down,
        "eyeLookUpRight": -down,
    }
    out = np.array(face)
    for name, value in wanted.items():
        k = arkit.INDEX[name]
        out[:, k] += weight * (np.maximum(value, 0.0) - out[:, k])
    return out
