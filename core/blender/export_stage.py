"""The stage for an export: the character alone, its takes at another rate or in place, and everything back after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import bpy

from ..errors import OratorError
from . import compat, own_animation
from .export_actions import Playing, span, understudies
from .export_bare import bare
from .export_options import ExportOptions
from .export_restore import animated_owners, everything_back, select_only, shape_keys_of
from .groups import CharacterGroup
from .holders import has_skeleton
from .lists import character_data
from .rig_reader import skinned_meshes


@dataclass(frozen=True)
class Cue:
    """One take on the stage: its name and what plays. In a file it is an animation of that name."""

    name: str
    plays: list[Playing]


@dataclass(frozen=True)
class Stage:
    """What is set up: first and last frame, the meshes that are exported, and what they cannot bring along.

    layered  NLA tracks of the artist play under the Actions.
    unlike   millimetres that the surface is at most away from the one that is seen, for want of modifiers.
    hidden   whether a hidden mesh that the take moves stays out.
    """

    first: int
    last: int
    meshes: list[bpy.types.Object]
    notes: tuple[str, ...] = ()
    layered: bool = False
    unlike: float = 0.0
    hidden: bool = False


def playing(character: bpy.types.Object) -> list[Playing]:
    """The Actions that are active on a character."""
    found = []
    for owner in animated_owners(character):
        anim = owner.animation_data
        if anim is not None and anim.action is not None:
            found.append(Playing(owner, anim.action, compat.slot_identifier(compat.active_slot(anim))))
    return found


def shown_range(character: bpy.types.Object) -> tuple[int, int]:
    """First and last frame of the Actions that play on the character; the scene's range where none does."""
    plays = playing(character)
    scene = bpy.context.scene
    return span(plays) if plays else (scene.frame_start, scene.frame_end)


def exported_meshes(character: bpy.types.Object) -> list[bpy.types.Object]:
    """The character's meshes that the artist sees, and what nobody sees of the take's face.

    When the whole character is hidden, those not hidden themselves. A mesh that is hidden with the eye belongs to the
    file where the take moves shapes on it that no mesh in the file has: a face, not a spare or a level of detail.
    """
    layer = bpy.context.view_layer
    meshes = [mesh for mesh in skinned_meshes(character) if len(mesh.data.vertices) and not mesh.hide_viewport]
    seen = [mesh for mesh in meshes if mesh.name in layer.objects and mesh.visible_get()]
    if not seen:
        return [mesh for mesh in meshes if mesh.name not in layer.objects or not mesh.hide_get()]
    there = {name for mesh in seen for name in _moved(mesh)}
    for mesh in sorted(meshes, key=lambda mesh: -len(_moved(mesh))):
        if mesh not in seen and not mesh.hide_render and not _moved(mesh) <= there:
            seen.append(mesh)
            there |= _moved(mesh)
    return [mesh for mesh in meshes if mesh in seen]


def _moved(mesh: bpy.types.Object) -> set[str]:
    """The shapes that an Action moves on a mesh."""
    keys = mesh.data.shape_keys
    if keys is None or keys.animation_data is None:
        return set()
    return {curve.data_path for curve in compat.animated_curves(keys)}


def _hidden(character: bpy.types.Object, meshes: list[bpy.types.Object]) -> tuple[list[str], bool]:
    """Sentences on hidden meshes, in the file or left out of it, and whether a take moves one that is left out."""
    layer = bpy.context.view_layer
    eyed = [mesh for mesh in meshes if mesh.name in layer.objects and not mesh.visible_get()]
    inside = [] if len(eyed) == len(meshes) else [f"'{mesh.name}' is hidden; its face is in the file" for mesh in eyed]
    out, moves = [], False
    for mesh in skinned_meshes(character):
        if mesh in meshes or not len(mesh.data.vertices):
            continue
        count = len(_moved(mesh))
        moves = moves or count > 0
        shapes = f", with {count} shapes that are animated" if count else ""
        out.append(f"'{mesh.name}' is hidden and was left out{shapes}")
    if len(out) > 4 and not moves:
        out = [f"{len(out)} hidden meshes were left out"]
    return inside + out, moves


# --- Everything back -----------------------------------------------------------------------------------------------


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
    select_only(layer, [character, *meshes])
    layer.objects.active = character
    scene.frame_set(scene.frame_current)


def _alone(character: bpy.types.Object) -> None:
    """A solo track keeps the Action itself from playing: what it silences is muted instead."""
    for owner in animated_owners(character):
        tracks = owner.animation_data.nla_tracks if owner.animation_data is not None else ()
        if any(track.is_solo for track in tracks):
            for track in tracks:
                track.is_solo = False
                track.mute = True


def _layered(character: bpy.types.Object) -> bool:
    data = [owner.animation_data for owner in animated_owners(character) if owner.animation_data is not None]
    return any(anim.use_nla and not t.mute and len(t.strips) for anim in data for t in anim.nla_tracks)


def _silence(character: bpy.types.Object, face: bool) -> None:
    """Without the face: shapes rest at 0 and play nothing."""
    if face:
        return
    for keys in shape_keys_of(character):
        anim = keys.animation_data
        if anim is not None:
            anim.action = None
            for track in anim.nla_tracks:
                track.mute = True
        for block in keys.key_blocks:
            block.value = 0.0


