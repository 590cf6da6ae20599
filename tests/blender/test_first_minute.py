"""The first minute on the default file: who stands where, what the view shows, and what playing does."""

from __future__ import annotations

import bpy
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector
from orator.core.blender import compat


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> bpy.types.Scene:
    """Blender's default file: a cube, a camera, a light."""
    request.getfixturevalue("scene")
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


def test_a_bowed_face_is_framed_from_chin_to_hair(desk: bpy.types.Scene) -> None:
    bpy.ops.orator.add_character()
    rig = desk.orator.character
    for name in ("pelvis", "spine1", "spine3", "neck", "head"):
        bone = rig.pose.bones[name]
        bone.rotation_mode = "XYZ"
        bone.rotation_euler = (0.2, 0.0, 0.1)
    rig.pose.bones["pelvis"].location = (0.0, -0.1, 0.0)
    bpy.context.view_layer.update()
    assert bpy.ops.orator.frame_face() == {"FINISHED"}
    area = next(a for a in bpy.context.window.screen.areas if a.type == "VIEW_3D")
    space, region = area.spaces.active, next(r for r in area.regions if r.type == "WINDOW")
    view = space.region_3d
    half = 0.5 * 72.0 / space.lens * region.height / max(region.width, region.height)
    eye = view.view_location + view.view_rotation @ Vector((0.0, 0.0, view.view_distance))
    graph = bpy.context.evaluated_depsgraph_get()
    for mesh in rig.children:
        if mesh.name.rpartition(" ")[2] in ("Mouth", "Hair", "Brows", "Head"):
            seen = mesh.evaluated_get(graph)
            own = [view.view_rotation.inverted() @ (seen.matrix_world @ v.co - eye) for v in seen.data.vertices]
            heights = [at.y / -at.z for at in own]
            assert -half < min(heights) and max(heights) < half, mesh.name


def speech(tmp_path) -> str:
    from helpers.characters import speech_file

    return str(speech_file(tmp_path / "voice.wav", seconds=5.0))


def test_what_is_no_sound_is_refused_at_once_and_nothing_is_added(desk: bpy.types.Scene, tmp_path) -> None:
    text, empty, gone = tmp_path / "a.txt", tmp_path / "empty.wav", tmp_path / "gone.wav"
    text.write_text("no sound")
    empty.write_bytes(b"")
    for path, why in ((text, "'a.txt' is not a sound file"), (empty, "is empty"), (gone, "does not exist")):
        with pytest.raises(RuntimeError, match=why):
            bpy.ops.orator.add_speech(filepath=str(path))
    assert not compat.sequencer_strips(desk) and (desk.orator.source, desk.orator.file) == ("STRIP", "")


def test_a_sound_plays_in_sync_over_its_own_range(desk: bpy.types.Scene, tmp_path) -> None:
    assert desk.sync_mode == "NONE"
    desk.frame_set(240)
    bpy.ops.orator.add_speech(filepath=speech(tmp_path))
    if desk.orator.source == "FILE":
        pytest.skip("this bpy was built without sound: there are no sound strips")
    assert desk.sync_mode == "AUDIO_SYNC" and desk.use_audio_scrub
    strip = desk.sequence_editor.active_strip
    assert strip.select and desk.orator.strip == strip.name
    frames = round(5.0 * desk.render.fps)
    assert desk.use_preview_range and desk.frame_preview_start == desk.frame_current == 240
    assert desk.frame_preview_end in (240 + frames, 241 + frames) and desk.frame_end >= 240 + frames
    desk.sync_mode = "NONE"
    desk.frame_set(20)
    bpy.ops.orator.add_speech(filepath=speech(tmp_path))
    assert desk.sync_mode == "NONE", "the artist switched it off: it is asked for once"
    assert desk.frame_preview_start == 20, "the range goes with the speech"
    desk.frame_preview_start, desk.frame_preview_end = 50, 60
    bpy.ops.orator.choose_strip(strip=strip.name, scene=desk.name)
    assert (desk.frame_preview_start, desk.frame_preview_end) == (50, 60), "a range of the artist's own stays"
    assert desk.frame_current == 240, "the playhead is at the speech"


def test_the_artists_own_sync_stays(desk: bpy.types.Scene, tmp_path) -> None:
    desk.sync_mode = "FRAME_DROP"
    bpy.ops.orator.add_speech(filepath=speech(tmp_path))
    assert desk.sync_mode == "FRAME_DROP" and not desk.use_audio_scrub


