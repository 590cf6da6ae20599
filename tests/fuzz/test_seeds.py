"""A few damaged files of every format: read, or refused in a sentence, in bounded memory; `make fuzz` tries more."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("soxr")

from fuzz.formats import FORMATS
from fuzz.run import fuzz

FILES = 40


@pytest.mark.fault("12.24")
@pytest.mark.parametrize("name", FORMATS)
def test_damaged_files_are_read_or_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    tally = fuzz(FORMATS[name], name, FILES, 0, tmp_path)
    assert tally.files == FILES and tally.read + tally.refused == FILES, tally.broken
    assert not tally.broken


@pytest.mark.fault("12.24")
@pytest.mark.parametrize("name", FORMATS)
def test_whole_files_are_read(name: str, tmp_path: Path) -> None:
    """The seeds are files that the readers take: a fuzzer of refused files would find nothing."""
    form = FORMATS[name]
    for data in form.seeds(tmp_path):
        path = tmp_path / f"whole{form.suffix}"
        path.write_bytes(data)
        form.read(path)
