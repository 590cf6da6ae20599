"""The stage for an export: the character alone, its takes at another rate or in place, and everything back after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import bpy
import numpy as np
from mathutils import Matrix

from . import compat
from .export_actions import Playing, span, understudies
from .rig_reader import skinned_meshes

_CHANNELS: Final = ("location", "rotation_quaternion", "rotation_euler", "rotation_axis_angle", "scale")


@dataclass(frozen=True)
class Cue:
    """One take on the stage: its name and what plays. In a file it is an animation of that name."""

    name: str
    plays: list[Playing]


@dataclass(frozen=True)
class Stage:
    """What is set up: first and last frame, the meshes that are exported, and what they cannot bring along.

    layered  NLA tracks of the artist play under the Actions.
    """

    first: int
    last: int
    meshes: list[bpy.types.Object]
    notes: tuple[str, ...] = ()
    layered: bool = False


def _owners(character: bpy.types.Object) -> list[bpy.types.ID]:
    """What may carry Actions: the armature object and every set of shape keys, each once."""
    owners: list[bpy.types.ID] = [character]
    for mesh in skinned_meshes(character):
        keys = mesh.data.shape_keys
        if keys is not None and keys not in owners:
            owners.append(keys)
    return owners


def playing(character: bpy.types.Object) -> list[Playing]:
    """The Actions that are active on a character."""
    found = [(o, o.animation_data) for o in _owners(character) if o.animation_data and o.animation_data.action]
    return [Playing(o, anim.action, compat.slot_identifier(compat.active_slot(anim))) for o, anim in found]


def shown_range(character: bpy.types.Object) -> tuple[int, int]:
    """First and last frame of the Actions that play on the character; the scene's range where none does."""
    plays = playing(character)
    scene = bpy.context.scene
    return span(plays) if plays else (scene.frame_start, scene.frame_end)


def exported_meshes(character: bpy.types.Object) -> list[bpy.types.Object]:
    """The character's meshes that the artist sees; when the whole character is hidden, those not hidden themselves."""
    layer = bpy.context.view_layer
    meshes = [mesh for mesh in skinned_meshes(character) if len(mesh.data.vertices) and not mesh.hide_viewport]
    seen = [mesh for mesh in meshes if mesh.name in layer.objects and mesh.visible_get()]
    return seen or [mesh for mesh in meshes if mesh.name not in layer.objects or not mesh.hide_get()]


# --- Everything back -----------------------------------------------------------------------------------------------


def _kept_pose(character: bpy.types.Object) -> list[tuple[Any, str, Any]]:
    """Values that only the screen has, not the curves: the pose, the object's place, the shapes."""
    holders = [character, *character.pose.bones]
    kept = [(holder, name, tuple(getattr(holder, name))) for holder in holders for name in _CHANNELS]
    for owner in _owners(character)[1:]:
        kept += [(block, "value", block.value) for block in owner.key_blocks]
    return kept


def _put_pose_back(kept: list[tuple[Any, str, Any]]) -> None:
    for holder, name, value in kept:
        now = getattr(holder, name)
        if (tuple(now) if isinstance(value, tuple) else now) != value:
            setattr(holder, name, value)


def _kept_animation(character: bpy.types.Object) -> list[tuple[bpy.types.AnimData, Any, str, bool, list]]:
    out = []
    for owner in _owners(character):
        anim = owner.animation_data
        if anim is not None:
            tracks = [([s.name for s in track.strips], track.mute, track.is_solo) for track in anim.nla_tracks]
            out.append((anim, anim.action, compat.slot_identifier(compat.active_slot(anim)), anim.use_nla, tracks))
    return out


def _put_animation_back(kept: list[tuple[bpy.types.AnimData, Any, str, bool, list]]) -> None:
    for anim, action, slot, use_nla, tracks in kept:
        for track in list(anim.nla_tracks)[len(tracks) :]:
            anim.nla_tracks.remove(track)
        for track, (names, mute, solo) in zip(anim.nla_tracks, tracks, strict=True):
            for strip, name in zip(track.strips, names, strict=True):
                if strip.name != name:
                    strip.name = name
            if track.is_solo != solo:
                track.is_solo = solo
            track.mute = mute
        compat.assign(anim, action, compat.slot_named(action, slot) if action else None)
        if anim.use_nla != use_nla:
            anim.use_nla = use_nla


