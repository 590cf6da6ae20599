"""Sparse keys keep their bound where it is seen: feet, hands and head, in the scene and on the rig."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig
from orator.core.bake.fitting import Bounds
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, takes
from orator.core.blender.bake_target import read_target
from orator.core.performance import Take

ENDS = ("head", "left_ankle", "right_ankle", "left_foot", "right_foot", "left_wrist", "right_wrist")


def paths(rig: bpy.types.Object, style: Keying, frames: range) -> tuple[np.ndarray, int]:
    """(F, 7, 3) metres: where the evaluated bones of the ends are; and how many keys the take has."""
    scene = bpy.context.scene
    performance = make_motion(2.0, seed=3)
    prepared = prepare(performance, 0.0, read_target(rig, scene), style)
    uid = bake.add_take(rig, Take(performance, "Take 1", {}), 0.0, prepared).uid
    out = []
    for frame in frames:
        scene.frame_set(frame)
        seen = rig.evaluated_get(bpy.context.evaluated_depsgraph_get())
        out.append([np.array(seen.matrix_world @ seen.pose.bones[joint].head) for joint in ENDS])
    takes.remove(rig, uid)
    return np.array(out), sum(len(curve.frames) for curve in prepared.curves)


@pytest.mark.fault("12.10")
@pytest.mark.parametrize("mode, scale", [("QUATERNION", 1.0), ("XYZ", 0.01), ("AXIS_ANGLE", 1.0)])
@pytest.mark.parametrize("millimetres", [2.0, 6.0])
def test_ends_stay_within_the_bound(scene: bpy.types.Scene, mode: str, scale: float, millimetres: float) -> None:
    scene.render.fps = 30
    rig = make_rig(shapes=())
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    if scale != 1.0:  # a rig in centimetres, as FBX files have it
        bpy.ops.object.mode_set(mode="EDIT")
        for bone in rig.data.edit_bones:
            bone.head, bone.tail = bone.head / scale, bone.tail / scale
        bpy.ops.object.mode_set(mode="OBJECT")
        rig.scale = (scale,) * 3
        bpy.context.view_layer.update()
    dense, many = paths(rig, Keying(None), range(0, 60, 2))
    sparse, few = paths(rig, Keying(Bounds(metres=millimetres / 1000.0)), range(0, 60, 2))
    away = 1000.0 * np.linalg.norm(sparse - dense, axis=2).max(axis=0)
    assert away.max() <= 1.05 * millimetres, dict(zip(ENDS, away.round(2), strict=True))
    assert np.ptp(dense, axis=0).max() > 0.1 and few < 0.7 * many, "it moves, and the keys are fewer"


@pytest.mark.fault("12.10")
def test_a_slider_keeps_the_ends_within_the_bound(scene: bpy.types.Scene) -> None:
    from orator.core.blender import sliders
    from orator.core.blender.slider_state import waiting

    scene.render.fps = 30
    rig = make_rig(shapes=())
    performance = make_motion(1.0, seed=4)
    seen = []
    for style in (Keying(None), Keying()):
        prepared = prepare(performance, 0.0, read_target(rig, scene), style)
        take = bake.add_take(rig, Take(performance, "Take 1", {}), 0.0, prepared)
        with waiting:
            take.layers.amplitude_upper = 1.3
        sliders.rewrite(rig, take, scene, style)
        places = []
        for frame in range(30):
            scene.frame_set(frame)
            places.append([np.array(rig.pose.bones[joint].head) for joint in ENDS])
        seen.append(np.array(places))
    assert 1000.0 * np.linalg.norm(seen[0] - seen[1], axis=2).max() < 2.5
