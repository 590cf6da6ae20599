"""Moving a slider of a take: only the curves that change are fitted and written again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np

from ..baking import BakeStyle, BakeTarget, bake_frames, sample_at
from ..errors import OratorError
from ..keys import KeySettings, keys_of
from ..performance import Performance
from ..rig.motion import RigMotion
from ..rig.retarget import retarget
from ..shaping import Shaping, apply_direction, apply_layers
from . import bake, compat, job, report, takes
from .fcurves import fingerprint, rewrite_curves
from .shaped import read_shaping

_cache: dict[str, Any] = {}
_waiting = False


@contextmanager
def waiting() -> Iterator[None]:
    """Sliders set within do not rewrite anything."""
    global _waiting
    _waiting = True
    try:
        yield
    finally:
        _waiting = False


def forget() -> None:
    """Drop what is remembered of the last take: another file, or an undo, may have changed it."""
    _cache.clear()


def owner_of(layers: Any) -> tuple[Any, Any]:
    """The character's data and the take that a group of sliders belongs to; (None, None) when it has gone."""
    owner = layers.id_data
    groups = [owner.orator] if isinstance(owner, bpy.types.Object) else [o.data for o in owner.orator.overridden]
    for data in groups:
        for take in data.takes:
            if take.layers == layers:
                return data, take
    return None, None


def changed(layers: Any, scene: bpy.types.Scene) -> None:
    """A slider moved: rewrite the curves that it changes; what cannot be done is said in the panel."""
    from . import generation

    if _waiting:
        return
    data, take = owner_of(layers)
    character = takes.character_of(data) if data is not None else None
    if character is None:
        return
    try:
        report.remember(rewrite(character, take, scene, generation.read_style(scene)))
    except Exception as error:
        report.remember(job.explain(error))


def rewrite(character: bpy.types.Object, take: Any, scene: bpy.types.Scene, style: BakeStyle) -> str:
    """Fit and write again what the take's sliders changed; returns a sentence.

    Raises OratorError when the artist edited the curves, or the take's Actions or performance are gone.
    """
    if not any(binding.action for binding in take.bindings):
        raise OratorError(f"The Actions of '{take.name}' were deleted. Press Bake Again to write them anew.")
    if take.written and take.written != fingerprint(take):
        raise OratorError(
            f"The curves of '{take.name}' were edited by hand and are left alone. Press Bake Again to lay the sliders "
            "over the generated motion, or duplicate the take first."
        )
    target = bake.read_target(character, scene)
    meta = takes.load_meta(take)
    shaping = read_shaping(take.layers, meta)
    performance = _performance(take)
    start = float(meta.get("start", 0.0))
    frames = bake_frames(performance.seconds, start, target.fps)
    motion = _motion(performance, shaping, target, frames, start)
    before = _cache.get("motion") if _cache.get("uid") == take.uid and _cache.get("fps") == target.fps else None
    part = _difference(before, motion)
    modes = {bone.name: bone.rotation_mode for bone in target.description.bones}
    pinned = tuple(float(f) for f in frames[shaping.pinned(frames / target.fps - start)])
    settings = KeySettings(style.bounds, 1.0 / target.description.scale, pinned, modes)
    curves = keys_of(part, frames, settings)
    owners = {_target(b): (b.action, compat.slot_named(b.action, b.slot)) for b in take.bindings if b.action}
    rewrite_curves(owners, curves)
    _cache.update(uid=take.uid, fps=target.fps, motion=motion)
    take.written = fingerprint(take)
    return f"'{take.name}': {len(curves)} curves written again."


def _target(binding: Any) -> str:
    return "" if binding.object is None or binding.object.type == "ARMATURE" else binding.object.name


def _performance(take: Any) -> Performance:
    if _cache.get("performance_of") != take.uid:
        _cache.update(performance_of=take.uid, performance=takes.load_performance(take))
    return _cache["performance"]


def _motion(
    performance: Performance, shaping: Shaping, target: BakeTarget, frames: np.ndarray, start: float
) -> RigMotion:
    seconds = frames / target.fps - start
    sampled = apply_direction(sample_at(apply_layers(performance, shaping), seconds), seconds, shaping)
    return retarget(sampled, target.description, target.profile, seconds)


def _difference(before: RigMotion | None, after: RigMotion) -> RigMotion:
    """Only the channels of `after` that are not the same in `before`."""
    if before is None or len(before.times) != len(after.times):
        return after

    def new(old: dict, now: dict) -> dict:
        return {k: values for k, values in now.items() if k not in old or not np.array_equal(old[k], values)}

    return RigMotion(
        after.times, new(before.rotations, after.rotations), new(before.locations, after.locations),
        new(before.shapes, after.shapes), after.coverage,
    )  # fmt: skip
