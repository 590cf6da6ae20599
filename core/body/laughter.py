"""Laughter performed: bursts of the voice shake shoulders and chest, the head goes back, mouth and eyes laugh."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..arkit import INDEX as FACE
from ..arrays import Array
from ..performance import Performance, make_performance
from ..rotations import from_rotvec, multiply
from ..skeleton import INDEX, PARTS
from ..speech.speech import SAMPLE_RATE, Speech

_RISE, _FALL = 0.28, 1.1
"""Seconds in which a laugh takes hold of the face, and lets it go."""
_SHOWN: Final = {
    "mouthSmile": 0.78, "cheekSquint": 0.6, "eyeSquint": 0.55, "mouthUpperUp": 0.25, "mouthLowerDown": 0.12,
    "browOuterUp": 0.15, "noseSneer": 0.12,
}  # fmt: skip
_TALKING: Final = ("mouthClose", "mouthPress", "mouthFunnel", "mouthPucker", "mouthRoll", "mouthShrug", "mouthFrown")
"""Channels of words, which a laugh does not shape."""


def envelope(speech: Speech, frames: int, fps: float = 30.0) -> Array:
    """(T,) 0 - 1: the bursts of a voice, against its own loudest within a second and a half."""
    hop = SAMPLE_RATE / fps
    edges = np.minimum(np.round(np.arange(frames + 1) * hop).astype(int), len(speech.samples))
    power = np.concatenate([[0.0], np.cumsum(np.asarray(speech.samples, np.float64) ** 2)])
    loud = np.sqrt(np.maximum(np.diff(power[edges]), 0.0) / np.maximum(np.diff(edges), 1))
    loud = gaussian_filter1d(loud, 0.7)
    return loud / np.maximum(maximum_filter1d(loud, int(1.5 * fps)), 1e-4)


def laugh(
    performance: Performance,
    laughs: tuple[tuple[float, float], ...],
    speech: Speech,
    seed: int = 0,
    parts: tuple[str, ...] = PARTS,
) -> Performance:
    """The performance with laughs (start, end) in seconds performed as the bursts of `speech`, the sound as it came."""
    if not laughs:
        return performance
    fps, frames = performance.fps, performance.frames
    times = np.arange(frames) / fps
    hold, within = np.zeros(frames), np.zeros(frames)
    rng = np.random.default_rng((seed & 0xFFFFFFFF, 23))
    back = np.zeros(frames)
    for start, end in laughs:
        size = float(np.clip(0.65 + 0.15 * (end - start), 0.65, 1.0)) * rng.uniform(0.9, 1.1)
        shape = _step((times - start + 0.1) / _RISE) * (1.0 - _step((times - end + 0.15) / _FALL))
        hold = np.maximum(hold, min(size, 1.0) * shape)
        within = np.maximum(within, _step((times - start) / 0.12) * (1.0 - _step((times - end) / 0.2)))
        way = float(rng.choice((-1.0, 1.0, -1.0)))
        back += way * shape * (1.0 - 0.5 * _step((times - start) / max(end - start, 0.8)))
    bursts = envelope(speech, frames, fps) * within
    face = np.array(performance.face, np.float64)
    rotations = np.array(performance.rotations, np.float64)
    if "face" in parts:
        _face(face, hold, bursts)
    if "upper" in parts:
        _body(rotations, hold, bursts, back)
    return make_performance(rotations, performance.translation, face, fps, performance.expressions)


def _step(x: Array) -> Array:
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def _face(face: Array, hold: Array, bursts: Array) -> None:
    for name in _TALKING:
        for k in (k for channel, k in FACE.items() if channel.startswith(name)):
            face[:, k] *= 1.0 - hold
    jaw = FACE["jawOpen"]
    face[:, jaw] = (1.0 - hold) * face[:, jaw] + hold * (0.1 + 0.24 * gaussian_filter1d(bursts, 1.0))
    for name, size in _SHOWN.items():
        for side, scale in (("Left", 1.0), ("Right", 0.96)):
            k = FACE[f"{name}{side}"]
            face[:, k] = np.clip(np.maximum(face[:, k], scale * size * hold * (0.85 + 0.15 * bursts)), 0.0, 1.0)


def _body(rotations: Array, hold: Array, bursts: Array, back: Array) -> None:
    """Head and chest back (or forward, doubled up), shaken by the bursts; in place."""
    shake = gaussian_filter1d(bursts, 0.8) * hold
    zero = np.zeros(len(hold))

    def turn(name: str, pitch: Array, roll: Array = zero) -> None:
        j = INDEX[name]
        rotations[:, j] = multiply(rotations[:, j], from_rotvec(np.radians(np.stack([pitch, zero, roll], axis=1))))

    lean = gaussian_filter1d(back, 3.0)
    turn("spine2", 3.0 * lean + 1.2 * shake)
    turn("spine3", 2.5 * lean + 1.6 * shake)
    turn("neck", 3.0 * lean - 0.8 * shake)
    turn("head", 5.0 * lean - 1.5 * shake)
    turn("left_collar", zero, 4.0 * shake + 2.0 * hold)
    turn("right_collar", zero, -(4.0 * shake + 2.0 * hold))
