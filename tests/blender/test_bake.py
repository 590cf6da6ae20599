"""A baked performance is what the evaluated character shows, on any scene rate and rotation mode."""

import time

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, shown_face, shown_pose, to_frame
from orator.core.arkit import ARKIT
from orator.core.bake.fitting import Bounds
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, compat, takes
from orator.core.blender.bake_target import read_target
from orator.core.blender.scene_rate import scene_fps
from orator.core.errors import OratorError
from orator.core.performance import Take, sample
from orator.core.rotations import angle_between
from orator.core.skeleton import JOINTS

MODES = ("QUATERNION", "XYZ", "AXIS_ANGLE", "ZYX", "YXZ")
START = 1.37


def bake_it(armature, performance, style, start: float = START, seed: int = 3):
    target = read_target(armature, bpy.context.scene)
    prepared = prepare(performance, start, target, style)
    return prepared, bake.add_take(armature, Take(performance, "Take 1", {"seed": seed}), start, prepared)


def errors(armature, performance, prepared, start: float = START, count: int = 6) -> tuple[float, float, float]:
    """Largest error in degrees, metres and weight of what is shown, at random frames and both ends."""
    fps = scene_fps(bpy.context.scene)
    meshes = [o for o in bpy.context.scene.objects if o.type == "MESH"]
    turned = moved = weighed = 0.0
    for frame in (*prepared.frames[[0, -1]], *np.random.default_rng(0).choice(prepared.frames, count)):
        to_frame(float(frame))
        want = sample(performance, np.array([frame / fps - start]))
        rotations, translation = shown_pose(armature)
        turned = max(turned, float(angle_between(rotations, want.rotations[0]).max()))
        moved = max(moved, float(np.linalg.norm(translation - want.translation[0])))
        for mesh in meshes:
            face = shown_face(mesh)
            weighed = max(weighed, max(abs(face[name] - want.face[0, k]) for k, name in enumerate(ARKIT)))
    return turned, moved, weighed


@pytest.mark.parametrize("fps", ((24, 1.0), (25, 1.0), (30, 1.001), (60, 1.0)))
def test_dense_is_exact(scene: bpy.types.Scene, fps: tuple[int, float]) -> None:
    scene.render.fps, scene.render.fps_base = fps
    armature = make_rig(meshes=2)
    for k, bone in enumerate(armature.pose.bones):
        bone.rotation_mode = MODES[k % len(MODES)]
    performance = make_motion(2.0)
    prepared, _ = bake_it(armature, performance, Keying(None))
    turned, moved, weighed = errors(armature, performance, prepared)
    assert turned < 0.01 and moved < 1e-5 and weighed < 1e-4
    assert prepared.coverage.sentence() == "55 of 55 joints, 52 of 52 shapes"


@pytest.mark.parametrize("fps", (24, 60))
def test_sparse_is_within_its_bound(scene: bpy.types.Scene, fps: int) -> None:
    scene.render.fps = fps
    armature = make_rig()
    armature.scale = (0.5, 0.5, 0.5)
    for k, bone in enumerate(armature.pose.bones):
        bone.rotation_mode = MODES[k % len(MODES)]
    bpy.context.view_layer.update()
    performance = make_motion(3.0, rate=0.35)
    prepared, item = bake_it(armature, performance, Keying(Bounds()))
    turned, _, weighed = errors(armature, performance, prepared)
    assert turned <= 0.5 and weighed <= 0.01
    written = sum(
        len(curve.keyframe_points)
        for b in item.bindings
        for curve in compat.curves_of(b.action, compat.slot_named(b.action, b.slot))
    )
    assert written == sum(len(c.frames) for c in prepared.curves)
    dense = len(prepared.frames) * len(prepared.curves)
    assert written < 0.15 * dense * (1.0 if fps == 60 else 1.6)


def test_blender_draws_sparse_curves_as_they_were_fitted(scene: bpy.types.Scene) -> None:
    armature = make_rig()
    performance = make_motion(4.0)
    target = read_target(armature, scene)
    dense = {(c.target, c.path, c.index): c for c in prepare(performance, START, target, Keying(None)).curves}
    prepared, item = bake_it(armature, performance, Keying(Bounds(degrees=0.1, weight=0.002)))
    face = next(b for b in item.bindings if b.object.type == "MESH")
    for curve in compat.curves_of(face.action, compat.slot_named(face.action, face.slot)):
        wanted = dense[face.object.name, curve.data_path, 0].values
        shown = np.array([curve.evaluate(f) for f in prepared.frames])
        assert np.abs(shown - wanted).max() <= 0.002
        assert all(p.interpolation == "BEZIER" for p in curve.keyframe_points)


