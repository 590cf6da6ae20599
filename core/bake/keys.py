"""Keyframes for a rig's motion: which F-curves, with which keys and handles. Plain arrays, no bpy.

Everything slow of a bake happens here, so that it can run beside Blender; writing the result is then instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from ..arrays import Array
from ..euler import ORDERS, from_axis_angle, from_euler, to_axis_angle, to_euler
from ..rig.motion import RigMotion
from ..rotations import hemisphere_continuous, normalise
from . import fitting
from .fitting import Bounds
from .reach import ROUNDS, Reach, chains, places, tightened

FACE_GROUP: Final = "Face"
Tick = Callable[[float], None]


@dataclass(frozen=True)
class CurveKeys:
    """One F-curve.

    target   '' for the armature object, else the name of a mesh object, whose shape keys are meant
    path     data path, and index for array properties
    frames   (K,) scene frames, and values (K,); what is dense is float32, as Blender keeps it
    handles  None for straight segments, else (K, 4): left frame, left value, right frame, right value
    constant each value is held until the next key
    """

    target: str
    path: str
    index: int
    group: str
    frames: Array
    values: Array
    handles: Array | None = None
    constant: bool = False


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
    reach      the bones that sparse curves must bring to their place; None where that is not known
    whole      beside a motion of some channels only: the whole one, whose other channels are taken for exact
    """

    bounds: Bounds | None = None
    metre: float = 1.0
    pinned: tuple[float, ...] = ()
    modes: Mapping[str, str] = field(default_factory=dict)
    of_bones: Mapping[str, Array] = field(default_factory=dict)
    of_shapes: Array | None = None
    start: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    reach: Reach | None = None
    whole: RigMotion | None = None

    def exact(self, target: str, group: str) -> Array:
        """The frames that must be met by a bone's curves (its group), or a mesh's shapes."""
        own = self.of_shapes if target else self.of_bones.get(group)
        return np.asarray(self.pinned if own is None else np.union1d(own, self.pinned), np.float64)


def escaped(name: str) -> str:
    """A bone or shape name as Blender escapes it in a data path."""
    return name.replace("\\", "\\\\").replace('"', '\\"')


@dataclass
class _Channels:
    """Channels (T, C) that share key times, with their fit; `turn` makes quaternions of them, for rotations."""

    target: str
    path: str
    group: str
    samples: Array
    error_of: fitting.ErrorOf | None
    turn: Callable[[Array], Array] | None = None
    tight: Array | None = None
    found: fitting.Fit | None = None

    def fit(self, frames: Array, settings: KeySettings) -> None:
        """Fit within the bound, more tightly where `tight` says so."""
        if self.error_of is None:
            return
        pinned = _index(frames, settings.exact(self.target, self.group))
        start = settings.start.get((self.target, self.path))
        error_of, tight = self.error_of, self.tight
        bound = error_of if tight is None else lambda fitted: error_of(fitted) * tight
        self.found = fitting.fit(self.samples, bound, pinned, None if start is None else _index(frames, start))

    def shown(self) -> Array:
        """(T, C) what the fitted curves show."""
        assert self.found is not None
        return fitting.evaluate(self.found, len(self.samples))

    def error(self) -> Array:
        """(T,) how far they are off, as a share of the bound."""
        return np.zeros(len(self.samples)) if self.error_of is None else self.error_of(self.shown())

    def curves(self, frames: Array) -> list[CurveKeys]:
        """F-curves; a single channel is no array property (index 0)."""
        count = self.samples.shape[1]
        if self.found is None:
            dense = self.samples.astype(np.float32)
            return [CurveKeys(self.target, self.path, c, self.group, frames, dense[:, c].copy()) for c in range(count)]
        found, at = self.found, frames[self.found.index]
        left, right, left_values, right_values = fitting.handles(found, at)
        out = []
        for c in range(count):
            handles = np.column_stack([left, left_values[:, c], right, right_values[:, c]])
            out.append(CurveKeys(self.target, self.path, c, self.group, at, found.values[:, c], handles))
        return out


