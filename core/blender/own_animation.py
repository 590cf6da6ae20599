"""The artist's own animation of a character: put aside while a take is shown, and brought back as it was.

What of it a take does not play (the object's own way, shapes of other names, a tail) goes on meanwhile, as an NLA track
of a copy that holds nothing else. What cannot go on is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal, overload

import bpy
import numpy as np

from ..errors import OratorError
from . import compat, report, targets, tracks
from .groups import BindingGroup, CharacterGroup, OwnGroup, TakeGroup
from .holders import has_skeleton

_BONE: Final = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]')
_FAR: Final = 100000.0
"""A strip this long plays its Action as if it were the active one, what is before and after its keys too."""


def _plain(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


# --- The pose ------------------------------------------------------------------------------------------------------


def _pose(owner: bpy.types.ID, paths: set[str]) -> dict[str, Any]:
    """What the properties at these data paths are set to."""
    found = {}
    for path in paths:
        try:
            value = owner.path_resolve(path)
        except ValueError:
            continue
        found[path] = list(value) if hasattr(value, "__len__") else value
    return found


def _set_pose(owner: bpy.types.ID, pose: dict[str, Any]) -> None:
    for path, value in pose.items():
        custom = path.endswith('"]')
        holder, _, name = path.rpartition('["') if custom else path.rpartition(".")
        try:
            kept = owner.path_resolve(holder) if holder else owner
            if custom:
                kept[name[:-2]] = value
            else:
                setattr(kept, name, value)
        except (ValueError, TypeError, KeyError):
            continue


# --- Aside and back ------------------------------------------------------------------------------------------------


@overload
def entry_of(data: CharacterGroup, obj: bpy.types.Object, create: Literal[True]) -> OwnGroup: ...
@overload
def entry_of(data: CharacterGroup, obj: bpy.types.Object, create: bool = False) -> OwnGroup | None: ...
def entry_of(data: CharacterGroup, obj: bpy.types.Object, create: bool = False) -> OwnGroup | None:
    """What is remembered of an object, or None."""
    entry: OwnGroup | None = next((own for own in data.own if own.object == obj), None)
    if entry is None and create:
        entry = data.own.add()
        entry.object = obj
    return entry


def remember(
    data: CharacterGroup, obj: bpy.types.Object, anim: bpy.types.AnimData, binding: BindingGroup | None
) -> None:
    """Keep what the artist has on an object, the pose too, before a take takes its place."""
    if binding is not None:
        _lift_star(data, obj, anim)
    if tracks.is_tagged(anim.action):
        return
    known = entry_of(data, obj)
    if known is not None and anim.action is None and data.shown:
        return
    entry = known or entry_of(data, obj, create=True)
    if binding is not None and binding.action is not None:
        slot = compat.slot_named(binding.action, binding.slot)
        paths = {curve.data_path for curve in compat.curves_of(binding.action, slot)}
        owner = targets.animated_id(obj)
        assert owner is not None  # `anim` is its
        entry.pose = json.dumps(_pose(owner, paths))
    entry.action = anim.action
    entry.slot = compat.slot_identifier(compat.active_slot(anim))
    entry.blend, entry.extrapolation = anim.action_blend_type, anim.action_extrapolation
    entry.influence = anim.action_influence
    if anim.action is not None:
        anim.action.use_fake_user = True


def restore(data: CharacterGroup, obj: bpy.types.Object, anim: bpy.types.AnimData) -> None:
    """Bring the artist's own animation of an object back."""
    entry = entry_of(data, obj)
    action = entry.action if entry is not None else None
    compat.assign(anim, action, compat.slot_named(action, entry.slot) if entry is not None else None)
    if entry is None:
        return
    blend: Any = entry.blend
    extrapolation: Any = entry.extrapolation
    anim.action_blend_type, anim.action_extrapolation = blend, extrapolation
    anim.action_influence = entry.influence
    from ..directing.records import kept_pose  # scipy comes with it: not while registering

    try:
        owner = targets.animated_id(obj)
        assert owner is not None  # `anim` is its
        _set_pose(owner, kept_pose(entry.pose, obj.name))
    except OratorError as error:
        report.remember(str(error))
    if entry.solo and not any(track.is_solo for track in anim.nla_tracks):
        starred = next((track for track in anim.nla_tracks if track.name == entry.solo), None)
        if starred is not None:
            starred.is_solo = True
    entry.solo = ""