def test_pinned_frames_are_hit_in_a_sparse_bake(scene: bpy.types.Scene) -> None:
    scene.render.fps = 25
    armature = make_rig()
    performance = make_motion(3.0)
    frames = read_target(armature, scene)
    pins = (50.0, 63.0, 64.0, 90.0)
    prepared = prepare(performance, START, frames, Keying(Bounds(), pins))
    bake.add_take(armature, Take(performance), START, prepared)
    for frame in pins:
        to_frame(frame)
        want = sample(performance, np.array([frame / 25.0 - START]))
        rotations, translation = shown_pose(armature)
        assert angle_between(rotations, want.rotations[0]).max() <= 0.01
        assert np.linalg.norm(translation - want.translation[0]) <= 1e-4
        face = shown_face(next(o for o in scene.objects if o.type == "MESH"))
        assert max(abs(face[n] - want.face[0, k]) for k, n in enumerate(ARKIT)) <= 1e-4


def insert_everything(armature, mesh, frame: int) -> int:
    """Key every bone and shape the way a script in a loop does; how many keys that were."""
    armature.pose.bones["pelvis"].keyframe_insert("location", frame=frame)
    for bone in armature.pose.bones:
        bone.keyframe_insert("rotation_quaternion", frame=frame)
    for block in mesh.data.shape_keys.key_blocks[1:]:
        block.keyframe_insert("value", frame=frame)
    return 3 + 4 * 55 + 52


def test_much_faster_than_inserting_keys(scene: bpy.types.Scene) -> None:
    """Inserting a key costs the more the longer its curve is: a few frames halfway through stand for the whole loop."""
    armature = make_rig()
    prepared = prepare(make_motion(60.0), 0.0, read_target(armature, scene), Keying(None))
    item = takes.add(armature, "Take 1", 0, "")
    started = time.process_time()
    bake.write_actions(armature, item, prepared)
    ours = (time.process_time() - started) / sum(len(c.frames) for c in prepared.curves)

    other = make_rig("Other")
    mesh = next(o for o in scene.objects if o.parent == other)
    half, _ = bake_it(other, make_motion(30.0), Keying(None), 0.0)
    started = time.process_time()
    end = int(half.frames[-1])
    inserted = sum(insert_everything(other, mesh, frame) for frame in range(end + 1, end + 5))
    theirs = (time.process_time() - started) / inserted
    print(f"keyframe_insert {theirs * 1e6:.2f} us a key, bake {ours * 1e6:.2f} us a key: {theirs / ours:.0f} times")
    assert theirs > 50.0 * ours


@pytest.mark.usefixtures("scene")
def test_the_artists_action_is_not_touched() -> None:
    armature = make_rig()
    armature.pose.bones["head"].keyframe_insert("location", frame=1)
    own = armature.animation_data.action
    before = [(c.data_path, len(c.keyframe_points)) for c in compat.animated_curves(armature)]
    _, item = bake_it(armature, make_motion(1.0), Keying(None))
    assert armature.animation_data.action != own and armature.animation_data.action[takes.TAG] == item.uid
    takes.show(armature, "")
    assert armature.animation_data.action == own
    assert [(c.data_path, len(c.keyframe_points)) for c in compat.animated_curves(armature)] == before


@pytest.mark.usefixtures("scene")
def test_missing_joints_and_shapes_are_named() -> None:
    shapes = tuple(name for name in ARKIT if name not in ("tongueOut", "cheekPuff"))
    armature = make_rig(shapes=shapes, joints=tuple(j for j in JOINTS if j not in ("spine2", "left_foot")))
    _, item = bake_it(armature, make_motion(0.5), Keying())
    assert item.coverage.startswith("53 of 55 joints, 50 of 52 shapes; missing: ")
    assert "tongueOut" in item.coverage and "spine2" in item.coverage


@pytest.mark.usefixtures("scene")
def test_a_mesh_alone_without_shapes_is_no_trouble() -> None:
    armature = make_rig(shapes=())
    _, item = bake_it(armature, make_motion(0.5), Keying())
    assert item.coverage.startswith("55 of 55 joints, 0 of 52 shapes")


def test_a_rig_with_nothing_to_move_is_refused_whole(scene: bpy.types.Scene) -> None:
    data = bpy.data.armatures.new("Door")
    armature = bpy.data.objects.new("Door", data)
    scene.collection.objects.link(armature)
    with pytest.raises(OratorError, match="no bones"):
        read_target(armature, scene)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    data.edit_bones.new("hinge").tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(OratorError, match="none of the joints"):
        prepare(make_motion(0.5), 0.0, read_target(armature, scene))
    assert not bpy.data.actions and not armature.orator.takes


def test_shared_shape_keys_are_written_once(scene: bpy.types.Scene) -> None:
    armature = make_rig()
    face = next(o for o in scene.objects if o.type == "MESH")
    twin = bpy.data.objects.new("Twin", face.data)
    scene.collection.objects.link(twin)
    twin.parent = armature
    _, item = bake_it(armature, make_motion(0.5), Keying(None))
    assert len(item.bindings) == 2
