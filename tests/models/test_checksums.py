"""A weight file with one other byte is refused by name, wherever the byte lies; the list is that of the files."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from orator.core.errors import OratorError
from orator.models import weights
from orator.models.weights import checksums


def put(path: Path, data: bytes, second: int) -> None:
    """A file as written at a second: clocks of files tick too slowly for a test."""
    path.write_bytes(data)
    os.utime(path, (second, second))


FILES = sorted(checksums.FOLDER.glob("*.safetensors"))


def test_the_list_is_of_the_files_that_are_there() -> None:
    found = {path.name: checksums.sum_of(path) for path in FILES}
    stale = "The weights changed: run python -m orator.models.weights, and commit SHA256SUMS with them."
    assert dict(checksums.listed(checksums.FOLDER, ".safetensors")) == found, stale


@pytest.mark.fault("12.17")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_one_flipped_bit_is_found(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    shutil.copy(checksums.FOLDER / "SHA256SUMS", tmp_path)
    copied = tmp_path / path.name
    data = bytearray(path.read_bytes())
    put(copied, bytes(data), 0)
    assert weights.load_weights(path.stem)[0]
    rng = random.Random(path.stem)
    for second, at in enumerate(
        (len(data) - 1, rng.randrange(len(data) // 2), rng.randrange(len(data) // 2, len(data))), 1
    ):
        data[at] ^= 1 << rng.randrange(8)
        put(copied, bytes(data), second)
        with pytest.raises(OratorError, match=rf"'{path.name}' is damaged.*Install the extension again"):
            weights.load_weights(path.stem)


@pytest.mark.fault("12.17")
def test_a_changed_graph_is_found(tmp_path: Path) -> None:
    graph = tmp_path / "phones.listen.onnx"
    put(graph, b"a graph of the network", 1)
    assert checksums.write_lists(tmp_path) == [graph.name]
    assert checksums.check(graph) == checksums.sum_of(graph)
    put(graph, b"a graph of the netwqrk", 2)
    with pytest.raises(OratorError, match="damaged"):
        checksums.check(graph)
    assert checksums.write_lists(tmp_path) == [graph.name] and checksums.write_lists(tmp_path) == []
