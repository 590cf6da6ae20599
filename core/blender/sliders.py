"""Moving a slider of a take: only the curves that change are fitted and written again.

What the curves show now is known from the sliders they were last written with (kept with the take, so that undo, redo
and reload agree with it). A fit begins with the keys that are there, which makes it quick enough to follow the mouse.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import replace
from typing import Any, Final

import bpy
import numpy as np

from ..arrays import Array
from ..bake.keys import escaped
from ..bake.stages import Road, scene_grid
from ..bake.target import BakeTarget, Keying
from ..errors import OratorError
from ..rig.motion import RigMotion
from ..skeleton import INDEX, JOINTS, mirror_index
from . import compat, copies, job, lists, report
from .bake_target import read_target
from .directions import read_directions, read_sliders, slider_record, written_sliders
from .fcurves import fingerprint, key_frames, rewrite_curves
from .groups import BindingGroup, CharacterGroup, SlidersGroup, TakeGroup
from .holders import pose_bones
from .rig_profile import PROPERTY
from .scene_rate import check_rate, scene_fps
from .slider_state import remembered, waiting
from .take_store import load_meta, load_performance
from .targets import animated_id, owned_by

_SAME: Final = 3e-6
"""Radians, or a share of a metre, by which the same motion may differ when it is worked out twice."""


def owner_of(sliders: SlidersGroup) -> tuple[CharacterGroup | None, TakeGroup | None]:
    """The character's data and the take that a group of sliders belongs to; (None, None) when it has gone."""
    owner = sliders.id_data
    groups = [owner.orator] if isinstance(owner, bpy.types.Object) else [o.data for o in owner.orator.overridden]
    for data in groups:
        for take in data.takes:
            if take.layers == sliders:
                return data, take
    return None, None


def changed(sliders: SlidersGroup, scene: bpy.types.Scene) -> None:
    """A slider moved: rewrite the curves that it changes; what cannot be done is said in the panel."""
    from .bake_target import read_keying

    if waiting:
        return
    data, take = owner_of(sliders)
    character = lists.character_of(data) if data is not None else None
    if character is None or take is None:
        return
    try:
        report.remember(rewrite(character, take, scene, read_keying(scene)))
    except Exception as error:
        report.remember(job.explain(error))


def rewrite(character: bpy.types.Object, take: TakeGroup, scene: bpy.types.Scene, keying: Keying) -> str:
    """Fit and write again what the take's sliders changed; returns a sentence.

    Raises OratorError when the artist edited the curves, or the take's Actions or performance are gone.
    """
    copies.separate(character)
    if not any(binding.action for binding in take.bindings):
        raise OratorError(f"The Actions of '{take.name}' were deleted. Press Bake Again to write them anew.")
    check_rate(take, scene)
    if take.written and take.written != fingerprint(take):
        raise OratorError(
            f"The curves of '{take.name}' were edited by hand and are left alone. Press Bake Again to lay the sliders "
            "over the generated motion, or duplicate the take first."
        )
    target = _rig(character, scene, take.uid)
    meta = load_meta(take)
    directions = read_directions(take.layers, meta)
    grid = scene_grid(float(meta.get("start", 0.0)), target.fps, keying.hold)
    road = Road(lambda: load_performance(take), target, directions, grid, take.uid, remembered)
    known = remembered.get("shown")
    before = known[1] if known is not None and known[0] == _shown(take, target) else None
    if before is None:
        before = road.motion(written_sliders(take))
    motion = road.motion()
    part = _difference(before, motion, 1.0 / target.description.scale)
    owners = {_target(b): (b.action, compat.slot_named(b.action, b.slot)) for b in take.bindings if b.action}
    curves = road.keys(part, keying, begin=_starts(take, owners, target, len(road.grid.frames)))
    bound = {b.object: (b.action, compat.slot_named(b.action, b.slot)) for b in take.bindings if b.action}
    for obj, _, theirs in owned_by(character, curves):
        if obj in bound:
            rewrite_curves({curve.target: bound[obj] for curve in theirs}, theirs)
    take.laid = json.dumps(slider_record(take.layers))
    take.written = fingerprint(take)
    now = replace(
        motion, rotations={**before.rotations, **part.rotations}, locations={**before.locations, **part.locations},
        shapes={**before.shapes, **part.shapes},
    )  # fmt: skip
    remembered["shown"] = (_shown(take, target), now)
    notes = road.finished().notes
    lost = "".join(f" {note[0].upper()}{note[1:]}." for note in notes if "are not shown" in note)
    return f"'{take.name}': {len(curves)} curves written again.{lost}"


def _shown(take: TakeGroup, target: BakeTarget) -> Hashable:
    """What the remembered motion is of."""
    return take.uid, take.laid, target.key


def _rig(character: bpy.types.Object, scene: bpy.types.Scene, uid: str) -> BakeTarget:
    """The character as it is now; a control rig, which has to be probed, as it was at the last slider."""
    known = remembered.get("rig")
    same = (uid, character.name, len(pose_bones(character)), character.get(PROPERTY), scene_fps(scene))
    if known is not None and known[0] == same:
        return known[1]
    target = read_target(character, scene)
    remembered.pop("rig", None)
    if target.profile.control:
        remembered["rig"] = (same, target)
    return target


def _starts(take: TakeGroup, owners: dict[str, Any], target: BakeTarget, count: int) -> dict[tuple[str, str], Array]:
    """Where keys should lie: as the take's curves had them when a slider of it was first moved; none for dense curves.

    They go with what a slider moves as a whole: later with a delay, to the other side with swapped sides.
    """
    known = remembered.get("starts")
    if known is None or known[0] != take.uid:
        found = {
            (owner, path): frames
            for owner, (action, slot) in owners.items()
            for path, frames in key_frames(action, slot).items()
            if len(frames) < 0.7 * count
        }
        known = remembered["starts"] = (take.uid, found, written_sliders(take))
    _, found, before = known
    now = read_sliders(take.layers)
    body, face = (round((b - a) * target.fps) for a, b in ((before.body.offset, now.body.offset),
                                                         (before.face.delay, now.face.delay)))  # fmt: skip
    out = {place: frames + (face if place[0] else body) for place, frames in found.items()}
    if now.body.swap_sides != before.body.swap_sides:
        present = target.profile.present(target.description)
        mirror = mirror_index()
        for joint, bone in present.items():
            partner = present.get(JOINTS[mirror[INDEX[joint]]])
            for name in ("rotation_quaternion", "rotation_euler", "rotation_axis_angle"):
                place = "", f'pose.bones["{escaped(partner or bone)}"].{name}'
                if place in found:
                    out["", f'pose.bones["{escaped(bone)}"].{name}'] = found[place] + body
    return out


def _target(binding: BindingGroup) -> str:
    return "" if binding.object is None or animated_id(binding.object) == binding.object else binding.object.name


def _difference(before: RigMotion, after: RigMotion, metre: float) -> RigMotion:
    """Only the channels of `after` that are not the same in `before`; `metre` in the rig's units."""

    def new(old: dict[Any, Array], now: dict[Any, Array], slack: float) -> dict[Any, Array]:
        return {
            k: values
            for k, values in now.items()
            if k not in old or old[k].shape != values.shape or np.abs(old[k] - values).max(initial=0.0) > slack
        }

    return RigMotion(
        after.times, new(before.rotations, after.rotations, _SAME),
        new(before.locations, after.locations, _SAME * metre), new(before.shapes, after.shapes, _SAME), after.coverage,
    )  # fmt: skip
