"""The guided model behind the panel's button: a pose that is pinned is there, to the hundredth of a degree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")
pytest.importorskip("torch", reason="generating wakes a runtime, and here is none")

from helpers.characters import make_rig, speech_file  # noqa: E402
from mathutils import Quaternion  # noqa: E402
from orator.core.blender import takes  # noqa: E402
from orator.core.blender.take_store import load_meta  # noqa: E402

POSED = {"left_elbow": (0.8, 0.2, 0.5, 0.1), "right_shoulder": (0.9, -0.1, 0.3, 0.2), "head": (0.98, 0.1, 0.15, 0.0)}


@pytest.mark.any_blender
def test_a_pinned_pose_is_there(scene: bpy.types.Scene, tmp_path: Path) -> None:
    armature = make_rig()
    scene.orator.source, scene.orator.file = "FILE", str(speech_file(tmp_path / "voice.wav", 4.0))
    scene.orator_emage.model = "GUIDED"
    scene.frame_set(40)
    for bone, turn in POSED.items():
        armature.pose.bones[bone].rotation_mode = "QUATERNION"
        armature.pose.bones[bone].rotation_quaternion = Quaternion(turn).normalized()
    bpy.context.view_layer.update()
    assert bpy.ops.orator.pin_pose(covers="UPPER") == {"FINISHED"}
    assert bpy.ops.orator.generate() == {"FINISHED"}
    assert "guided" in load_meta(takes.shown(armature))["models"]

    def off(frame: int) -> float:
        scene.frame_set(frame)
        turns = [armature.pose.bones[bone].matrix_basis.to_quaternion() for bone in POSED]
        wanted = [Quaternion(turn).normalized() for turn in POSED.values()]
        return max(np.degrees(2.0 * np.arccos(min(abs(a.dot(b)), 1.0))) for a, b in zip(turns, wanted, strict=True))

    assert off(40) < 0.05  # single precision's cosine near one is no finer
    assert off(10) > 5.0 and off(80) > 5.0, "and only there"
