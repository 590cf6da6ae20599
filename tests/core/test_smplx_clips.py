"""BEAT2 clips and EMAGE's output as performances: rates, widths and wrong shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from orator.core.errors import OratorError
from orator.core.formats.smplx_npz import read_smplx

FRAMES = 40


def clip(path: Path, **changed: object) -> Path:
    """A clip with BEAT2's keys; None leaves one out."""
    rng = np.random.default_rng(0)
    arrays = {
        "betas": np.zeros(300), "poses": rng.normal(0, 0.1, (FRAMES, 165)), "trans": np.zeros((FRAMES, 3)),
        "expressions": rng.normal(0, 1, (FRAMES, 100)), "model": "smplx2020", "gender": "neutral",
        "mocap_frame_rate": 30,
    } | changed  # fmt: skip
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    return path


@pytest.mark.parametrize("rate", [30, 24.0, 59.94, 120, np.array([25.0]), None])
def test_the_rate_is_the_files(tmp_path: Path, rate: object) -> None:
    performance = read_smplx(clip(tmp_path / "a.npz", mocap_frame_rate=rate))
    wanted = 30.0 if rate is None else float(np.ravel(rate)[0])
    assert performance.fps == pytest.approx(wanted) and performance.seconds == pytest.approx(FRAMES / wanted)
    assert performance.expressions.shape == (FRAMES, 100)


def test_other_widths(tmp_path: Path) -> None:
    assert read_smplx(clip(tmp_path / "a.npz", poses=np.zeros((FRAMES, 55, 3)))).frames == FRAMES
    few = read_smplx(clip(tmp_path / "b.npz", expressions=np.ones((FRAMES, 50))))
    assert few.expressions[0].sum() == 50
    assert read_smplx(clip(tmp_path / "c.npz", expressions=None)).expressions is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"poses": np.zeros((FRAMES, 10))}, "10 wide"),
        ({"poses": np.full((FRAMES, 165), np.nan)}, "not all numbers"),
        ({"poses": np.zeros((0, 165))}, "empty"),
        ({"poses": np.full((FRAMES, 165), "a")}, "not all numbers"),
        ({"poses": None}, "no SMPL-X poses"),
        ({"trans": np.zeros((FRAMES - 1, 3))}, "trans has shape"),
        ({"trans": None}, "has no trans"),
        ({"expressions": np.zeros((FRAMES - 1, 100))}, "expressions have shape"),
        ({"expressions": np.full((FRAMES, 100), np.inf)}, "not all numbers"),
        ({"mocap_frame_rate": 0}, "frames a second"),
        ({"mocap_frame_rate": np.nan}, "not a finite number"),
        ({"mocap_frame_rate": 1e9}, "frames a second"),
    ],
)
def test_wrong_clips_are_said(tmp_path: Path, changed: dict, said: str) -> None:
    with pytest.raises(OratorError, match=said):
        read_smplx(clip(tmp_path / "a.npz", **changed))
