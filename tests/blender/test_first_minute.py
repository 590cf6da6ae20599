"""The first minute on the default file: who stands where, what the view shows, and what playing does."""

from __future__ import annotations

import bpy
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector


@pytest.fixture
def desk(scene: bpy.types.Scene) -> bpy.types.Scene:
    """Blender's default file: a cube, a camera, a light."""
    bpy.ops.wm.read_factory_settings(use_empty=False)
    return bpy.context.scene


def corners(obj: bpy.types.Object) -> list[Vector]:
    bpy.context.view_layer.update()
    return [obj.matrix_world @ Vector(corner) for corner in obj.bound_box]


def test_a_character_stands_beside_the_cube_with_its_bones_inside(desk: bpy.types.Scene) -> None:
    cube = next(obj for obj in desk.objects if obj.type == "MESH")
    assert bpy.ops.orator.add_character() == {"FINISHED"}
    rig = desk.orator.character
    body = [corner for child in rig.children for corner in corners(child)]
    gap = min(corner.x for corner in body) - max(corner.x for corner in corners(cube))
    assert 1.0 < gap < 3.0, "beside the cube, and in reach"
    assert abs(min(corner.z for corner in body)) < 0.01, "on the floor"
    assert not rig.show_in_front and rig.select_get() and bpy.context.view_layer.objects.active == rig
    assert bpy.ops.orator.add_character() == {"FINISHED"}
    other = desk.orator.character
    second = [corner for child in other.children for corner in corners(child)]
    apart = min(corner.x for corner in second) - max(corner.x for corner in body)
    assert apart > 0.5 or min(corner.x for corner in corners(cube)) - max(corner.x for corner in second) > 0.5


def test_a_stage_is_looked_at_through_its_camera_and_the_old_one_stays(desk: bpy.types.Scene) -> None:
    before = desk.camera
    bpy.ops.orator.add_character()
    assert bpy.ops.orator.add_stage() == {"FINISHED"}
    assert desk.camera != before and before.name in desk.objects
    rig = desk.orator.character
    bpy.context.view_layer.update()
    for name in ("head", "left_foot", "right_foot"):
        x, y, depth = world_to_camera_view(desk, desk.camera, rig.matrix_world @ rig.pose.bones[name].head)
        assert 0.02 < x < 0.98 and 0.02 < y < 0.98 and depth > 0
    area = next(a for a in bpy.context.window.screen.areas if a.type == "VIEW_3D")
    assert area.spaces.active.region_3d.view_perspective == "CAMERA"


@pytest.mark.parametrize(("call", "low", "high"), (("frame_face", 0.2, 1.0), ("frame_body", 1.5, 6.0)))
def test_the_view_looks_at_the_character(desk: bpy.types.Scene, call: str, low: float, high: float) -> None:
    bpy.ops.orator.add_character()
    rig = desk.orator.character
    rig.rotation_euler.z = 2.0
    bpy.context.view_layer.update()
    assert getattr(bpy.ops.orator, call)() == {"FINISHED"}
    view = next(a for a in bpy.context.window.screen.areas if a.type == "VIEW_3D").spaces.active.region_3d
    towards = view.view_rotation @ Vector((0.0, 0.0, 1.0))
    faces = rig.matrix_world.to_3x3() @ Vector((0.0, -1.0, 0.0))
    assert towards.angle(faces) < 0.5, "from the front, wherever the character is turned"
    head = rig.matrix_world @ rig.pose.bones["head"].head
    assert low < view.view_distance < high
    if call == "frame_face":
        assert abs((view.view_location - head).z) < 0.2
