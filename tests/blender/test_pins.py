"""The artist's loop inside Blender: pins, look-at, making again, comps and sliders."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, shown_face, shown_pose, to_frame
from orator.core.bake.fitting import Bounds
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, generation, sliders, takes
from orator.core.blender.bake_target import read_target
from orator.core.blender.directions import directions_record, read_directions
from orator.core.blender.pin_list import pins_of, scene_frame
from orator.core.blender.pins import add_pins, pins_for
from orator.core.blender.slider_state import waiting
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.directing.directions import Directions
from orator.core.errors import OratorError
from orator.core.performance import Take
from orator.core.rotations import angle_between, rotate, world_rotations
from orator.core.skeleton import INDEX, JOINTS

DEMO = Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.wav"
ELBOW, ARM = "right_elbow", "right_shoulder"


def pose(armature, angle: float = 0.8) -> None:
    """An artist's pose: some bones turned, the pelvis moved, a shape set."""
    for name in (ARM, ELBOW, "neck"):
        bone = armature.pose.bones[name]
        bone.rotation_mode = "QUATERNION"
        bone.rotation_quaternion = (np.cos(angle / 2), np.sin(angle / 2), 0.0, 0.0)
    armature.pose.bones["pelvis"].location = (0.03, 0.02, -0.01)
    bpy.context.view_layer.update()


def baked(armature, scene, performance, directions: Directions, style: Keying, start: float = 0.0):
    prepared = prepare(performance, start, read_target(armature, scene), style, directions=directions)
    meta = {"seed": 3, **directions_record(directions)}
    return bake.add_take(armature, Take(performance, "Take 1", meta), start, prepared)


@pytest.mark.parametrize("rate", [(24, 1.0), (25, 1.0), (30, 1.001), (60, 1.0)])
@pytest.mark.parametrize("sparse", [True, False])
def test_a_pinned_pose_is_hit_in_the_evaluated_character(scene, rate, sparse: bool) -> None:
    scene.render.fps, scene.render.fps_base = rate
    armature = make_rig()
    pose(armature)
    wanted, path = shown_pose(armature)
    fps = rate[0] / rate[1]
    scene.frame_set(round(1.3 * fps))
    (pin,) = add_pins(armature, scene, origin=0.5 * fps)
    frame = pin.frame
    pins, looks, notes = pins_for(armature, scene, 0.5, 3.0)
    assert not notes and not looks
    style = Keying(Bounds() if sparse else None)
    baked(armature, scene, make_motion(3.0), Directions(pins=pins), style, start=0.5)
    to_frame(frame)
    shown, at = shown_pose(armature)
    assert angle_between(shown, wanted).max() < 0.01
    assert np.abs(at - path).max() < 1e-4
    to_frame(frame + round(1.2 * fps))
    elsewhere, _ = shown_pose(armature)
    assert angle_between(elsewhere, wanted).max() > 5


def test_only_the_selected_bones_are_pinned_and_pins_follow_the_strip(scene) -> None:
    armature = make_rig()
    pose(armature)
    scene.frame_set(30)
    (pin,) = add_pins(armature, scene, origin=10.0, bones=(ELBOW,), face=False)
    assert pin.joints.count("1") == 1 and pin.joints[INDEX[ELBOW]] == "1" and not pin.root
    assert scene_frame(pin, 10.0) == 30 and scene_frame(pin, 25.0) == 45


