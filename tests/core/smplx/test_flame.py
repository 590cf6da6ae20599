"""FLAME heads: read as safely as SMPL-X bodies, posed as the smplx package poses them."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from helpers.flame_file import head_arrays, write_head
from orator.core.errors import OratorError
from orator.core.rotations import from_rotvec
from orator.core.smplx.arkit_map import map_of
from orator.core.smplx.body import body_data
from orator.core.smplx.model_file import FLAME, read_model


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_head(tmp_path_factory.mktemp("flame") / "FLAME_NEUTRAL.pkl")


def test_posed_as_the_smplx_package(file: Path) -> None:
    torch, smplx = pytest.importorskip("torch"), pytest.importorskip("smplx")
    model = read_model(file)
    assert model.layout is FLAME
    package = smplx.FLAME(str(file.parent), num_betas=300, num_expression_coeffs=100)
    rng = np.random.default_rng(1)
    pose, move = rng.normal(0, 0.4, (5, 3)), rng.normal(0, 1, 3)
    betas, expressions = rng.normal(0, 1, 300), rng.normal(0, 1, 100)
    names = ("global_orient", "neck_pose", "jaw_pose", "leye_pose", "reye_pose")
    given = dict(zip(names, pose[:, None], strict=True))
    given |= {"betas": betas[None], "expression": expressions[None], "transl": move[None]}
    theirs = package(**{k: torch.tensor(v, dtype=torch.float32) for k, v in given.items()}).vertices[0].detach().numpy()
    assert np.abs(model.posed(from_rotvec(pose), move, betas, expressions) - theirs).max() < 1e-4


def test_npz_holds_the_same_and_landmarks_are_optional(file: Path, tmp_path: Path) -> None:
    other = read_model(write_head(tmp_path / "FLAME2020.npz", landmarks=False))
    assert np.array_equal(read_model(file).template, other.template)
    assert map_of(other) is None and map_of(read_model(file)) is not None


def test_a_head_is_no_body(file: Path, tmp_path: Path) -> None:
    data = body_data(read_model(file), 100, 50)
    assert data.joints.shape == (5, 3) and data.shapes.shape == (5023, 3, 100) and data.weights.shape == (5023, 5)
    with pytest.raises(OratorError, match="has no hands"):
        body_data(read_model(file), mean_hands=True)
    arrays = head_arrays() | {"kintree_table": np.array([[0, 0, 0, 1, 1], range(5)])}
    wrong = tmp_path / "generic_model.pkl"
    wrong.write_bytes(pickle.dumps(arrays, protocol=2))
    with pytest.raises(OratorError, match="another order than FLAME"):
        read_model(wrong)
