"""The neutral performance: body rotations, root translation and face weights at a fixed rate; no rig.

Frozen dataclasses: they cross thread borders. Arrays are treated as read-only; functions return new performances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from . import arkit, skeleton
from .arrays import Array
from .errors import OratorError
from .rotations import hemisphere_continuous, normalise, slerp

MODEL_FPS: Final = 30.0
"""The rate inside the models."""

_WINDOW: Final = 4096
_FURTHEST: Final = 1e6
_MOST_EXPRESSIONS: Final = 1000
_FASTEST: Final = 1e5


def frame_count(seconds: float, fps: float = MODEL_FPS) -> int:
    """Frames that cover the whole speech, the tail included: ceil(seconds * fps), at least 1."""
    return max(1, math.ceil(seconds * fps - 1e-6))


@dataclass(frozen=True)
class Performance:
    """What a body and a face do over time; frame k is at k / fps seconds from the start of the speech.

    rotations    (T, 55, 4) float32, local unit quaternions wxyz from the SMPL-X rest pose, hemisphere-continuous.
    translation  (T, 3) float32, metres, SMPL-X axes (Y up); added to the rest pelvis.
    face         (T, 52) float32, ARKit weights in [0, 1].
    expressions  (T, 100) float32 or None, FLAME/SMPL-X expression coefficients.
    """

    rotations: Array
    translation: Array
    face: Array
    fps: float = MODEL_FPS
    expressions: Array | None = None

    @property
    def frames(self) -> int:
        return len(self.rotations)

    @property
    def seconds(self) -> float:
        return self.frames / self.fps

    def times(self) -> Array:
        """Seconds of each frame from the start of the speech, (T,)."""
        return np.arange(self.frames) / self.fps

    def cut(self, first: int, last: int) -> Performance:
        """Frames first (included) to last (excluded)."""
        return replace(
            self,
            rotations=self.rotations[first:last],
            translation=self.translation[first:last],
            face=self.face[first:last],
            expressions=None if self.expressions is None else self.expressions[first:last],
        )


def rest_performance(frames: int, fps: float = MODEL_FPS) -> Performance:
    """A body in the rest pose standing on the floor, with a neutral face."""
    rotations = np.zeros((frames, skeleton.JOINT_COUNT, 4), np.float32)
    rotations[..., 0] = 1.0
    translation = np.zeros((frames, 3), np.float32)
    translation[:, 1] = -skeleton.FLOOR_AT_REST
    return Performance(rotations, translation, np.zeros((frames, arkit.COUNT), np.float32), fps)


def make_performance(
    rotations: Array,
    translation: Array,
    face: Array,
    fps: float = MODEL_FPS,
    expressions: Array | None = None,
) -> Performance:
    """A checked performance: unit quaternions, continuous hemispheres, face clipped to [0, 1], all float32.

    Raises OratorError when shapes disagree or values are not finite.
    """
    rotations, translation, face = (np.asarray(a) for a in (rotations, translation, face))
    frames = len(rotations)
    expected = ((frames, skeleton.JOINT_COUNT, 4), (frames, 3), (frames, arkit.COUNT))
    names = ("rotations", "translation", "face")
    for name, array, shape in zip(names, (rotations, translation, face), expected, strict=True):
        if array.shape != shape:
            raise OratorError(f"The performance's {name} have shape {array.shape}, not {shape}: use another file.")
        if array.dtype.kind not in "fiub" or not np.isfinite(array).all():
            raise OratorError(f"The performance's {name} are not all numbers: generate or export it again.")
        if float(np.abs(array).max(initial=0)) > _FURTHEST:
            raise OratorError(f"The performance's {name} hold values that cannot be: generate or export it again.")
    if frames == 0 or not (math.isfinite(fps) and 1e-3 <= fps <= _FASTEST):
        raise OratorError("The performance has no frames or no frame rate: generate or export it again.")
    if expressions is not None:
        given, expressions = np.asarray(expressions), None
        numbers = given.dtype.kind in "fiub" and given.ndim == 2 and len(given) == frames and given.shape[1] > 0
        if not numbers or given.shape[1] > _MOST_EXPRESSIONS or not np.isfinite(given).all():
            raise OratorError(f"The performance's expressions {given.shape} are damaged: generate or export it again.")
        expressions = np.clip(given, -_FURTHEST, _FURTHEST).astype(np.float32)
    return Performance(
        _continuous_units(rotations),
        translation.astype(np.float32),
        np.clip(face, 0.0, 1.0, dtype=np.float32, casting="unsafe"),
        float(fps),
        expressions,
    )


def _continuous_units(rotations: Array) -> Array:
    """Unit, hemisphere-continuous float32 quaternions (T, 55, 4), in windows: an hour needs no second copy.

    Values that are already unit stay to the bit, so that reading what was written changes nothing.
    """
    out = np.empty(rotations.shape, np.float32)
    for first in range(0, len(rotations), _WINDOW):
        part = np.asarray(rotations[first : first + _WINDOW], np.float64)
        off = np.abs(np.linalg.norm(part, axis=-1, keepdims=True) - 1.0) > 1e-6
        part = np.where(off, normalise(part), part)
        if first == 0:
            out[: len(part)] = hemisphere_continuous(part)
        else:
            joined = np.concatenate([out[first - 1 : first].astype(np.float64), part])
            out[first : first + len(part)] = hemisphere_continuous(joined)[1:]
    return out


def sample(performance: Performance, seconds: Array) -> Performance:
    """The performance at any times (N,) in seconds, by slerp and linear interpolation; ends are held.

    The result's `fps` is the source's: its frames are at `seconds`, not at k / fps.
    """
    position = np.clip(np.asarray(seconds, np.float64) * performance.fps, 0, performance.frames - 1)
    low = np.floor(position + 1e-9).astype(int)
    high = np.minimum(low + 1, performance.frames - 1)
    t = np.clip(position - low, 0.0, 1.0)

    def lerp(array: Array) -> Array:
        return (array[low] * (1.0 - t[:, None]) + array[high] * t[:, None]).astype(np.float32)

    rotations = slerp(performance.rotations[low], performance.rotations[high], t[:, None])
    return replace(
        performance,
        rotations=hemisphere_continuous(rotations).astype(np.float32),
        translation=lerp(performance.translation),
        face=lerp(performance.face),
        expressions=None if performance.expressions is None else lerp(performance.expressions),
    )


def resample(performance: Performance, fps: float) -> Performance:
    """The performance at another frame rate, by true time; the last frame still covers the tail."""
    if abs(fps - performance.fps) < 1e-9:
        return performance
    frames = frame_count(performance.seconds, fps)
    return replace(sample(performance, np.arange(frames) / fps), fps=float(fps))


@dataclass(frozen=True)
class Take:
    """A performance with its provenance: `meta` is JSON-like (seed, settings, model ids and versions, durations)."""

    performance: Performance
    name: str = "Take"
    meta: dict[str, Any] = field(default_factory=dict)