def test_a_second_pin_at_a_frame_takes_the_firsts_place(scene) -> None:
    armature = make_rig()
    scene.orator.character, scene.orator.source, scene.orator.file = armature, "FILE", str(DEMO)
    scene.frame_set(20)
    bpy.ops.orator.pin_pose(covers="BODY")
    pins = pins_of(armature)
    pins[0].name, pins[0].hold = "Here", 4
    pose(armature)
    wanted, _ = shown_pose(armature)
    bpy.ops.orator.pin_pose(covers="BODY")
    assert [(pin.name, pin.hold) for pin in pins] == [("Here", 4)], "one pin, as it was set"
    directions = Directions(pins=pins_for(armature, scene, 0.0, 3.0)[0])
    baked(armature, scene, make_motion(3.0), directions, Keying(Bounds()))
    to_frame(20)
    assert angle_between(shown_pose(armature)[0], wanted)[:22].max() < 0.01, "the second pose is hit"
    takes.show(armature, "")
    pose(armature, -0.4)
    bpy.ops.orator.pin_pose(covers="UPPER")
    arm = INDEX[ARM]
    assert [pin.name for pin in pins] == ["Here", "Pin 20"]
    assert [(pin.joints[arm], pin.hold) for pin in pins] == [("0", 4), ("1", 4)]
    assert pins_for(armature, scene, 0.0, 3.0)[0], "they do not contradict each other"
    bpy.ops.orator.pin_pose(covers="BODY")
    assert [pin.name for pin in pins] == ["Here"] and pins[0].joints[arm] == "1", "it takes the place of both"
    pins[0].enabled = False
    bpy.ops.orator.pin_pose(covers="BODY")
    assert len(pins) == 2, "one that waits is left alone"


def test_reading_poses_at_other_frames_changes_nothing(scene) -> None:
    armature = make_rig()
    pose(armature)
    bone = armature.pose.bones[ARM]
    bone.keyframe_insert("rotation_quaternion", frame=1)
    bone.rotation_quaternion = (1.0, 0.0, 0.0, 0.0)
    bone.keyframe_insert("rotation_quaternion", frame=20)
    scene.frame_set(7)
    bone.rotation_quaternion = (0.0, 1.0, 0.0, 0.0)
    made = add_pins(armature, scene, 1.0, frames=(1.0, 20.0))
    assert [p.frame for p in made] == [1, 20] and scene.frame_current == 7
    assert tuple(bone.rotation_quaternion) == (0.0, 1.0, 0.0, 0.0)


def test_pins_that_cannot_be_are_said(scene) -> None:
    armature = make_rig()
    scene.frame_set(500)
    add_pins(armature, scene, 1.0)
    with pytest.raises(OratorError, match="outside the speech"):
        pins_for(armature, scene, 0.0, 3.0)
    pins = pins_of(armature)
    scene.frame_set(20)
    pose(armature)
    add_pins(armature, scene, 1.0)
    pins[0].frame = 20
    with pytest.raises(OratorError, match="different poses at one time"):
        pins_for(armature, scene, 0.0, 3.0)
    pins[0].enabled = False
    armature.data.bones[ELBOW].name = "lost"
    _, _, notes = pins_for(armature, scene, 0.0, 3.0)
    assert any(ELBOW in note for note in notes)


def test_looking_at_an_object_turns_the_head_to_it(scene) -> None:
    armature = make_rig()
    target = bpy.data.objects.new("Target", None)
    scene.collection.objects.link(target)
    target.location = (2.0, -1.5, 1.7)
    bpy.context.view_layer.update()
    pin = pins_of(armature).add()
    pin.kind, pin.name, pin.frame, pin.hold, pin.target, pin.origin = "LOOK", "Look", 20, 40, target, 0.0
    _, looks, _ = pins_for(armature, scene, 0.0, 4.0)
    from orator.core.stance import relaxed_performance

    baked(armature, scene, relaxed_performance(120), Directions(looks=looks), Keying(None))
    to_frame(35)
    head = armature.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones["head"]
    shown, _ = shown_pose(armature)
    facing = rotate(world_rotations(shown[None])[0, INDEX["head"]], np.array([0, 0, 1.0]))
    facing = np.array([facing[0], -facing[2], facing[1]])
    wanted = np.array(target.location) - np.array(head.head)
    wanted /= np.linalg.norm(wanted)
    assert facing @ wanted > np.cos(np.radians(20)) and wanted @ np.array([0, -1.0, 0]) < np.cos(np.radians(40))


