"""A small character that exports in a moment: an SMPL-X skeleton with boxes for a skin and one shape. Needs bpy."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake
from orator.core.blender.bake_target import read_target
from orator.core.performance import Take, make_performance, rest_performance
from orator.core.rotations import from_rotvec
from orator.core.skeleton import INDEX, JOINTS, PARENTS, rest_positions


def small_character() -> bpy.types.Object:
    """An SMPL-X skeleton with a box for a head that opens its mouth, and a box at each hand."""
    data = bpy.data.armatures.new("Small")
    rig = bpy.data.objects.new("Small", data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    points = rest_positions()[:, [0, 2, 1]] * [1, -1, 1]
    for j, (name, parent) in enumerate(zip(JOINTS, PARENTS, strict=True)):
        bone = data.edit_bones.new(name)
        bone.head, bone.tail = points[j], points[j] + np.array([0.0, 0.0, 0.04])
        bone.parent = data.edit_bones[JOINTS[parent]] if parent >= 0 else None
    bpy.ops.object.mode_set(mode="OBJECT")
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * 0.03
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    parts = ("head", "left_wrist", "right_wrist", "left_foot", "pelvis")
    mesh = bpy.data.meshes.new("Skin")
    vertices = [tuple(points[INDEX[p]] + c) for p in parts for c in corners]
    mesh.from_pydata(vertices, [], [tuple(8 * k + i for i in f) for k in range(len(parts)) for f in faces])
    skin = bpy.data.objects.new("Skin", mesh)
    bpy.context.scene.collection.objects.link(skin)
    skin.parent = rig
    skin.modifiers.new("Armature", "ARMATURE").object = rig
    for k, part in enumerate(parts):
        skin.vertex_groups.new(name=part).add(list(range(8 * k, 8 * k + 8)), 1.0, "REPLACE")
    skin.shape_key_add(name="Basis", from_mix=False)
    key = skin.shape_key_add(name="jawOpen", from_mix=False)
    for i in range(4):
        key.data[i].co += Vector((0.0, 0.0, -0.05))
    return rig


def performed(rig: bpy.types.Object, seed: int = 0, frames: int = 24) -> str:
    """A take on the rig that walks a little; its id."""
    t = np.arange(frames) / 30.0
    vectors = np.zeros((frames, 55, 3))
    vectors[:, INDEX["left_shoulder"], 2] = -0.8 - 0.5 * np.sin(6 * t + seed)
    vectors[:, INDEX["head"], 1] = 0.4 * np.sin(5 * t + seed)
    travel = rest_performance(frames).translation + np.stack([0.3 * t, 0.02 * np.sin(9 * t), 0.2 * t], axis=1)
    face = np.zeros((frames, 52))
    face[:, 17] = 0.5 + 0.5 * np.sin(11 * t + seed)
    performance = make_performance(from_rotvec(vectors), travel, face)
    target = read_target(rig, bpy.context.scene)
    prepared = prepare(performance, 1.0 / target.fps, target, Keying(None))
    take = Take(performance, f"Take {seed}", {"seed": seed})
    return bake.add_take(rig, take, 1.0 / target.fps, prepared).uid
