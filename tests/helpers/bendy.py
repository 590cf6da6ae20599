"""A rope of bendy bones. Needs bpy."""

from __future__ import annotations

import bpy
import numpy as np
from orator.core.blender import compat


def bent_rope() -> bpy.types.Object:
    """An armature of two bendy bones with a tube for a skin, and an Action that bends it over 24 frames."""
    rig = bpy.data.objects.new("Rope", bpy.data.armatures.new("Rope"))
    scene = bpy.context.scene
    scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    low, high = (rig.data.edit_bones.new(name) for name in ("low", "high"))
    low.head, low.tail, high.head, high.tail = (0, 0, 0), (0, 0, 0.5), (0, 0, 0.5), (0, 0, 1.0)
    high.parent, high.use_connect = low, True
    low.bbone_segments = high.bbone_segments = 6
    bpy.ops.object.mode_set(mode="OBJECT")

    turns = np.arange(8) * np.pi / 4
    rings = [(0.08 * np.cos(a), 0.08 * np.sin(a), z) for z in np.linspace(0.0, 1.0, 21) for a in turns]
    sides = [(8 * ring, k, (k + 1) % 8) for ring in range(20) for k in range(8)]
    faces = [(at + a, at + b, at + 8 + b, at + 8 + a) for at, a, b in sides]
    mesh = bpy.data.meshes.new("Skin")
    mesh.from_pydata([tuple(map(float, p)) for p in rings], [], faces)
    skin = bpy.data.objects.new("Skin", mesh)
    scene.collection.objects.link(skin)
    skin.parent = rig
    skin.modifiers.new("Armature", "ARMATURE").object = rig
    groups = {name: skin.vertex_groups.new(name=name) for name in ("low", "high")}
    for k, (_, _, z) in enumerate(rings):
        share = float(np.clip((z - 0.4) / 0.2, 0.0, 1.0))
        groups["low"].add([k], 1.0 - share, "REPLACE")
        groups["high"].add([k], share, "REPLACE")

    action = bpy.data.actions.new("Bend")
    curves, _, slot = compat.new_curves(action, rig)
    for bone, amount in (("low", 0.2), ("high", 0.9)):
        rig.pose.bones[bone].rotation_mode = "XYZ"
        curve = curves.new(f'pose.bones["{bone}"].rotation_euler', index=0)
        curve.keyframe_points.add(2)
        curve.keyframe_points.foreach_set("co", np.array([1.0, 0.0, 24.0, amount], np.float32))
        curve.update()
    compat.assign(rig.animation_data_create(), action, slot)
    return rig
