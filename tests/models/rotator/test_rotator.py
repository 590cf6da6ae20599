"""Heads that a rotator learns from, and its networks: what a number moves, and what training leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("numba")

from orator.models.training.rotator import batches, table, train  # noqa: E402
from orator.models.training.rotator.data import pictures_of  # noqa: E402
from orator.models.training.rotator.heads import make_head  # noqa: E402
from orator.models.training.rotator.toon import draw, make_drawing  # noqa: E402


def test_a_head_does_what_its_numbers_say() -> None:
    rng = np.random.default_rng(3)
    head, drawing = make_head(rng), make_drawing(rng)

    def drawn(**numbers: float) -> np.ndarray:
        order = ("head_x", "head_y", "neck_z", "left", "right", "mouth")
        return draw(head, drawing, np.array([numbers.get(name, 0.0) for name in order])).astype(int)

    def middle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.argwhere(np.abs(a - b).max(axis=2) > 40).mean(axis=0)

    rest = drawn()
    left, right, mouth = (middle(rest, drawn(**{name: 1.0})) for name in ("left", "right", "mouth"))
    assert left[1] > right[1] + 20, "the character's left is the picture's right"
    assert abs(left[0] - right[0]) < 3 and mouth[0] > left[0] + 20, "the mouth lies below the eyes"
    dark = [np.argwhere((p[..., :3].sum(axis=2) < 120) & (p[..., 3] == 255))[:, 1] for p in (rest, drawn(head_y=1.0))]
    assert dark[1].mean() > dark[0].mean(), "a turn to the left goes to the picture's right"
    assert (drawn(head_x=0.5, left=0.4) == drawn(head_x=0.5, left=0.4)).all()
    pictures, poses = pictures_of(7, 1)
    again, _ = pictures_of(7, 1)
    assert (pictures == again).all() and pictures.shape == (9, 256, 256, 4) and np.abs(poses).max() <= 1.0


def test_training_goes_on_where_it_was_and_the_table_measures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "HELD", 1)
    monkeypatch.setattr(table, "HELD", 1)
    train.train(tmp_path, train.Plan(heads=2, observer=1, morpher=1, rotator=1, after=1))
    kept = (tmp_path / "morpher.pt").read_bytes()
    train.train(tmp_path, train.Plan(heads=2, observer=1, morpher=1, rotator=1, after=1))
    assert (tmp_path / "morpher.pt").read_bytes() == kept, "what is done is not done anew"
    found = table.measured(tmp_path)
    assert all(np.isfinite(row).all() and 0 <= row[0] < 255 and -1 <= row[1] <= 1 for row in found.values())
    assert table.megabytes(table.read_networks(tmp_path, "l1")) < 8.0
    picture = torch.rand(2, 4, 32, 32, generator=torch.Generator().manual_seed(1))
    assert table.ssim(picture, picture).tolist() == pytest.approx([1.0, 1.0])
    assert (table.ssim(picture, 1 - picture) < 0.1).all()
