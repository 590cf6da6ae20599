"""VRM avatars: what the VRM add-on keeps is read before names; .vrm and .vrma are written and read back.

Needs the add-on as Python package, which .ci/setup lays beside bpy 5.0 (tests/requirements/vrm.txt).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")
addon = pytest.importorskip("io_scene_vrm", reason="needs the VRM add-on, which is beside bpy 5.0 alone")

from helpers.characters import make_motion, make_rig  # noqa: E402
from orator.core.bake.road import prepare  # noqa: E402
from orator.core.bake.target import Keying  # noqa: E402
from orator.core.blender import bake, vrm_addon  # noqa: E402
from orator.core.blender.bake_target import read_target  # noqa: E402
from orator.core.blender.export import export_shown  # noqa: E402
from orator.core.blender.rig_profile import read_rig  # noqa: E402
from orator.core.performance import Take  # noqa: E402
from orator.core.rig.rest import joint_positions  # noqa: E402
from orator.core.skeleton import JOINTS  # noqa: E402

pytestmark = pytest.mark.fault("12.20")
KEYS = {"aa": "k1", "ih": "k2", "ou": "k3", "ee": "k4", "oh": "k5", "blink": "k6"}
PRESETS0 = {"aa": "a", "ih": "i", "ou": "u", "ee": "e", "oh": "o", "blink": "blink"}


@pytest.fixture
def vrm(scene: bpy.types.Scene) -> Iterator[bpy.types.Scene]:
    entry = bpy.context.preferences.addons.new()
    entry.module = addon.__name__
    addon.register()
    yield scene
    addon.unregister()
    bpy.context.preferences.addons.remove(entry)


def avatar(version: str) -> tuple[bpy.types.Object, dict[str, str]]:
    """A body whose bones and shapes have meaningless names, assigned for VRM 0 or 1; and joint -> bone."""
    rig = make_rig(shapes=tuple(KEYS.values()))
    names = {joint: f"zq{k}" for k, joint in enumerate(JOINTS)}
    for joint, name in names.items():
        rig.data.bones[joint].name = name
    extension = rig.data.vrm_addon_extension
    extension.spec_version = version
    for humanoid in (extension.vrm0.humanoid, extension.vrm1.humanoid.human_bones):
        humanoid.initial_automatic_bone_assignment = False
    assigned = vrm_addon.human_bones(names)
    mesh = next(o for o in bpy.context.scene.objects if o.type == "MESH")
    if version == "1.0":
        for human, bone in assigned.items():
            getattr(extension.vrm1.humanoid.human_bones, human).node.bone_name = bone
        for key, shape in KEYS.items():
            bind = getattr(extension.vrm1.expressions.preset, key).morph_target_binds.add()
            bind.node.mesh_object_name, bind.index, bind.weight = mesh.name, shape, 1.0
        extension.vrm1.meta.vrm_name = "Test"
        extension.vrm1.meta.authors.add().value = "Test"
    else:
        bones = extension.vrm0.humanoid.human_bones
        for human, bone in assigned.items():
            first, *rest = human.split("_")
            if "thumb" in human:
                rest[-1] = {"metacarpal": "proximal", "proximal": "intermediate"}.get(rest[-1], rest[-1])
            name = first + "".join(word.capitalize() for word in rest)
            entry = next((entry for entry in bones if entry.bone == name), None) or bones.add()
            entry.bone = name
            entry.node.bone_name = bone
        for key, shape in KEYS.items():
            group = extension.vrm0.blend_shape_master.blend_shape_groups.add()
            group.name, group.preset_name = key, PRESETS0[key]
            bind = group.binds.add()
            bind.mesh.mesh_object_name, bind.index, bind.weight = mesh.name, shape, 1.0
        extension.vrm0.meta.title, extension.vrm0.meta.author = "Test", "Test"
    return rig, names


def play(rig: bpy.types.Object) -> str:
    motion = make_motion(1.0)
    prepared = prepare(motion, 0.0, read_target(rig, bpy.context.scene), Keying(None))
    bake.add_take(rig, Take(motion, "Take 1", {"seed": 1}), 0.0, prepared)
    return prepared.coverage.sentence()


@pytest.mark.parametrize("version", ("0.0", "1.0"))
def test_what_is_assigned_is_read_first_and_written_and_read_back(
    vrm: bpy.types.Scene, tmp_path: Path, version: str
) -> None:
    rig, names = avatar(version)
    description, profile = read_rig(rig)
    assert profile.family == "vrm humanoid" and profile.confidence == 1.0
    assert profile.joints == {j: names[j] for j in profile.joints} and set(names) == set(profile.joints)
    play(rig)
    mesh = next(o for o in vrm.objects if o.type == "MESH")
    for key in ("k1", "k6"):
        moved = []
        for frame in range(1, 30, 2):
            vrm.frame_set(frame)
            moved.append(mesh.data.shape_keys.key_blocks[key].value)
        assert np.ptp(moved) > 0.1, key
    hips = joint_positions(description, profile)["pelvis"]
    out = tmp_path / "avatar.vrm", tmp_path / "take.vrma"
    for path in out:
        export_shown(rig, path)
        assert path.stat().st_size > 1000, path.name
    assert rig.data.vrm_addon_extension.spec_version == version, "the artist's set-up is as before"
    before = set(bpy.data.objects)
    assert bpy.ops.import_scene.vrm(filepath=str(out[0])) == {"FINISHED"}
    back = next(o for o in set(bpy.data.objects) - before if o.type == "ARMATURE")
    again, found = read_rig(back)
    assert found.family == "vrm humanoid" and set(found.joints) >= set(names) - {"jaw"}
    assert again.meshes[0].declared.keys() >= KEYS.keys()
    assert np.allclose(joint_positions(again, found)["pelvis"], hips, atol=1e-3)
    bpy.context.view_layer.objects.active = back
    extension = back.data.vrm_addon_extension
    extension.spec_version = "1.0"  # the add-on plays .vrma on VRM 1 avatars alone
    for human, bone in vrm_addon.human_bones(found.joints).items():
        getattr(extension.vrm1.humanoid.human_bones, human).node.bone_name = bone
    assert bpy.ops.import_scene.vrma(filepath=str(out[1])) == {"FINISHED"}
    wrists = []
    for frame in range(1, 30, 2):
        vrm.frame_set(frame)
        wrists.append(np.array(back.pose.bones[found.joints["left_wrist"]].matrix)[:3, 3])
    assert np.ptp(np.array(wrists), axis=0).max() > 0.05, "the take's body arrives with the animation"
