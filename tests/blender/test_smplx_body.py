"""SMPL-X bodies from a model file: what they show is what the smplx package computes, also after saving."""

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.smplx_file import write_model
from orator.core.arkit import COUNT
from orator.core.arkit import INDEX as FACE
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake
from orator.core.blender.bake_target import read_target
from orator.core.blender.pose_reader import current_pose
from orator.core.blender.smplx_body import add_body, bodies_of, fit_skeleton, to_blender
from orator.core.errors import OratorError
from orator.core.performance import Take, make_performance
from orator.core.rig.inverse import read_back
from orator.core.rotations import angle_between, from_matrix, from_rotvec, to_matrix, to_rotvec
from orator.core.skeleton import JOINTS
from orator.core.smplx.body import STANDING
from orator.core.smplx.hands import FINGERS
from orator.core.smplx.model_file import mean_hand_turns, read_model


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("smplx") / "SMPLX_NEUTRAL.npz")


@pytest.fixture(scope="module")
def mending(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with pose directions."""
    return write_model(tmp_path_factory.mktemp("smplx") / "SMPLX_NEUTRAL.npz", correctives=True)


def added(file: Path, **given) -> bpy.types.Object:
    """What the button adds: posed by the smplx package where that is installed."""
    assert bpy.ops.orator.add_smplx_body(filepath=str(file), **given) == {"FINISHED"}
    return bpy.context.scene.orator.character


def reopened(armature: bpy.types.Object, tmp_path: Path) -> bpy.types.Object:
    """The armature after saving and opening the file again, with no Python of the file allowed."""
    name, path = armature.name, str(tmp_path / "body.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path, use_scripts=False)
    return bpy.data.objects[name]


def random_motion(frames: int = 60):
    """A performance whose every joint wanders."""
    rng = np.random.default_rng(0)
    turns = from_rotvec(np.cumsum(rng.normal(0, 0.03, (frames, 55, 3)), axis=0))
    path = np.cumsum(rng.normal(0, 0.01, (frames, 3)), axis=0) - STANDING * [0, -1, 0]
    return make_performance(turns, path, np.zeros((frames, COUNT)), 30.0, rng.normal(0, 1, (frames, 100)))


def baked(armature: bpy.types.Object, performance) -> int:
    """The frame that its first sample is on."""
    bpy.context.scene.render.fps = 30
    prepared = prepare(performance, 0.0, read_target(armature, bpy.context.scene), Keying(None))
    bake.add_take(armature, Take(performance, "Take 1", {}), 0.0, prepared)
    return int(prepared.frames[0])


def worst(armature: bpy.types.Object, first: int, frames: int, computed) -> float:
    """Metres between what is shown and what is computed, over ten frames."""
    away = []
    for k in np.linspace(0, frames - 1, 10).astype(int):
        bpy.context.scene.frame_set(first + int(k))
        away.append(np.abs(shown(armature) - to_blender(computed(int(k)))).max())
    return float(max(away))


def shown(armature: bpy.types.Object) -> np.ndarray:
    """World positions (V, 3) of the evaluated body."""
    body = bodies_of(armature)[0].evaluated_get(bpy.context.evaluated_depsgraph_get())
    out = np.empty(len(body.data.vertices) * 3, np.float32)
    body.data.vertices.foreach_get("co", out)
    return out.reshape(-1, 3)


def take(tmp_path: Path, frames: int = 60, parity: Path | None = None):
    """A performance of an EMAGE checkpoint, or where torch is missing one of random motion."""
    try:
        import torch  # noqa: F401
    except ImportError:
        return random_motion(frames)
    from orator.core.request.generation import GenerationRequest
    from orator.core.speech.speech import Speech
    from orator.models.emage.generate import run_emage
    from orator.models.training.emage.checkpoint import TINY, write_checkpoint

    folder = parity or write_checkpoint(tmp_path / "emage", **TINY)
    speech = Speech(np.random.default_rng(0).standard_normal(16000 * frames // 30).astype(np.float32) * 0.1)
    return run_emage(folder, GenerationRequest((speech,)), 1, lambda fraction: None).performance


@pytest.mark.parametrize("checkpoint", ["tiny", pytest.param("parity", marks=pytest.mark.any_blender)])
@pytest.mark.parametrize("correctives", [False, True])
@pytest.mark.usefixtures("scene")
def test_a_take_shows_what_smplx_computes(
    file: Path,
    mending: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    checkpoint: str,
    correctives: bool,
) -> None:
    parity = request.getfixturevalue("shared") / "parity" / "emage" if checkpoint == "parity" else None
    if parity is not None and not parity.is_dir():
        pytest.skip("the parity checkpoint is not on this machine")
    performance, path = take(tmp_path, parity=parity), mending if correctives else file
    armature = added(path, betas=10, expressions=100, correctives=correctives)
    first = baked(armature, performance)
    armature = reopened(armature, tmp_path)
    assert worst(armature, first, performance.frames, smplx_says(path, performance, read_model(path))) < 1e-3


def smplx_says(file: Path, performance, model):
    """Frame -> vertices (V, 3) by the smplx package itself, or by our own posing where it is not installed."""

    def ours(k: int) -> np.ndarray:
        turns = performance.rotations[k].astype(float)
        return model.posed(turns, performance.translation[k], None, performance.expressions[k])

    try:
        import smplx
        import torch
    except ImportError:
        return ours
    package = smplx.create(str(file), "smplx", num_expression_coeffs=100, use_pca=False, flat_hand_mean=True)

    def theirs(k: int) -> np.ndarray:
        pose = torch.tensor(to_rotvec(performance.rotations[k : k + 1]), dtype=torch.float32).reshape(1, 165)
        names = (
            "global_orient", "body_pose", "jaw_pose", "leye_pose", "reye_pose", "left_hand_pose", "right_hand_pose",
        )  # fmt: skip
        parts = dict(zip(names, pose.split((3, 63, 3, 3, 3, 45, 45), dim=1), strict=True))
        expression = torch.tensor(performance.expressions[k : k + 1])
        transl = torch.tensor(performance.translation[k : k + 1])
        vertices = package(**parts, expression=expression, transl=transl).vertices[0].detach().numpy()
        assert np.abs(vertices - ours(k)).max() < 1e-4
        return vertices

    return theirs


@pytest.mark.parametrize("mean_hands", [False, True])
@pytest.mark.parametrize("at_hand", [False, True])
def test_a_clip_looks_as_published(
    scene: bpy.types.Scene, file: Path, tmp_path: Path, mean_hands: bool, at_hand: bool
) -> None:
    """BEAT2 counts fingers from the mean hands: on both rests they stand as in the package's own default pass.

    The body knows them, also where the model file is no longer at hand.
    """
    frames, model = 20, read_model(file)
    poses = np.cumsum(np.random.default_rng(5).normal(0, 0.03, (frames, 165)), axis=0)
    clip = {"poses": poses, "trans": np.zeros((frames, 3)), "expressions": np.zeros((frames, 100)), "fps": 30}
    np.savez(tmp_path / "clip.npz", **clip)
    armature = added(file, mean_hands=mean_hands)
    if not at_hand:
        scene.orator_emage.smplx_file = ""
    scene.render.fps, scene.orator.keys = 30, "DENSE"
    assert bpy.ops.orator.import_smplx_motion(filepath=str(tmp_path / "clip.npz")) == {"FINISHED"}
    vectors = poses.reshape(frames, 55, 3)
    vectors[:, FINGERS] += model.hand_mean

    # Skin between two finger joints is bound where it rests, so relaxed hands are not exact to the millimetre.
    skin = 4e-3 if mean_hands else 1e-4
    for k in (0, 9, 19):
        scene.frame_set(k)
        turns, rest = to_matrix(from_rotvec(vectors[k])), model.joints(model.template)
        vertices, joints = map(to_blender, model.stood(turns, model.template, rest))
        heads = np.array([armature.pose.bones[name].head for name in JOINTS])
        # Where the whole body stands is another test's matter: the take's pelvis is at the file's own place.
        assert np.abs((heads - heads[0]) - (joints - joints[0])).max() < 1e-4
        away = np.linalg.norm((shown(armature) - heads[0]) - (vertices - joints[0]), axis=1).max()
        assert away < skin


def test_takes_are_read_back_from_relaxed_hands(scene: bpy.types.Scene, file: Path) -> None:
    """A pose read as a pin is the take's own, although the body rests with bent fingers."""
    performance, armature = random_motion(10), added(file, mean_hands=True)
    first = baked(armature, performance)
    scene.frame_set(first + 6)
    target = read_target(armature, scene)
    pose = current_pose(armature, target.description)
    back = read_back(target.description, target.profile, pose).performance.rotations[0]
    assert angle_between(back.astype(float), performance.rotations[6].astype(float)).max() < 0.05


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_relaxed_hands_rest_as_the_model_s_mean(mending: Path) -> None:
    model = read_model(mending)
    turns = from_matrix(mean_hand_turns(model))
    for correctives in (False, True):
        armature = added(mending, mean_hands=True, correctives=correctives)
        with_them, without = (to_blender(model.posed(turns, STANDING, correctives=on)) for on in (True, False))
        wanted, other = (with_them, without) if correctives else (without, with_them)
        assert np.abs(shown(armature) - wanted).max() < 1e-5 < 1e-3 < np.abs(shown(armature) - other).max()


@pytest.mark.usefixtures("scene")
def test_correctives_are_driven_keys_that_need_no_python(mending: Path, tmp_path: Path) -> None:
    """Numbered as the public add-on's; eyes mend nothing and have none; betas and Euler bones do not disturb them."""
    armature = added(mending, betas=10, expressions=10, correctives=True)
    keys = bodies_of(armature)[0].data.shape_keys
    names = {block.name for block in keys.key_blocks if block.name.startswith("Pose")}
    assert names == {f"Pose{k:03d}" for k in range(486) if k // 9 not in (22, 23)}
    drivers = keys.animation_data.drivers
    assert len(drivers) == len(names) and all(curve.driver.is_simple_expression for curve in drivers)
    keys.key_blocks["Shape001"].value = 2.0
    fit_skeleton(bpy.context, armature)
    performance = random_motion(10)
    armature.pose.bones["left_elbow"].rotation_mode = "XZY"
    first = baked(armature, performance)
    armature, model, betas = reopened(armature, tmp_path), read_model(mending), np.eye(10)[1] * 2.0

    def computed(k: int) -> np.ndarray:
        turns = performance.rotations[k].astype(float)
        return model.posed(turns, performance.translation[k], betas, performance.expressions[k, :10])

    assert worst(armature, first, performance.frames, computed) < 1e-4
    bare = bodies_of(armature)[0].data.shape_keys
    for curve in list(bare.animation_data.drivers):
        bare.driver_remove(curve.data_path)
    fit_skeleton(bpy.context, armature)
    assert not bare.animation_data.drivers, "what the artist takes away stays away"


@pytest.mark.usefixtures("scene")
def test_a_file_without_correctives_says_so(file: Path) -> None:
    armature, said = add_body(bpy.context, file, correctives=True)
    assert "no pose correctives" in said
    assert len(bodies_of(armature)[0].data.shape_keys.key_blocks) == 111


def test_characters_of_the_public_add_on(scene: bpy.types.Scene, file: Path) -> None:
    """Known by bone names and Exp000 / Shape000 keys alone: expressions are written, ARKit faces become expressions."""
    scene.render.fps = 30
    armature, _ = add_body(bpy.context, file, betas=10, expressions=10)
    for name in [*armature.keys()]:
        del armature[name]
    mesh = bodies_of(armature)[0]
    for name in ("Pose000", "Pose001"):
        mesh.shape_key_add(name=name, from_mix=False).value = 0.0
    frames = 20
    turns = np.tile([1.0, 0.0, 0.0, 0.0], (frames, 55, 1))
    expressions = np.random.default_rng(0).normal(0, 1, (frames, 100)).astype(np.float32)
    spoken = make_performance(turns, np.zeros((frames, 3)), np.zeros((frames, COUNT)), 30.0, expressions)
    prepared = prepare(spoken, 0.0, read_target(armature, scene), Keying(None))
    assert prepared.coverage.joints == 55 and "10 of 100 expressions" in prepared.coverage.notes
    bake.add_take(armature, Take(spoken, "Take 1", {}), 0.0, prepared)
    keys = mesh.data.shape_keys.key_blocks
    for k in (0, 7, 19):
        scene.frame_set(int(prepared.frames[0]) + k)
        assert np.allclose([keys[f"Exp{n:03d}"].value for n in range(10)], expressions[k, :10], atol=1e-4)
        assert keys["Pose000"].value == 0.0 and keys["Shape000"].value == 0.0
    face = np.zeros((frames, COUNT))
    face[:, FACE["mouthSmileLeft"]] = face[:, FACE["jawOpen"]] = 1.0
    smile = make_performance(turns, np.zeros((frames, 3)), face, 30.0)
    blind = prepare(smile, 0.0, read_target(armature, scene), Keying(None))
    assert any("choose your SMPL-X file" in note for note in blind.coverage.notes)
    scene.orator_emage.smplx_file = str(file)
    seeing = prepare(smile, 0.0, read_target(armature, scene), Keying(None))
    assert any("is not shown" in note for note in seeing.coverage.notes)
    bake.add_take(armature, Take(smile, "Take 2", {}), 0.0, seeing)
    scene.frame_set(int(seeing.frames[-1]))
    assert max(abs(keys[f"Exp{n:03d}"].value) for n in range(10)) > 0.01
    assert armature.pose.bones["jaw"].matrix_basis.to_quaternion().angle > np.radians(20)


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_betas_move_the_skeleton(file: Path) -> None:
    armature, _ = add_body(bpy.context, file, betas=12, expressions=10)
    model = read_model(file)
    keys = bodies_of(armature)[0].data.shape_keys.key_blocks
    assert len(keys) == 1 + 12 + 10 and "Shape011" in keys and "Exp009" in keys
    keys["Shape001"].value = 2.0
    fit_skeleton(bpy.context, armature)
    betas = np.zeros(12)
    betas[1] = 2.0
    joints = to_blender(model.joints(model.shaped(betas)) + STANDING)
    heads = np.array([armature.data.bones[name].head_local for name in ("left_knee", "head", "right_index2")])
    assert np.abs(heads - joints[[4, 15, 41]]).max() < 1e-4


@pytest.mark.usefixtures("scene")
def test_a_wrong_file_adds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "SMPLX_NEUTRAL.npz"
    path.write_bytes(b"nothing")
    with pytest.raises(OratorError):
        add_body(bpy.context, path)
    assert not bpy.data.objects and not bpy.data.armatures
