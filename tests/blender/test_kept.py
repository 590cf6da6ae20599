"""Generating around the artist's own animation: what is kept, what is made, what is said."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from helpers.characters import make_rig, shown_face, shown_pose, to_frame
from helpers.loop import ARM, ELBOW, animate, curves, speech, take_for, turn
from orator.core.bake.fitting import Bounds
from orator.core.bake.target import Keying
from orator.core.blender import generation, takes
from orator.core.blender.pins import add_pins
from orator.core.errors import OratorError
from orator.core.rotations import angle_between
from orator.core.skeleton import INDEX


@pytest.mark.parametrize("keep", ["MOTION", "KEYS"])
@pytest.mark.parametrize("sparse", [True, False])
def test_my_keys_are_kept_and_the_rest_is_generated(scene, tmp_path, keep: str, sparse: bool) -> None:
    armature = make_rig()
    speech(scene, tmp_path)
    keys = {20: 0.2, 35: 0.9, 50: -0.3}
    animate(armature, keys)
    face = bpy.data.objects["Rig Face 0"].data.shape_keys
    for frame, value in ((22, 0.0), (40, 0.8)):
        face.key_blocks["browInnerUp"].value = value
        face.key_blocks["browInnerUp"].keyframe_insert("value", frame=frame)
    own, mine = armature.animation_data.action, curves(armature)
    wanted = {}
    for frame in range(20, 51):
        to_frame(frame)
        wanted[frame] = (*shown_pose(armature), shown_face(bpy.data.objects["Rig Face 0"])["browInnerUp"])
    scene.orator.loop.around, scene.orator.loop.around_keep = True, keep
    request = generation.read_request(bpy.context)
    assert (
        not request.asked.given.mask.joints[:, INDEX[ARM]].all()
        and request.asked.given.mask.joints[:, INDEX["left_elbow"]].all()
    )
    take_for(armature, request, keying=Keying(Bounds() if sparse else None))
    for frame in keys:
        to_frame(frame)
        shown, at = shown_pose(armature)
        assert angle_between(shown[INDEX[ARM]], wanted[frame][0][INDEX[ARM]]) < 0.01
        assert np.abs(at - wanted[frame][1]).max() < 1e-4
    to_frame(40)
    assert shown_face(bpy.data.objects["Rig Face 0"])["browInnerUp"] == pytest.approx(0.8, abs=1e-4)
    to_frame(43)
    off = angle_between(shown_pose(armature)[0][INDEX[ARM]], wanted[43][0][INDEX[ARM]])
    assert off < (0.5 if sparse else 0.01) if keep == "MOTION" else off > 0.5
    to_frame(70)
    assert angle_between(shown_pose(armature)[0][INDEX["left_elbow"]], [1, 0, 0, 0]) > 1
    takes.show(armature, "")
    assert armature.animation_data.action == own and curves(armature) == mine


def test_only_the_chosen_bones_are_kept(scene, tmp_path) -> None:
    armature = make_rig()
    speech(scene, tmp_path)
    animate(armature, {20: 0.2, 50: -0.3})
    turn(armature, ELBOW, 0.4)
    armature.pose.bones[ELBOW].keyframe_insert("rotation_quaternion", frame=30)
    loop = scene.orator.loop
    loop.around, loop.around_bones, loop.around_chosen = True, "CHOSEN", ELBOW
    mask = generation.read_request(bpy.context).asked.given.mask
    given = np.flatnonzero(~mask.joints.all(axis=0))
    assert list(given) == [INDEX[ELBOW]] and mask.root.all()
    loop.around_chosen = "tail"
    with pytest.raises(OratorError, match="'tail' is no bone"):
        generation.read_request(bpy.context)
    loop.around_chosen = "left_knee"
    with pytest.raises(OratorError, match="no key on the chosen bones"):
        generation.read_request(bpy.context)


def test_around_without_animation_is_said(scene, tmp_path) -> None:
    make_rig()
    speech(scene, tmp_path)
    scene.orator.loop.around = True
    with pytest.raises(OratorError, match="no animation of its own"):
        generation.read_request(bpy.context)


def test_a_pin_against_the_kept_motion_is_said(scene, tmp_path) -> None:
    armature = make_rig()
    speech(scene, tmp_path)
    animate(armature, {20: 0.2, 50: -0.3})
    scene.frame_set(30)
    turn(armature, ARM, 1.4)
    bpy.context.view_layer.update()
    add_pins(armature, scene, 11.0, bones=(ARM,), face=False)
    scene.orator.loop.around = True
    with pytest.raises(OratorError, match="ask different poses"):
        generation.read_request(bpy.context)