def test_a_slider_rewrites_only_its_curves_and_resets(scene) -> None:
    armature = make_rig()
    face = bpy.data.objects["Rig Face 0"]
    scene.orator.keys = "DENSE"
    item = baked(armature, scene, make_motion(3.0), Directions(), Keying(None))
    to_frame(40)
    before_face, (before, _) = shown_face(face), shown_pose(armature)
    item.layers.lip_strength = 0.5
    to_frame(40)
    after_face, (after, _) = shown_face(face), shown_pose(armature)
    assert after_face["jawOpen"] == pytest.approx(0.5 * before_face["jawOpen"], abs=1e-4)
    assert after_face["browInnerUp"] == pytest.approx(before_face["browInnerUp"], abs=1e-6)
    assert np.array_equal(before, after)
    item.layers.amplitude_upper = 0.2
    to_frame(40)
    turned = angle_between(shown_pose(armature)[0], before)
    assert turned[INDEX[ARM]] > 1 and turned[INDEX["left_knee"]] < 0.01
    with waiting:
        item.layers.property_unset("lip_strength")
        item.layers.property_unset("amplitude_upper")
    sliders.rewrite(armature, item, scene, Keying(None))
    to_frame(40)
    assert angle_between(shown_pose(armature)[0], before).max() < 0.01


def test_edited_curves_are_never_overwritten_by_a_slider(scene) -> None:
    from orator.core.blender import compat

    armature = make_rig()
    item = baked(armature, scene, make_motion(2.0), Directions(), Keying())
    curve = next(iter(compat.curves_of(item.bindings[0].action)))
    curve.keyframe_points[0].co.y += 0.5
    edited = curve.keyframe_points[0].co.y
    with pytest.raises(OratorError, match="edited by hand"):
        sliders.rewrite(armature, item, scene, Keying())
    item.layers.amplitude_upper = 0.3
    assert curve.keyframe_points[0].co.y == edited


def test_a_comp_takes_the_arm_of_another_take(scene) -> None:
    armature = make_rig()
    first = baked(armature, scene, make_motion(3.0, seed=1), Directions(), Keying(None))
    baked(armature, scene, make_motion(3.0, seed=2), Directions(), Keying(None))
    data = takes.character_data(armature)
    poses = {}
    for take in (0, 1):
        takes.show(armature, data.takes[take].uid)
        to_frame(36)
        poses[take] = shown_pose(armature)[0]
    takes.show(armature, data.takes[0].uid)
    scene.orator.character = armature
    lane = data.lanes.add()
    lane.take, lane.region, lane.start, lane.end = data.takes[1].name, "right_arm", 12, 60
    data.active = 0
    assert bpy.ops.orator.comp() == {"FINISHED"}
    made = data.takes[len(data.takes) - 1]
    assert load_meta(made)["comp"][1]["source"] == data.takes[1].name
    a, b, c = (load_performance(data.takes[k]) for k in (0, 1, 2))
    k = 45
    assert np.array_equal(c.rotations[k, INDEX[ELBOW]], b.rotations[k, INDEX[ELBOW]])
    assert np.array_equal(c.rotations[:, INDEX["left_elbow"]], a.rotations[:, INDEX["left_elbow"]])
    assert first.name != made.name and len(JOINTS) == 55


def test_pins_and_sliders_survive_save_and_reload(scene, tmp_path) -> None:
    armature = make_rig()
    pose(armature)
    scene.frame_set(20)
    add_pins(armature, scene, 1.0)
    pins, _, _ = pins_for(armature, scene, 0.0, 3.0)
    item = baked(armature, scene, make_motion(3.0), Directions(pins=pins), Keying())
    item.layers.stillness = 0.7
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    armature = bpy.data.objects["Rig"]
    data = takes.character_data(armature)
    assert len(data.pins) == 1 and data.takes[0].layers.stillness == pytest.approx(0.7)
    directions = read_directions(data.takes[0].layers, load_meta(data.takes[0]))
    assert angle_between(directions.pins[0].rotations, pins[0].rotations).max() < 1e-3
    assert generation.active_character(bpy.context) == armature
