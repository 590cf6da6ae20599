"""What plays during an export: copies of a take's Actions, at another rate or in place; its own stay untouched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy
import numpy as np

from ..arrays import Array
from . import compat
from .rig_profile import read_rig

if TYPE_CHECKING:
    from ..rig.body import BodyRetarget


@dataclass(frozen=True)
class Playing:
    """An Action (with its slot) that plays on an armature object or on shape keys."""

    owner: bpy.types.ID
    action: bpy.types.Action
    slot: str

    @property
    def anim(self) -> bpy.types.AnimData:
        """The owner's animation data, looked up anew."""
        return self.owner.animation_data or self.owner.animation_data_create()

    def assign(self) -> None:
        """Make it the active one."""
        compat.assign(self.anim, self.action, compat.slot_named(self.action, self.slot))


def stretch(action: bpy.types.Action, factor: float, shift: float = 0.0) -> None:
    """Multiply the time of every key and handle, and move them by frames."""
    for curve in compat.curves_of(action):
        compat.scale_time(curve, factor, shift)


def _carried(body: BodyRetarget, name: str) -> bool:
    """Whether a bone goes where the bone with the travel goes."""
    description = body.description
    waiting, seen = [name], set()
    while waiting:
        bone = waiting.pop()
        if bone in seen or bone not in description.by_name:
            continue
        seen.add(bone)
        for above in (description.by_name[bone].parent, description.inherits.get(bone)):
            if above == body.carrier:
                return True
            if above:
                waiting.append(above)
    return False


def _rewrite(curve: bpy.types.FCurve, frames: Array, values: Array) -> None:
    points = curve.keyframe_points
    points.clear()
    points.add(len(frames))
    points.foreach_set("co", np.column_stack([frames, values]).astype(np.float32).ravel())
    points.foreach_set("interpolation", np.full(len(frames), 1, np.int32))
    curve.update()


def hold_in_place(character: bpy.types.Object, playing: Playing) -> None:
    """Take the level part of the travel out of the bone that carries it, and out of controls that do not follow it.

    The character stays where it starts; it still rises and sinks. Feet on IK controls slide under it.
    """
    from ..rig.body import BodyRetarget

    description, profile = read_rig(character)
    body = BodyRetarget(description, profile)
    if body.carrier is None:
        return
    slot = compat.slot_named(playing.action, playing.slot)
    curves = {(c.data_path, c.array_index): c for c in compat.curves_of(playing.action, slot)}

    def located(bone: str) -> list[bpy.types.FCurve] | None:
        path = f'pose.bones["{bpy.utils.escape_identifier(bone)}"].location'
        found = [curve for curve in (curves.get((path, k)) for k in range(3)) if curve is not None]
        return found if len(found) == 3 and all(len(curve.keyframe_points) for curve in found) else None

    carrier = located(body.carrier)
    if carrier is None:
        return
    first, last = (int(f) for f in (np.floor(playing.action.frame_range[0]), np.ceil(playing.action.frame_range[1])))
    frames = np.arange(first, last + 1)
    axes = _location_axes(body, body.carrier)
    travelled: Array = np.array([[curve.evaluate(f) for curve in carrier] for f in frames]) @ axes.T
    travelled -= travelled[:1]
    travelled -= (travelled @ body.up)[:, None] * body.up
    for bone in description.by_name:
        own = located(bone)
        if own is None or (bone != body.carrier and _carried(body, bone)):
            continue
        values: Array = np.array([[curve.evaluate(f) for curve in own] for f in frames])
        values -= travelled @ _location_axes(body, bone)
        for curve, column in zip(own, values.T, strict=True):
            _rewrite(curve, frames, column)


def _location_axes(body: BodyRetarget, name: str) -> Array:
    """(3, 3) from a bone's location channels to armature space, with everything above it at rest."""
    bone = body.description.by_name[name]
    return bone.rest[:3, :3] if bone.local_location else np.eye(3)


@contextmanager
def understudies(
    character: bpy.types.Object, plays: list[Playing], factor: float, travel: bool, shift: float = 0.0
) -> Iterator[list[Playing]]:
    """Copies of these Actions under their names, stretched in time and held in place; gone afterwards.

    With neither wanted, the Actions themselves. Whoever assigns a copy puts its own Action back.
    """
    if abs(factor - 1.0) < 1e-6 and travel and not shift:
        yield plays
        return
    copies: dict[bpy.types.Action, tuple[bpy.types.Action, str]] = {}
    try:
        for play in plays:
            if play.action not in copies:
                copies[play.action] = (play.action.copy(), play.action.name)
        out = [Playing(play.owner, copies[play.action][0], play.slot) for play in plays]
        for play in out:
            if not travel and play.owner == character:
                hold_in_place(character, play)
        for own, (copy, name) in copies.items():
            if abs(factor - 1.0) > 1e-6 or shift:
                stretch(copy, factor, shift)
            if own.library is None:
                own.name = f"{name[:50]} (own)"
            copy.name = name
        yield out
    finally:
        for own, (copy, name) in copies.items():
            copy.name = f"{name[:50]} (copy)"
            if own.library is None:
                own.name = name
            bpy.data.actions.remove(copy)


def span(plays: list[Playing]) -> tuple[int, int]:
    """First and last whole frame that hold these Actions."""
    ranges = [play.action.frame_range[:] for play in plays]
    return int(np.floor(min(r[0] for r in ranges) + 1e-4)), int(np.ceil(max(r[1] for r in ranges) - 1e-4))
