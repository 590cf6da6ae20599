"""Bodies and heads posed by the smplx package: it never sees the artist's file, and without it they are the same."""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from helpers.flame_file import write_head
from helpers.smplx_file import model_arrays, write_model
from orator.core.skeleton import INDEX
from orator.core.smplx.body import STANDING, BodyData, body_data
from orator.core.smplx.model_file import mean_hand_turns, read_model

pytest.importorskip("torch")
smplx = pytest.importorskip("smplx")

from orator.models.smplx import make_forward, package_module  # noqa: E402

NEAR = 1e-6


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("smplx") / "SMPLX_NEUTRAL_2020.npz", correctives=True)


def same(one: BodyData, other: BodyData) -> bool:
    names = ("vertices", "joints", "shapes", "joint_shapes", "expressions")
    return all(np.abs(getattr(one, name) - getattr(other, name)).max() < NEAR for name in names)


@pytest.mark.parametrize("mean_hands", [False, True])
def test_the_package_and_our_own_pass_give_one_body(
    file: Path, mean_hands: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    monkeypatch.setattr(smplx, "SMPLX", lambda *a, real=smplx.SMPLX, **k: made.append(1) or real(*a, **k))
    model = read_model(file)
    theirs = body_data(model, 40, 100, mean_hands, make_forward=make_forward)
    assert made == [1]
    assert same(theirs, body_data(model, 40, 100, mean_hands))


def test_the_release_with_ten_directions(tmp_path: Path) -> None:
    arrays = model_arrays()
    arrays["shapedirs"] = arrays["shapedirs"][..., [*range(10), *range(300, 310)]]
    path = tmp_path / "SMPLX_NEUTRAL.pkl"
    path.write_bytes(pickle.dumps(arrays, protocol=2))
    model = read_model(path)
    theirs = body_data(model, 10, 10, make_forward=make_forward)
    assert same(theirs, body_data(model, 10, 10))
    assert np.abs(theirs.expressions[..., 3] - arrays["shapedirs"][..., 13]).max() < NEAR


@pytest.mark.parametrize("name", ["FLAME_NEUTRAL.pkl", "FLAME2020.npz"])
def test_heads_too(tmp_path: Path, name: str) -> None:
    model = read_model(write_head(tmp_path / name, landmarks=False))
    assert same(body_data(model, 20, 50, make_forward=make_forward), body_data(model, 20, 50))


def test_mean_hands_are_the_package_s(file: Path) -> None:
    """The rest is what flat_hand_mean=False shows, and betas move the joints of fingers as they do there."""
    model = read_model(file)
    data = body_data(model, 10, 10, mean_hands=True, make_forward=make_forward)
    flat = body_data(model, 10, 10, make_forward=make_forward)
    shown = package_module(model, 10, 10, mean_hands=True)().vertices[0].detach().numpy()
    assert np.abs(data.vertices - shown - STANDING).max() < NEAR
    turns = mean_hand_turns(model)
    first, middle, last = (INDEX[f"left_index{k}"] for k in (1, 2, 3))
    along = data.joint_shapes[last] - data.joint_shapes[middle]
    at_rest = flat.joint_shapes[last] - flat.joint_shapes[middle]
    assert np.abs(along - turns[first] @ turns[middle] @ at_rest).max() < NEAR
    assert np.abs(along - at_rest).max() > 100 * NEAR


def test_the_package_never_opens_the_artist_s_file(tmp_path: Path) -> None:
    """A table that a body does not need holds a program: the package alone would run it."""
    witness = tmp_path / "witness"

    class Payload:
        def __reduce__(self):
            return os.system, (f"touch {witness}",)

    path = tmp_path / "SMPLX_NEUTRAL.npz"
    np.savez(path, **model_arrays(), joint2num=np.array(Payload(), dtype=object))
    body_data(read_model(path), make_forward=make_forward)
    assert not witness.exists()
    smplx.create(str(path), "smplx", use_pca=False)
    assert witness.exists()
    assert not list(Path(tempfile.gettempdir()).glob("orator-smplx-*"))


def test_without_torch_our_own_pass_is_taken(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smplx", None)
    data = body_data(read_model(file), make_forward=make_forward)
    assert data.shapes.shape[-1] == 10 and data.expressions.shape[-1] == 100
