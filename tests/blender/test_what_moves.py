"""Coverage counts what will move: constraints on what is keyed, and shapes that stay whatever their value."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, shown_face
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, compat
from orator.core.blender.bake_target import read_target
from orator.core.performance import Take

pytestmark = pytest.mark.fault("12.12")


def baked(rig: bpy.types.Object):
    target = read_target(rig, bpy.context.scene)
    prepared = prepare(make_motion(1.0), 0.0, target, Keying(None))
    bake.add_take(rig, Take(make_motion(1.0), "Take 1", {}), 0.0, prepared)
    return prepared.coverage


def aim() -> bpy.types.Object:
    empty = bpy.data.objects.new("Aim", None)
    bpy.context.scene.collection.objects.link(empty)
    empty.location = (1.0, 0.0, 1.0)
    return empty


@pytest.mark.parametrize(
    "kind, bone, held",
    [
        ("IK", "left_elbow", {"left_shoulder", "left_elbow"}),
        ("IK", "right_knee", {"right_hip", "right_knee"}),
        ("DAMPED_TRACK", "head", {"head"}),
        ("COPY_ROTATION", "left_wrist", {"left_wrist"}),
        ("CHILD_OF", "right_wrist", {"right_wrist"}),
    ],
)
@pytest.mark.usefixtures("scene")
def test_what_constraints_move_is_not_counted_and_named(kind: str, bone: str, held: set[str]) -> None:
    rig = make_rig(shapes=())
    constraint = rig.pose.bones[bone].constraints.new(kind)
    constraint.target = aim()
    if kind == "IK":
        constraint.chain_count = 2
    coverage = baked(rig)
    assert coverage.joints == 55 - len(held) and set(coverage.missing_joints) == held
    assert any("constraints" in note and all(joint in note for joint in held) for note in coverage.notes)


@pytest.mark.parametrize("how", ["muted", "no influence", "no target"])
@pytest.mark.usefixtures("scene")
def test_constraints_that_do_nothing_are_not_named(how: str) -> None:
    rig = make_rig(shapes=())
    constraint = rig.pose.bones["left_elbow"].constraints.new("COPY_ROTATION")
    if how != "no target":
        constraint.target = aim()
    constraint.mute = how == "muted"
    constraint.influence = 0.0 if how == "no influence" else 1.0
    coverage = baked(rig)
    assert coverage.joints == 55 and not any("constraints" in note for note in coverage.notes)


@pytest.mark.usefixtures("scene")
def test_a_limit_is_named() -> None:
    rig = make_rig(shapes=())
    rig.pose.bones["head"].constraints.new("LIMIT_ROTATION").use_limit_x = True
    assert any("limit" in note and "head" in note for note in baked(rig).notes)


def test_hips_that_are_connected_still_travel(scene: bpy.types.Scene) -> None:
    rig = make_rig(shapes=())
    bpy.ops.object.mode_set(mode="EDIT")
    bones = rig.data.edit_bones
    root = bones.new("root")
    root.head, root.tail = (0.0, 0.0, 0.0), bones["pelvis"].head
    bones["pelvis"].parent, bones["pelvis"].use_connect = root, True
    bpy.ops.object.mode_set(mode="OBJECT")
    coverage = baked(rig)
    places = []
    for frame in range(0, 24, 4):
        scene.frame_set(frame)
        places.append(np.array(rig.matrix_world @ rig.pose.bones["pelvis"].head))
    moved = float(np.ptp(np.array(places), axis=0).max())
    assert moved > 0.02 or any("connected" in note for note in coverage.notes)


def face_of(rig: bpy.types.Object) -> bpy.types.Object:
    return next(o for o in rig.children if o.type == "MESH")


NAMES = ("jawOpen", "mouthSmileLeft", "mouthSmileRight", "tongueOut")


def moving_face() -> tuple[bpy.types.Object, bpy.types.Object]:
    rig = make_rig(shapes=NAMES)
    face = face_of(rig)
    for name in NAMES:
        face.data.shape_keys.key_blocks[name].data[0].co.z += 0.01
    return rig, face


@pytest.mark.parametrize("how", ["empty", "muted", "driven", "cut", "pinned", "absolute"])
@pytest.mark.usefixtures("scene")
def test_shapes_that_stay_are_not_counted_and_named(how: str) -> None:
    rig, face = moving_face()
    keys = face.data.shape_keys
    jaw = keys.key_blocks["jawOpen"]
    if how == "empty":
        jaw.data[0].co = keys.key_blocks["Basis"].data[0].co
    elif how == "muted":
        jaw.mute = True
    elif how == "driven":
        jaw.driver_add("value").driver.expression = "0.0"
    elif how == "cut":
        jaw.slider_max = 0.3
    elif how == "pinned":
        face.show_only_shape_key = True
    else:
        keys.use_relative = False
    coverage = baked(rig)
    whole = how in ("pinned", "absolute")
    assert coverage.shapes == (0 if whole else 3) and "jawOpen" in coverage.missing_shapes
    assert any(how in note and f"'{face.name}'" in note and "jawOpen" in note for note in coverage.notes), (
        coverage.notes
    )


@pytest.mark.usefixtures("scene")
def test_a_shape_that_is_free_on_one_mesh_and_driven_on_another_is_named() -> None:
    rig = make_rig(shapes=NAMES, meshes=2)
    first, _ = (o for o in rig.children if o.type == "MESH")
    first.data.shape_keys.key_blocks["jawOpen"].driver_add("value").driver.expression = "0.0"
    coverage = baked(rig)
    assert "jawOpen" in coverage.missing_shapes
    assert any(f"driven on '{first.name}': jawOpen" in note for note in coverage.notes)


def test_names_of_duplicates_are_read(scene: bpy.types.Scene) -> None:
    rig = make_rig(shapes=("jawOpen", "mouthClose.001", "eyeBlinkLeft.012", "jawOpen.001"))
    coverage = baked(rig)
    assert coverage.shapes == 3
    paths = {c.data_path.split('"')[1] for c in compat.animated_curves(face_of(rig).data.shape_keys)}
    assert paths == {"jawOpen", "mouthClose.001", "eyeBlinkLeft.012"}
    scene.frame_set(12)
    assert any(shown_face(face_of(rig))[name] > 0.01 for name in paths)
