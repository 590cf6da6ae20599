"""Times that stay true: takes at a changed rate, trimmed meta strips, and the seconds that stand in a glTF file."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, speech_file
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, compat, generation, strips
from orator.core.blender.bake_target import read_target
from orator.core.blender.export import deliver
from orator.core.blender.export_options import ExportOptions
from orator.core.blender.scene_rate import behind, other_rate, scene_fps, time_notes
from orator.core.blender.take_store import store_meta
from orator.core.errors import OratorError
from orator.core.performance import Take


def add(armature: bpy.types.Object, start: float, seconds: float = 2.0, name: str = "Take 1", seed: int = 0):
    target = read_target(armature, bpy.context.scene)
    performance = make_motion(seconds, seed=seed)
    prepared = prepare(performance, start, target, Keying(None))
    return bake.add_take(armature, Take(performance, name, {}), start, prepared)


def skinned(armature: bpy.types.Object) -> bpy.types.Object:
    """The face weighted to the head, so that exporters take it along."""
    face = next(o for o in armature.children if o.type == "MESH")
    face.vertex_groups.new(name="head").add([0, 1, 2], 1.0, "REPLACE")
    return face


def glb(path: Path) -> dict:
    """The JSON of a .glb, read by its chunks alone."""
    data = path.read_bytes()
    assert data[:4] == b"glTF"
    return json.loads(data[20 : 20 + struct.unpack("<I", data[12:16])[0]])


def times(path: Path) -> dict[str, tuple[float, float]]:
    """First and last second of every animation."""
    file = glb(path)
    out = {}
    for animation in file["animations"]:
        inputs = [file["accessors"][s["input"]] for s in animation["samplers"]]
        out[animation["name"]] = min(i["min"][0] for i in inputs), max(i["max"][0] for i in inputs)
    return out


# --- glTF ----------------------------------------------------------------------------------------------------------


@pytest.mark.fault("12.8")
@pytest.mark.parametrize("fps, base", [(24, 1.0), (24, 1.001), (60, 1.001), (240, 10.0)])
def test_gltf_times_are_true_at_any_rate(scene: bpy.types.Scene, tmp_path: Path, fps: int, base: float) -> None:
    scene.render.fps, scene.render.fps_base = fps, base
    rig = make_rig(shapes=("jawOpen",))
    skinned(rig)
    add(rig, 10.0, 1.0)
    first, last = rig.animation_data.action.frame_range
    for from_zero in (False, True):
        path = tmp_path / f"{from_zero}.glb"
        _, sentence, exact = deliver(rig, path, ExportOptions(from_zero=from_zero))
        assert exact, sentence
        begin, end = times(path)["Take 1"]
        shift = first * base / fps if from_zero else 0.0
        assert abs(end - (last * base / fps - shift)) < 1e-4 and abs(begin - (first * base / fps - shift)) < 1e-4
    assert (scene.render.fps, scene.render.fps_base) == (fps, pytest.approx(base))
    assert tuple(rig.animation_data.action.frame_range) == (first, last)


@pytest.mark.fault("12.8", "12.9")
def test_takes_of_one_name_stay_apart_and_in_true_time(scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.render.fps, scene.render.fps_base = 30, 1.001
    rig = make_rig(shapes=("jawOpen",))
    skinned(rig)
    long = "A very long name of a take that only differs at its very end, number "
    for k, name in enumerate(("Talk", "Talk", "Talk.001", f"{long}1", f"{long}2")):
        item = add(rig, 1.0 + k, 0.5, seed=k)
        item.name = name
    for from_zero in (False, True):
        _, sentence, exact = deliver(
            rig, tmp_path / "all.glb", ExportOptions(from_zero=from_zero), "all", together=True
        )
        found = times(tmp_path / "all.glb")
        assert exact and len(found) == 5 and sentence.startswith("all.glb: 5 animations"), sentence
        assert list(found)[:3] == ["Talk", "Talk.001", "Talk.001.001"] and all(name in sentence for name in found)
        for item, (begin, end) in zip(rig.orator.takes, found.values(), strict=True):
            first, last = (f * 1.001 / 30 for f in item.bindings[0].action.frame_range)
            shift = first if from_zero else 0.0
            assert abs(begin - (first - shift)) < 2e-3 and abs(end - (last - shift)) < 2e-3


# --- What is seen --------------------------------------------------------------------------------------------------


def many_points(rig: bpy.types.Object, count: int = 40) -> bpy.types.Object:
    face = next(o for o in rig.children if o.type == "MESH")
    data = bpy.data.meshes.new("Strip")
    points = [(0.01 * (k // 2), 0.02 * (k % 2), 1.6) for k in range(count)]
    data.from_pydata(points, [], [(k, k + 1, k + 2) for k in range(count - 2)])
    face.data = data
    for name in ("Basis", "jawOpen"):
        face.shape_key_add(name=name)
    for k, point in enumerate(data.shape_keys.key_blocks["jawOpen"].data):
        point.co.z -= 0.001 * k
    face.vertex_groups.new(name="head").add(list(range(count)), 1.0, "REPLACE")
    return face


@pytest.mark.fault("12.13")
@pytest.mark.parametrize("suffix", [".glb", ".fbx"])
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.usefixtures("scene")
def test_what_a_mask_hides_is_not_in_the_file(tmp_path: Path, suffix: str, inverted: bool) -> None:
    rig = make_rig(shapes=())
    face = many_points(rig)
    face.vertex_groups.new(name="keep").add(list(range(10)), 1.0, "REPLACE")
    mask = face.modifiers.new("Helpers", "MASK")
    mask.vertex_group, mask.invert_vertex_group = "keep", inverted
    add(rig, 0.0, 1.0)
    data, keys = face.data, face.data.shape_keys
    before = set(bpy.data.meshes), [point.co.z for point in keys.key_blocks["jawOpen"].data]
    _, sentence, exact = deliver(rig, tmp_path / f"masked{suffix}", ExportOptions())
    assert exact and "Helpers" not in sentence, sentence
    assert face.data == data and set(bpy.data.meshes) == before[0] and mask.show_viewport and data.name == "Strip"
    assert [point.co.z for point in keys.key_blocks["jawOpen"].data] == before[1]
    if suffix == ".glb":
        file = glb(tmp_path / "masked.glb")
        places = file["accessors"][file["meshes"][0]["primitives"][0]["attributes"]["POSITION"]]
        reach = [places["min"][0], places["max"][0]]
        assert np.allclose(reach, [0.05, 0.19] if inverted else [0.0, 0.04], atol=1e-6)


@pytest.mark.fault("12.13")
@pytest.mark.parametrize("kind", ["SOLIDIFY", "DECIMATE", "MIRROR"])
@pytest.mark.usefixtures("scene")
def test_modifiers_that_change_what_is_seen_are_not_called_exact(tmp_path: Path, kind: str) -> None:
    rig = make_rig(shapes=())
    face = many_points(rig)
    modifier = face.modifiers.new("Theirs", kind)
    if kind == "DECIMATE":
        modifier.ratio = 0.5
    add(rig, 0.0, 1.0)
    _, sentence, exact = deliver(rig, tmp_path / "other.glb", ExportOptions())
    assert not exact and "'Theirs'" in sentence and "are seen" in sentence, sentence


@pytest.mark.fault("12.13")
@pytest.mark.usefixtures("scene")
def test_a_hidden_face_is_named(tmp_path: Path) -> None:
    rig = make_rig(shapes=("jawOpen", "mouthSmileLeft"), meshes=2)
    first, second = (o for o in rig.children if o.type == "MESH")
    for mesh in (first, second):
        mesh.vertex_groups.new(name="head").add([0, 1, 2], 1.0, "REPLACE")
    add(rig, 0.0, 1.0)
    first.hide_set(True)
    _, sentence, exact = deliver(rig, tmp_path / "hidden.glb", ExportOptions())
    assert not exact and f"'{first.name}' is hidden and was left out, with 2 shapes" in sentence, sentence
    assert [n["name"] for n in glb(tmp_path / "hidden.glb")["nodes"] if "mesh" in n] == [second.name]


@pytest.mark.fault("12.13")
@pytest.mark.parametrize("suffix", [".glb", ".fbx"])
@pytest.mark.usefixtures("scene")
def test_the_only_face_is_in_the_file_though_the_eye_is_closed(tmp_path: Path, suffix: str) -> None:
    """Shapes that the take moves and no seen mesh has belong to the file; what renders do not show stays out."""
    rig = make_rig(shapes=("jawOpen", "mouthSmileLeft"), meshes=2)
    face, body = (o for o in rig.children if o.type == "MESH")
    body.shape_key_clear()
    for mesh in (face, body):
        mesh.vertex_groups.new(name="head").add([0, 1, 2], 1.0, "REPLACE")
    add(rig, 0.0, 1.0)
    face.hide_set(True)
    _, sentence, exact = deliver(rig, tmp_path / f"closed{suffix}", ExportOptions())
    assert exact and f"'{face.name}' is hidden; its face is in the file" in sentence, sentence
    assert "2 of 2 shapes" in sentence and face.hide_get() and not body.hide_get(), sentence
    face.hide_render = True
    _, sentence, exact = deliver(rig, tmp_path / f"never{suffix}", ExportOptions())
    assert not exact and "left out, with 2 shapes" in sentence, sentence


@pytest.mark.fault("12.7")
def test_a_walk_that_goes_on_is_in_the_file_at_another_rate_too(scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.render.fps = 24
    rig = make_rig(shapes=("jawOpen",))
    skinned(rig)
    for frame, x in ((1, 0.0), (49, 3.0)):
        rig.location.x = x
        rig.keyframe_insert("location", frame=frame)
    add(rig, 0.0)
    keys = [tuple(p.co) for c in compat.curves_of(rig.orator.own[0].goes) for p in c.keyframe_points]
    for suffix, fps in ((".glb", None), (".glb", 60.0), (".fbx", 60.0)):
        _, sentence, exact = deliver(rig, tmp_path / f"walk{suffix}", ExportOptions(fps=fps))
        assert exact, sentence
    assert [tuple(p.co) for c in compat.curves_of(rig.orator.own[0].goes) for p in c.keyframe_points] == keys
    scene.frame_set(25)
    assert abs(rig.matrix_world.translation.x - 1.5) < 0.1


# --- The scene's rate ----------------------------------------------------------------------------------------------


@pytest.mark.fault("12.11")
@pytest.mark.parametrize("fps, base", [(30, 1.0), (24, 1.001)])
def test_a_take_keeps_its_frame_when_the_rate_changes(
    scene: bpy.types.Scene, tmp_path: Path, fps: int, base: float
) -> None:
    scene.render.fps = 24
    scene.orator.source, scene.orator.file = "FILE", str(speech_file(tmp_path / "voice.wav"))
    scene.orator.file_frame = 1001.0
    rig = make_rig(shapes=("jawOpen",))
    take = add(rig, 1001.0 / 24)
    assert tuple(rig.animation_data.action.frame_range) == (1001.0, 1048.0)
    scene.render.fps, scene.render.fps_base = fps, base
    start = generation.read_speech_start(bpy.context)
    assert behind(take, scene, start) == 0 and "baked at 24" in other_rate(take, scene)
    bpy.ops.orator.take_follow()
    assert tuple(rig.animation_data.action.frame_range) == (1001.0, 1048.0)
    from orator.core.blender import sliders

    with pytest.raises(OratorError, match="Bake Again"):
        sliders.rewrite(rig, take, scene, Keying(None))
    bpy.ops.orator.take_bake()
    first, last = rig.animation_data.action.frame_range
    assert first == 1001.0 and last - first == np.ceil(2.0 * fps / base - 1e-3) - 1
    assert not other_rate(rig.orator.takes[0], scene)
    assert behind(rig.orator.takes[0], scene, generation.read_speech_start(bpy.context)) == 0
    scene.orator.file_frame = 1011.0
    bpy.ops.orator.take_follow()
    assert rig.animation_data.action.frame_range[0] == 1011.0


@pytest.mark.fault("12.11")
def test_stretched_time_is_said(scene: bpy.types.Scene) -> None:
    assert time_notes(scene) == ()
    scene.render.frame_map_new = 200
    assert "moves keys but no sound" in time_notes(scene)[0]


@pytest.mark.fault("12.11")
def test_the_handles_of_meta_strips_count(scene: bpy.types.Scene, tmp_path: Path) -> None:
    try:
        strip = compat.new_sound_strip(scene, "v", str(speech_file(tmp_path / "voice.wav", 4.0)), 1, 1)
    except RuntimeError:
        pytest.skip("this Blender was built without sound")
    whole = strips.speech_of_strip(scene, strip).samples
    editor = scene.sequence_editor
    room = editor.strips if hasattr(editor, "strips") else editor.sequences
    inner = room.new_meta("Inner", 3, 1)
    inner.frame_final_duration = 96
    strip.move_to_meta(inner)
    outer = room.new_meta("Outer", 4, 1)
    outer.frame_final_duration = 96
    inner.move_to_meta(outer)
    outer.frame_start = 101
    outer.frame_offset_start = 24
    inner.frame_offset_end = 12
    speech = strips.speech_of_strip(scene, strip)
    left = compat.strip_bounds(outer)[0]
    assert (
        left == 125
        and abs(speech.start * 24 - 125) < 1e-6
        and abs(strips.start_of_strip(scene, strip) * 24 - 125) < 1e-6
    )
    assert abs(speech.seconds - 60 / 24) < 0.01
    assert np.allclose(speech.samples[:8000], whole[16000 : 16000 + 8000], atol=1e-6)
    outer.frame_offset_start = 90
    with pytest.raises(OratorError, match="meta strip"):
        strips.speech_of_strip(scene, strip)


def test_a_take_of_an_older_file_has_no_rate_and_counts_with_the_scenes(scene: bpy.types.Scene) -> None:
    rig = make_rig(shapes=())
    take = add(rig, 1.0)
    del take.data["orator_rate"]
    store_meta(take, {"start": 1.0})
    assert behind(take, scene, 1.5) == round(0.5 * scene_fps(scene)) and not other_rate(take, scene)
