"""Mouths over time: Rhubarb's files there and back, a face made of them and read again, files that are none."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from orator.core.anime.chart import MOUTHS, mouth_letters
from orator.core.anime.mouths import MouthCue, mouth_performance, mouths_of, shape_weights
from orator.core.errors import OratorError
from orator.core.formats.rhubarb import read_mouths, write_mouths

RHUBARB = """0.00\tX
0.42\tB
0.51\tC
0.65\tA
0.75\tE
0.96\tF
1.10\tG
1.21\tD
1.49\tH
1.62\tC
1.70\tA
1.77\tB
1.93\tX
2.40\tX
"""
"""As Rhubarb writes a sound of 2.4 s."""


def read(folder: Path, text: str, suffix: str) -> tuple[MouthCue, ...]:
    path = folder / f"mouths{suffix}"
    path.write_text(text, encoding="utf-8")
    return read_mouths(path)


def test_every_shape_is_read_as_its_letter() -> None:
    assert "".join(mouth_letters(np.stack([shape_weights(m) for m in MOUTHS]), np.ones(9, bool))) == MOUTHS


@pytest.mark.parametrize("suffix", (".tsv", ".json"))
def test_there_and_back_to_the_hundredth(tmp_path: Path, suffix: str) -> None:
    cues = read(tmp_path, RHUBARB, ".tsv")
    assert "".join(cue.shape for cue in cues) == "XBCAEFGDHCABX" and cues[-1].end == 2.4
    path = tmp_path / f"out{suffix}"
    write_mouths(path, cues, "line.wav")
    assert read_mouths(path) == cues
    if suffix == ".tsv":
        assert path.read_text(encoding="utf-8") == RHUBARB


def test_a_face_made_of_mouths_shows_them_when_they_come(tmp_path: Path) -> None:
    cues = read(tmp_path, RHUBARB, ".tsv")
    found = mouths_of(mouth_performance(cues))
    assert [cue.shape for cue in found] == [cue.shape for cue in cues]
    off = [abs(a.start - b.start) for a, b in zip(cues, found, strict=True)]
    assert max(off) < 1.5 / 30, f"{max(off):.3f} s"
    assert found[0].start == 0.0 and all(a.end == b.start for a, b in pairwise(found))


def test_a_json_of_another_aligner_order_and_overlaps(tmp_path: Path) -> None:
    rows = ('{"start": 0.5, "end": 0.9, "value": "D"}', '{"start": 0, "end": 0.6, "value": "A"}')
    cues = read(tmp_path, f'{{"mouthCues": [{", ".join(rows)}]}}', ".json")
    assert cues == (MouthCue(0.0, 0.5, "A"), MouthCue(0.5, 0.9, "D"))


@pytest.mark.parametrize(
    ("text", "suffix"),
    (
        ("", ".tsv"),
        ("0.1\thello\n0.4\tworld\n", ".tsv"),
        ("-1\tA\n2\tX\n", ".tsv"),
        ("0\tA\n1e9\tX\n", ".tsv"),
        ("{}", ".json"),
        ("[1, 2", ".json"),
        ('{"mouthCues": [{"start": "a", "end": 1, "value": "A"}]}', ".json"),
        ('{"mouthCues": [{"start": 0, "end": 1, "value": "AB"}]}', ".json"),
    ),
)
def test_a_file_of_something_else_is_a_sentence(tmp_path: Path, text: str, suffix: str) -> None:
    with pytest.raises(OratorError, match="mouths"):
        read(tmp_path, text, suffix)
