"""Mean hands: fingers counted from them come in and go out as the published tools count, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.flame_file import write_head
from helpers.motions import moving
from helpers.smplx_file import write_model
from orator.core.errors import OratorError
from orator.core.formats.smplx_npz import read_smplx, tells_hand_mean, write_smplx
from orator.core.rotations import angle_between, from_rotvec
from orator.core.skeleton import HANDS, INDEX, JOINTS
from orator.core.smplx.hands import FINGERS, HANDS_AT_REST, first_hand_mean, hand_mean_beside
from orator.core.smplx.model_file import read_model

OTHERS = [j for j in range(55) if j not in HANDS]
FRAMES = 12


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("smplx") / "SMPLX_NEUTRAL.npz")


def clip(path: Path, **more: np.ndarray) -> np.ndarray:
    """A motion file at `path`; its rotation vectors (T, 55, 3)."""
    vectors = np.random.default_rng(1).normal(0, 0.2, (FRAMES, 55, 3))
    np.savez(path, poses=vectors.reshape(FRAMES, 165), trans=np.zeros((FRAMES, 3)), **more)
    return vectors


def test_the_file_s_own_mean(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORATOR_SMPLX", raising=False)
    mean = read_model(file).hand_mean
    assert np.array_equal(first_hand_mean([file]), mean)
    assert np.array_equal(hand_mean_beside(file.parent), mean) and hand_mean_beside(tmp_path) is None
    assert np.array_equal(hand_mean_beside(tmp_path, str(file)), mean)
    monkeypatch.setenv("ORATOR_SMPLX", str(file))
    assert np.array_equal(hand_mean_beside(), mean)


def test_files_without_mean_hands_are_passed_over(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A FLAME head's file, a broken one, one that is gone: the body's file beside the checkpoint still counts."""
    broken = tmp_path / "SMPLX_NEUTRAL.npz"
    np.savez(broken, hands_meanl=np.full(45, np.nan), hands_meanr=np.zeros(45))
    head = write_head(tmp_path / "generic_model.pkl")
    text = tmp_path / "notes.txt"
    text.write_text("no model")
    for other in (broken, head, text, tmp_path / "gone.npz"):
        assert first_hand_mean([other]) is None
        monkeypatch.setenv("ORATOR_SMPLX", str(other))
        assert np.array_equal(hand_mean_beside(file.parent), read_model(file).hand_mean)


def test_clips_with_expressions_count_from_the_mean(file: Path, tmp_path: Path) -> None:
    path, mean = tmp_path / "clip.npz", first_hand_mean([file])
    vectors = clip(path, expressions=np.zeros((FRAMES, 100)))
    published = vectors.copy()
    published[:, FINGERS] += mean
    made = read_smplx(path, mean).rotations.astype(float)
    assert angle_between(made, from_rotvec(published)).max() < 1e-3
    assert angle_between(read_smplx(path).rotations.astype(float), from_rotvec(vectors)).max() < 1e-3


def test_clips_of_flat_hands_stay(file: Path, tmp_path: Path) -> None:
    vectors = clip(tmp_path / "amass.npz")
    made = read_smplx(tmp_path / "amass.npz", first_hand_mean([file])).rotations.astype(float)
    assert angle_between(made, from_rotvec(vectors)).max() < 1e-3


def test_what_is_written_counts_from_the_mean_and_comes_back(file: Path, tmp_path: Path) -> None:
    motion, mean, path = moving(), first_hand_mean([file]), tmp_path / "out.npz"
    write_smplx(motion, path, hand_mean=mean)
    with np.load(path) as data:
        vectors = data["poses"].reshape(-1, 55, 3).astype(float)
    counted = vectors.copy()
    counted[:, FINGERS] += mean
    assert angle_between(from_rotvec(counted), motion.rotations.astype(float)).max() < 1e-3
    assert angle_between(from_rotvec(vectors)[:, OTHERS], motion.rotations[:, OTHERS].astype(float)).max() < 1e-3
    assert tells_hand_mean(path)
    # Whatever file is at hand later, the motion is the one that was written.
    back = read_smplx(path, HANDS_AT_REST).rotations.astype(float)
    assert angle_between(back, motion.rotations.astype(float)).max() < 1e-3


def test_a_broken_mean_is_said(tmp_path: Path) -> None:
    clip(tmp_path / "a.npz", hand_mean=np.zeros((3, 3)))
    with pytest.raises(OratorError, match="hand_mean has shape"):
        read_smplx(tmp_path / "a.npz")


def test_hands_at_rest_curl_inwards() -> None:
    """The stand-in bends every finger towards the palm, the left hand as the mirror of the right."""
    for k, joint in enumerate(HANDS):
        x, y, z = HANDS_AT_REST[k]
        if "thumb" not in JOINTS[joint]:
            assert (z < 0) == JOINTS[joint].startswith("left") and 10 < np.degrees(abs(z)) < 45 and x == y == 0
    left, right = HANDS_AT_REST[:15], HANDS_AT_REST[15:]
    assert np.allclose(left, right * [1, -1, -1]) and INDEX["left_index1"] == HANDS[0]
