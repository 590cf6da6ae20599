"""The starting character as Blender data: an armature of the 55 SMPL-X joints and its skinned, shaped meshes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import bmesh
import bpy
import numpy as np
from mathutils import Vector

from ..arrays import Array
from ..character import JOINT_PLACES, Part, build
from ..character.materials import MATERIALS
from ..skeleton import FACE_JOINTS, HANDS, INDEX, JOINTS, PARENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEXT = {
    "pelvis": "spine1", "spine1": "spine2", "spine2": "spine3", "spine3": "neck", "neck": "head",
    "hip": "knee", "knee": "ankle", "ankle": "foot", "collar": "shoulder", "shoulder": "elbow", "elbow": "wrist",
    "wrist": "middle1",
}  # fmt: skip
_TAILS = {  # where a bone without a next joint ends, from its head
    "head": (0.0, 0.0, 0.19), "jaw": (0.0, -0.062, -0.052), "left_eye_smplhf": (0.0, -0.0105, 0.0),
    "right_eye_smplhf": (0.0, -0.0105, 0.0), "left_foot": (0.032, -0.085, 0.0), "right_foot": (-0.032, -0.085, 0.0),
}  # fmt: skip


def bone_tail(name: str) -> Array:
    """Where a joint's bone ends at rest, (3,): at the next joint along the limb, or at the tip."""
    head = JOINT_PLACES[INDEX[name]]
    if name in _TAILS:
        return head + np.array(_TAILS[name])
    side, _, rest = name.partition("_")
    following = _NEXT.get(name) or (f"{side}_{_NEXT[rest]}" if rest in _NEXT else "")
    if not following and name[-1] in "12":
        following = f"{name[:-1]}{int(name[-1]) + 1}"
    if following:
        return JOINT_PLACES[INDEX[following]]
    before = JOINT_PLACES[PARENTS[INDEX[name]]]
    return head + (head - before) / np.linalg.norm(head - before) * 0.024


def _roll_towards(name: str) -> Vector:
    """Where a bone's Z axis looks: up for arms and hands, forward for everything that stands."""
    arm = any(part in name for part in ("collar", "shoulder", "elbow", "wrist")) or INDEX[name] in HANDS
    lying = arm or "eye" in name or "foot" in name or "ankle" in name or name == "jaw"
    return Vector((0.0, 0.0, 1.0)) if lying else Vector((0.0, -1.0, 0.0))


@contextmanager
def _scene_of(target: bpy.types.Context | bpy.types.Scene) -> Iterator[tuple[bpy.types.Scene, bpy.types.ViewLayer]]:
    """The scene and view layer to work in, made current for what needs a context."""
    if isinstance(target, bpy.types.Scene):
        if target == bpy.context.scene:
            yield target, bpy.context.view_layer
        else:
            with bpy.context.temp_override(scene=target, view_layer=target.view_layers[0]):
                yield target, target.view_layers[0]
    else:
        yield target.scene, target.view_layer


def _collection(scene: bpy.types.Scene, layer: bpy.types.ViewLayer) -> bpy.types.Collection:
    """The active collection, or the scene's own where the active one is hidden, excluded or linked."""
    active = layer.active_layer_collection
    if active is None or active.exclude or not active.is_visible or active.collection.library:
        return scene.collection
    return active.collection


def add_character(target: bpy.types.Context | bpy.types.Scene, name: str = "Orator Character") -> bpy.types.Object:
    """Adds the character at the scene's origin, standing on z = 0, facing -Y, and returns its armature.

    Everything is new data: nothing of the file is changed but the selection, and the armature becomes active. The
    caller is in Object Mode, or nothing is active. The meshes are the armature's children.
    """
    character = build()
    with _scene_of(target) as (scene, layer):
        if layer.objects.active is not None and layer.objects.active.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        collection = _collection(scene, layer)
        rig = _armature(name, collection, layer)
        materials: dict[str, bpy.types.Material] = {}
        for part in character.parts:
            _mesh_object(part, rig, collection, materials)
        for other in list(layer.objects.selected):
            other.select_set(False, view_layer=layer)
        rig.select_set(True, view_layer=layer)
        layer.objects.active = rig
        layer.update()
    return rig


