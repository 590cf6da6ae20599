"""Reference mode against the published implementation's own numbers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from helpers.parity_report import as_bin, differences  # noqa: E402
from orator.models.emage.layout import VQ_PARTS, parameter_count, part_shapes, root_shapes  # noqa: E402
from orator.models.emage.model import EmageModel  # noqa: E402


@pytest.fixture(scope="module")
def parity(shared: Path) -> Path:
    folder = shared / "parity" / "emage"
    if not folder.is_dir():
        pytest.skip("the parity files are not on this machine")
    return folder


@pytest.mark.parametrize("form", ["safetensors", "bin"])
@pytest.mark.parametrize("case", ["plain", "pinned"])
def test_same_numbers(parity: Path, tmp_path: Path, form: str, case: str) -> None:
    model = EmageModel.load(parity if form == "safetensors" else as_bin(parity, tmp_path))
    found = differences(model, dict(np.load(parity / f"{case}.npz")))
    assert not any(value for name, value in found.items() if name.endswith("_wrong"))
    assert found.pop("poses_most") < 1e-3, "a root of a rounding error at the most"
    assert max(found.values()) < 1e-4, found


def test_published_widths_and_names(parity: Path) -> None:
    from orator.models.emage.files import read_config
    from orator.models.training.emage.published_order import PublishedOrder

    published = dataclasses.replace(
        read_config(parity), hidden=768, audio=256, motion=256, codes=256, latent=dict.fromkeys(VQ_PARTS, 256)
    )
    shapes = root_shapes(published)
    assert parameter_count(shapes) == 138_881_105
    with torch.device("meta"):
        names = {name: tuple(value.shape) for name, value in PublishedOrder(published).state_dict().items()}
    assert names == shapes
    assert part_shapes("face", published)["quantizer.embedding.weight"] == (256, 256)