def _bring_ends_home(
    body: dict[tuple[str, str], _Channels], motion: RigMotion, frames: Array, settings: KeySettings
) -> None:
    """Fit again what moves feet, hands or head too far from where the motion has them."""
    assert settings.reach is not None
    whole = settings.whole or motion
    true = ({**whole.rotations, **motion.rotations}, {**whole.locations, **motion.locations})
    hung = chains(settings.reach)
    wanted = places(settings.reach, true, len(frames))
    rotations, locations = dict(true[0]), dict(true[1])
    changed = [key for key in body if key[1] in hung]
    errors = {key: body[key].error for key in changed}
    for _ in range(ROUNDS):
        for kind, bone in changed:
            shown = body[kind, bone].shown()
            if kind == "location":
                locations[bone] = shown
            else:
                turn = body[kind, bone].turn
                assert turn is not None
                rotations[bone] = normalise(turn(shown))
        factors = tightened(settings.reach, true, (rotations, locations), wanted, errors)
        if not factors:
            return
        for key, factor in factors.items():
            channels = body[key]
            channels.tight = factor if channels.tight is None else np.maximum(channels.tight, factor)
            channels.fit(frames, settings)
        changed = list(factors)


def _index(frames: Array, wanted: Array) -> Array:
    """Indices of those of the `wanted` frames that are among `frames` (T,), ascending."""
    at = np.searchsorted(frames, wanted).clip(0, len(frames) - 1)
    return at[np.abs(frames[at] - wanted) < 1e-3]


def _rotation(
    mode: str, quaternions: Array, bounds: Bounds | None
) -> tuple[str, Array, fitting.ErrorOf | None, Callable[[Array], Array]]:
    """Property name, channels (T, C), their error and their way back to quaternions, in a bone's rotation mode."""
    target = hemisphere_continuous(normalise(np.asarray(quaternions, np.float64)))
    error = None if bounds is None else fitting.rotation_error(target, bounds.degrees)

    def through(convert: Callable[[Array], Array]) -> fitting.ErrorOf | None:
        if error is None:
            return None

        def wrapped(fitted: Array) -> Array:
            turned = convert(fitted)
            return error(turned * np.where(np.sum(turned * target, axis=1) < 0, -1.0, 1.0)[:, None])

        return wrapped

    if mode in ORDERS:

        def back(angles: Array) -> Array:
            return from_euler(angles, mode)

        return "rotation_euler", to_euler(target, mode), through(back), back
    if mode == "AXIS_ANGLE":
        return "rotation_axis_angle", to_axis_angle(target), through(from_axis_angle), from_axis_angle
    return "rotation_quaternion", target, error, lambda values: values


def keys_of(
    motion: RigMotion, frames: Array, settings: KeySettings, tick: Tick = lambda fraction: None
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

    body: dict[tuple[str, str], _Channels] = {}
    for bone, location in motion.locations.items():
        location = np.asarray(location, np.float64)
        error = None if bounds is None else fitting.distance_error(location, bounds.metres * settings.metre)
        path = f'pose.bones["{escaped(bone)}"].location'
        body["location", bone] = _Channels("", path, bone, location, error)
    for bone, quaternions in motion.rotations.items():
        name, samples, error, turn = _rotation(settings.modes.get(bone, "QUATERNION"), quaternions, bounds)
        path = f'pose.bones["{escaped(bone)}"].{name}'
        body["rotation", bone] = _Channels("", path, bone, samples, error, turn)
    for channels in body.values():
        channels.fit(frames, settings)
        step()
    if bounds is not None and settings.reach is not None and body and len(frames) > 1:
        _bring_ends_home(body, motion, frames, settings)
    for channels in body.values():
        out += channels.curves(frames)
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
            channels = _Channels(mesh, path, FACE_GROUP, samples, error)
            channels.fit(frames, settings)
            fitted[same] = channels.curves(frames)[0]
        out.append(replace(fitted[same], target=mesh, path=path))
        step()
    return tuple(out)
