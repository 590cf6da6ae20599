"""Words in time to other tools and back: subtitles and Praat's TextGrid."""

from __future__ import annotations

from pathlib import Path

import pytest
from orator.core.errors import OratorError
from orator.core.formats.timing import read_timing, subtitles, write_timing
from orator.core.speech.transcripts import cues
from orator.core.speech.words import PlacedWord

WORDS = (PlacedWord("Hello", 0.12, 0.5), PlacedWord('"you"', 0.5, 0.81), PlacedWord("größer", 1.25, 1.9))


@pytest.mark.parametrize(("suffix", "exact"), ((".srt", 5.1e-4), (".TextGrid", 1e-6)))
def test_there_and_back(tmp_path: Path, suffix: str, exact: float) -> None:
    path = tmp_path / f"words{suffix}"
    write_timing(path, WORDS, 2.5)
    back = read_timing(path)
    assert [word.text for word in back] == [word.text for word in WORDS]
    for word, before in zip(back, WORDS, strict=True):
        assert word.start == pytest.approx(before.start, abs=exact) and word.end == pytest.approx(before.end, abs=exact)


def test_praats_short_format_and_the_tier_of_words(tmp_path: Path) -> None:
    rows = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", "1.5", "<exists>", "2"]
    rows += ['"IntervalTier"', '"phones"', "0", "1.5", "1", "0", "1.5", '"HH"']
    rows += [
        '"IntervalTier"',
        '"words"',
        "0",
        "1.5",
        "3",
        "0",
        "0.3",
        '""',
        "0.3",
        "0.9",
        '"so"',
        "0.9",
        "1.5",
        '"sil"',
    ]
    path = tmp_path / "short.TextGrid"
    path.write_text("\n".join(rows), encoding="utf-16")
    assert read_timing(path) == (PlacedWord("so", 0.3, 0.9),)


def test_a_subtitle_of_several_words_is_shared_out(tmp_path: Path) -> None:
    path = tmp_path / "lines.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:03,000\nso what\n", encoding="utf-8")
    words = read_timing(path)
    assert [word.text for word in words] == ["so", "what"] and words[0].start == 1.0
    assert words[0].end == words[1].start < 2.0 and words[1].end == pytest.approx(3.0)


def test_they_are_a_transcript_whose_times_count() -> None:
    found = cues(subtitles(WORDS))
    assert [(cue.start, cue.end) for cue in found] == [(word.start, word.end) for word in WORDS]


@pytest.mark.parametrize("text", ("", "no times here", 'File type = "ooTextFile"\n"IntervalTier"\n"words"\n0\n1\n0\n'))
def test_a_file_without_words_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.TextGrid"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OratorError):
        read_timing(path)
