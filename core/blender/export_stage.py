"""The stage for an export: the character alone, its take at another rate or in place, and everything back after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy
import numpy as np
from mathutils import Matrix

from . import compat
from .rig_profile import read_rig
from .rig_reader import skinned_meshes


def _animations(character: bpy.types.Object) -> list[bpy.types.AnimData]:
    owners = [character, *(m.data.shape_keys for m in skinned_meshes(character) if m.data.shape_keys)]
    return [owner.animation_data for owner in owners if owner.animation_data and owner.animation_data.action]


def shown_range(character: bpy.types.Object) -> tuple[int, int]:
    """First and last frame of the Actions that play on the character; the scene's range where none does."""
    ranges = [tuple(anim.action.frame_range) for anim in _animations(character)]
    if not ranges:
        scene = bpy.context.scene
        return scene.frame_start, scene.frame_end
    return int(np.floor(min(r[0] for r in ranges))), int(np.ceil(max(r[1] for r in ranges)))


def _stretch(action: bpy.types.Action, factor: float) -> None:
    """Multiply the time of every key and handle."""
    for curve in compat.curves_of(action):
        points = curve.keyframe_points
        for name in ("co", "handle_left", "handle_right"):
            values = np.empty(2 * len(points), np.float32)
            points.foreach_get(name, values)
            values[::2] *= factor
            points.foreach_set(name, values)
        curve.update()


def _hold_in_place(character: bpy.types.Object, anim: bpy.types.AnimData, first: int, last: int) -> None:
    """Take the level part of the travel out of the bone that carries it, keeping where it starts."""
    from ..rig.body import BodyRetarget

    description, profile = read_rig(character)
    body = BodyRetarget(description, profile)
    if body.carrier is None:
        return
    path = f'pose.bones["{bpy.utils.escape_identifier(body.carrier)}"].location'
    slot = compat.active_slot(anim)
    curves = {c.array_index: c for c in compat.curves_of(anim.action, slot) if c.data_path == path}
    if len(curves) < 3:
        return
    frames = np.arange(first, last + 1)
    values = np.array([[curves[k].evaluate(f) for k in range(3)] for f in frames])
    bone = description.by_name[body.carrier]
    up = bone.rest[:3, :3].T @ body.up if bone.local_location else body.up
    still = values[:1] + ((values - values[:1]) @ up)[:, None] * up
    for k, curve in curves.items():
        points = curve.keyframe_points
        while len(points):
            points.remove(points[-1], fast=True)
        points.add(len(frames))
        points.foreach_set("co", np.column_stack([frames, still[:, k]]).astype(np.float32).ravel())
        points.foreach_set("interpolation", np.full(len(frames), 1, np.int32))
        curve.update()


_KEY_PARTS = (
    ("co", 2, np.float32),
    ("handle_left", 2, np.float32),
    ("handle_right", 2, np.float32),
    ("interpolation", 1, np.int32),
    ("handle_left_type", 1, np.int32),
    ("handle_right_type", 1, np.int32),
)


def _keys_of(action: bpy.types.Action) -> dict[tuple[str, int], list[np.ndarray]]:
    """Every key of an Action, to put it back as it was."""
    out = {}
    for curve in compat.curves_of(action):
        parts = []
        for name, width, kind in _KEY_PARTS:
            values = np.empty(width * len(curve.keyframe_points), kind)
            curve.keyframe_points.foreach_get(name, values)
            parts.append(values)
        out[curve.data_path, curve.array_index] = parts
    return out


def _put_back(action: bpy.types.Action, kept: dict[tuple[str, int], list[np.ndarray]]) -> None:
    for curve in compat.curves_of(action):
        parts = kept[curve.data_path, curve.array_index]
        points = curve.keyframe_points
        missing = len(parts[0]) // 2 - len(points)
        for _ in range(-missing):
            points.remove(points[-1], fast=True)
        if missing > 0:
            points.add(missing)
        for (name, _, _), values in zip(_KEY_PARTS, parts, strict=True):
            points.foreach_set(name, values)
        curve.update()


@contextmanager
def staged(character: bpy.types.Object, fps: float | None, travel: bool) -> Iterator[tuple[int, int]]:
    """Selects the character and its meshes alone, and gives the (first, last) frame to export.

    With another frame rate or without travel, copies of the Actions are played for the time being (before 4.4 the
    take's own Actions, whose keys are put back); the artist's own are never touched. Selection, frame, range and rate
    of the scene come back afterwards.
    """
    scene, layer = bpy.context.scene, bpy.context.view_layer
    selected, active = [o for o in layer.objects if o.select_get()], layer.objects.active
    kept = (scene.frame_start, scene.frame_end, scene.frame_current, scene.render.fps, scene.render.fps_base)
    mode = character.mode
    first, last = shown_range(character)
    factor = 1.0 if fps is None else fps / (kept[3] / kept[4])
    kept_keys: list[tuple[bpy.types.Action, dict[tuple[str, int], list[np.ndarray]]]] = []
    plays: list[tuple[bpy.types.AnimData, bpy.types.Action, object, bpy.types.Action]] = []
    try:
        if mode != "OBJECT" and layer.objects.active == character:
            bpy.ops.object.mode_set(mode="OBJECT")
        if abs(factor - 1.0) > 1e-6 or not travel:
            for anim in _animations(character):
                action, slot = anim.action, compat.active_slot(anim)
                if not compat.has_slots():  # the glTF exporter of 4.2 exports the NLA strip's Action in place of a copy
                    kept_keys.append((action, _keys_of(action)))
                    plays.append((anim, action, slot, action))
                    continue
                copy = next((c for _, a, _, c in plays if a == action), None) or action.copy()
                plays.append((anim, action, slot, copy))
                compat.assign(anim, copy, compat.slot_named(copy, compat.slot_identifier(slot)))
            if not travel and character.animation_data and character.animation_data.action:
                _hold_in_place(character, character.animation_data, first, last)
            if abs(factor - 1.0) > 1e-6:
                for copy in {id(c): c for *_, c in plays}.values():
                    _stretch(copy, factor)
                first, last = int(np.floor(first * factor)), int(np.ceil(last * factor))
                whole = max(1, round(fps))
                scene.render.fps, scene.render.fps_base = whole, whole / fps
        scene.frame_start, scene.frame_end = first, last
        for obj in layer.objects:
            obj.select_set(False)
        for obj in (character, *skinned_meshes(character)):
            if obj.name in layer.objects and not obj.hide_viewport:
                obj.hide_set(False)
                obj.select_set(True)
        layer.objects.active = character
        yield first, last
    finally:
        for anim, action, slot, _ in plays:
            compat.assign(anim, action, slot)
        for action, keys in kept_keys:
            _put_back(action, keys)
        for copy in {id(c): c for _, a, _, c in plays if c != a}.values():
            bpy.data.actions.remove(copy)
        scene.render.fps, scene.render.fps_base = kept[3], kept[4]
        scene.frame_start, scene.frame_end = kept[:2]
        for obj in layer.objects:
            obj.select_set(obj in selected)
        layer.objects.active = active
        if mode != "OBJECT" and active == character:
            bpy.ops.object.mode_set(mode=mode)
        scene.frame_set(kept[2])


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