@contextmanager
def _everything_back(character: bpy.types.Object) -> Iterator[None]:
    """Mode, selection, visibility, frame, rate, pose, Actions and NLA as they were, whatever happened between."""
    scene, layer = bpy.context.scene, bpy.context.view_layer
    render = scene.render
    selected, active = [o for o in layer.objects if o.select_get()], layer.objects.active
    modes = [(o, o.mode) for o in layer.objects if o.mode != "OBJECT"]
    kept = (scene.frame_start, scene.frame_end, render.fps, render.fps_base, scene.name)
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
        for obj in layer.objects:
            if obj in hidden and obj.hide_get() != hidden[obj]:
                obj.hide_set(hidden[obj])
        for obj, mode in modes:
            _select_only(layer, [obj])
            layer.objects.active = obj
            if obj.mode != mode:
                bpy.ops.object.mode_set(mode=mode)
        _select_only(layer, selected)
        layer.objects.active = active
        scene.frame_set(frame, subframe=part)
        _put_pose_back(pose)
        layer.update()


def _select_only(layer: bpy.types.ViewLayer, wanted: list[bpy.types.Object]) -> None:
    for obj in layer.objects:
        if obj.select_get() != (obj in wanted):
            obj.select_set(obj in wanted)


# --- The stage -----------------------------------------------------------------------------------------------------


def _take_the_stage(character: bpy.types.Object, meshes: list[bpy.types.Object]) -> None:
    """The character and its meshes visible and selected, nothing else selected, even out of hidden collections."""
    scene, layer = bpy.context.scene, bpy.context.view_layer
    room = bpy.data.collections["Orator export"]
    for obj in (character, *meshes):
        room.objects.link(obj)
        if obj.hide_viewport:
            obj.hide_viewport = False
        if obj.hide_select:
            obj.hide_select = False
    layer.update()
    for obj in (character, *meshes):
        if obj.hide_get():
            obj.hide_set(False)
    _select_only(layer, [character, *meshes])
    layer.objects.active = character
    scene.frame_set(scene.frame_current)


@contextmanager
def _bare(meshes: list[bpy.types.Object]) -> Iterator[tuple[str, ...]]:
    """Meshes with shapes lose other modifiers than Armature for the time being, which files cannot carry beside shapes.

    Gives what is said about it.
    """
    paused = []
    for mesh in meshes:
        if mesh.data.shape_keys is not None:
            others = [m for m in mesh.modifiers if m.type != "ARMATURE" and (m.show_viewport or m.show_render)]
            paused += [(mesh, m, m.show_viewport, m.show_render) for m in others]
    muted = [
        (block, block.value)
        for mesh in meshes
        if mesh.data.shape_keys is not None
        for block in mesh.data.shape_keys.key_blocks
        if block.mute and block.value
    ]
    try:
        for _, modifier, _, _ in paused:
            modifier.show_viewport = modifier.show_render = False
        for block, _ in muted:
            block.value = 0.0
        said = (f"'{mesh.name}' goes without its modifier '{m.name}', since it has shapes" for mesh, m, _, _ in paused)
        yield tuple(said)
    finally:
        for _, modifier, viewport, render in paused:
            modifier.show_viewport, modifier.show_render = viewport, render
        for block, value in muted:
            block.value = value


def _alone(character: bpy.types.Object) -> None:
    """A solo track keeps the Action itself from playing: what it silences is muted instead."""
    for owner in _owners(character):
        tracks = owner.animation_data.nla_tracks if owner.animation_data is not None else ()
        if any(track.is_solo for track in tracks):
            for track in tracks:
                track.is_solo = False
                track.mute = True


def _layered(character: bpy.types.Object) -> bool:
    data = [owner.animation_data for owner in _owners(character) if owner.animation_data is not None]
    return any(anim.use_nla and not t.mute and len(t.strips) for anim in data for t in anim.nla_tracks)


def _silence(character: bpy.types.Object, face: bool) -> None:
    """Without the face: shapes rest at 0 and play nothing."""
    if face:
        return
    for keys in _owners(character)[1:]:
        anim = keys.animation_data
        if anim is not None:
            anim.action = None
            for track in anim.nla_tracks:
                track.mute = True
        for block in keys.key_blocks:
            block.value = 0.0


