"""What a character shows right now, or shows at other frames, as plain data. Reading changes nothing the artist has."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np

from ..arrays import Array
from ..rig.description import RigDescription
from ..rig.inverse import RigPose
from ..rotations import conjugate, from_matrix, multiply
from .holders import pose_bones
from .rig_reader import skinned_meshes


def _snapshot(character: bpy.types.Object) -> tuple[dict[str, Array], dict[tuple[str, str], float]]:
    """Armature-space matrices of all bones (4, 4) and the shape key values, as evaluated now."""
    graph = bpy.context.evaluated_depsgraph_get()
    evaluated = character.evaluated_get(graph)
    matrices = {bone.name: np.array(bone.matrix, dtype=np.float64) for bone in pose_bones(evaluated)}
    shapes: dict[tuple[str, str], float] = {}
    for mesh in skinned_meshes(character):
        keys = mesh.data.shape_keys
        if keys is None:
            continue
        for block in keys.evaluated_get(graph).key_blocks:
            shapes[mesh.name, block.name] = float(block.value)
    return matrices, shapes


def _as_pose(
    description: RigDescription, shots: list[tuple[dict[str, Array], dict[tuple[str, str], float]]]
) -> RigPose:
    turns, heads = {}, {}
    for bone in description.bones:
        stack = np.stack([matrices[bone.name] for matrices, _ in shots])
        axes = stack[:, :3, :3] / np.maximum(np.linalg.norm(stack[:, :3, :3], axis=1, keepdims=True), 1e-12)
        rest = from_matrix(bone.rest[None, :3, :3])
        turns[bone.name] = multiply(from_matrix(axes), conjugate(rest))
        heads[bone.name] = stack[:, :3, 3]
    shapes = {name: np.array([values[name] for _, values in shots]) for name in shots[0][1]}
    return RigPose(turns, heads, shapes)


def current_pose(character: bpy.types.Object, description: RigDescription) -> RigPose:
    """The pose on screen, keyed or not, as one moment."""
    bpy.context.view_layer.update()
    return _as_pose(description, [_snapshot(character)])


def poses_at(
    character: bpy.types.Object, description: RigDescription, scene: bpy.types.Scene, frames: Iterable[float]
) -> RigPose:
    """The poses at scene frames; the frame, and every pose that was set but not keyed, are put back afterwards."""
    kept = {bone.name: bone.matrix_basis.copy() for bone in pose_bones(character)}
    values = {
        mesh.name: [(block, block.value) for block in mesh.data.shape_keys.key_blocks]
        for mesh in skinned_meshes(character)
        if mesh.data.shape_keys is not None
    }
    frame, part = scene.frame_current, scene.frame_subframe
    shots = []
    try:
        for at in frames:
            whole = int(np.floor(at))
            scene.frame_set(whole, subframe=float(at - whole))
            shots.append(_snapshot(character))
    finally:
        scene.frame_set(frame, subframe=part)
        for bone in pose_bones(character):
            if bone.matrix_basis != kept[bone.name]:
                bone.matrix_basis = kept[bone.name]
        for blocks in values.values():
            for block, value in blocks:
                if block.value != value:
                    block.value = value
    return _as_pose(description, shots)