def _armature(name: str, collection: bpy.types.Collection, layer: bpy.types.ViewLayer) -> bpy.types.Object:
    data = bpy.data.armatures.new(name)
    rig = bpy.data.objects.new(name, data)
    collection.objects.link(rig)
    layer.update()
    layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        for index, joint in enumerate(JOINTS):
            bone = data.edit_bones.new(joint)
            bone.head = JOINT_PLACES[index]
            bone.tail = bone_tail(joint).tolist()
            bone.align_roll(_roll_towards(joint))
            if PARENTS[index] >= 0:
                bone.parent = data.edit_bones[JOINTS[PARENTS[index]]]
            bone.use_deform = True
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
    for title, joints in (
        ("Body", [j for j in range(len(JOINTS)) if j not in HANDS and j not in FACE_JOINTS]),
        ("Fingers", HANDS),
        ("Face", FACE_JOINTS),
    ):
        group = data.collections.new(title)
        for j in joints:
            group.assign(data.bones[JOINTS[j]])
    for posed in rig.pose.bones:
        posed.rotation_mode = "QUATERNION"
    data.display_type = "STICK"  # inside the body; Bones in Front shows them while one poses
    return rig


def _mesh_object(
    part: Part, rig: bpy.types.Object, collection: bpy.types.Collection, materials: dict[str, bpy.types.Material]
) -> bpy.types.Object:
    """One mesh, skinned to the rig, with its materials and shape keys."""
    name = f"{rig.name} {part.name}"
    mesh = bpy.data.meshes.new(name)
    faces = [tuple(int(i) for i in row if i >= 0) for row in part.faces]
    mesh.from_pydata(part.vertices.tolist(), [], faces)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    for label in part.materials:
        if label not in materials:
            materials[label] = _material(f"{rig.name} {label}", label)
        mesh.materials.append(materials[label])
    mesh.polygons.foreach_set("material_index", part.material.astype(np.int32))
    # The skin's material multiplies the tint in, and a missing attribute counts as black: every part has one.
    tint = np.ones((len(part.vertices), 3)) if part.tint is None else part.tint
    layer = mesh.color_attributes.new("Tint", "FLOAT_COLOR", "POINT")
    layer.data.foreach_set("color", np.hstack([tint, np.ones((len(tint), 1))]).astype(np.float32).ravel())

    used = np.flatnonzero(part.weights.max(axis=0) > 0)
    write_weights(mesh, part.weights[:, used])
    mesh.update()
    item = bpy.data.objects.new(name, mesh)
    for joint in used:
        item.vertex_groups.new(name=JOINTS[joint])
    if part.keys:
        item.shape_key_add(name="Basis", from_mix=False)
        for key, offset in part.keys.items():
            block = item.shape_key_add(name=key, from_mix=False)
            block.value = 0.0
            block.data.foreach_set("co", (part.vertices + offset).astype(np.float32).ravel())
    collection.objects.link(item)
    item.parent = rig
    modifier = item.modifiers.new("Armature", "ARMATURE")
    modifier.object = rig
    return item


def write_weights(mesh: bpy.types.Mesh, weights: Array) -> None:
    """Weights (N, G) into the mesh's deform layer, group by column."""
    work = bmesh.new()
    work.from_mesh(mesh)
    layer = work.verts.layers.deform.verify()
    rows, groups = np.nonzero(weights)
    values = weights[rows, groups].tolist()
    work.verts.ensure_lookup_table()
    verts = work.verts
    for row, group, value in zip(rows.tolist(), groups.tolist(), values, strict=True):
        verts[row][layer][group] = value
    work.to_mesh(mesh)
    work.free()


