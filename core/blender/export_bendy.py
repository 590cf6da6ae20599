"""Bendy bones for files: no file format knows them, so a stand-in rig has a plain bone for each of their segments.

The stand-in carries copies of the meshes, weighted as Blender weights segments, and plays what the rig plays, frame by
frame. It has no controls: only deform bones and what they hang on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy
import numpy as np
from mathutils import Matrix

from ..arrays import Array
from . import compat

_FLAT = 0.0002
"""Metres: a bendy bone that never bends more than this stays one bone."""


def _weighted(meshes: list[bpy.types.Object]) -> set[str]:
    """Names of the vertex groups that vertices of these meshes really use."""
    used: set[str] = set()
    for mesh in meshes:
        names = [group.name for group in mesh.vertex_groups]
        found = {g.group for vertex in mesh.data.vertices for g in vertex.groups if g.weight > 0.0}
        used |= {names[k] for k in found if k < len(names)}
    return used


def bendy_bones(character: bpy.types.Object, meshes: list[bpy.types.Object]) -> list[str]:
    """Bendy bones that deform these meshes."""
    bones = [b.name for b in character.data.bones if b.use_deform and b.bbone_segments > 1]
    if not bones:
        return []
    used = _weighted(meshes)
    return [name for name in bones if name in used]


class _Motion:
    """Armature-space matrices of bones over the frames, and of the joints between segments."""

    def __init__(self, character: bpy.types.Object, bendy: list[str], frames: range) -> None:
        self.frames = np.array(frames)
        bones = character.data.bones
        keep = {b.name for b in bones if b.use_deform}
        for name in list(keep):
            keep |= {parent.name for parent in bones[name].parent_recursive}
        self.names = [b.name for b in bones if b.name in keep]
        self.rest = {name: np.array(bones[name].matrix_local) for name in self.names}
        self.poses = {name: np.empty((len(frames), 4, 4)) for name in self.names}
        counts = {name: bones[name].bbone_segments + 1 for name in bendy}
        self.segments = {name: np.empty((count, len(frames), 4, 4)) for name, count in counts.items()}
        self.segment_rest: dict[str, Array] = {}
        scene = bpy.context.scene
        for k, frame in enumerate(frames):
            scene.frame_set(int(frame))
            pose = character.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
            for name in self.names:
                self.poses[name][k] = pose[name].matrix
            for name, count in counts.items():
                for i in range(count):
                    self.segments[name][i, k] = pose[name].bbone_segment_matrix(i, rest=False)
                if k == 0:
                    found = [np.array(pose[name].bbone_segment_matrix(i, rest=True)) for i in range(count)]
                    self.segment_rest[name] = np.array(found)

    def bends(self, name: str, scale: float) -> bool:
        """Whether the bone's segments ever leave the straight bone by more than hair's breadth."""
        rest = self.segment_rest[name][:, None]
        moved = self.segments[name] @ np.linalg.inv(rest) - np.eye(4)
        for offset in np.eye(3):
            point = rest[..., :3, 3] + 0.1 / scale * offset
            shift = (moved[..., :3, :3] @ point[..., None])[..., 0] + moved[..., :3, 3]
            if float(np.linalg.norm(shift, axis=-1).max()) * scale > _FLAT:
                return True
        return False


def _segment(name: str, k: int) -> str:
    return f"{name[:50]}.bend{k:02d}"


def _stand_in(character: bpy.types.Object, motion: _Motion, bendy: list[str]) -> bpy.types.Object:
    """The stand-in's armature object at rest, linked to the stage and the only selected and active object."""
    layer = bpy.context.view_layer
    data = character.data.copy()
    data.animation_data_clear()
    data.pose_position = "POSE"
    actor = bpy.data.objects.new(character.name, data)
    bpy.data.collections["Orator export"].objects.link(actor)
    actor.matrix_world = character.matrix_world
    for obj in list(layer.objects.selected):
        obj.select_set(False)
    layer.objects.active = actor
    actor.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        kept = set(motion.names)
        for bone in list(data.edit_bones):
            bone.use_connect = False
            bone.inherit_scale, bone.use_inherit_rotation, bone.use_local_location = "FULL", True, True
            bone.bbone_segments = 1
            if bone.name not in kept:
                data.edit_bones.remove(bone)
        for name in bendy:
            length = data.edit_bones[name].length / (len(motion.segment_rest[name]) - 1)
            for k, rest in enumerate(motion.segment_rest[name]):
                bone = data.edit_bones.new(_segment(name, k))
                bone.head, bone.tail = (0.0, 0.0, 0.0), (0.0, length, 0.0)
                bone.matrix = Matrix((motion.rest[name] @ rest).tolist())
                # Beside the bone, not under it: Blender's FBX importer glues a child that lies where it puts a tail.
                bone.parent = data.edit_bones[name].parent
                bone.use_deform = True
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
    return actor


def _local(motion: _Motion, parent: bpy.types.Bone | None, rest: Array, posed: Array) -> Array:
    """(F, 4, 4) the matrix_basis that poses a bone so in armature space."""
    if parent is None:
        return np.linalg.inv(rest) @ posed
    carried = motion.poses[parent.name] @ np.linalg.inv(motion.rest[parent.name]) @ rest
    return np.linalg.inv(carried) @ posed