def _lift_star(data: CharacterGroup, obj: bpy.types.Object, anim: bpy.types.AnimData) -> None:
    """A soloed track of the artist's hides every Action: its star rests while a take is shown."""
    mine = {found[1].as_pointer() for take in data.takes for found in tracks.tracks_of(take)}
    for track in anim.nla_tracks:
        if track.is_solo and track.as_pointer() not in mine:
            entry_of(data, obj, create=True).solo = track.name
            track.is_solo = False


# --- Going on ------------------------------------------------------------------------------------------------------


def stop_going(data: CharacterGroup, obj: bpy.types.Object, anim: bpy.types.AnimData) -> None:
    """Remove the track of what went on."""
    entry = entry_of(data, obj)
    if entry is None:
        return
    found = tracks.strip_named(anim, entry.strip)
    action, entry.goes, entry.strip = entry.goes, None, ""
    if found is not None and found[1].action == action:
        tracks.remove_strip((anim, *found))
    if action is not None:
        tracks.keep_or_remove(action)


def go_on(data: CharacterGroup, obj: bpy.types.Object, anim: bpy.types.AnimData, binding: BindingGroup) -> None:
    """What of the artist's own Action the shown take does not play goes on, on a track of its own."""
    entry = entry_of(data, obj)
    if entry is None or entry.action is None or entry.influence <= 0.0:
        return
    going, _ = _left_over(obj, entry, binding)
    if not going:
        return
    copy = entry.action.copy()
    copy.use_fake_user = False
    copy.name = f"{entry.action.name[:45]} (goes on)"
    copy[tracks.TAG] = "own"
    entry.goes = copy
    for curves in compat.curve_lists(copy, compat.slot_named(copy, entry.slot)):
        for curve in [c for c in curves if (c.data_path, c.array_index) not in going]:
            curves.remove(curve)
    track = anim.nla_tracks.new()
    track.name = copy.name
    try:
        strip = tracks.new_strip(track, copy.name, 0, copy, entry.slot)
    except RuntimeError:  # an Action longer than a strip can be
        anim.nla_tracks.remove(track)
        entry.goes = None
        bpy.data.actions.remove(copy)
        report.remember(
            f"'{entry.action.name}' of '{obj.name}' is too long to go on beside a take: it rests meanwhile."
        )
        return
    _spread(strip)
    strip.blend_type, strip.influence = "REPLACE", entry.influence
    entry.strip = strip.name


def _spread(strip: bpy.types.NlaStrip) -> None:
    strip.use_sync_length = False
    strip.action_frame_start, strip.action_frame_end = -_FAR, _FAR
    strip.frame_start, strip.frame_end = -_FAR, _FAR


@contextmanager
def in_step(data: CharacterGroup | None, factor: float, travel: bool, shift: float = 0.0) -> Iterator[None]:
    """What goes on, at another rate and place for the time of an export; without `travel` the object rests."""
    swapped = []
    try:
        for entry in data.own if data is not None else ():
            owner = targets.animated_id(entry.object)
            anim = owner.animation_data if owner is not None else None
            found = tracks.strip_named(anim, entry.strip) if anim is not None else None
            if found is None or entry.goes is None:
                continue
            track, strip = found
            mute = track.mute
            copy = entry.goes.copy()
            for curve in compat.curves_of(copy):
                compat.scale_time(curve, factor, shift)
            swapped.append((track, strip, mute, entry, copy))
            _play(strip, copy, entry.slot)
            if not travel and entry.object is not None and has_skeleton(entry.object):
                track.mute = True
        yield
    finally:
        for track, strip, mute, entry, copy in swapped:
            _play(strip, entry.goes, entry.slot)
            track.mute = mute
            bpy.data.actions.remove(copy)


