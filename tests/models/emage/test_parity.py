"""Reference mode against the published implementation's own numbers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from orator.models.emage.layout import VQ_PARTS, parameter_count, part_shapes, root_shapes  # noqa: E402
from orator.models.emage.model import EmageModel  # noqa: E402
from orator.models.emage.reference import run_reference  # noqa: E402


@pytest.fixture(scope="module")
def parity(shared: Path) -> Path:
    folder = shared / "parity" / "emage"
    if not folder.is_dir():
        pytest.skip("the parity files are not on this machine")
    return folder


def as_bin(source: Path, target: Path) -> Path:
    """The same checkpoint as the published .bin files."""
    from safetensors.torch import load_file

    for path in source.rglob("model.safetensors"):
        place = target / path.parent.relative_to(source)
        place.mkdir(parents=True, exist_ok=True)
        torch.save(load_file(path), place / "pytorch_model.bin")
        (place / "config.json").write_bytes((path.parent / "config.json").read_bytes())
    return target


@pytest.mark.parametrize("form", ["safetensors", "bin"])
@pytest.mark.parametrize("case", ["plain", "pinned"])
def test_same_numbers(parity: Path, tmp_path: Path, form: str, case: str) -> None:
    model = EmageModel.load(parity if form == "safetensors" else as_bin(parity, tmp_path))
    known = np.load(parity / f"{case}.npz")
    ran = run_reference(
        model.network, model.codes, known["audio"], known.get("hint_motion"), known.get("hint_mask"), lambda f: None
    )
    for part in ("upper", "hands", "lower"):
        assert np.array_equal(ran.walk.index[part].numpy(), known[f"{part}_index"])
    assert np.abs(ran.walk.latent["face"].numpy() - known["face_latent"]).max() < 1e-4
    assert np.abs(ran.walk.logits["upper"].numpy() - known["cls_upper"]).max() < 1e-4
    assert np.abs(ran.poses - known["poses"]).max() < 1e-4
    assert np.abs(ran.expressions - known["expressions"]).max() < 1e-4
    assert np.abs(ran.trans - known["trans"]).max() < 1e-4


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