@contextmanager
def staged(
    character: bpy.types.Object, fps: float | None, travel: bool, face: bool = True, name: str = ""
) -> Iterator[Stage]:
    """What the character shows, ready for an exporter: alone and selected, at `fps`, in place without `travel`.

    The scene bears `name` meanwhile: FBX names the animation after it. The artist's file is as before afterwards.
    """
    scene = bpy.context.scene
    factor = 1.0 if fps is None else fps / (scene.render.fps / scene.render.fps_base)
    meshes = exported_meshes(character)
    with _everything_back(character), _bare(meshes) as notes:
        plays = playing(character)
        with understudies(character, plays, factor, travel) as cast:
            first, last = span(cast) if cast else (scene.frame_start, scene.frame_end)
            _alone(character)
            for play in cast:
                play.assign()
            _silence(character, face)
            _set_rate(scene, fps)
            scene.frame_start, scene.frame_end = first, last
            scene.name = name or scene.name
            _take_the_stage(character, meshes)
            yield Stage(first, last, meshes, notes, _layered(character))
            for play in cast:
                play.anim.action = None


def _set_rate(scene: bpy.types.Scene, fps: float | None) -> None:
    if fps is not None:
        whole = max(1, round(fps))
        scene.render.fps, scene.render.fps_base = whole, whole / fps


@contextmanager
def staged_takes(
    character: bpy.types.Object, cues: list[Cue], fps: float | None, travel: bool, face: bool, one_after_another: bool
) -> Iterator[Stage]:
    """Several takes as NLA strips of their names, nothing else playing.

    one_after_another  on one track, so that body and face of a take have frames of their own (FBX); otherwise each on
                       a track of its own, where it was made (glTF).
    """
    scene = bpy.context.scene
    factor = 1.0 if fps is None else fps / (scene.render.fps / scene.render.fps_base)
    meshes = exported_meshes(character)
    every = [play for cue in cues for play in cue.plays]
    with _everything_back(character), _bare(meshes) as notes, understudies(character, every, factor, travel) as cast:
        for owner in _owners(character):
            if owner.animation_data is not None:
                owner.animation_data.action = None
                for track in owner.animation_data.nla_tracks:
                    track.is_solo = False
                    track.mute = True
                    for strip in track.strips:  # names are unique, and FBX files name animations after strips
                        strip.name = f"{strip.name[:50]} (own)"
        waiting, at, tracks = list(cast), 1, {}
        first, last = span(cast)
        for cue in cues:
            mine, waiting = waiting[: len(cue.plays)], waiting[len(cue.plays) :]
            begin, end = span(mine)
            for play in mine:
                if face or play.owner == character:
                    track = tracks.get(play.owner) if one_after_another else None
                    tracks[play.owner] = track or play.anim.nla_tracks.new()
                    place = at if one_after_another else begin
                    _place(tracks[play.owner], cue.name, play, begin, end, place)
                    play.anim.use_nla = True
            at += end - begin + 2
        if one_after_another:
            first, last = 1, at
        if not face:
            _silence(character, face)
        _set_rate(scene, fps)
        scene.frame_start, scene.frame_end = first, last
        _take_the_stage(character, meshes)
        yield Stage(first, last, meshes, notes)


def _place(track: bpy.types.NlaTrack, name: str, play: Playing, begin: int, end: int, at: int) -> None:
    """A strip of a take from whole frame to whole frame; what the Action holds at its ends fills the rest."""
    track.name = name
    strip = track.strips.new(name, at, play.action)
    strip.name = name
    compat.strip_slot(strip, compat.slot_named(play.action, play.slot))
    strip.use_sync_length = False
    strip.action_frame_start, strip.action_frame_end = begin, end
    strip.frame_start, strip.frame_end = at, at + end - begin
    strip.scale, strip.repeat = 1.0, 1.0
    strip.extrapolation = "NOTHING" if at != begin else "HOLD"


def evaluated_points(obj: bpy.types.Object) -> np.ndarray:
    """World positions (N, 3) of a mesh object's vertices, all modifiers and shapes applied."""
    graph = bpy.context.evaluated_depsgraph_get()
    evaluated = obj.evaluated_get(graph)
    mesh = evaluated.to_mesh()
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    evaluated.to_mesh_clear()
    world = np.array(Matrix(evaluated.matrix_world), dtype=np.float64)
    return points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]
