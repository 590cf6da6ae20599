"""An export leaves the scene as it was: poses, animation, selection and rate are kept and put back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import bpy

from . import compat
from .rig_reader import skinned_meshes

_CHANNELS: Final = ("location", "rotation_quaternion", "rotation_euler", "rotation_axis_angle", "scale")


def animated_owners(character: bpy.types.Object) -> list[bpy.types.ID]:
    """What may carry Actions: the armature object and every set of shape keys, each once."""
    return [character, *shape_keys_of(character)]


def shape_keys_of(character: bpy.types.Object) -> list[bpy.types.Key]:
    """Every set of shape keys of its meshes, each once."""
    found: list[bpy.types.Key] = []
    for mesh in skinned_meshes(character):
        keys = mesh.data.shape_keys
        if keys is not None and keys not in found:
            found.append(keys)
    return found


def _kept_pose(character: bpy.types.Object) -> list[tuple[Any, str, Any]]:
    """Values that only the screen has, not the curves: the pose, the object's place, the shapes."""
    holders = [character, *character.pose.bones]
    kept: list[tuple[Any, str, Any]] = [
        (holder, name, tuple(getattr(holder, name))) for holder in holders for name in _CHANNELS
    ]
    for owner in shape_keys_of(character):
        kept += [(block, "value", block.value) for block in owner.key_blocks]
    return kept


def _put_pose_back(kept: list[tuple[Any, str, Any]]) -> None:
    for holder, name, value in kept:
        now = getattr(holder, name)
        if (tuple(now) if isinstance(value, tuple) else now) != value:
            setattr(holder, name, value)


def _kept_animation(character: bpy.types.Object) -> list[tuple[bpy.types.AnimData, Any, str, bool, list[Any]]]:
    out = []
    for owner in animated_owners(character):
        anim = owner.animation_data
        if anim is not None:
            tracks = [([s.name for s in t.strips], t.mute, t.is_solo, t.name) for t in anim.nla_tracks]
            out.append((anim, anim.action, compat.slot_identifier(compat.active_slot(anim)), anim.use_nla, tracks))
    return out


def _put_animation_back(kept: list[tuple[bpy.types.AnimData, Any, str, bool, list[Any]]]) -> None:
    for anim, action, slot, use_nla, tracks in kept:
        for track in list(anim.nla_tracks)[len(tracks) :]:
            anim.nla_tracks.remove(track)
        for track, (names, mute, solo, name_of) in zip(anim.nla_tracks, tracks, strict=True):
            for strip, name in zip(track.strips, names, strict=True):
                if strip.name != name:
                    strip.name = name
            if track.name != name_of:
                track.name = name_of
            if track.is_solo != solo:
                track.is_solo = solo
            track.mute = mute
        compat.assign(anim, action, compat.slot_named(action, slot) if action else None)
        if anim.use_nla != use_nla:
            anim.use_nla = use_nla


@contextmanager
def everything_back(character: bpy.types.Object) -> Iterator[None]:
    """Mode, selection, visibility, frame, rate, pose, Actions and NLA as they were, whatever happened between."""
    scene, layer = bpy.context.scene, bpy.context.view_layer
    render = scene.render
    selected, active = [o for o in layer.objects if o.select_get()], layer.objects.active
    modes = [(o, o.mode) for o in layer.objects if o.mode != "OBJECT"]
    kept = (scene.frame_start, scene.frame_end, render.fps, render.fps_base, scene.name)
    stretch = render.frame_map_old, render.frame_map_new
    frame, part = scene.frame_current, scene.frame_subframe
    pose = _kept_pose(character)
    if active is not None and active.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    flags = [(o, o.hide_viewport, o.hide_select) for o in (character, *skinned_meshes(character))]
    hidden = {o: o.hide_get() for o in layer.objects}
    animation = _kept_animation(character)
    room = bpy.data.collections.new("Orator export")
    try:
        scene.collection.children.link(room)
        yield
    finally:
        _put_animation_back(animation)
        for obj, viewport, select in flags:
            if obj.hide_viewport != viewport:
                obj.hide_viewport = viewport
            if obj.hide_select != select:
                obj.hide_select = select
        bpy.data.collections.remove(room)
        layer.update()
        scene.frame_start, scene.frame_end, render.fps, render.fps_base, scene.name = kept
        render.frame_map_old, render.frame_map_new = stretch
        for obj in layer.objects:
            if obj in hidden and obj.hide_get() != hidden[obj]:
                obj.hide_set(hidden[obj])
        for obj, mode in modes:
            select_only(layer, [obj])
            layer.objects.active = obj
            if obj.mode != mode:
                bpy.ops.object.mode_set(mode=mode)
        select_only(layer, selected)
        layer.objects.active = active
        scene.frame_set(frame, subframe=part)
        _put_pose_back(pose)
        layer.update()


def select_only(layer: bpy.types.ViewLayer, wanted: list[bpy.types.Object]) -> None:
    for obj in layer.objects:
        if obj.select_get() != (obj in wanted):
            obj.select_set(obj in wanted)
