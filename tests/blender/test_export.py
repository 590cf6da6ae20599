"""Takes as files: what is read back is what the scene shows; mapping edits are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

from mathutils import Vector  # noqa: E402
from orator.core.baking import BakeStyle, prepare  # noqa: E402
from orator.core.blender import bake, takes  # noqa: E402
from orator.core.blender.export import ExportOptions, export_shown, export_takes  # noqa: E402
from orator.core.blender.export_check import compare  # noqa: E402
from orator.core.errors import OratorError  # noqa: E402
from orator.core.formats.bvh import read_bvh  # noqa: E402
from orator.core.formats.smplx_npz import read_smplx  # noqa: E402
from orator.core.performance import Take, make_performance, rest_performance  # noqa: E402
from orator.core.rotations import from_rotvec  # noqa: E402
from orator.core.skeleton import INDEX, JOINTS, PARENTS, rest_positions  # noqa: E402


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
    target = bake.read_target(rig, bpy.context.scene)
    prepared = prepare(performance, 1.0 / target.fps, target, BakeStyle(None))
    take = Take(performance, f"Take {seed}", {"seed": seed})
    return bake.add_take(rig, take, 1.0 / target.fps, prepared).uid


@pytest.fixture
def rig(scene: bpy.types.Scene) -> bpy.types.Object:
    scene.render.fps, scene.render.fps_base = 30, 1.0
    made = small_character()
    performed(made)
    return made


FORMATS = [(".fbx", "unreal"), (".fbx", "unity"), (".glb", "godot"), (".glb", "web")]


@pytest.mark.parametrize(("suffix", "preset"), FORMATS)
def test_files_read_back_as_the_scene_shows(rig: bpy.types.Object, tmp_path: Path, suffix: str, preset: str) -> None:
    before = {name: len(getattr(bpy.data, name)) for name in ("objects", "actions", "meshes", "scenes")}
    path = tmp_path / f"out{suffix}"
    export_shown(rig, path, ExportOptions(preset))
    arrived = compare(rig, path)
    assert arrived.worst < 1.0 and arrived.shift == 0, arrived.sentence()
    assert arrived.bones >= 55 and arrived.shapes == 1 and arrived.frames == 20
    assert before == {name: len(getattr(bpy.data, name)) for name in before}, "nothing is left behind"


@pytest.mark.parametrize("fps", [24.0, 60.0])
def test_another_frame_rate_keeps_the_time(rig: bpy.types.Object, tmp_path: Path, fps: float) -> None:
    action = rig.animation_data.action
    export_shown(rig, tmp_path / "out.glb", ExportOptions(fps=fps))
    assert compare(rig, tmp_path / "out.glb", fps=fps).worst < 1.0
    assert bpy.context.scene.render.fps == 30 and rig.animation_data.action == action


def test_in_place_takes_the_travel_out(rig: bpy.types.Object, tmp_path: Path) -> None:
    export_shown(rig, tmp_path / "out.bvh", ExportOptions(travel=False))
    moved = np.ptp(read_bvh(tmp_path / "out.bvh").translation, axis=0)
    assert moved[0] < 1e-3 and moved[2] < 1e-3 and moved[1] > 0.01
    export_shown(rig, tmp_path / "out.glb", ExportOptions(travel=False))
    bpy.ops.import_scene.gltf(filepath=str(tmp_path / "out.glb"))
    twin = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o != rig)
    places = []
    for frame in (1, 12, 22):
        bpy.context.scene.frame_set(frame)
        places.append(np.array(twin.matrix_world @ twin.pose.bones["pelvis"].head))
    assert np.ptp(np.array(places), axis=0)[:2].max() < 0.002


def test_several_takes(rig: bpy.types.Object, tmp_path: Path) -> None:
    shown = takes.character_data(rig).shown
    uids = [shown, performed(rig, 1)]
    files = export_takes(rig, uids, tmp_path / "out.fbx")
    assert [f.name for f in files] == ["out.fbx", "out-2.fbx"]
    export_takes(rig, uids, tmp_path / "both.glb", together=True)
    bpy.ops.import_scene.gltf(filepath=str(tmp_path / "both.glb"))
    twin = [o for o in bpy.data.objects if o.type == "ARMATURE" and o != rig][-1]
    names = {track.name for track in twin.animation_data.nla_tracks}
    assert {"Take 0", "Take 1"} <= {name.split(".")[0] for name in names}
    with pytest.raises(OratorError, match="one file"):
        export_takes(rig, uids, tmp_path / "both.fbx", together=True)


def test_neutral_files(rig: bpy.types.Object, tmp_path: Path) -> None:
    for name in ("body.npz", "face.csv"):
        export_shown(rig, tmp_path / name)
    assert read_smplx(tmp_path / "body.npz").frames == 24
    assert (tmp_path / "face.csv").read_text().count("\n") == 25


def test_what_cannot_be_written_says_so_and_leaves_nothing(rig: bpy.types.Object, tmp_path: Path) -> None:
    with pytest.raises(OratorError, match="should end in"):
        export_shown(rig, tmp_path / "out.xyz")
    (tmp_path / "taken.fbx").mkdir()
    with pytest.raises(OratorError, match="folder"):
        export_shown(rig, tmp_path / "taken.fbx")
    with pytest.raises(OratorError, match="VRM add-on"):
        export_shown(rig, tmp_path / "out.vrm")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["taken.fbx"]


def test_operators_export_and_edit_the_mapping(rig: bpy.types.Object, tmp_path: Path) -> None:
    bpy.context.scene.orator.character = rig
    path = str(tmp_path / "pressed.fbx")
    assert bpy.ops.orator.export(filepath=path, format=".fbx", target="unreal") == {"FINISHED"}
    assert Path(path).is_file()
    assert bpy.ops.orator.rig_detect() == {"FINISHED"}
    assert rig.orator_rig.found == 55 and not rig.orator_rig.own
    rows = rig.orator_rig.rows
    rows["right_elbow"].bone = ""
    assert rig.orator_rig.own and rig.orator_rig.found == 54
    assert bpy.ops.orator.rig_mirror(source="left") == {"FINISHED"}
    assert rig.orator_rig.rows["right_elbow"].bone == "right_elbow"
    saved = str(tmp_path / "mapping.json")
    assert bpy.ops.orator.rig_save(filepath=saved) == {"FINISHED"}
    assert bpy.ops.orator.rig_load(filepath=saved) == {"FINISHED"}
    Path(saved).write_text("{")
    with pytest.raises(RuntimeError, match="broken at line"):
        bpy.ops.orator.rig_load(filepath=saved)
    assert bpy.ops.orator.rig_detect() == {"FINISHED"} and not rig.orator_rig.own
