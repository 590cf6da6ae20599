"""Wrong, truncated, swapped and malicious checkpoints: a sentence each, and nothing in them runs."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from orator.core.errors import OratorError  # noqa: E402
from orator.models.emage.files import load  # noqa: E402


@pytest.fixture
def copy(tiny: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


@pytest.fixture
def bins(copy: Path) -> Path:
    for path in copy.rglob("model.safetensors"):
        path.unlink()
    return copy


def test_both_forms_hold_the_same(tiny: Path, bins: Path) -> None:
    one, other = load(tiny), load(bins)
    assert one.root.keys() == other.root.keys()
    assert all(torch.equal(one.root[name], other.root[name]) for name in one.root)
    assert not any(name.startswith("transformer_en_layer") for name in one.root)


def test_a_program_in_a_bin_is_not_run(bins: Path, tmp_path: Path) -> None:
    witness = tmp_path / "witness"

    class Payload:
        def __reduce__(self):
            return os.system, (f"touch {witness}",)

    torch.save({"mask_embedding": Payload()}, bins / "pytorch_model.bin")
    with pytest.raises(OratorError, match="Nothing in it was run"):
        load(bins)
    assert not witness.exists()


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.safetensors"])
@pytest.mark.usefixtures("tiny")
def test_truncated(copy: Path, name: str) -> None:
    if name.endswith("bin"):
        (copy / "model.safetensors").unlink()
    path = copy / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(OratorError, match=r"cut off|damaged"):
        load(copy)


def test_swapped_parts_are_named(copy: Path) -> None:
    upper, hands = (copy / "emage_vq" / part / "model.safetensors" for part in ("upper", "hands"))
    data = upper.read_bytes()
    upper.write_bytes(hands.read_bytes())
    hands.write_bytes(data)
    with pytest.raises(OratorError, match=r"holds the weights of emage_vq/hands: the files are swapped"):
        load(copy)


def test_swapped_folders_are_named(copy: Path) -> None:
    upper, hands = copy / "emage_vq" / "upper", copy / "emage_vq" / "hands"
    upper.rename(copy / "aside")
    hands.rename(upper)
    (copy / "aside").rename(hands)
    with pytest.raises(OratorError, match="swapped"):
        load(copy)


def test_missing_and_extra_tensors_are_named(bins: Path) -> None:
    weights = torch.load(bins / "pytorch_model.bin", weights_only=True)
    weights["surprise.weight"] = weights.pop("face_out_proj.weight")
    torch.save(weights, bins / "pytorch_model.bin")
    with pytest.raises(OratorError, match=r"missing: face_out_proj.weight; not EMAGE's: surprise.weight"):
        load(bins)


def test_values_that_are_not_numbers(bins: Path) -> None:
    weights = torch.load(bins / "pytorch_model.bin", weights_only=True)
    weights["face_out_proj.bias"][0] = float("nan")
    torch.save(weights, bins / "pytorch_model.bin")
    with pytest.raises(OratorError, match=r"face_out_proj\.bias has values that are not numbers"):
        load(bins)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hidden_size": 32}, "instead of"),
        ({"hidden_size": "768"}, "whole number"),
        ({"model_type": "bert"}, "not 'emage_audio'"),
        ({"pose_fps": 25}, "pose_fps"),
        ({"cu": 0, "lu": 0}, "switches the upper part off"),
    ],
)
def test_wrong_config(copy: Path, change: dict, said: str) -> None:
    path = copy / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(OratorError, match=said):
        load(copy)


def test_absent_things(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(OratorError, match="no folder"):
        load(tmp_path / "nowhere")
    (copy / "emage_vq" / "face" / "config.json").write_text("[")
    with pytest.raises(OratorError, match="cannot be read as JSON"):
        load(copy)
    shutil.rmtree(copy / "emage_vq" / "face")
    with pytest.raises(OratorError, match="is missing"):
        load(copy)


def test_a_header_that_lies(copy: Path) -> None:
    path = copy / "model.safetensors"
    raw = path.read_bytes()
    path.write_bytes((1 << 40).to_bytes(8, "little") + raw[8:])
    with pytest.raises(OratorError, match="not a whole safetensors file"):
        load(copy)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.safetensors"])
def test_pointers_and_web_pages_are_said(copy: Path, name: str) -> None:
    if name.endswith("bin"):
        (copy / "model.safetensors").unlink()
    (copy / name).write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 556000000\n")
    with pytest.raises(OratorError, match="Git LFS pointer"):
        load(copy)
    (copy / name).write_bytes(b"<!DOCTYPE html><html>404</html>")
    with pytest.raises(OratorError, match="web page"):
        load(copy)


@pytest.mark.parametrize("change", [{"dtype": "I32"}, {"shape": [16.5]}, {"data_offsets": [-4, 60]}, {"dtype": []}])
def test_headers_with_other_kinds(copy: Path, change: dict) -> None:
    path = copy / "model.safetensors"
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    header["face_out_proj.bias"].update(change)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + raw[8 + length :])
    with pytest.raises(OratorError, match=r"never are|not a whole safetensors file"):
        load(copy)


@pytest.mark.parametrize("form", ["bin", "safetensors"])
def test_random_damage_never_escapes(copy: Path, form: str) -> None:
    """Single bytes changed in a header: a sentence or a load, nothing else."""
    name = "pytorch_model.bin" if form == "bin" else "model.safetensors"
    if form == "bin":
        (copy / "model.safetensors").unlink()
    raw, rng = (copy / name).read_bytes(), random.Random(0)
    reach = len(raw) if form == "bin" else int.from_bytes(raw[:8], "little") + 8
    for _ in range(12):
        changed = bytearray(raw)
        for _ in range(5):
            changed[rng.randrange(reach)] = rng.randrange(256)
        (copy / name).write_bytes(changed)
        with contextlib.suppress(OratorError):
            load(copy)
