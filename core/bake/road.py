"""From a performance to a rig's keyframes, without Blender: sampled by true time, retargeted, and fitted.

`BakeTarget` is read from Blender before the work, `PreparedBake` is written into it afterwards (core/blender/bake.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array
from ..errors import OratorError
from .fitting import Bounds

if TYPE_CHECKING:  # Blender's half reads these types while registering, when scipy has to wait
    from ..directing.shaping import Shaping
    from ..mask import Mask
    from ..performance import Performance
    from ..rig.description import RigDescription
    from ..rig.motion import Coverage
    from ..rig.profile import RigProfile
    from ..smplx.arkit_map import ExpressionMap
    from .keys import CurveKeys, KeySettings

_WINDOW = 4096
_FRAME_SLACK = 1e-4


@dataclass(frozen=True)
class BakeTarget:
    """A character as plain data: its object's name, its rig with the mapping, and the scene's frames a second.

    `expressions` tells how its expression keys and the ARKit shapes show each other; None where that is not known.
    """

    name: str
    description: RigDescription
    profile: RigProfile
    fps: float
    expressions: ExpressionMap | None = None


@dataclass(frozen=True)
class BakeStyle:
    """Dense (bounds None) or sparse keys, and scene frames that are pinned.

    hold  for how many frames drawings are held, on CONSTANT keys whatever the bounds; 0 moves on every frame.
    """

    bounds: Bounds | None = field(default_factory=Bounds)
    pinned: tuple[float, ...] = ()
    hold: int = 0


@dataclass(frozen=True)
class PreparedBake:
    """Keys that only need to be written; `modes` are the bones' rotation modes they were made for."""

    curves: tuple[CurveKeys, ...]
    coverage: Coverage
    frames: Array
    modes: dict[str, str]


def bake_frames(seconds: float, start: float, fps: float) -> Array:
    """Whole scene frames (T,) that a performance of `seconds` covers when it starts at the timeline second `start`.

    The first is the first whole frame not before the start, the last still lies within the performance's tail.
    """
    first = math.ceil(start * fps - _FRAME_SLACK)
    last = max(first, math.ceil((start + seconds) * fps - _FRAME_SLACK) - 1)
    return np.arange(first, last + 1)


def sample_at(performance: Performance, seconds: Array) -> Performance:
    """`sample` in windows, so that an hour needs little more memory than its result."""
    from ..performance import sample

    parts = [sample(performance, seconds[k : k + _WINDOW]) for k in range(0, len(seconds), _WINDOW)]
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[0],
        rotations=np.concatenate([p.rotations for p in parts]),
        translation=np.concatenate([p.translation for p in parts]),
        face=np.concatenate([p.face for p in parts]),
        expressions=None if performance.expressions is None else np.concatenate([p.expressions for p in parts]),
    )


def prepare(
    performance: Performance,
    start: float,
    target: BakeTarget,
    style: BakeStyle | None = None,
    tick: Callable[[float], None] = lambda fraction: None,
    shaping: Shaping | None = None,
) -> PreparedBake:
    """Keys for one character, at its scene's frames, from the timeline second `start` on, under layers and pins.

    Raises OratorError when the rig has none of the joints and none of the shapes.
    """
    from ..anime.drawn import held_samples
    from ..directing.shaping import Shaping as Shape
    from ..directing.shaping import apply_direction, shape_body, shape_face, with_face
    from ..face.voice import changed_names
    from ..rig.retarget import retarget
    from .face import finish, tell
    from .keys import keys_of

    style = style or BakeStyle()
    if style.hold:
        style = replace(style, bounds=None)
    shaping = shaping or Shape()
    frames = bake_frames(performance.seconds, start, target.fps)
    seconds = frames / target.fps - start
    tick(0.0)
    told = tell(performance, target.description, target.expressions)
    face, given = shape_face(told.performance, shaping, told.voice), shaping.given(seconds)
    shaped = with_face(shape_body(told.performance, shaping), face)
    sampled = held_samples(shaped, seconds, style.hold) if style.hold else sample_at(shaped, seconds)
    directed = apply_direction(sampled, seconds, shaping, told.voice)
    changed = face.changed | changed_names(sampled.face, directed.face)
    fitted = finish(told, directed, target.description, target.profile, changed, given, target.fps)
    tick(0.02)
    motion = retarget(fitted.performance, target.description, target.profile, seconds, given=given)
    tick(0.1)
    if not motion.coverage.joints and not motion.coverage.shapes:
        raise OratorError(
            f"'{target.name}' has none of the joints and none of the face shapes that a performance moves. "
            "Choose another character, or name its bones in the mapping."
        )
    settings = key_settings(target, style, frames, shaping.to_the_number(seconds), shaping.spoken(seconds))
    modes = settings.modes
    curves = keys_of(motion, frames, settings, lambda fraction: tick(0.1 + 0.9 * fraction))
    if style.hold:
        curves = tuple(_held(keys, frames, style) for keys in curves)
    return PreparedBake(curves, fitted.added_to(motion.coverage), frames, dict(modes))


def _held(keys: CurveKeys, frames: Array, style: BakeStyle) -> CurveKeys:
    """The keys at which drawings begin, and those of pins, held until the next."""
    kept = ((keys.frames - frames[0]) % style.hold == 0) | np.isin(keys.frames, style.pinned)
    return replace(keys, frames=keys.frames[kept], values=keys.values[kept], handles=None, constant=True)


def key_settings(target: BakeTarget, style: BakeStyle, frames: Array, exact: Mask | None, spoken: Array) -> KeySettings:
    """How keys are made for a character; `exact` is False where a value must be met to the number, as pins must.

    spoken (T,) is True where expressions must be.

    A pin of a hand puts keys on the hand's bones alone. Bones that play no joint (twists, controls that pull a leg)
    move with those that do: they get a key wherever any joint has one.
    """
    from ..skeleton import FACE_JOINTS, INDEX, JOINTS
    from .keys import KeySettings
    from .reach import reach_of

    modes = {bone.name: bone.rotation_mode for bone in target.description.bones}
    metre = 1.0 / target.description.scale
    reach = reach_of(target.description, target.profile, style.bounds.metres) if style.bounds is not None else None
    if exact is None:
        return KeySettings(style.bounds, metre, style.pinned, modes, reach=reach)
    anywhere = frames[~exact.joints.all(axis=1) | ~exact.root]
    of_bones = {bone.name: anywhere for bone in target.description.bones}
    present = target.profile.present(target.description)
    face = ~exact.face.all(axis=1) | spoken
    for joint, bone in present.items():
        rows = ~exact.joints[:, INDEX[joint]]
        if joint in (JOINTS[j] for j in FACE_JOINTS):
            rows = rows | face
        of_bones[bone] = frames[rows | ~exact.root] if joint == "pelvis" else frames[rows]
    of_shapes = frames[face]
    return KeySettings(style.bounds, metre, style.pinned, modes, of_bones, of_shapes, reach=reach)