@contextmanager
def staged(character: bpy.types.Object, options: ExportOptions, name: str = "") -> Iterator[Stage]:
    """What the character shows, ready for an exporter: alone and selected, at the rate and with what is asked for.

    The scene bears `name` meanwhile: FBX names the animation after it. The artist's file is as before afterwards.
    """
    fps, travel = options.fps, options.travel
    if not has_skeleton(character):
        raise OratorError(
            f"'{character.name}' has no armature, which this export needs. Select the mesh and choose File > Export, "
            "or export the take itself (.npz, .csv)."
        )
    scene = bpy.context.scene
    factor = 1.0 if fps is None else fps / (scene.render.fps / scene.render.fps_base)
    meshes = exported_meshes(character)
    left, moves = _hidden(character, meshes)
    with everything_back(character), bare(meshes) as shown:
        plays = playing(character)
        wanted = options.frames or (span(plays) if plays else None)
        shift = -round(wanted[0] * factor) if options.from_zero and plays and wanted else 0
        data = character_data(character)
        with (
            understudies(character, plays, factor, travel, shift) as cast,
            own_animation.in_step(data, factor, travel, shift),
        ):
            first, last = span(cast) if cast else (scene.frame_start, scene.frame_end)
            if options.frames:
                first, last = (round(frame * factor) + shift for frame in options.frames)
            left += _unmoved(character, data, factor, shift)
            _alone(character)
            for play in cast:
                play.assign()
            _silence(character, options.face)
            _set_rate(scene, fps)
            scene.frame_start, scene.frame_end = first, last
            scene.name = name or scene.name
            _take_the_stage(character, meshes)
            yield Stage(first, last, meshes, (*left, *shown.notes), _layered(character), shown.unlike, moves)
            for play in cast:
                play.anim.action = None


def _unmoved(character: bpy.types.Object, data: CharacterGroup | None, factor: float, shift: int) -> list[str]:
    """A sentence where tracks of the artist's play under a take that is exported at another rate or place."""
    if (abs(factor - 1.0) < 1e-6 and not shift) or data is None:
        return []
    mine = {entry.strip for entry in data.own} | {""}
    owners = [owner.animation_data for owner in animated_owners(character) if owner.animation_data is not None]
    names = {
        track.name
        for anim in owners
        for track in anim.nla_tracks
        if anim.use_nla and not track.mute and any(strip.name not in mine for strip in track.strips)
    }
    return [f"the NLA track '{name}' keeps its frames: export at the scene's own rate and place" for name in names]


def _set_rate(scene: bpy.types.Scene, fps: float | None) -> None:
    if fps is not None:
        whole = max(1, round(fps))
        scene.render.fps, scene.render.fps_base = whole, whole / fps
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 100


@contextmanager
def staged_takes(
    character: bpy.types.Object,
    cues: list[Cue],
    fps: float | None,
    travel: bool,
    face: bool,
    one_after_another: bool,
    from_zero: bool = False,
) -> Iterator[Stage]:
    """Several takes as NLA strips of their names, nothing else playing.

    one_after_another  on one track, so that body and face of a take have frames of their own (FBX); otherwise each on
                       a track of its own, where it was made (glTF), or from_zero: from frame 0 on.
    """
    scene = bpy.context.scene
    factor = 1.0 if fps is None else fps / (scene.render.fps / scene.render.fps_base)
    meshes = exported_meshes(character)
    every = [play for cue in cues for play in cue.plays]
    left, moves = _hidden(character, meshes)
    with ExitStack() as stack:
        stack.enter_context(everything_back(character))
        shown = stack.enter_context(bare(meshes))
        keys: dict[Any, Any] = shown.keys
        every = [replace(play, owner=keys.get(play.owner, play.owner)) for play in every]
        cast = stack.enter_context(understudies(character, every, factor, travel))
        _set_aside(character)
        waiting, at = list(cast), 1
        tracks: dict[bpy.types.ID, bpy.types.NlaTrack] = {}
        first, last = span(cast)
        longest = 0
        for cue in cues:
            mine, waiting = waiting[: len(cue.plays)], waiting[len(cue.plays) :]
            begin, end = span(mine)
            longest = max(longest, end - begin)
            for play in mine:
                if face or play.owner == character:
                    track = tracks.get(play.owner) if one_after_another else None
                    tracks[play.owner] = track or play.anim.nla_tracks.new()
                    place = at if one_after_another else 0 if from_zero else begin
                    _place(tracks[play.owner], cue.name, play, begin, end, place)
                    play.anim.use_nla = True
            at += end - begin + 2
        if one_after_another:
            first, last = 1, at
        elif from_zero:
            first, last = 0, longest
        if not face:
            _silence(character, face)
        _set_rate(scene, fps)
        scene.frame_start, scene.frame_end = first, last
        _take_the_stage(character, meshes)
        yield Stage(first, last, meshes, (*left, *shown.notes), unlike=shown.unlike, hidden=moves)


def _set_aside(character: bpy.types.Object) -> None:
    """Nothing of the character's own plays, and its names are free: FBX files name animations after strips."""
    for owner in animated_owners(character):
        if owner.animation_data is not None:
            owner.animation_data.action = None
            for track in owner.animation_data.nla_tracks:
                track.is_solo = False
                track.mute = True
                track.name = f"{track.name[:50]} (own)"
                for strip in track.strips:
                    strip.name = f"{strip.name[:50]} (own)"


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
