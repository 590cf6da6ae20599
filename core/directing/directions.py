"""A take as it is baked: the stored performance under its sliders, its pins and its look-at ranges."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from ..arrays import Array
from ..face.driven import UNDRIVEN, Driven, changed_names, follow
from ..face.eyes import EyeSliders, apply_eyes
from ..face.sliders import FaceSliders, apply_face_sliders
from ..mask import Mask
from ..performance import Performance, sample
from ..rotations import multiply, to_rotvec
from ..skeleton import FACE_JOINTS, INDEX
from .kept import KeptMotion
from .pins import LookPin, PosePin, direct, direct_expressions, pin_rows, pins_at_times
from .sliders import BodySliders, Pauses, apply_body_sliders


@dataclass(frozen=True)
class Sliders:
    """All sliders of a take; `eyes` None keeps the blinks and gaze that were generated."""

    body: BodySliders = field(default_factory=BodySliders)
    face: FaceSliders = field(default_factory=FaceSliders)
    eyes: EyeSliders | None = None


@dataclass(frozen=True)
class Directions:
    """What is laid over a stored performance before it is baked."""

    sliders: Sliders = field(default_factory=Sliders)
    pins: tuple[PosePin, ...] = ()
    looks: tuple[LookPin, ...] = ()
    pauses: Pauses = ()
    seed: int = 0
    motions: tuple[KeptMotion, ...] = ()

    def given(self, seconds: Array) -> Mask | None:
        """False where a frame at `seconds` (T,) is given, exact pins and motion alike; None when nothing is."""
        if not self.motions and not any(pin.exact for pin in self.pins):
            return None
        return pins_at_times(self.pins, seconds, self.motions)[1]

    def exact_expressions(self, seconds: Array) -> Array:
        """(T,) bool: frames at which expressions are given and must be met to the number."""
        rows = np.zeros(len(seconds), bool)
        for pin in self.pins:
            if pin.exact and pin.expressions is not None:
                rows[pin_rows(pin, seconds)] = True
        for motion in (m for m in self.motions if m.expressions is not None):
            rows[[int(np.argmin(np.abs(seconds - k))) for k in motion.keys]] = True
        return rows

    def to_the_number(self, seconds: Array) -> Mask | None:
        """False where sparse curves must be hit to the number: exact pins, and the keys of given motion."""
        if self.given(seconds) is None:
            return None
        _, mask = pins_at_times(self.pins, seconds)
        for motion in self.motions:
            moments = (PosePin("", float(k), motion.rotations[0], motion.joints, motion.translation[0], motion.root,
                               motion.face[0], motion.channels) for k in motion.keys)  # fmt: skip
            rows = np.unique([row for moment in moments for row in pin_rows(moment, seconds)]).astype(int)
            mask.joints[np.ix_(rows, np.flatnonzero(motion.joints))] = False
            mask.face[np.ix_(rows, np.flatnonzero(motion.channels))] = False
            mask.root[rows] &= not motion.root
        return mask


def apply_sliders(performance: Performance, directions: Directions, driven: Driven = UNDRIVEN) -> Performance:
    """The performance under its sliders, at its own rate. Neutral sliders change nothing.

    What plays the face beside its weights (`driven`) follows the sliders of the face.
    """
    return with_face(reshape_body(performance, directions), reshape_face(performance, directions, driven))


def reshape_body(performance: Performance, directions: Directions) -> Performance:
    """The performance under its body sliders; the face stays."""
    return apply_body_sliders(performance, directions.sliders.body, directions.pauses)


@dataclass(frozen=True)
class ReshapedFace:
    """A face under its sliders: weights (T, 52), expressions (T, E) or None, rotations (T, 3, 4) of jaw and eyes.

    changed: the weights that the sliders moved.
    """

    face: Array
    expressions: Array | None
    joints: Array
    changed: frozenset[str] = frozenset()


_FACE_JOINTS: Final = list(FACE_JOINTS)


def reshape_face(performance: Performance, directions: Directions, driven: Driven = UNDRIVEN) -> ReshapedFace:
    """The face under its sliders; the very arrays when they are neutral."""
    sliders, face = directions.sliders, performance.face
    if sliders.eyes is not None:
        head = to_rotvec(multiply(performance.rotations[:, INDEX["neck"]], performance.rotations[:, INDEX["head"]]))
        face = apply_eyes(face, performance.fps, directions.seed, sliders.eyes, head=head)
    if sliders.face != FaceSliders():
        face = apply_face_sliders(face, sliders.face, performance.fps)
    if face is performance.face:
        return ReshapedFace(face, performance.expressions, performance.rotations[:, _FACE_JOINTS])
    before = _later(performance, sliders.face.delay, driven)
    made = follow(before, replace(before, face=np.asarray(face, np.float32)), driven)
    changed = changed_names(before.face, made.face)
    return ReshapedFace(made.face, made.expressions, made.rotations[:, _FACE_JOINTS], changed)


def _later(performance: Performance, delay: float, driven: Driven) -> Performance:
    """The face, with what plays it, later by `delay` seconds."""
    if not delay:
        return performance
    moved = sample(performance, performance.times() - delay)
    rotations = np.array(performance.rotations)
    joints = [INDEX[joint] for joint in driven.joints]
    rotations[:, joints] = moved.rotations[:, joints]
    return replace(performance, rotations=rotations, face=moved.face, expressions=moved.expressions)


def with_face(body: Performance, shaped: ReshapedFace) -> Performance:
    """A performance with another face."""
    if shaped.face is body.face:
        return body
    rotations = np.array(body.rotations)
    rotations[:, _FACE_JOINTS] = shaped.joints
    return replace(body, rotations=rotations, face=shaped.face, expressions=shaped.expressions)


def apply_directions(
    sampled: Performance, seconds: Array, directions: Directions, driven: Driven = UNDRIVEN
) -> Performance:
    """Pins and look-at ranges on frames at `seconds` (T,): exact pins are met on the very frames that are baked."""
    if not directions.pins and not directions.looks and not directions.motions:
        return sampled
    directed = direct(sampled, seconds, directions.pins, directions.looks, directions.motions)
    span = float(seconds[-1] - seconds[0]) if len(seconds) > 1 else 0.0
    fps = (len(seconds) - 1) / span if span > 0 else sampled.fps
    directed = follow(sampled, directed, driven, directions.given(seconds), fps)
    return direct_expressions(directed, seconds, directions.pins, directions.motions, driven)