def _play(actor: bpy.types.Object, motion: _Motion, bendy: list[str], title: str) -> bpy.types.Action:
    """An Action on the stand-in with location, rotation and scale of every bone at every frame."""
    action = bpy.data.actions.new(title)
    curves, _, slot = compat.new_curves(action, actor)
    basis: dict[str, Array] = {}
    for name in motion.names:
        basis[name] = _local(motion, actor.data.bones[name].parent, motion.rest[name], motion.poses[name])
    for name in bendy:
        for k, rest in enumerate(motion.segment_rest[name]):
            posed = motion.poses[name] @ motion.segments[name][k]
            basis[_segment(name, k)] = _local(motion, actor.data.bones[name].parent, motion.rest[name] @ rest, posed)
    for name, matrices in basis.items():
        actor.pose.bones[name].rotation_mode = "QUATERNION"
        parts = [Matrix(m.tolist()).decompose() for m in matrices]
        turns = np.array([q[:] for _, q, _ in parts])
        flips = np.cumprod(np.where(np.sum(turns[1:] * turns[:-1], axis=1) < 0.0, -1.0, 1.0))
        turns[1:] *= flips[:, None]
        columns = {"location": np.array([p[:] for p, _, _ in parts]), "rotation_quaternion": turns,
                   "scale": np.array([s[:] for _, _, s in parts])}  # fmt: skip
        for channel, values in columns.items():
            path = f'pose.bones["{bpy.utils.escape_identifier(name)}"].{channel}'
            for index in range(values.shape[1]):
                curve = curves.new(path, index=index)
                points = curve.keyframe_points
                points.add(len(values))
                keys = np.column_stack([motion.frames, values[:, index]])
                points.foreach_set("co", keys.astype(np.float32).ravel())
                points.foreach_set("interpolation", np.full(len(values), 1, np.int32))
                curve.update()
    compat.assign(actor.animation_data_create(), action, slot)
    return action


def _wear(
    mesh: bpy.types.Object, character: bpy.types.Object, actor: bpy.types.Object, bendy: list[str]
) -> bpy.types.Object:
    """A copy of a mesh on the stand-in: what a bendy bone pulls, its segments pull, as Blender shares it out."""
    copy = mesh.copy()
    copy.data = mesh.data.copy()
    bpy.data.collections["Orator export"].objects.link(copy)
    copy.parent, copy.parent_type, copy.parent_bone = actor, mesh.parent_type, mesh.parent_bone
    if mesh.parent != character:
        copy.parent = mesh.parent
    copy.matrix_parent_inverse = mesh.matrix_parent_inverse
    for modifier in copy.modifiers:
        if modifier.type == "ARMATURE" and modifier.object == character:
            modifier.object = actor
    groups = {group.index: group for group in copy.vertex_groups if group.name in bendy}
    into = character.matrix_world.inverted() @ mesh.matrix_world
    new = {
        (name, k): copy.vertex_groups.new(name=_segment(name, k))
        for name in {g.name for g in groups.values()}
        for k in range(character.data.bones[name].bbone_segments + 1)
    }
    for vertex in mesh.data.vertices:
        for element in vertex.groups:
            if element.group not in groups or element.weight <= 0.0:
                continue
            name = groups[element.group].name
            index, blend = character.pose.bones[name].bbone_segment_index(into @ vertex.co)
            for k, share in ((index, 1.0 - blend), (index + 1, blend)):
                if share > 0.0:
                    new[name, k].add([vertex.index], share * element.weight, "ADD")
    for group in groups.values():
        copy.vertex_groups.remove(group)
    return copy


def _remove(block: bpy.types.ID) -> None:
    kinds = {"OBJECT": "objects", "MESH": "meshes", "ARMATURE": "armatures", "ACTION": "actions"}
    getattr(bpy.data, kinds[block.id_type]).remove(block)


@contextmanager
def stand_in(
    character: bpy.types.Object, meshes: list[bpy.types.Object], first: int, last: int, title: str
) -> Iterator[tuple[bpy.types.Object, list[bpy.types.Object]]]:
    """The character and meshes to export: themselves, or stand-ins of their names where bendy bones bend.

    Called on the stage; the stand-ins are selected there, and gone afterwards.
    """
    bendy = bendy_bones(character, meshes)
    motion = _Motion(character, bendy, range(first, last + 1)) if bendy else None
    scale = max(character.matrix_world.to_scale()[:])
    bendy = [name for name in bendy if motion.bends(name, scale)] if motion is not None else []
    if motion is None or not bendy:
        yield character, meshes
        return
    layer = bpy.context.view_layer
    names = {obj: obj.name for obj in (character, *meshes)}
    made: list[bpy.types.ID] = []
    try:
        actor = _stand_in(character, motion, bendy)
        made += [actor, actor.data, _play(actor, motion, bendy, title)]
        layer.update()
        worn = []
        for mesh in meshes:
            worn.append(_wear(mesh, character, actor, bendy))
            made += [worn[-1], worn[-1].data]
        for own, copy in zip((character, *meshes), (actor, *worn), strict=True):
            if own.library is None:
                own.name = f"{names[own][:50]} (own)"
                copy.name = names[own]
        layer.update()
        for obj in list(layer.objects.selected):
            obj.select_set(False)
        for obj in (actor, *worn):
            obj.select_set(True)
        layer.objects.active = actor
        yield actor, worn
    finally:
        for block in sorted(made, key=lambda block: not isinstance(block, bpy.types.Object)):
            _remove(block)
        for own, name in names.items():
            if own.library is None and own.name != name:
                own.name = name
        for obj in (character, *meshes):
            obj.select_set(True)
        layer.objects.active = character
