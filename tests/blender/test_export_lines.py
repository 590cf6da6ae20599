"""A shown take as a file for each line: named after the strips, the right frames, at frame 0 when asked."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.small import performed, small_character
from orator.core.blender import compat, takes
from orator.core.blender.export import deliver, export_shown
from orator.core.blender.export_lines import shown_lines
from orator.core.blender.export_options import ExportOptions
from orator.core.blender.take_store import load_performance
from orator.core.errors import OratorError
from orator.core.formats.bvh import read_bvh
from orator.core.formats.gltf import animation_times

LINES = {"Hello.wav": 3, "what?: now": 14, "late": 60}
SECONDS = 0.2


@pytest.fixture
def rig(scene: bpy.types.Scene, tmp_path: Path) -> bpy.types.Object:
    import soundfile

    if bpy.app.version[:2] == (4, 2):
        pytest.skip("the 4.2 wheel has no audio")
    scene.render.fps, scene.render.fps_base = 30, 1.0
    (tmp_path / "sound").mkdir()
    path = str(tmp_path / "sound" / "tone.wav")
    soundfile.write(path, 0.1 * np.sin(np.arange(round(16000 * SECONDS)) * 0.2), 16000)
    made = small_character()
    performed(made)
    for name, frame in LINES.items():
        compat.new_sound_strip(scene, name, path, 1, frame)
    made.orator_talk.speaks_by, made.orator_talk.channel = "CHANNEL", 1
    return made


def hand_at(rig: bpy.types.Object, frame: int) -> np.ndarray:
    bpy.context.scene.frame_set(frame)
    bone = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones["left_wrist"]
    return np.array(rig.matrix_world @ bone.head)


def test_files_are_named_after_the_strips_whatever_they_are_called(rig: bpy.types.Object) -> None:
    assert [(line.name, line.first, line.last) for line in shown_lines(rig)] == [
        ("Hello", 3, 9),
        ("what__ now", 14, 20),
    ]
    strips = {strip.name: strip for strip in compat.sequencer_strips(bpy.context.scene)}
    strips["what?: now"].name = "hello"
    assert [line.name for line in shown_lines(rig)] == ["Hello", "hello-2"], "files that differ by case are one"
    rig.orator_talk.speaks_by = "STRIP"
    with pytest.raises(OratorError, match="speaks no lines"):
        shown_lines(rig)
    rig.orator_talk.speaks = "late"
    with pytest.raises(OratorError, match="lies within what it plays"):
        shown_lines(rig)


@pytest.mark.parametrize("suffix", [".fbx", ".glb"])
def test_each_line_is_a_file_of_its_frames(rig: bpy.types.Object, tmp_path: Path, suffix: str) -> None:
    scene = bpy.context.scene
    before = {name: len(getattr(bpy.data, name)) for name in ("objects", "actions", "scenes")}
    wanted = [hand_at(rig, frame) for frame in (14, 20)]
    kept = scene.frame_start, scene.frame_end
    files, sentence, exact = deliver(rig, tmp_path / f"any{suffix}", ExportOptions(from_zero=True), "lines")
    assert [file.name for file in files] == [f"Hello{suffix}", f"what__ now{suffix}"] and exact, sentence
    assert sorted(file.name for file in tmp_path.glob(f"*{suffix}")) == sorted(file.name for file in files)
    assert before == {name: len(getattr(bpy.data, name)) for name in before}
    assert kept == (scene.frame_start, scene.frame_end)
    known = set(bpy.data.objects)
    if suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(files[1]), anim_offset=0.0)
    else:
        bpy.ops.import_scene.gltf(filepath=str(files[1]))
        times = animation_times(files[1])
        assert times[0][0] == "what__ now" and max(end for _, _, end in times) == pytest.approx(6 / 30, abs=1e-3)
    twin = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o not in known)
    action = twin.animation_data.action
    assert action.frame_range[:] == pytest.approx((0.0, 6.0), abs=0.01) and "what__ now" in action.name
    for frame, place in zip((0, 6), wanted, strict=True):
        assert hand_at(twin, frame) == pytest.approx(place, abs=1e-3)


def test_everyones_lines_are_one_press(rig: bpy.types.Object, tmp_path: Path) -> None:
    scene = bpy.context.scene
    other, silent = small_character(), small_character()
    performed(other)
    for who, channel in ((other, 2), (silent, 3)):
        who.orator_talk.speaks_by, who.orator_talk.channel = "CHANNEL", channel
    path = next(strip for strip in compat.sequencer_strips(scene)).sound.filepath
    compat.new_sound_strip(scene, "hello", path, 2, 9)
    scene.orator.character = rig
    target = str(tmp_path / "any.bvh")
    assert bpy.ops.orator.export(filepath=target, which="everyone") == {"FINISHED"}
    assert sorted(file.name for file in tmp_path.glob("*.bvh")) == ["Hello.bvh", "hello-2.bvh", "what__ now.bvh"]
    theirs = load_performance(takes.shown(other)).translation[8:15]
    assert read_bvh(tmp_path / "hello-2.bvh").translation == pytest.approx(theirs, abs=1e-4)
    with pytest.raises(OratorError, match=r"'Hello.bvh', .* and 1 more are there already"):
        deliver(rig, tmp_path / "any.bvh", ExportOptions(), "everyone", overwrite=False)
    said = deliver(rig, tmp_path / "any.csv", ExportOptions(), "everyone")[1]
    assert f"'{silent.name}' shows no take and was left out" in said


def test_a_line_keeps_its_place_on_the_timeline_unless_asked(rig: bpy.types.Object, tmp_path: Path) -> None:
    files, sentence, exact = deliver(rig, tmp_path / "any.glb", ExportOptions(fps=60.0), "lines")
    assert exact, sentence
    times = animation_times(files[1])
    first, last = min(begin for _, begin, _ in times), max(end for _, _, end in times)
    assert (first, last) == pytest.approx((14 / 30, 20 / 30), abs=1e-3)


def test_files_without_a_mesh_hold_the_lines_frames(rig: bpy.types.Object, tmp_path: Path) -> None:
    scene = bpy.context.scene
    scene.orator.character = rig
    path = str(tmp_path / "any.bvh")
    assert bpy.ops.orator.export(filepath=path, format=".bvh", which="lines") == {"FINISHED"}
    line, whole = read_bvh(tmp_path / "what__ now.bvh"), load_performance(takes.shown(rig))
    assert line.frames == 7
    assert line.translation == pytest.approx(whole.translation[13:20], abs=1e-4)
    export_shown(rig, tmp_path / "past.csv", ExportOptions(frames=(20, 90)))
    assert (tmp_path / "past.csv").is_file(), "frames past the end are left out"
