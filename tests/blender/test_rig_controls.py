"""Control rigs: keys only on controls, with FK or with IK and pole targets, and everything given back afterwards."""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

import addon_utils  # noqa: E402
from helpers.gestures import gesture  # noqa: E402
from orator.core.bake.road import prepare  # noqa: E402
from orator.core.bake.target import Keying  # noqa: E402
from orator.core.blender import bake, compat, rig_mapping, takes  # noqa: E402
from orator.core.blender.bake_target import read_target  # noqa: E402
from orator.core.blender.pose_reader import current_pose  # noqa: E402
from orator.core.blender.rig_profile import read_rig  # noqa: E402
from orator.core.performance import Take  # noqa: E402
from orator.core.rig.inverse import read_back  # noqa: E402
from orator.core.rig.rest import fit_rest  # noqa: E402
from orator.core.rotations import forward_kinematics  # noqa: E402
from orator.core.skeleton import INDEX  # noqa: E402

# Legs from hip to ankle: the neutral skeleton's knees are bowed, and a rig keeps its own.
CHAINS = (("shoulder", "elbow", "wrist"), ("hip", "ankle"), ("index1", "index2", "index3"))
PARTS = {"shoulder": "upper_arm", "elbow": "forearm", "wrist": "hand", "hip": "thigh", "knee": "shin", "ankle": "foot",
         "index1": "f_index.01", "index2": "f_index.02", "index3": "f_index.03"}  # fmt: skip


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Rigify character that Blender itself generated, as a file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon_utils.enable("rigify", default_set=True)
    try:
        bpy.ops.object.armature_human_metarig_add()
        bpy.ops.pose.rigify_generate()
        path = os.path.join(tmp_path_factory.mktemp("rigify"), "rigify.blend")
        bpy.ops.wm.save_as_mainfile(filepath=path)
    finally:
        addon_utils.disable("rigify", default_set=True)
    return path


def character(path: str) -> bpy.types.Object:
    bpy.ops.wm.open_mainfile(filepath=path)
    return next(o for o in bpy.data.objects if o.type == "ARMATURE" and "hand_ik.L" in o.pose.bones)


def errors(rig: bpy.types.Object, frames: tuple[int, ...]) -> dict[str, float]:
    """Degrees between deform bones as evaluated and the performance, the worst of some frames, by joint."""
    target = read_target(rig, bpy.context.scene)
    axes = fit_rest(target.description, target.profile).axes
    performance = gesture()
    at, _ = forward_kinematics(performance.rotations.astype(float), performance.translation.astype(float))
    out: dict[str, float] = {}
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        for side, s in (("left", "L"), ("right", "R")):
            for chain in CHAINS:
                for a, b in pairwise(chain):
                    u = np.array(pose[f"DEF-{PARTS[b]}.{s}"].head - pose[f"DEF-{PARTS[a]}.{s}"].head) @ axes
                    v = at[frame, INDEX[f"{side}_{b}"]] - at[frame, INDEX[f"{side}_{a}"]]
                    angle = np.degrees(np.arccos(min(1.0, u @ v / np.linalg.norm(u) / np.linalg.norm(v))))
                    out[f"{side}_{a}"] = max(out.get(f"{side}_{a}", 0.0), float(angle))
    return out


@pytest.mark.parametrize("kind", ["FK", "IK"])
@pytest.mark.usefixtures("scene")
def test_controls_are_keyed_and_deform_bones_follow(generated: str, kind: str) -> None:
    rig = character(generated)
    bpy.context.scene.render.fps = 30
    switch = rig.pose.bones["upper_arm_parent.L"]["IK_FK"]
    constraints = {b.name: [c.name for c in b.constraints] for b in rig.pose.bones}
    rig_mapping.fill(rig)
    assert [row.name for row in rig.orator_rig.limbs] == ["left_arm", "left_leg", "right_arm", "right_leg"]
    for row in rig.orator_rig.limbs:
        row.kind = kind
    prepared = prepare(gesture(), 0.0, read_target(rig, bpy.context.scene), Keying(None))
    item = bake.add_take(rig, Take(gesture(), "Take 1", {"seed": 1}), 0.0, prepared)
    paths = {c.data_path for b in item.bindings for c in
             compat.curves_of(b.action, compat.slot_named(b.action, b.slot))}  # fmt: skip
    assert not any(f'"{p}' in path for path in paths for p in ("DEF-", "ORG-", "MCH-"))
    pulled = any("hand_ik.L" in path for path in paths) and any("upper_arm_ik_target.L" in path for path in paths)
    assert pulled == (kind == "IK") and any("upper_arm_fk.L" in path for path in paths) == (kind == "FK")
    found = errors(rig, (0, 8, 16, 22))
    arms = [v for joint, v in found.items() if joint.split("_")[1] in ("shoulder", "elbow", "index1", "index2")]
    assert max(arms) < 2.0 and np.mean(list(found.values())) < 2.0, found
    assert all([c.name for c in rig.pose.bones[n].constraints] == kept for n, kept in constraints.items())
    takes.show(rig, "")
    assert rig.pose.bones["upper_arm_parent.L"]["IK_FK"] == switch, "the artist's switch comes back"


@pytest.mark.usefixtures("scene")
def test_a_pose_made_with_ik_is_read_as_it_is_seen(generated: str) -> None:
    rig = character(generated)
    hand = rig.pose.bones["hand_ik.L"]
    assert rig.pose.bones["upper_arm_parent.L"]["IK_FK"] == 0.0, "as Rigify leaves it"
    hand.location = (-0.15, -0.25, 0.1)
    hand.rotation_quaternion = (0.9, 0.3, 0.2, 0.1)
    bpy.context.view_layer.update()
    description, profile = read_rig(rig)
    seen = {n: np.array(rig.pose.bones[n].head) for n in ("DEF-forearm.L", "DEF-hand.L", "DEF-f_index.03.L")}
    back = read_back(description, profile, current_pose(rig, description)).performance
    prepared = prepare(back, 0.0, read_target(rig, bpy.context.scene), Keying(None))
    bake.add_take(rig, Take(back, "Take 1", {"seed": 1}), 0.0, prepared)
    bpy.context.scene.frame_set(0)
    for name, head in seen.items():
        assert np.linalg.norm(np.array(rig.pose.bones[name].head) - head) < 0.02, name
