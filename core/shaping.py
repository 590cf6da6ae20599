"""A take as it is baked: the stored performance under its layers, its pins and its look-at ranges."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from .directing import LookPin, PosePin, direct, pin_rows, pins_at_times
from .face.controls import FaceControls, apply_face_controls
from .face.eyes import EyeControls, apply_eyes
from .given import GivenMotion
from .layers import BodyLayers, Pauses, apply_body_layers
from .mask import Mask
from .performance import Performance


@dataclass(frozen=True)
class Layers:
    """All sliders of a take; `eyes` None keeps the blinks and gaze that were generated."""

    body: BodyLayers = field(default_factory=BodyLayers)
    face: FaceControls = field(default_factory=FaceControls)
    eyes: EyeControls | None = None


@dataclass(frozen=True)
class Shaping:
    """What is laid over a stored performance before it is baked."""

    layers: Layers = field(default_factory=Layers)
    pins: tuple[PosePin, ...] = ()
    looks: tuple[LookPin, ...] = ()
    pauses: Pauses = ()
    seed: int = 0
    motions: tuple[GivenMotion, ...] = ()

    def given(self, seconds: np.ndarray) -> Mask | None:
        """False where a frame at `seconds` (T,) is given, exact pins and motion alike; None when nothing is."""
        if not self.motions and not any(pin.exact for pin in self.pins):
            return None
        return pins_at_times(self.pins, seconds, self.motions)[1]

    def to_the_number(self, seconds: np.ndarray) -> Mask | None:
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


def apply_layers(performance: Performance, shaping: Shaping) -> Performance:
    """The performance under its sliders, at its own rate. Neutral sliders change nothing."""
    return with_face(shape_body(performance, shaping), shape_face(performance, shaping))


def shape_body(performance: Performance, shaping: Shaping) -> Performance:
    """The performance under its body sliders; the face stays."""
    return apply_body_layers(performance, shaping.layers.body, shaping.pauses)


def shape_face(performance: Performance, shaping: Shaping) -> np.ndarray:
    """The face (T, 52) under its sliders; the very array when they are neutral."""
    layers, face = shaping.layers, performance.face
    if layers.eyes is not None:
        face = apply_eyes(face, performance.fps, shaping.seed, layers.eyes)
    if layers.face != FaceControls():
        face = apply_face_controls(face, layers.face, performance.fps)
    return face


def with_face(body: Performance, face: np.ndarray) -> Performance:
    """A performance with another face."""
    return body if face is body.face else replace(body, face=np.asarray(face, np.float32))


def apply_direction(sampled: Performance, seconds: np.ndarray, shaping: Shaping) -> Performance:
    """Pins and look-at ranges on frames at `seconds` (T,): exact pins are met on the very frames that are baked."""
    if not shaping.pins and not shaping.looks and not shaping.motions:
        return sampled
    return direct(sampled, seconds, shaping.pins, shaping.looks, shaping.motions)
