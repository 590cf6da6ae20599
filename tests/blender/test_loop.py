"""The artist's loop at its edges: pins of keys and under sliders, comps of shaped takes, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, shown_face, shown_pose, to_frame
from helpers.loop import ARM, ELBOW, SECONDS, WRIST, animate, curves, plain_take, speech, take_for, turn
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, generation, provenance, report, sliders, takes
from orator.core.blender.bake_target import read_target
from orator.core.blender.directions import directions_record, slider_record
from orator.core.blender.pin_list import pose_of
from orator.core.blender.pins import add_pins, pins_for
from orator.core.blender.regenerate import read_regenerate_request
from orator.core.blender.scene_rate import behind
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.directing.directions import Directions
from orator.core.errors import OratorError
from orator.core.performance import Take, sample
from orator.core.rotations import angle_between
from orator.core.skeleton import INDEX

# --- Pins of keys, parts, places -----------------------------------------------------------------------------------


def test_selected_keys_become_pins_of_what_is_keyed(scene, tmp_path) -> None:
    armature = make_rig()
    speech(scene, tmp_path)
    animate(armature, {20: 0.2, 35: 0.9, 50: -0.3})
    action = armature.animation_data.action
    for curve in bake.compat.curves_of(action):
        for key in curve.keyframe_points:
            key.select_control_point = round(key.co.x) in (20, 50) and "rotation" in curve.data_path
    assert bpy.ops.orator.pin_keys() == {"FINISHED"}
    pins = armature.orator.pins
    assert [pin.frame for pin in pins] == [20, 50]
    assert all(pin.joints.count("1") == 1 and not pin.root and "1" not in pin.channels for pin in pins)
    pins.clear()
    armature.animation_data.action = None
    action.name = "Blocking"
    assert bpy.ops.orator.pin_keys(action="Blocking") == {"FINISHED"}
    to_frame(20)
    rotations, *_ = pose_of(pins[0])
    wanted = np.degrees(0.2)
    assert angle_between(rotations[INDEX[ARM]], [1.0, 0, 0, 0]) == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize(
    ("covers", "joints", "root"), [("UPPER", 13, False), ("HANDS", 30, False), ("LOWER", 9, True), ("ROOT", 0, True),
                                   ("FACE", 3, False), ("BODY", 52, True), ("ALL", 55, True)]
)  # fmt: skip
def test_parts_are_pinned(scene, tmp_path, covers: str, joints: int, root: bool) -> None:
    armature = make_rig()
    speech(scene, tmp_path)
    assert bpy.ops.orator.pin_pose(covers=covers) == {"FINISHED"}
    pin = armature.orator.pins[0]
    assert (pin.joints.count("1"), pin.root) == (joints, root)
    assert ("1" in pin.channels) == (covers in ("FACE", "ALL"))


@pytest.mark.any_blender
def test_pins_of_another_character_are_carried_over(scene, tmp_path) -> None:
    first = make_rig("Anna")
    scene.orator.character = first
    speech(scene, tmp_path)
    turn(first, ELBOW, 0.7)
    bpy.context.view_layer.update()
    scene.frame_set(30)
    bpy.ops.orator.pin_pose(covers="UPPER")
    second = make_rig("Bert", joints=tuple(j for j in INDEX if j != "spine2"), seed=9)
    scene.orator.character = second
    with pytest.raises(RuntimeError, match="Choose another character"):
        bpy.ops.orator.pins_copy(source="Bert")
    assert bpy.ops.orator.pins_copy(source="Anna") == {"FINISHED"}
    _, _, notes = pins_for(second, scene, 11 / 24, SECONDS)
    assert any("spine2" in note for note in notes) and len(first.orator.pins) == 1
    take_for(second, generation.read_request(bpy.context))
    to_frame(30)
    bones = second.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
    bent = bones["right_shoulder"].matrix.to_quaternion().inverted() @ bones[ELBOW].matrix.to_quaternion()
    rest = second.data.bones
    before = rest["right_shoulder"].matrix_local.to_quaternion().inverted() @ rest[ELBOW].matrix_local.to_quaternion()
    assert np.degrees((before.inverted() @ bent).angle) == pytest.approx(np.degrees(0.7), abs=0.02)


@pytest.mark.any_blender
def test_poses_out_of_reach_are_warned_of(scene, tmp_path) -> None:
    armature = make_rig()
    speech(scene, tmp_path)
    for frame, angle in ((30, -1.4), (31, 1.4)):
        scene.frame_set(frame)
        turn(armature, ELBOW, angle)
        bpy.context.view_layer.update()
        add_pins(armature, scene, 11.0, bones=(ELBOW,), face=False)
    assert any("no body does" in note for note in generation.read_request(bpy.context).notes)


# --- Pins under sliders --------------------------------------------------------------------------------------------


def test_pins_are_hit_under_every_slider(scene, tmp_path) -> None:
    armature = make_rig()
    speech(scene, tmp_path, frame=11.4)
    scene.frame_set(40)
    turn(armature, ARM, 0.9)
    turn(armature, "left_knee", 0.5)
    armature.pose.bones["pelvis"].location = (0.03, 0.02, -0.01)
    bpy.context.view_layer.update()
    wanted, path = shown_pose(armature)
    face = bpy.data.objects["Rig Face 0"]
    face.data.shape_keys.key_blocks["mouthPucker"].value = 0.62
    face.data.shape_keys.key_blocks["eyeBlinkLeft"].value = 0.35
    add_pins(armature, scene, 11.4)
    item = take_for(armature, generation.read_request(bpy.context))
    for name, value in (("amplitude_upper", 0.4), ("smooth_upper", 0.2), ("offset", 0.3), ("stillness", 1.0),
                        ("amplitude_lower", 1.6), ("swap_sides", True), ("symmetry", 0.5), ("lip_strength", 0.2),
                        ("own_eyes", True), ("delay", 0.2), ("smoothing_lower", 0.1)):  # fmt: skip
        setattr(item.layers, name, value)
        to_frame(40)
        shown, at = shown_pose(armature)
        assert angle_between(shown, wanted).max() < 0.01, name
        assert np.abs(at - path).max() < 1e-4, name
        weights = shown_face(face)
        assert (weights["mouthPucker"], weights["eyeBlinkLeft"]) == pytest.approx((0.62, 0.35), abs=1e-4), name
    to_frame(70)
    assert angle_between(shown_pose(armature)[0], wanted).max() > 5


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "AXIS_ANGLE"])
def test_pins_are_hit_in_any_rotation_mode(scene, tmp_path, mode: str) -> None:
    armature = make_rig()
    speech(scene, tmp_path)
    for frame, angle in ((30, 1.2), (50, -2.0)):
        scene.frame_set(frame)
        turn(armature, ARM, angle)
        turn(armature, "head", 0.4)
        bpy.context.view_layer.update()
        add_pins(armature, scene, 11.0, bones=(ARM, "head"), face=False)
    wanted = {pin.frame: pose_of(pin)[0] for pin in armature.orator.pins}
    for bone in armature.pose.bones:
        bone.rotation_mode = mode
    item = take_for(armature, generation.read_request(bpy.context))
    item.layers.amplitude_upper = 0.7
    for frame, rotations in wanted.items():
        to_frame(frame)
        rows = [INDEX[ARM], INDEX["head"]]
        assert angle_between(shown_pose(armature)[0][rows], rotations[rows]).max() < 0.01


def test_sliders_say_and_write_what_they_change_only(scene) -> None:
    armature = make_rig()
    item = plain_take(armature, scene)
    before = curves(armature)
    item.layers.amplitude_upper = 0.6
    after = curves(armature)
    changed = {path.split('"')[1] for path, _ in before if any(before[k] != after[k] for k in before if k[0] == path)}
    assert changed and changed <= {j for j in INDEX if INDEX[j] in (3, 6, 9, 13, 14, 16, 17, 18, 19, 20, 21)}
    item.layers.amplitude_upper = 1.0
    to_frame(30)
    want = sample(make_motion(SECONDS, seed=1), np.array([30 / 24])).rotations[0]
    assert angle_between(shown_pose(armature)[0], want).max() < 0.5


def test_a_slider_is_quick_against_the_bake(scene) -> None:
    """A minute of body and face: a slider costs a small part of what the bake costs (0.3 s where that takes 1.3 s)."""
    import time

    armature = make_rig()
    motion = make_motion(60.0)
    begin = time.process_time()
    prepared = prepare(motion, 0.0, read_target(armature, scene), Keying())
    whole = time.process_time() - begin
    item = bake.add_take(armature, Take(motion, "Take 1", {}), 0.0, prepared)
    item.layers.amplitude_upper = 0.9
    for name, value in (("amplitude_upper", 0.8), ("lip_strength", 0.9), ("offset", 0.1), ("smooth_upper", 0.1)):
        begin = time.process_time()
        setattr(item.layers, name, value)
        assert time.process_time() - begin < 0.4 * whole, name


# --- Comps and regenerating ----------------------------------------------------------------------------------------


def test_a_comp_shows_what_its_takes_show(scene) -> None:
    armature = make_rig()
    plain_take(armature, scene, 1)
    second = plain_take(armature, scene, 2)
    second.layers.amplitude_upper = 0.3
    to_frame(36)
    seen = shown_pose(armature)[0]
    data = armature.orator
    data.active = 0
    lane = data.lanes.add()
    lane.take, lane.region, lane.start, lane.end = "Take 2", "right_arm", 12, 60
    data.takes[1].name = "The good one"
    assert lane.take == "The good one"
    scene.orator.character = armature
    assert bpy.ops.orator.comp() == {"FINISHED"}
    assert "was built of 2 takes: " in report.last() and " keys on " in report.last()
    to_frame(36)
    shown = shown_pose(armature)[0]
    arm = [INDEX[ARM], INDEX[ELBOW], INDEX[WRIST]]
    assert angle_between(shown[arm], seen[arm]).max() < 1.0
    made = data.takes[len(data.takes) - 1]
    lines = provenance.lines(made, scene)
    assert any("The good one (seed 2): right arm, frames 12 - 60" in line for line in lines)
    assert any(line.startswith("Take 1 (seed 1): all") for line in lines)
    # A take is not laid over itself: nothing would come of it, and that is said.
    data.active, count = 1, len(data.takes)
    with pytest.raises(RuntimeError, match=r"A range of 'The good one' lies over 'The good one' itself"):
        bpy.ops.orator.comp()
    assert len(data.takes) == count


@pytest.mark.any_blender
def test_a_comp_keeps_the_pins_of_each_piece(scene, tmp_path) -> None:
    armature = make_rig()
    speech(scene, tmp_path, frame=0.0)
    scene.orator.character = armature
    turns = {}
    for seed, angle in ((1, 0.9), (2, -0.8)):
        armature.orator.pins.clear()
        takes.show(armature, "")
        for frame in (20, 40):
            scene.frame_set(frame)
            turn(armature, ELBOW, angle)
            bpy.context.view_layer.update()
            add_pins(armature, scene, 0.0, bones=(ELBOW,), face=False)
        turns[seed] = shown_pose(armature)[0][INDEX[ELBOW]]
        take_for(armature, generation.read_request(bpy.context), seed)
    data = armature.orator
    data.active = 0
    lane = data.lanes.add()
    lane.take, lane.region, lane.start, lane.end = data.takes[1].name, "upper", 30, 60
    assert bpy.ops.orator.comp() == {"FINISHED"}
    for frame, seed in ((20, 1), (40, 2)):
        to_frame(frame)
        assert angle_between(shown_pose(armature)[0][INDEX[ELBOW]], turns[seed]) < 0.01


@pytest.mark.any_blender
def test_regenerating_keeps_sliders_and_the_pins_outside(scene, tmp_path) -> None:
    armature = make_rig()
    scene.orator.character = armature
    speech(scene, tmp_path, frame=0.0)
    scene.frame_set(50)
    turn(armature, ELBOW, 0.9)
    bpy.context.view_layer.update()
    add_pins(armature, scene, 0.0, bones=(ELBOW,), face=False)
    item = take_for(armature, generation.read_request(bpy.context))
    item.layers.amplitude_hands = 0.5
    armature.orator.pins.clear()
    request = read_regenerate_request(bpy.context, item, ("right_arm",), (12, 36))
    assert [pin.seconds * 24 for pin in request.directions.pins] == pytest.approx([50.0])
    assert request.sliders == slider_record(item.layers) and request.directions.sliders.body.amplitude_hands == 0.5
    old = load_performance(item)
    kept = ~request.asked.given.mask.joints
    assert np.array_equal(
        request.asked.given.values.rotations[kept], old.rotations[kept]
    ) and request.asked.settings.parts == ("upper",)
    request = read_regenerate_request(bpy.context, item, ("right_arm",), (45, 60))
    assert not request.directions.pins
    with pytest.raises(OratorError, match="outside the take"):
        read_regenerate_request(bpy.context, item, ("right_arm",), (4500, 6000))


def test_the_range_comes_from_where_the_artist_says(scene) -> None:
    from orator.operators.regenerate import span_of

    options = scene.orator
    options.again_range, options.again_start, options.again_end = "TYPED", 20, 44
    assert span_of(scene) == (20, 44)
    options.again_end = 20
    with pytest.raises(OratorError, match="ends at frame 20, and starts at 20: type a later end"):
        span_of(scene)
    options.again_range = "PREVIEW"
    with pytest.raises(OratorError, match="no preview range"):
        span_of(scene)
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 30, 50
    assert span_of(scene) == (30, 51)
    options.again_range = "MARKERS"
    with pytest.raises(OratorError, match="Select two markers"):
        span_of(scene)
    for frame in (12, 60, 36):
        scene.timeline_markers.new("m", frame=frame).select = frame != 60
    assert span_of(scene) == (12, 36)


# --- What goes wrong -----------------------------------------------------------------------------------------------


def test_a_retimed_or_replaced_speech_is_said(scene, tmp_path) -> None:
    armature = make_rig()
    scene.orator.character = armature
    speech(scene, tmp_path)
    item = take_for(armature, generation.read_request(bpy.context))
    speech(scene, tmp_path, seconds=2.0)
    with pytest.raises(OratorError, match="not the one 'Take 1' was made for"):
        read_regenerate_request(bpy.context, item, ("right_arm",), (12, 36))
    speech(scene, tmp_path)
    data = bytearray(Path(scene.orator.file).read_bytes())
    data[2000:40000] = data[4000:42000]
    Path(scene.orator.file).write_bytes(data)
    request = read_regenerate_request(bpy.context, item, ("right_arm",), (12, 36))
    assert any("another sound" in note for note in request.notes)


def test_a_take_follows_its_strip_with_the_artists_edits(scene, tmp_path) -> None:
    armature = make_rig()
    scene.orator.character = armature
    speech(scene, tmp_path)
    item = take_for(armature, generation.read_request(bpy.context))
    curve = next(bake.compat.animated_curves(armature))
    curve.keyframe_points[1].co.y += 0.25
    edited, frame = curve.keyframe_points[1].co.y, curve.keyframe_points[1].co.x
    scene.orator.file_frame = 23.0
    assert behind(item, scene, 23 / 24) == 12
    assert bpy.ops.orator.take_follow() == {"FINISHED"}
    item = armature.orator.takes[0]
    curve = next(bake.compat.animated_curves(armature))
    assert tuple(curve.keyframe_points[1].co) == pytest.approx((frame + 12, edited))
    assert behind(item, scene, 23 / 24) == 0 and load_meta(item)["start"] == pytest.approx(23 / 24)
    with pytest.raises(OratorError, match="edited by hand"):
        sliders.rewrite(armature, item, scene, Keying())


def test_pins_whose_bone_is_gone_are_said_and_kept(scene, tmp_path) -> None:
    armature = make_rig()
    speech(scene, tmp_path)
    scene.frame_set(30)
    add_pins(armature, scene, 11.0, bones=(ELBOW, WRIST), face=False)
    armature.data.bones[ELBOW].name = "lost"
    request = generation.read_request(bpy.context)
    assert any(ELBOW in note for note in request.notes) and len(armature.orator.pins) == 1
    with pytest.raises(RuntimeError, match="no bone plays now"):
        bpy.ops.orator.pin_update()
    take_for(armature, request)
    armature.data.bones["lost"].name = ELBOW
    assert not generation.read_request(bpy.context).notes


def test_an_action_deleted_by_hand_is_said_and_loses_nothing(scene) -> None:
    armature = make_rig()
    scene.orator.character = armature
    item = plain_take(armature, scene, 1)
    for action in list(bpy.data.actions):
        bpy.data.actions.remove(action)
    item.layers.amplitude_upper = 0.5
    from orator.core.blender import report

    assert "were deleted. Press Bake Again" in report.last()
    assert bpy.ops.orator.take_bake() == {"FINISHED"}
    assert item.layers.amplitude_upper == 0.5 and len(curves(armature)) > 100
    assert np.array_equal(load_performance(item).rotations, make_motion(SECONDS, seed=1).rotations)


def test_a_character_is_appended_with_pins_and_takes(scene, tmp_path) -> None:
    armature = make_rig()
    scene.frame_set(30)
    turn(armature, ARM, 0.9)
    bpy.context.view_layer.update()
    add_pins(armature, scene, 0.0, face=False)
    pins, _, _ = pins_for(armature, scene, 0.0, SECONDS)
    motion, directions = make_motion(SECONDS, seed=4), Directions(pins=pins)
    prepared = prepare(motion, 0.0, read_target(armature, scene), Keying(), directions=directions)
    meta = {"seed": 4, **directions_record(directions)}
    bake.add_take(armature, Take(motion, "Take 1", meta), 0.0, prepared).layers.lip_strength = 0.5
    to_frame(30)
    wanted, _ = shown_pose(armature)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "cast.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "cast.blend")) as (_, to):
        to.objects = ["Rig", "Rig Face 0"]
    for obj in to.objects:
        bpy.context.scene.collection.objects.link(obj)
    armature = bpy.data.objects["Rig"]
    data = armature.orator
    assert [pin.frame for pin in data.pins] == [30] and [take.name for take in data.takes] == ["Take 1"]
    assert np.array_equal(load_performance(data.takes[0]).rotations, motion.rotations)
    to_frame(30)
    assert angle_between(shown_pose(armature)[0], wanted).max() < 0.01
    data.takes[0].layers.amplitude_hands = 0.5
    to_frame(30)
    assert angle_between(shown_pose(armature)[0], wanted).max() < 0.01  # the pin holds the fingers
    to_frame(60)
    assert shown_face(bpy.data.objects["Rig Face 0"])["jawOpen"] < 0.6


def test_undo_takes_sliders_and_curves_back_together(scene) -> None:
    armature = make_rig()
    scene.orator.character = armature
    plain_take(armature, scene)
    bpy.ops.ed.undo_push(message="Take")
    before = curves(armature)
    armature.orator.takes[0].layers.amplitude_upper = 0.4
    bpy.ops.ed.undo_push(message="Slider")
    after = curves(armature)
    assert after != before
    if not bpy.ops.ed.undo.poll():
        pytest.skip("this Blender undoes in a window only; tests/gui/loop.py does so")
    bpy.ops.ed.undo()
    armature = bpy.data.objects["Rig"]
    assert curves(armature) == before and armature.orator.takes[0].layers.amplitude_upper == 1.0
    bpy.ops.ed.redo()
    armature = bpy.data.objects["Rig"]
    assert curves(armature) == after
    bpy.ops.ed.undo()
    armature = bpy.data.objects["Rig"]
    armature.orator.takes[0].layers.amplitude_upper = 0.4
    assert curves(armature) == after, "what was remembered before the undo is used after it"