def _material(name: str, label: str) -> bpy.types.Material:
    """A Principled material; skin multiplies the mesh's tint into its colour."""
    look = MATERIALS[label]
    material = bpy.data.materials.new(name)
    material.diffuse_color = (*look.colour, 1.0)
    material.roughness = look.roughness
    if material.node_tree is None:
        material.use_nodes = True
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (*look.colour, 1.0)
    shader.inputs["Roughness"].default_value = look.roughness
    if look.subsurface > 0:
        shader.inputs["Subsurface Weight"].default_value = look.subsurface
        shader.inputs["Subsurface Radius"].default_value = (1.0, 0.35, 0.2)
        shader.inputs["Subsurface Scale"].default_value = 0.012
    if look.tinted:
        tint = tree.nodes.new("ShaderNodeVertexColor")
        tint.layer_name = "Tint"
        tint.location = (-420.0, 120.0)
        mix = tree.nodes.new("ShaderNodeMix")
        mix.data_type, mix.blend_type = "RGBA", "MULTIPLY"
        mix.location = (-220.0, 200.0)
        mix.inputs[0].default_value = 1.0
        colours = [socket for socket in mix.inputs if socket.type == "RGBA"]
        colours[0].default_value = (*look.colour, 1.0)
        tree.links.new(tint.outputs["Color"], colours[1])
        tree.links.new(next(s for s in mix.outputs if s.type == "RGBA"), shader.inputs["Base Color"])
    return material


def add_stage(scene: bpy.types.Scene, armature: bpy.types.Object) -> list[bpy.types.Object]:
    """A floor, three soft lights and a camera that sees the whole character; returns the new objects.

    The camera becomes the scene's only where the scene has none.
    """
    base = armature.matrix_world.translation
    made: list[bpy.types.Object] = []

    def place(
        data: bpy.types.ID | None, title: str, at: tuple[float, float, float], aim: tuple[float, float, float]
    ) -> bpy.types.Object:
        item = bpy.data.objects.new(f"{armature.name} {title}", data)
        item.location = base + Vector(at)
        item.rotation_euler = (Vector(aim) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
        scene.collection.objects.link(item)
        made.append(item)
        return item

    chest = (0.0, 0.0, 1.2)
    for title, at, size, watts, colour in (
        ("Key Light", (-1.6, -2.2, 2.6), 1.4, 85.0, (1.0, 0.94, 0.86)),
        ("Fill Light", (2.4, -1.8, 1.6), 2.2, 30.0, (0.84, 0.91, 1.0)),
        ("Rim Light", (1.2, 2.2, 2.5), 1.0, 80.0, (1.0, 0.97, 0.93)),
    ):
        light = bpy.data.lights.new(f"{armature.name} {title}", "AREA")
        light.size, light.energy, light.color = size, watts, colour
        place(light, title, at, chest)

    camera = bpy.data.cameras.new(f"{armature.name} Camera")
    camera.lens = 50.0
    item = place(camera, "Camera", (0.75, -5.5, 1.30), (0.0, 0.0, 0.93))
    if scene.camera is None:
        scene.camera = item

    mesh = bpy.data.meshes.new(f"{armature.name} Floor")
    mesh.from_pydata(*_backdrop())
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), bool))
    material = bpy.data.materials.new(f"{armature.name} Floor")
    material.diffuse_color = (0.42, 0.42, 0.43, 1.0)
    if material.node_tree is None:
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (0.42, 0.42, 0.43, 1.0)
    shader.inputs["Roughness"].default_value = 0.9
    mesh.materials.append(material)
    floor = bpy.data.objects.new(f"{armature.name} Floor", mesh)
    floor.location = base
    scene.collection.objects.link(floor)
    made.append(floor)
    return made


def _backdrop() -> tuple[list[tuple[float, float, float]], list[tuple[int, int]], list[tuple[int, int, int, int]]]:
    """A floor that curves up into a wall behind the character."""
    turn = np.radians(np.linspace(0.0, 90.0, 10))
    profile = [(-6.0, 0.0), *((3.0 + 1.5 * np.sin(a), 1.5 - 1.5 * np.cos(a)) for a in turn), (4.5, 6.0)]
    points = [(x, float(y), float(z)) for y, z in profile for x in (-7.0, 7.0)]
    faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(profile) - 1)]
    return points, [], faces