def _play(strip: bpy.types.NlaStrip, action: bpy.types.Action | None, slot: str) -> None:
    strip.action = action
    compat.strip_slot(strip, compat.slot_named(action, slot))
    _spread(strip)


def _left_over(
    obj: bpy.types.Object, entry: OwnGroup, binding: BindingGroup
) -> tuple[set[tuple[str, int]], dict[str, set[tuple[str, int]]]]:
    """Curves of the artist's Action that move something and that a take does not play: those that can go on, and the
    others by the bone that they move."""
    assert binding.action is not None and entry.action is not None  # both callers ask
    slot = compat.slot_named(binding.action, binding.slot)
    played = {(c.data_path, c.array_index) for c in compat.curves_of(binding.action, slot)}
    bones = {name for path, _ in played for name in _bone_of(path)}
    going: set[tuple[str, int]] = set()
    resting: dict[str, set[tuple[str, int]]] = {}
    aimed = _aimed_at(obj) if has_skeleton(obj) else set()
    for curve in compat.curves_of(entry.action, compat.slot_named(entry.action, entry.slot)):
        key = curve.data_path, curve.array_index
        if key in played or curve.mute or not _moves(curve):
            continue
        bone = next(_bone_of(curve.data_path), None)
        if bone is None:
            going.add(key)
        elif bone not in bones and has_skeleton(obj) and bone in obj.data.bones:
            below = {b.name for b in obj.data.bones[bone].children_recursive} | {bone}
            if below & aimed:
                resting.setdefault(bone, set()).add(key)
            else:
                going.add(key)
    return going, resting


def _bone_of(path: str) -> Iterator[str]:
    match = _BONE.match(path)
    if match:
        yield _plain(match.group(1))


def _moves(curve: bpy.types.FCurve) -> bool:
    if len(curve.modifiers):
        return True
    values = np.empty(2 * len(curve.keyframe_points), np.float32)
    curve.keyframe_points.foreach_get("co", values)
    return len(values) > 2 and float(np.ptp(values[1::2])) > 1e-6


def _aimed_at(armature: bpy.types.Object) -> set[str]:
    """Bones that constraints of the armature aim at: controls, whose keys may undo a take."""
    found = set()
    for bone in armature.pose.bones:
        for constraint in bone.constraints:
            ends = [(constraint, "target", "subtarget"), (constraint, "pole_target", "pole_subtarget")]
            ends += [(end, "target", "subtarget") for end in getattr(constraint, "targets", ())]
            for holder, target, name in ends:
                if getattr(holder, target, None) == armature and getattr(holder, name, ""):
                    found.add(getattr(holder, name))
    return found


def notes(data: CharacterGroup, take: TakeGroup) -> tuple[str, ...]:
    """What of the artist's own animation rests or goes on while a take is shown, in sentences."""
    out = []
    for binding in take.bindings:
        obj = binding.object
        entry = entry_of(data, obj) if obj is not None else None
        if obj is None or entry is None:
            continue
        if entry.solo:
            out.append(f"'{entry.solo}' was soloed in the NLA of '{obj.name}': its star rests meanwhile")
        if entry.action is None or binding.action is None:
            continue
        going, resting = _left_over(obj, entry, binding)
        name = entry.action.name
        if going and entry.goes is not None:
            out.append(f"'{name}' goes on where the take plays nothing ({_in_words(going)})")
        elif going:
            out.append(f"'{name}' rests while the take is shown, also where it plays nothing ({_in_words(going)})")
        if resting:
            more = f" and {len(resting) - 3} more" if len(resting) > 3 else ""
            names = ", ".join(sorted(resting)[:3])
            out.append(f"'{name}' moves controls that rest while the take is shown: {names}{more}")
    return tuple(out)


def _in_words(curves: set[tuple[str, int]]) -> str:
    """What curves move, in a few words."""
    words = set()
    for path, _ in curves:
        bone = next(_bone_of(path), None)
        shape = re.match(r'key_blocks\["((?:[^"\\]|\\.)*)"\]', path)
        words.add(_plain(shape.group(1)) if shape else bone or f"the object's {path.split('[')[0] or path}")
    named = sorted(words)
    return ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