def test_another_press_makes_another_take_unless_the_seed_is_locked(desk: bpy.types.Scene, tmp_path) -> None:
    pytest.importorskip("torch", reason="networks need PyTorch")
    bpy.ops.orator.add_character()
    bpy.ops.orator.add_speech(filepath=speech(tmp_path))
    options = desk.orator
    options.use_upper = options.use_hands = options.use_lower = False
    options.count = 2
    assert bpy.ops.orator.generate() == {"FINISHED"} and options.seed == 2
    options.count, options.lock_seed = 1, True
    assert bpy.ops.orator.generate() == {"FINISHED"} and options.seed == 2
    options.again_region = "head"
    options.lock_seed = False
    assert bpy.ops.orator.regenerate() == {"FINISHED"} and options.seed == 3
    rig = options.character
    rig.orator.active = 1
    assert bpy.ops.orator.regenerate_gestures() == {"FINISHED"} and options.seed == 3
    assert [take.seed for take in rig.orator.takes] == [0, 1, 2, 2, 1]


def test_what_keeps_a_take_is_not_in_the_text_editors_list(desk: bpy.types.Scene, tmp_path) -> None:
    from helpers.characters import make_motion
    from orator.core.blender import report, takes
    from orator.core.blender.take_store import load_performance, store_performance

    bpy.ops.orator.add_character()
    rig = desk.orator.character
    take = takes.add(rig, "Take 1", 0, "")
    store_performance(take, make_motion(0.5), {})
    assert take.data.name == ".Orator Take 1"
    take.data.name = "Orator Take 1"  # as files before had it
    path = str(tmp_path / "old.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    take = bpy.context.scene.orator.character.orator.takes[0]
    assert take.data.name.startswith(".") and load_performance(take).frames > 0
    report.remember("Take 1 on 'Orator Character'")
    bpy.ops.ed.undo_push(message="One")
    bpy.ops.ed.undo_push(message="Two")
    bpy.ops.ed.undo()
    assert report.last() == ""


def test_what_the_artists_recogniser_hears_becomes_the_transcript(desk, tmp_path, monkeypatch) -> None:
    import shlex
    import sys
    from dataclasses import replace

    from orator.core.blender import generation, preferences

    bpy.ops.orator.add_speech(filepath=speech(tmp_path))
    assert not bpy.ops.orator.guess_transcript.poll(), "there is none yet"
    program = tmp_path / "hear.py"
    program.write_text("print('so what do you think')", encoding="utf-8")
    told = f"{shlex.quote(sys.executable)} {shlex.quote(str(program))} {{sound}}"
    chosen = replace(preferences.read(), recogniser=told)
    monkeypatch.setattr(preferences, "read", lambda: chosen)
    assert bpy.ops.orator.guess_transcript() == {"FINISHED"}
    text = desk.orator.transcript_text
    assert text.as_string().strip() == "so what do you think" and not text.name.startswith(".")
    said = generation.read_settings(desk, generation.read_speech(bpy.context))
    assert said.transcript == "so what do you think"


def test_a_take_follows_the_strip_that_it_was_made_from(desk: bpy.types.Scene, tmp_path) -> None:
    from helpers.characters import make_motion
    from orator.core.bake.road import Keying, prepare
    from orator.core.blender import bake, generation
    from orator.core.blender.bake_target import read_target
    from orator.core.blender.scene_rate import behind
    from orator.core.performance import Take

    bpy.ops.orator.add_character()
    bpy.ops.orator.add_speech(filepath=speech(tmp_path))
    if desk.orator.source == "FILE":
        pytest.skip("this bpy was built without sound: there are no sound strips")
    rig, first = desk.orator.character, desk.orator.strip
    start = generation.read_speech_start(bpy.context)
    performance = make_motion(5.0)
    prepared = prepare(performance, start, read_target(rig, desk), Keying(None))
    meta = {"seed": 1, "speech": {"name": first, "digest": ""}}
    bake.add_take(rig, Take(performance, "Take 1", meta), start, prepared)
    desk.frame_set(200)
    bpy.ops.orator.add_speech(filepath=speech(tmp_path))  # another strip is picked now
    take = rig.orator.takes[0]
    assert desk.orator.strip != first and behind(take, desk, generation.start_for(bpy.context, take)) == 0
    strip = next(s for s in desk.sequence_editor.strips_all if s.name == first)
    strip.frame_start += 15
    assert bpy.ops.orator.take_follow() == {"FINISHED"}
    assert rig.animation_data.action.frame_range[0] == pytest.approx(round(start * desk.render.fps) + 15)
    desk.sequence_editor.strips.remove(strip)
    assert not bpy.ops.orator.take_follow.poll()
