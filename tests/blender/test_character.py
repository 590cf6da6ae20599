"""Add Character in Blender: bones, meshes, shapes that work, and a file that is otherwise untouched."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from orator.core.arkit import ARKIT
from orator.core.blender.character import add_character, add_stage
from orator.core.character import JOINT_PLACES
from orator.core.skeleton import INDEX, JOINTS, PARENTS


@pytest.fixture(scope="module")
def rig() -> bpy.types.Object:
    """One character in an empty file, for tests that only look."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return add_character(bpy.context)


def part(rig: bpy.types.Object, name: str) -> bpy.types.Object:
    return next(child for child in rig.children if child.name.endswith(name))


def evaluated(item: bpy.types.Object) -> np.ndarray:
    """Vertices as drawn: shapes and bones applied."""
    bpy.context.view_layer.update()
    mesh = item.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    out = np.empty(len(mesh.vertices) * 3)
    mesh.vertices.foreach_get("co", out)
    return out.reshape(-1, 3)


def test_55_bones_at_the_skeletons_places(rig: bpy.types.Object) -> None:
    assert len(rig.data.bones) == 55
    for index, name in enumerate(JOINTS):
        bone = rig.data.bones[name]
        assert np.abs(np.array(bone.head_local) - JOINT_PLACES[index]).max() < 1e-4
        assert (bone.parent.name if bone.parent else None) == (JOINTS[PARENTS[index]] if index else None)
        assert bone.use_deform and bone.length > 0.01
    assert tuple(rig.location) == (0.0, 0.0, 0.0)


def test_rolls_mirror(rig: bpy.types.Object) -> None:
    for name in JOINTS:
        if not name.startswith("left"):
            continue
        left = np.array(rig.data.bones[name].matrix_local.to_3x3())
        right = np.array(rig.data.bones["right" + name[4:]].matrix_local.to_3x3())
        mirrored = np.diag([-1.0, 1.0, 1.0]) @ left @ np.diag([-1.0, 1.0, 1.0])
        np.testing.assert_allclose(right, mirrored, atol=1e-4, err_msg=name)


def test_every_mesh_is_skinned_by_existing_bones(rig: bpy.types.Object) -> None:
    assert len(rig.children) >= 6
    for item in rig.children:
        modifier = next(m for m in item.modifiers if m.type == "ARMATURE")
        assert modifier.object == rig and item.parent == rig
        assert {group.name for group in item.vertex_groups} <= set(JOINTS)
        for vertex in list(item.data.vertices)[::23]:
            assert abs(sum(g.weight for g in vertex.groups) - 1.0) < 1e-4
            assert 1 <= len(vertex.groups) <= 5
        assert item.data.materials and all(item.data.materials)


def test_shape_keys_carry_apples_names(rig: bpy.types.Object) -> None:
    blocks = part(rig, "Head").data.shape_keys.key_blocks
    assert tuple(b.name for b in blocks)[1:] == ARKIT
    assert all(b.value == 0.0 for b in blocks[1:])
    for item in rig.children:
        if item.data.shape_keys:
            assert {b.name for b in item.data.shape_keys.key_blocks[1:]} <= set(ARKIT)


def test_shapes_work_on_the_evaluated_head(rig: bpy.types.Object) -> None:
    head = part(rig, "Head")
    block = head.data.shape_keys.key_blocks["jawOpen"]
    before = evaluated(head)
    block.value = 1.0
    after = evaluated(head)
    block.value = 0.0
    chin = np.argmin(before[:, 2] + 1e3 * (before[:, 1] > -0.07))
    assert after[chin, 2] - before[chin, 2] < -0.012


def test_bones_work_on_the_evaluated_body(rig: bpy.types.Object) -> None:
    hands = part(rig, "Hands")
    before = evaluated(hands)
    bone = rig.pose.bones["left_shoulder"]
    turn = bone.bone.matrix_local.to_3x3().inverted() @ bpy_rotation(70.0) @ bone.bone.matrix_local.to_3x3()
    bone.rotation_quaternion = turn.to_quaternion()
    after = evaluated(hands)
    bone.rotation_quaternion = (1.0, 0.0, 0.0, 0.0)
    left = before[:, 0] > 0
    shoulder = JOINT_PLACES[INDEX["left_shoulder"]]
    assert after[left, 2].max() < shoulder[2] - 0.35, "the arm hangs"
    np.testing.assert_allclose(after[~left], before[~left], atol=1e-5)


