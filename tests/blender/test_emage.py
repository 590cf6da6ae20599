"""EMAGE and SMPL-X in Blender: the choice reaches the settings, files are refused in a sentence, motion imports."""

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.smplx_file import write_model
from orator.core.blender import generation, takes
from orator.core.blender.model_file import chosen_folder, default_folder
from orator.core.blender.take_store import load_performance
from orator.core.editions import installed
from orator.core.errors import OratorError
from orator.core.rotations import from_rotvec
from orator.core.smplx.hands import FINGERS
from orator.core.smplx.model_file import read_model
from orator.core.speech.speech import Speech


def refusal(call, **given) -> str:
    with pytest.raises(RuntimeError) as caught:
        call(**given)
    return str(caught.value)


def test_the_choice_reaches_the_settings(scene: bpy.types.Scene, tmp_path: Path) -> None:
    speech = Speech(np.zeros(16000, np.float32))
    assert generation.read_settings(scene, speech).model == "embedded"
    scene.orator_emage.folder, scene.orator_emage.model = str(tmp_path), "EMAGE"
    if not installed("torch"):
        with pytest.raises(OratorError, match=r"needs PyTorch.*Orator Full"):
            generation.read_settings(scene, speech)
        return
    with pytest.raises(Exception, match="fetch or choose them"):
        generation.read_settings(scene, speech)
    (tmp_path / "config.json").write_text("{}")
    scene.orator_emage.mode = "REFERENCE"
    settings = generation.read_settings(scene, speech)
    assert settings.model == f"emage:{tmp_path}" and settings.options["mode"] == "reference"


@pytest.mark.usefixtures("scene", "monkeypatch")
def test_fetching_waits_for_blender_and_the_artist() -> None:
    if bpy.app.online_access:
        assert "tick the box" in refusal(bpy.ops.orator.fetch_emage)
    else:
        assert "online access is off" in refusal(bpy.ops.orator.fetch_emage, agreed=True)


def test_wrong_files_change_nothing(scene: bpy.types.Scene, tmp_path: Path) -> None:
    assert "is missing" in refusal(bpy.ops.orator.choose_emage_folder, directory=str(tmp_path))
    assert scene.orator_emage.model == "EMBEDDED"
    wrong = tmp_path / "SMPLX_NEUTRAL.npz"
    np.savez(wrong, a=np.zeros(3))
    assert "lacks v_template" in refusal(bpy.ops.orator.add_smplx_body, filepath=str(wrong))
    assert not bpy.data.objects


def test_a_body_and_a_clip(scene: bpy.types.Scene, tmp_path: Path) -> None:
    file = write_model(tmp_path / "SMPLX_NEUTRAL.npz")
    assert bpy.ops.orator.add_smplx_body(filepath=str(file), expressions=20) == {"FINISHED"}
    armature = scene.orator.character
    assert armature.type == "ARMATURE" and scene.orator_emage.smplx_file == str(file)
    assert bpy.ops.orator.fit_smplx_skeleton() == {"FINISHED"}
    clip = tmp_path / "2_scott_0_1_1.npz"
    poses = np.cumsum(np.random.default_rng(0).normal(0, 0.02, (30, 165)), axis=0).astype(np.float32)
    expressions = np.linspace(0, 1, 30)[:, None] * np.ones((1, 100), np.float32)
    np.savez(clip, poses=poses, trans=np.zeros((30, 3)), expressions=expressions, mocap_frame_rate=30)
    scene.render.fps = 30
    scene.orator.keys = "DENSE"
    assert bpy.ops.orator.import_smplx_motion(filepath=str(clip)) == {"FINISHED"}
    take = takes.shown(armature)
    kept = load_performance(take)
    assert take.name.startswith("2_scott_0_1_1") and kept.frames == 30
    vectors = poses[7].reshape(55, 3).astype(float)
    vectors[FINGERS] += read_model(file).hand_mean
    want = from_rotvec(vectors)
    assert np.abs(np.abs(np.sum(kept.rotations[7] * want, axis=-1)) - 1).max() < 1e-5
    scene.frame_set(7)
    keys = next(child for child in armature.children if child.type == "MESH").data.shape_keys.key_blocks
    assert abs(keys["Exp003"].value - expressions[7, 3]) < 1e-4
    assert chosen_folder(scene) == default_folder()
