"""A take as it is baked: the stored performance under its layers, its pins and its look-at ranges."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from .directing import NEAR, LookPin, PosePin, direct
from .face.controls import FaceControls, apply_face_controls
from .face.eyes import EyeControls, apply_eyes
from .layers import BodyLayers, Pauses, apply_body_layers
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

    def pinned(self, seconds: np.ndarray) -> np.ndarray:
        """(T,) bool: frames at `seconds` that must be hit to the number."""
        out = np.zeros(len(seconds), bool)
        for pin in self.pins:
            if pin.exact:
                out |= (seconds >= pin.seconds - NEAR) & (seconds <= pin.seconds + pin.hold + NEAR)
        return out


def apply_layers(performance: Performance, shaping: Shaping) -> Performance:
    """The performance under its sliders, at its own rate. Neutral sliders change nothing."""
    layers = shaping.layers
    shaped = apply_body_layers(performance, layers.body, shaping.pauses)
    face = shaped.face
    if layers.eyes is not None:
        face = apply_eyes(face, shaped.fps, shaping.seed, layers.eyes)
    if layers.face != FaceControls():
        face = apply_face_controls(face, layers.face, shaped.fps)
    return shaped if face is shaped.face else replace(shaped, face=np.asarray(face, np.float32))


def apply_direction(sampled: Performance, seconds: np.ndarray, shaping: Shaping) -> Performance:
    """Pins and look-at ranges on frames at `seconds` (T,): exact pins are met on the very frames that are baked."""
    if not shaping.pins and not shaping.looks:
        return sampled
    return direct(sampled, seconds, shaping.pins, shaping.looks)