def bpy_rotation(degrees: float):
    """A turn about Y that lowers the left arm."""
    from mathutils import Matrix

    return Matrix.Rotation(np.radians(degrees), 3, "Y")


def snapshot() -> dict[str, list[str]]:
    """Names of everything in the file, by kind."""
    kinds = ("objects", "meshes", "armatures", "materials", "lights", "cameras", "actions", "collections", "worlds")
    return {kind: sorted(one.name for one in getattr(bpy.data, kind)) for kind in kinds}


def test_the_artists_file_is_left_as_it_was() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=False)
    scene = bpy.context.scene
    cube = next(o for o in scene.objects if o.type == "MESH")
    material = cube.active_material.name
    camera, frame = scene.camera.name, scene.frame_current
    place, corners = tuple(cube.location), evaluated(cube)
    before = snapshot()
    rig = add_character(bpy.context, "Ada")
    add_stage(scene, rig)
    after = snapshot()
    for kind, names in before.items():
        assert set(names) <= set(after[kind])
    assert after["actions"] == before["actions"] and after["collections"] == before["collections"]
    assert (scene.camera.name, scene.frame_current) == (camera, frame)
    assert (cube.active_material.name, tuple(cube.location)) == (material, place)
    np.testing.assert_array_equal(evaluated(cube), corners)
    new = set(after["objects"]) - set(before["objects"])
    assert all(name.startswith("Ada") for name in new)
    assert bpy.context.view_layer.objects.active == rig
    assert [o for o in bpy.context.view_layer.objects if o.select_get()] == [rig]


def test_two_characters_have_nothing_in_common() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    first = add_character(bpy.context)
    second = add_character(bpy.context.scene)
    assert first.name != second.name and first.data != second.data
    for one, other in zip(first.children, second.children, strict=True):
        assert one.data != other.data
        assert one.modifiers[0].object == first and other.modifiers[0].object == second
        assert not set(one.data.materials) & set(other.data.materials)


def test_it_works_from_pose_mode_and_into_the_active_collection() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    collection = bpy.data.collections.new("Cast")
    bpy.context.scene.collection.children.link(collection)
    layer = bpy.context.view_layer
    layer.active_layer_collection = layer.layer_collection.children["Cast"]
    first = add_character(bpy.context)
    assert first.name in collection.objects
    assert all(child.name in collection.objects for child in first.children)
    bpy.ops.object.mode_set(mode="POSE")
    second = add_character(bpy.context)
    assert second.mode == "OBJECT" and len(second.data.bones) == 55


def test_a_hidden_active_collection_is_not_used() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    hidden = bpy.data.collections.new("Hidden")
    bpy.context.scene.collection.children.link(hidden)
    layer = bpy.context.view_layer
    layer.active_layer_collection = layer.layer_collection.children["Hidden"]
    layer.layer_collection.children["Hidden"].hide_viewport = True
    rig = add_character(bpy.context)
    assert rig.name in bpy.context.scene.collection.objects


def test_undo_takes_it_away_and_redo_brings_it_back() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.ed.undo_push(message="Before")
    name = add_character(bpy.context).name
    bpy.ops.ed.undo_push(message="Add Character")
    bpy.ops.ed.undo()
    assert name not in bpy.data.objects
    bpy.ops.ed.redo()
    assert len(bpy.data.objects[name].data.bones) == 55
    assert len(bpy.data.objects[name].children) >= 6


def test_the_stage_sees_the_character() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    rig = add_character(bpy.context)
    made = add_stage(scene, rig)
    assert {item.type for item in made} == {"LIGHT", "CAMERA", "MESH"}
    assert scene.camera in made
    from bpy_extras.object_utils import world_to_camera_view

    bpy.context.view_layer.update()
    for joint in ("head", "left_foot", "right_foot", "left_elbow", "right_elbow"):
        x, y, depth = world_to_camera_view(scene, scene.camera, rig.matrix_world @ rig.data.bones[joint].head_local)
        assert 0.02 < x < 0.98 and 0.02 < y < 0.98 and depth > 0
