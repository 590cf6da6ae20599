"""FLAME heads from a model file: what they show is what FLAME computes; takes of either kind of face play on them."""

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.flame_file import write_head
from orator.core.arkit import COUNT, INDEX
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, takes
from orator.core.blender.bake_target import read_target
from orator.core.blender.export import export_shown, export_takes
from orator.core.blender.smplx_body import add_body, bodies_of, fit_skeleton, to_blender
from orator.core.errors import OratorError
from orator.core.performance import Take, make_performance
from orator.core.rotations import from_rotvec, multiply
from orator.core.skeleton import INDEX as JOINT
from orator.core.smplx.model_file import FLAME, read_model

FRAMES = 30


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_head(tmp_path_factory.mktemp("flame") / "generic_model.pkl")


def shown(armature: bpy.types.Object) -> np.ndarray:
    body = bodies_of(armature)[0].evaluated_get(bpy.context.evaluated_depsgraph_get())
    out = np.empty(len(body.data.vertices) * 3, np.float32)
    body.data.vertices.foreach_get("co", out)
    return out.reshape(-1, 3)


def baked(armature: bpy.types.Object, scene: bpy.types.Scene, performance, name: str = "Take 1"):
    prepared = prepare(performance, 0.0, read_target(armature, scene), Keying(None))
    bake.add_take(armature, Take(performance, name, {}), 0.0, prepared)
    return prepared


def moving(expressions: bool):
    rng = np.random.default_rng(0)
    turns = np.zeros((FRAMES, 55, 3))
    for joint in ("pelvis", "spine1", "neck", "head", "jaw", "left_eye_smplhf"):
        turns[:, JOINT[joint]] = np.cumsum(rng.normal(0, 0.02, (FRAMES, 3)), axis=0)
    face = np.zeros((FRAMES, COUNT))
    if not expressions:
        turns[:, JOINT["jaw"]] = 0.0
        face[:, INDEX["jawOpen"]], face[:, INDEX["mouthSmileLeft"]] = np.linspace(0, 1, FRAMES), 0.5
    coefficients = rng.normal(0, 1, (FRAMES, 100)) if expressions else None
    return make_performance(from_rotvec(turns), np.zeros((FRAMES, 3)), face, 30.0, coefficients)


@pytest.mark.parametrize("correctives", [False, True])
def test_an_emage_face_plays_as_flame_computes(
    scene: bpy.types.Scene, file: Path, tmp_path: Path, correctives: bool
) -> None:
    scene.render.fps = 30
    if correctives:
        file = write_head(tmp_path / "FLAME2020.npz", correctives=True)
    assert bpy.ops.orator.add_smplx_body(filepath=str(file), correctives=correctives) == {"FINISHED"}
    armature = scene.orator.character
    assert tuple(armature.data.bones.keys()) == FLAME.joints and armature.name == "FLAME"
    keys = bodies_of(armature)[0].data.shape_keys
    assert len(keys.key_blocks) == 1 + 10 + 100 + (18 if correctives else 0)
    performance = moving(expressions=True)
    prepared = baked(armature, scene, performance)
    assert prepared.coverage.joints == 5 and "100 of 100 expressions" in prepared.coverage.notes
    name, path = armature.name, str(tmp_path / "head.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path, use_scripts=False)
    armature, model = bpy.data.objects[name], read_model(file)
    local = performance.rotations.astype(float)
    base = local[:, 0]
    for joint in ("spine1", "spine2", "spine3", "neck"):
        base = multiply(base, local[:, JOINT[joint]])
    rest = [local[:, JOINT[joint]] for joint in ("head", "jaw", "left_eye_smplhf", "right_eye_smplhf")]
    turns = np.stack([base, *rest], axis=1)
    for k in range(0, FRAMES, 3):
        bpy.context.scene.frame_set(int(prepared.frames[0]) + k)
        want = model.posed(turns[k], np.zeros(3), None, performance.expressions[k])
        assert np.abs(shown(armature) - to_blender(want)).max() < 1e-3


@pytest.mark.any_blender
def test_an_arkit_face_plays_too(scene: bpy.types.Scene, file: Path) -> None:
    scene.render.fps = 30
    armature, _ = add_body(bpy.context, file)
    prepared = baked(armature, scene, moving(expressions=False))
    assert any("% of its motion is not shown" in note for note in prepared.coverage.notes)
    scene.frame_set(int(prepared.frames[-1]))
    assert armature.pose.bones["jaw"].matrix_basis.to_quaternion().angle > np.radians(20)
    keys = bodies_of(armature)[0].data.shape_keys.key_blocks
    assert max(abs(key.value) for key in keys[11:]) > 0.01


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_betas_move_the_joints(file: Path) -> None:
    armature, _ = add_body(bpy.context, file, betas=12, expressions=10)
    model = read_model(file)
    bodies_of(armature)[0].data.shape_keys.key_blocks["Shape002"].value = 3.0
    fit_skeleton(bpy.context, armature)
    betas = np.zeros(12)
    betas[2] = 3.0
    heads = np.array([armature.data.bones[name].head_local for name in FLAME.joints])
    assert np.abs(heads - to_blender(model.joints(model.shaped(betas)))).max() < 1e-4


@pytest.mark.parametrize("suffix", [".fbx", ".glb", ".usdc"])
def test_files_carry_expressions_and_correctives(scene: bpy.types.Scene, tmp_path: Path, suffix: str) -> None:
    """Expressions play far below 0 and above 1, correctives by drivers: both arrive, and the drivers stay."""
    scene.render.fps = 30
    file = write_head(tmp_path / "FLAME2020.npz", correctives=True)
    armature, said = add_body(bpy.context, file, betas=10, expressions=10, correctives=True)
    assert "18 pose correctives" in said
    baked(armature, scene, moving(expressions=True))
    arrived = export_shown(armature, tmp_path / f"head{suffix}", check=True)
    assert arrived.exact and arrived.shapes == 10 + 10 + 18, arrived.sentence()
    assert len(bodies_of(armature)[0].data.shape_keys.animation_data.drivers) == 18


def test_several_takes_with_driven_shapes_are_no_single_gltf(scene: bpy.types.Scene, tmp_path: Path) -> None:
    """Blender's exporter would give every take the face of the last; FBX keeps them apart."""
    scene.render.fps = 30
    file = write_head(tmp_path / "FLAME2020.npz", correctives=True)
    armature, _ = add_body(bpy.context, file, betas=10, expressions=10, correctives=True)
    for name, expressions in (("Take 1", True), ("Take 2", False)):
        baked(armature, scene, moving(expressions), name)
    uids = [item.uid for item in takes.character_data(armature).takes]
    with pytest.raises(OratorError, match="one file each, or FBX"):
        export_takes(armature, uids, tmp_path / "two.glb", together=True)
    assert export_takes(armature, uids, tmp_path / "two.fbx", together=True)[0].is_file()
