"""Motion to learn a style from, read in Blender: takes as their Actions are now, any Actions, a folder of files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import bpy
import numpy as np

from ..errors import OratorError
from ..performance import MODEL_FPS, Performance
from ..style.sources import SUFFIXES, Piece, found, labels_of, read_piece
from . import compat, kept, lists, take_store
from .groups import TakeGroup
from .holders import has_skeleton
from .scene_rate import scene_fps

FILES: Final = (*SUFFIXES, ".fbx")
_MOST_FRAMES: Final = 30 * 60 * 60


def pieces_of_takes(character: bpy.types.Object, scene: bpy.types.Scene) -> list[Piece]:
    """The takes that are ticked, as their Actions move now. Raises OratorError when none is."""
    data = lists.character_data(character)
    ticked = [take for take in data.takes if take.learn] if data is not None else []
    if not ticked:
        raise OratorError("No take is ticked. Tick the takes to learn from, in the list.")
    return [_piece_of_take(character, scene, take) for take in ticked]


def _piece_of_take(character: bpy.types.Object, scene: bpy.types.Scene, take: TakeGroup) -> Piece:
    labels = labels_of(take_store.load_meta(take))
    binding = next((b for b in take.bindings if b.object == character and b.action is not None), None)
    if binding is None or binding.action is None or not has_skeleton(character):
        return Piece(take_store.load_performance(take), take.name, labels)
    slot = compat.slot_named(binding.action, binding.slot)
    made = _sampled(character, scene, binding.action, slot, False)
    # Faces are kept as they were made: what an Action shows of them is on meshes, in their own shape keys.
    face = take_store.load_performance(take)
    count = min(made.frames, face.frames)
    if abs(face.fps - made.fps) > 1e-6 or count < 2:
        return Piece(made, take.name, labels)
    return Piece(replace(made.cut(0, count), face=face.face[:count]), take.name, labels)


def pieces_of_actions(character: bpy.types.Object, scene: bpy.types.Scene) -> list[Piece]:
    """The Actions that are ticked, on a character. Raises OratorError when none is, or one has no keys on the rig."""
    ticked = [action for action in bpy.data.actions if action.orator_learn]
    if not ticked:
        raise OratorError("No Action is ticked. Tick the Actions to learn from, in the list.")
    pieces = []
    for action in ticked:
        slot = compat.slot_for(action, character)
        pieces.append(Piece(_sampled(character, scene, action, slot, True), action.name))
    return pieces


def _sampled(
    character: bpy.types.Object, scene: bpy.types.Scene, action: bpy.types.Action, slot: Any, said: bool
) -> Performance:
    """An Action's whole motion at 30 frames a second."""
    keyed = kept.read_keyed(character, action, slot, faces=True)
    if said and not keyed.bones and not keyed.shapes:
        raise OratorError(f"'{action.name}' moves no bone of '{character.name}'. Untick it, or choose its character.")
    first, last = (float(f) for f in action.frame_range)
    count = int((last - first) / scene_fps(scene) * MODEL_FPS + 1e-6) + 1
    if not 2 <= count <= _MOST_FRAMES:
        raise OratorError(f"'{action.name}' has {count} frames of motion: a style needs from one second to an hour.")
    frames = first + np.arange(count) * scene_fps(scene) / MODEL_FPS
    made = kept.sample_action(character, scene, action, slot, keyed, frames).performance
    return replace(made, fps=MODEL_FPS)


def pieces_of_folder(folder: Path, scene: bpy.types.Scene) -> Iterator[Piece]:
    """Every motion file of a folder: .npz, .bvh, .csv, and .fbx by Blender's importer. Raises OratorError."""
    for path in found([folder], FILES):
        if path.suffix.lower() != ".fbx":
            yield read_piece(path)
            continue
        with _imported(path) as rigs:
            for rig, action in rigs:
                yield Piece(_sampled(rig, scene, action, compat.slot_for(action, rig), True), path.stem)


@contextmanager
def _imported(path: Path) -> Iterator[list[tuple[bpy.types.Object, bpy.types.Action]]]:
    """The armatures of an FBX and what they play, in the file for a moment. Raises OratorError."""
    kinds = ("objects", "armatures", "meshes", "actions", "materials", "images", "cameras", "lights", "collections",
             "textures", "shape_keys")  # fmt: skip
    before = {kind: {b.as_pointer() for b in getattr(bpy.data, kind)} for kind in kinds}
    selected, active = list(bpy.context.selected_objects), bpy.context.view_layer.objects.active
    try:
        try:
            bpy.ops.import_scene.fbx(filepath=str(path), use_anim=True, ignore_leaf_bones=True)
        except (RuntimeError, AttributeError) as error:
            raise OratorError(f"'{path.name}' could not be imported ({str(error).strip()[:120]}).") from error
        new = [o for o in bpy.data.objects if o.as_pointer() not in before["objects"] and has_skeleton(o)]
        rigs = [(o, o.animation_data.action) for o in new if o.animation_data and o.animation_data.action]
        if not rigs:
            raise OratorError(f"'{path.name}' holds no armature that moves. Choose other files.")
        yield rigs
    finally:
        made = [
            b for kind in kinds if kind != "shape_keys" for b in getattr(bpy.data, kind)
            if b.as_pointer() not in before[kind]
        ]  # fmt: skip
        bpy.data.batch_remove(made)
        for obj in bpy.context.view_layer.objects:
            obj.select_set(obj in selected)
        bpy.context.view_layer.objects.active = active
