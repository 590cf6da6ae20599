"""EMAGE counts fingers from the model's mean hands; a performance counts from flat ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from helpers.smplx_file import write_model
from orator.core.mask import everything
from orator.core.performance import rest_performance
from orator.core.request.generation import GenerationRequest
from orator.core.rotations import angle_between, from_rot6d, from_rotvec
from orator.core.settings import Settings
from orator.core.skeleton import HANDS
from orator.core.smplx.hands import FINGERS, HANDS_AT_REST, first_hand_mean
from orator.core.speech.speech import Speech
from orator.models.emage.generate import given_by, hints_of, run_emage


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("smplx") / "SMPLX_NEUTRAL.npz")


def made(folder: Path, mode: str, **options):
    speech = Speech(np.random.default_rng(0).standard_normal(64000).astype(np.float32) * 0.1)
    settings = Settings(options={"mode": mode, **options})
    return run_emage(folder, GenerationRequest((speech,), settings), 0, lambda fraction: None)


def published(poses: np.ndarray, mean: np.ndarray | float) -> np.ndarray:
    vectors = poses.reshape(-1, 55, 3).astype(float)
    vectors[:, FINGERS] += mean
    return from_rotvec(vectors)


def test_reference_mode_with_a_file_stands_as_the_package_shows_it(
    tiny: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORATOR_SMPLX", raising=False)
    plain = made(tiny, "reference")
    turns = plain.performance.rotations[: len(plain.poses)].astype(float)
    assert angle_between(turns, published(plain.poses, 0.0)).max() < 1e-3, "without a file: the published numbers"
    monkeypatch.setenv("ORATOR_SMPLX", str(file))
    known = made(tiny, "reference")
    assert np.array_equal(known.poses, plain.poses)
    turns = known.performance.rotations[: len(known.poses)].astype(float)
    assert angle_between(turns, published(known.poses, first_hand_mean([file]))).max() < 1e-3


def test_orator_mode_bends_fingers_by_the_file_or_a_stand_in(
    tiny: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The standing pose that leads in is the same hand in both, so only the mean differs where classes agree."""
    monkeypatch.delenv("ORATOR_SMPLX", raising=False)
    without = made(tiny, "orator").performance.rotations
    with_file = made(tiny, "orator", smplx_file=str(file)).performance.rotations
    told = tuple(map(tuple, first_hand_mean([file]).tolist()))
    assert np.allclose(made(tiny, "orator", hand_mean=told).performance.rotations, with_file, atol=1e-6)
    others = [j for j in range(55) if j not in HANDS]
    assert np.isfinite(without).all() and not np.allclose(without[:, FINGERS], with_file[:, FINGERS], atol=0.05)
    assert np.median(angle_between(without[:, others].astype(float), with_file[:, others].astype(float))) < 0.01


def test_pins_reach_the_network_in_its_own_terms_and_back(file: Path) -> None:
    """A pinned finger, as EMAGE's hints, is counted from the mean; read back it is the pin."""
    frames, mean, mask, pins = 5, first_hand_mean([file]), everything(5), rest_performance(5)
    wanted = from_rotvec(np.random.default_rng(2).normal(0, 0.4, (frames, 55, 3)))
    pins.rotations[:] = wanted
    mask.joints[:] = False
    motion, ones = hints_of(mask, pins, mean)
    hinted = from_rot6d(motion[:, :330].reshape(frames, 55, 6).astype(float))
    others = [j for j in range(55) if j not in HANDS]
    assert angle_between(hinted[:, others], wanted[:, others]).max() < 1e-3
    assert angle_between(hinted[:, FINGERS], wanted[:, FINGERS]).min() > 1.0
    back_mask, back = given_by(motion, ones, frames, mean)
    assert not back_mask.joints.any() and angle_between(back.rotations.astype(float), wanted).max() < 1e-2
    assert HANDS_AT_REST.shape == mean.shape == (30, 3)
