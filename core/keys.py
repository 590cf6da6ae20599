"""Keyframes for a rig's motion: which F-curves, with which keys and handles. Plain arrays, no bpy.

Everything slow of a bake happens here, so that it can run beside Blender; writing the result is then instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from . import fitting
from .euler import ORDERS, from_axis_angle, from_euler, to_axis_angle, to_euler
from .fitting import Bounds
from .rig.motion import RigMotion
from .rotations import hemisphere_continuous, normalise

FACE_GROUP: Final = "Face"
Tick = Callable[[float], None]


@dataclass(frozen=True)
class CurveKeys:
    """One F-curve.

    target   '' for the armature object, else the name of a mesh object, whose shape keys are meant
    path     data path, and index for array properties
    frames   (K,) scene frames, and values (K,); what is dense is float32, as Blender keeps it
    handles  None for straight segments, else (K, 4): left frame, left value, right frame, right value
    """

    target: str
    path: str
    index: int
    group: str
    frames: np.ndarray
    values: np.ndarray
    handles: np.ndarray | None = None


@dataclass(frozen=True)
class KeySettings:
    """How keys are made.

    bounds     None for a key on every frame, else the bounds of sparse curves
    metre      how many units of the rig's own space one metre is
    pinned     frames that get a key with exactly the performance's value, where the next two say nothing else
    of_bones   bone name -> such frames of that bone alone
    of_shapes  such frames of the shapes
    modes      bone name -> Blender rotation mode; quaternion for the others
    start      (target, path) -> frames where keys lie already: a fit begins with them, and only adds
    """

    bounds: Bounds | None = None
    metre: float = 1.0
    pinned: tuple[float, ...] = ()
    modes: Mapping[str, str] = field(default_factory=dict)
    of_bones: Mapping[str, np.ndarray] = field(default_factory=dict)
    of_shapes: np.ndarray | None = None
    start: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def exact(self, target: str, group: str) -> np.ndarray:
        """The frames that must be met by a bone's curves (its group), or a mesh's shapes."""
        own = self.of_shapes if target else self.of_bones.get(group)
        return np.asarray(self.pinned if own is None else np.union1d(own, self.pinned), np.float64)


def escaped(name: str) -> str:
    """A bone or shape name as Blender escapes it in a data path."""
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _curves(
    target: str,
    path: str,
    group: str,
    frames: np.ndarray,
    samples: np.ndarray,
    error_of: fitting.ErrorOf | None,
    settings: KeySettings,
) -> list[CurveKeys]:
    """F-curves for channels (T, C) that share key times; a single channel is no array property (index 0)."""
    if error_of is None:
        dense = samples.astype(np.float32)
        return [CurveKeys(target, path, c, group, frames, dense[:, c].copy()) for c in range(samples.shape[1])]
    pinned = _index(frames, settings.exact(target, group))
    start = settings.start.get((target, path))
    found = fitting.fit(samples, error_of, pinned, None if start is None else _index(frames, start))
    at = frames[found.index]
    left, right, left_values, right_values = fitting.handles(found, at)
    out = []
    for c in range(samples.shape[1]):
        handles = np.column_stack([left, left_values[:, c], right, right_values[:, c]])
        out.append(CurveKeys(target, path, c, group, at, found.values[:, c], handles))
    return out


def _index(frames: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Indices of those of the `wanted` frames that are among `frames` (T,), ascending."""
    at = np.searchsorted(frames, wanted).clip(0, len(frames) - 1)
    return at[np.abs(frames[at] - wanted) < 1e-3]


def _rotation(
    mode: str, quaternions: np.ndarray, bounds: Bounds | None
) -> tuple[str, np.ndarray, fitting.ErrorOf | None]:
    """Property name, channels (T, C) and error of a bone's rotation in its rotation mode."""
    target = hemisphere_continuous(normalise(np.asarray(quaternions, np.float64)))
    error = None if bounds is None else fitting.rotation_error(target, bounds.degrees)

    def through(convert: Callable[[np.ndarray], np.ndarray]) -> fitting.ErrorOf | None:
        if error is None:
            return None

        def wrapped(fitted: np.ndarray) -> np.ndarray:
            turned = convert(fitted)
            return error(turned * np.where(np.sum(turned * target, axis=1) < 0, -1.0, 1.0)[:, None])

        return wrapped

    if mode in ORDERS:
        return "rotation_euler", to_euler(target, mode), through(lambda angles: from_euler(angles, mode))
    if mode == "AXIS_ANGLE":
        return "rotation_axis_angle", to_axis_angle(target), through(from_axis_angle)
    return "rotation_quaternion", target, error


def keys_of(
    motion: RigMotion, frames: np.ndarray, settings: KeySettings, tick: Tick = lambda fraction: None
) -> tuple[CurveKeys, ...]:
    """The F-curves of a motion whose samples are at scene `frames` (T,), evenly spaced.

    `tick` hears the fraction done and may raise to stop.
    """
    frames = np.asarray(frames, np.float64)
    bounds = settings.bounds
    total = max(1, len(motion.rotations) + len(motion.locations) + len(motion.shapes))
    done = 0
    out: list[CurveKeys] = []

    def step() -> None:
        nonlocal done
        done += 1
        tick(done / total)

    for bone, location in motion.locations.items():
        path = f'pose.bones["{escaped(bone)}"].location'
        location = np.asarray(location, np.float64)
        error = None if bounds is None else fitting.distance_error(location, bounds.metres * settings.metre)
        out += _curves("", path, bone, frames, location, error, settings)
        step()
    for bone, quaternions in motion.rotations.items():
        name, samples, error = _rotation(settings.modes.get(bone, "QUATERNION"), quaternions, bounds)
        path = f'pose.bones["{escaped(bone)}"].{name}'
        out += _curves("", path, bone, frames, samples, error, settings)
        step()
    for (bone, name), value in motion.properties.items():
        prefix = f'pose.bones["{escaped(bone)}"]' if bone else ""
        held = np.ndim(value) == 0
        values = np.atleast_1d(np.asarray(value, np.float32))
        at = frames[:1] if held else frames
        out.append(CurveKeys("", f'{prefix}["{escaped(name)}"]', 0, bone or FACE_GROUP, at, values))
    fitted: dict[bytes, CurveKeys] = {}
    for (mesh, shape), weights in motion.shapes.items():
        samples = np.asarray(weights, np.float64)[:, None]
        path = f'key_blocks["{escaped(shape)}"].value'
        # Teeth and lashes often move exactly as the head does: fitted once.
        same = samples.tobytes()
        if same not in fitted:
            error = None if bounds is None else fitting.distance_error(samples, bounds.weight)
            fitted[same] = _curves(mesh, path, FACE_GROUP, frames, samples, error, settings)[0]
        out.append(replace(fitted[same], target=mesh, path=path))
        step()
    return tuple(out)


def key_count(curves: tuple[CurveKeys, ...]) -> int:
    """How many keys the curves have together."""
    return sum(len(c.frames) for c in curves)
