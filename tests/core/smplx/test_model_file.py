"""SMPL-X files: read safely, posed as the smplx package poses them, refused in a sentence when they are not."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from helpers.smplx_file import write_model
from orator.core.errors import OratorError
from orator.core.rotations import from_rotvec
from orator.core.smplx.body import body_data
from orator.core.smplx.model_file import read_model


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("smplx") / "SMPLX_NEUTRAL.npz", correctives=True)


def test_posed_as_the_smplx_package(file: Path) -> None:
    torch, smplx = pytest.importorskip("torch"), pytest.importorskip("smplx")
    model = read_model(file)
    package = smplx.create(
        str(file), "smplx", num_betas=300, num_expression_coeffs=100, use_pca=False, flat_hand_mean=True
    )
    rng = np.random.default_rng(1)
    pose, move = rng.normal(0, 0.4, 165), rng.normal(0, 1, 3)
    betas, expressions = rng.normal(0, 1, 300), rng.normal(0, 1, 100)
    part = {
        name: torch.tensor(pose[None, a:b], dtype=torch.float32)
        for name, a, b in (
            ("global_orient", 0, 3), ("body_pose", 3, 66), ("jaw_pose", 66, 69), ("leye_pose", 69, 72),
            ("reye_pose", 72, 75), ("left_hand_pose", 75, 120), ("right_hand_pose", 120, 165),
        )
    }  # fmt: skip
    shape = {"betas": betas, "expression": expressions, "transl": move}
    given = {name: torch.tensor(value[None], dtype=torch.float32) for name, value in shape.items()}
    theirs = package(**part, **given).vertices[0].detach().numpy()
    ours = model.posed(from_rotvec(pose.reshape(55, 3)), move, betas, expressions)
    assert np.abs(ours - theirs).max() < 1e-4


def test_npz_and_pkl_hold_the_same(file: Path, tmp_path: Path) -> None:
    other = read_model(write_model(tmp_path / "SMPLX_NEUTRAL.pkl", correctives=True))
    model = read_model(file)
    assert np.array_equal(model.template, other.template) and np.array_equal(model.betas, other.betas)
    assert np.array_equal(model.hand_mean, other.hand_mean)


def test_counts_and_mean_hands(file: Path) -> None:
    model = read_model(file)
    flat, mean = body_data(model, 300, 10), body_data(model, 10, 100, mean_hands=True)
    assert flat.shapes.shape[-1] == 300 and flat.expressions.shape[-1] == 10
    assert mean.shapes.shape[-1] == 10 and mean.expressions.shape[-1] == 100
    moved = np.linalg.norm(mean.joints - flat.joints, axis=1)
    assert moved[:25].max() < 1e-9 and moved[27] > 1e-3
    with pytest.raises(OratorError, match="Betas can be from 10 to 300"):
        body_data(model, 5)


@pytest.mark.parametrize("suffix", [".pkl", ".npz"])
def test_a_program_in_a_model_is_not_run(tmp_path: Path, suffix: str) -> None:
    witness = tmp_path / "witness"

    class Payload:
        def __reduce__(self):
            return os.system, (f"touch {witness}",)

    path = tmp_path / f"SMPLX_NEUTRAL{suffix}"
    if suffix == ".pkl":
        path.write_bytes(pickle.dumps({"v_template": Payload()}))
    else:
        np.savez(path, v_template=np.array(Payload(), dtype=object))
    with pytest.raises(OratorError, match=r"[Nn]othing in it was run"):
        read_model(path)
    assert not witness.exists()


def test_other_files_are_refused_in_a_sentence(file: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.npz"
    cut.write_bytes(file.read_bytes()[:100_000])
    with pytest.raises(OratorError, match="damaged"):
        read_model(cut)
    short = tmp_path / "cut.pkl"
    short.write_bytes(pickle.dumps({"v_template": np.zeros((10475, 3))}, protocol=2)[:5000])
    with pytest.raises(OratorError, match="cut off"):
        read_model(short)
    old = tmp_path / "old.pkl"
    old.write_bytes(pickle.dumps({"v_template": np.zeros((10, 3))}, protocol=2))
    with pytest.raises(OratorError, match="lacks shapedirs"):
        read_model(old)
    smpl = tmp_path / "SMPL_NEUTRAL.npz"
    zeros = {name: np.zeros((6890, 24)) for name in ("shapedirs", "J_regressor", "weights", "kintree_table", "f")}
    np.savez(smpl, v_template=np.zeros((6890, 3)), **zeros)
    with pytest.raises(OratorError, match="6890 vertices and 24 joints"):
        read_model(smpl)
    empty = tmp_path / "motion.npz"
    np.savez(empty, poses=np.zeros((3, 165)))
    with pytest.raises(OratorError, match="lacks v_template"):
        read_model(empty)
    with pytest.raises(OratorError, match="does not exist"):
        read_model(tmp_path / "none.npz")
