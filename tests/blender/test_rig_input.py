"""Rigs as artists have them: what they read, and that nothing of theirs changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

from helpers.characters import make_motion, make_rig  # noqa: E402
from orator.core.bake.road import prepare  # noqa: E402
from orator.core.bake.target import Keying  # noqa: E402
from orator.core.blender import bake, rig_mapping, takes  # noqa: E402
from orator.core.blender.bake_target import read_target  # noqa: E402
from orator.core.blender.rig_profile import keep_profile, read_rig  # noqa: E402
from orator.core.blender.scene_rate import scene_fps  # noqa: E402
from orator.core.errors import OratorError  # noqa: E402
from orator.core.performance import Take  # noqa: E402
from orator.core.rig.profile import from_json  # noqa: E402

THREE = ("jawOpen", "eyeBlinkLeft", "mouthSmile_R")


def baked(armature: bpy.types.Object, seconds: float = 1.0) -> tuple[str, ...]:
    """A take on the character; what the artist reads."""
    bpy.context.view_layer.update()
    performance = make_motion(seconds)
    prepared = prepare(performance, 0.0, read_target(armature, bpy.context.scene), Keying(None))
    bake.add_take(armature, Take(performance, "Take 1", {"seed": 1}), 0.0, prepared)
    return prepared.coverage.sentence(), *prepared.coverage.notes


@pytest.mark.usefixtures("scene")
def test_a_mesh_of_two_armatures_is_named() -> None:
    armature, other = make_rig("Hero"), make_rig("Cape", shapes=(), meshes=0)
    mesh = bpy.data.objects["Hero Face 0"]
    mesh.modifiers.new("Cape", "ARMATURE").object = other
    notes = baked(armature)
    assert any("'Hero Face 0' is deformed by Cape too" in note for note in notes)
    assert other.animation_data is None and [m.object for m in mesh.modifiers] == [armature, other]


@pytest.mark.usefixtures("scene")
def test_rest_position_is_said_and_kept() -> None:
    armature = make_rig()
    armature.data.pose_position = "REST"
    assert any("rest position" in note for note in baked(armature))
    assert armature.data.pose_position == "REST"


def test_negative_scale_and_parents_are_left_as_they_are(scene: bpy.types.Scene) -> None:
    armature = make_rig()
    parent = bpy.data.objects.new("Car", None)
    scene = bpy.context.scene
    scene.collection.objects.link(parent)
    parent.location, parent.rotation_euler, parent.scale = (3, 1, 0), (0.2, 0.1, 2.0), (0.01, 0.01, 0.01)
    armature.parent = parent
    armature.scale = (-1.0, 1.0, 1.0)
    bpy.context.view_layer.update()
    matrix = np.array(armature.matrix_world)
    notes = baked(armature)
    assert notes[0] == "55 of 55 joints, 52 of 52 shapes" and any("negative scale" in note for note in notes)
    scene.frame_set(10)
    assert np.allclose(np.array(armature.matrix_world), matrix) and tuple(armature.scale) == (-1.0, 1.0, 1.0)
    assert all(np.isfinite(np.array(bone.matrix)).all() for bone in armature.pose.bones)


@pytest.mark.usefixtures("scene")
def test_three_shapes_muted_and_driven_ones() -> None:
    armature = make_rig(shapes=(*THREE, "browInnerUp", "cheekPuff"))
    mesh = bpy.data.objects["Rig Face 0"]
    keys = mesh.data.shape_keys.key_blocks
    keys["browInnerUp"].mute = True
    keys["cheekPuff"].driver_add("value").driver.expression = "0.25"
    keys["jawOpen"].slider_max = 2.0
    kept = keys["browInnerUp"].value
    notes = baked(armature)
    assert notes[0].startswith("55 of 55 joints, 3 of 52 shapes; missing: eyeLookDownLeft")
    assert "2 muted or driven shapes left alone" in notes
    bpy.context.scene.frame_set(7)
    assert keys["browInnerUp"].mute and keys["browInnerUp"].value == kept
    assert keys["jawOpen"].slider_max == 2.0 and len(mesh.data.shape_keys.animation_data.drivers) == 1


@pytest.mark.usefixtures("scene")
def test_constraints_and_drivers_of_bones_stay() -> None:
    armature = make_rig()
    bone = armature.pose.bones["head"]
    limit = bone.constraints.new("LIMIT_ROTATION")
    limit.use_limit_x, limit.max_x = True, 0.1
    armature.pose.bones["left_index1"].driver_add("rotation_quaternion", 1).driver.expression = "0.3"
    notes = baked(armature)
    assert any("left to their drivers: left_index1" in note for note in notes)
    bpy.context.scene.frame_set(5)
    assert armature.pose.bones["left_index1"].rotation_quaternion[1] == pytest.approx(0.3)
    assert bone.constraints[0].max_x == pytest.approx(0.1) and len(armature.animation_data.drivers) == 1


def test_centimetres_and_tiny_bones(scene: bpy.types.Scene) -> None:
    armature = make_rig()
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in armature.data.edit_bones:
        bone.head, bone.tail = bone.head * 100.0, bone.tail * 100.0
    twin = armature.data.edit_bones.new("nothing")
    twin.parent = armature.data.edit_bones["head"]
    twin.head = twin.parent.head
    twin.tail = twin.head + type(twin.head)((0.0, 0.0, 1e-4))
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.scale = (0.01, 0.01, 0.01)
    assert baked(armature)[0] == "55 of 55 joints, 52 of 52 shapes"
    scene = bpy.context.scene
    scene.frame_set(3)
    head = armature.matrix_world @ armature.pose.bones["head"].head
    assert 1.2 < head.z < 1.8
    assert all(np.isfinite(np.array(bone.matrix)).all() for bone in armature.pose.bones)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{ not json", "broken at line 1"),
        ('{"orator_profile": 1, "joints": {"left_tail": "tail"}}', "left_tail"),
        ('{"orator_profile": 1, "joints": {"pelvis": "no such bone"}}', "another rig"),
        ('{"orator_profile": 1, "ik_limbs": {"left_arm": 3}}', "'ik_limbs' must have"),
        ('{"orator_profile": 1, "adjust": {"jawOpen": {"gian": 1}}}', "does not know"),
        ("", "broken at line 1"),
    ],
)
@pytest.mark.usefixtures("scene")
def test_a_broken_profile_file_changes_nothing(tmp_path: Path, text: str, says: str) -> None:
    armature = make_rig()
    before = read_rig(armature)[1]
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(OratorError, match=says):
        rig_mapping.load(armature, path)
    assert read_rig(armature)[1] == before and "orator_rig_profile" not in armature


def test_the_mapping_list_by_its_buttons(scene: bpy.types.Scene, tmp_path: Path) -> None:
    armature = make_rig()
    scene = bpy.context.scene
    scene.orator.character = armature
    assert bpy.ops.orator.rig_detect() == {"FINISHED"}
    rows = armature.orator_rig.rows
    assert len(rows) == 55 and rows["left_wrist"].bone == "left_wrist"
    for joint in ("right_elbow", "right_wrist"):
        rows[joint].bone = ""
    assert len(read_rig(armature)[1].joints) == 53
    assert bpy.ops.orator.rig_mirror(source="left") == {"FINISHED"}
    assert read_rig(armature)[1].joints["right_wrist"] == "right_wrist"
    armature.orator_rig.active = rows.find("jaw")
    armature.data.bones.active = armature.data.bones["head"]
    assert bpy.ops.orator.rig_pick() == {"FINISHED"}
    assert rows["jaw"].bone == "head" and rows["head"].bone == "", "a bone plays one joint"
    shapes = armature.orator_rig.shapes
    shapes["jawOpen"].gain, shapes["jawOpen"].maximum, shapes["cheekPuff"].mute = 1.5, 1.2, True
    path = str(tmp_path / "mine.json")
    assert bpy.ops.orator.rig_save(filepath=path) == {"FINISHED"}
    other = make_rig("Twin")
    scene.orator.character = other
    assert bpy.ops.orator.rig_load(filepath=path) == {"FINISHED"}
    profile = from_json(Path(path).read_text())
    assert read_rig(other)[1].adjust == profile.adjust and profile.adjust["jawOpen"].gain == 1.5
    assert other.orator_rig.shapes["cheekPuff"].mute
    assert bpy.ops.orator.rig_detect() == {"FINISHED"}
    assert not read_rig(other)[1].adjust, "detecting again forgets what was edited"


def test_drivers_can_read_the_numbers_of_an_anime_head(scene: bpy.types.Scene) -> None:
    armature = make_rig()
    scene = bpy.context.scene
    rig_mapping.fill(armature)
    armature.orator_rig.numbers = "6"
    empty = bpy.data.objects.new("Screen", None)
    scene.collection.objects.link(empty)
    baked(armature)
    curve = empty.driver_add("location", 0)
    variable = curve.driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = armature, '["left_eye"]'
    curve.driver.expression = variable.name
    performance = make_motion(1.0)
    seen = []
    fps = scene_fps(scene)
    for frame in (3, 9, 15):
        scene.frame_set(frame)
        seen.append(float(empty.evaluated_get(bpy.context.evaluated_depsgraph_get()).location.x))
        row = round(frame / fps * performance.fps)
        wanted = min(1.0, performance.face[row, 0] + 0.3 * performance.face[row, 5])
        assert seen[-1] == pytest.approx(wanted, abs=0.12)
        assert -1.0 <= armature["head_x"] <= 1.0
    assert np.ptp(seen) > 0.02, "the driver moves"
    takes.show(armature, "")
    profile = replace(read_rig(armature)[1], numbers="")
    keep_profile(armature, profile)
    assert "orator_rig_profile" in armature
