"""Real rigs in Blender: read, mapped without help, and posed as the performance says."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

from helpers.gestures import gesture  # noqa: E402
from mathutils import Quaternion  # noqa: E402
from orator.core.blender.rig_profile import forget_profile, keep_profile, read_rig  # noqa: E402
from orator.core.rig.motion import RigMotion  # noqa: E402
from orator.core.rig.rest import fit_rest  # noqa: E402
from orator.core.rig.retarget import retarget  # noqa: E402
from orator.core.rotations import forward_kinematics  # noqa: E402
from orator.core.skeleton import INDEX  # noqa: E402


def pose(rig: bpy.types.Object, motion: RigMotion, frame: int) -> dict[str, np.ndarray]:
    """Evaluated heads of all bones with one frame of a motion set."""
    for (bone, name), value in motion.properties.items():
        rig.pose.bones[bone][name] = type(rig.pose.bones[bone][name])(value)
    for name, values in motion.rotations.items():
        rig.pose.bones[name].rotation_mode = "QUATERNION"
        rig.pose.bones[name].rotation_quaternion = Quaternion(values[frame].tolist())
    for name, values in motion.locations.items():
        rig.pose.bones[name].location = values[frame].tolist()
    rig.update_tag()
    bpy.context.view_layer.update()
    evaluated = rig.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return {bone.name: np.array(bone.head) for bone in evaluated.pose.bones}


def directions(rig: bpy.types.Object, bones: dict[str, str], frame: int = 20) -> list[float]:
    """Degrees between the limbs of the rig as evaluated and of the performance; bones: joint -> bone to look at."""
    description, profile = read_rig(rig)
    performance = gesture()
    motion = retarget(performance, description, profile)
    heads = pose(rig, motion, frame)
    axes = fit_rest(description, profile).axes
    at, _ = forward_kinematics(performance.rotations.astype(float), performance.translation.astype(float))
    out = []
    for side in ("left", "right"):
        for chain in (("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle"), ("index1", "index2", "index3")):
            for a, b in pairwise(chain):
                a, b = f"{side}_{a}", f"{side}_{b}"
                u = (heads[bones[b]] - heads[bones[a]]) @ axes
                v = at[frame, INDEX[b]] - at[frame, INDEX[a]]
                out.append(float(np.degrees(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v)))))
    return out


def imported(shared: Path, name: str) -> bpy.types.Object:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    path = str(shared / "rigs" / name)
    if name.endswith(".fbx"):
        bpy.ops.import_scene.fbx(filepath=path)
    else:
        bpy.ops.import_scene.gltf(filepath=path)
    return next(o for o in bpy.data.objects if o.type == "ARMATURE")


@pytest.mark.parametrize("name", ["Male_Adult_08_facial.fbx", "Female_Adult_01_facial.fbx"])
def test_rocketbox_works_without_touching_the_mapping(shared: Path, name: str) -> None:
    rig = imported(shared, name)
    description, profile = read_rig(rig)
    assert profile.family == "biped" and len(profile.joints) == 55 and profile.confidence > 0.9
    coverage = retarget(gesture(4), description, profile).coverage
    assert coverage.sentence() == "55 of 55 joints, 52 of 52 shapes"
    assert np.mean(directions(rig, profile.joints)) < 2.0


def test_vircadia_works_without_touching_the_mapping(shared: Path) -> None:
    rig = imported(shared, "vircadia_default_avatar.glb")
    _, profile = read_rig(rig)
    assert len(profile.joints) == 54
    assert np.mean(directions(rig, profile.joints)) < 2.0


def test_rigify_controls_move_its_deform_bones() -> None:
    import addon_utils

    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon_utils.enable("rigify", default_set=True)
    try:
        bpy.ops.object.armature_human_metarig_add()
        meta = bpy.context.object
        assert read_rig(meta)[1].family == "rigify_meta"
        bpy.ops.pose.rigify_generate()
        rig = bpy.context.object
        before = {b.name: b.matrix_basis.copy() for b in rig.pose.bones}
        description, profile = read_rig(rig)
        assert all(b.matrix_basis == before[b.name] for b in rig.pose.bones), "probing leaves the pose as it was"
        assert profile.family == "rigify" and len(profile.joints) == 55
        assert not any(name.startswith(("DEF-", "ORG-", "MCH-")) for name in profile.joints.values())
        assert description.inherits["thigh_fk.L"] == "spine_fk"
        deform = {}
        for side, s in (("left", "L"), ("right", "R")):
            parts = {"shoulder": "upper_arm", "elbow": "forearm", "wrist": "hand", "hip": "thigh", "knee": "shin"}
            parts |= {"ankle": "foot", "index1": "f_index.01", "index2": "f_index.02", "index3": "f_index.03"}
            deform |= {f"{side}_{joint}": f"DEF-{part}.{s}" for joint, part in parts.items()}
        assert np.mean(directions(rig, deform)) < 2.0
    finally:
        addon_utils.disable("rigify", default_set=True)


def test_own_mapping_is_kept_on_the_armature(shared: Path) -> None:
    rig = imported(shared, "vircadia_default_avatar.glb")
    _, profile = read_rig(rig)
    joints = dict(profile.joints)
    joints.pop("left_wrist")
    keep_profile(rig, replace(profile, joints=joints, family="custom"))
    assert "left_wrist" not in read_rig(rig)[1].joints
    forget_profile(rig)
    assert "left_wrist" in read_rig(rig)[1].joints
