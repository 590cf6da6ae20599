"""Words are words: the times of subtitles, mark-up, encodings and paths never become any."""

from __future__ import annotations

from pathlib import Path

import pytest
from orator.core.batch.runner import lines_of_folder
from orator.core.errors import OratorError
from orator.core.speech.transcripts import cues, plain_words, read_transcript

pytestmark = pytest.mark.fault("12.14")

SRT = (
    "1\n00:00:00,500 --> 00:00:02,000\nHello <i>there</i>,\nold friend.\n\n2\n"
    "00:01:02,100 --> 00:01:03,000\n42 apples\n"
)
VTT = (
    "WEBVTT - a title\n\nNOTE nothing of this\nis said\n\nSTYLE\n::cue { color: red }\n\nintro\n"
    "00:00.500 --> 00:02.000 align:start position:0%\n<v Anna>Hello &amp; welcome.</v>\n\n"
    "01:00:03.000 --> 01:00:04.000\n- ANNA: [sighs] Bye.\n"
)
RTF = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}}{\colortbl ;\red255\green0\blue0;}"
    "\n" + r"{\*\generator Some Word;}\pard\f0\fs24 Caf\'e9 na\u239?ve \{so\}.\par\b It\rquote s\b0  2\~o'clock.\par}"
)


def words(text: str) -> str:
    return " ".join(plain_words(text).split())


def test_subtitles_are_their_words_and_times() -> None:
    assert words(SRT) == "Hello there, old friend. 42 apples"
    assert [(cue.start, cue.end) for cue in cues(SRT)] == [(0.5, 2.0), (62.1, 63.0)]
    assert words(VTT) == "Hello & welcome. Bye."
    assert [(cue.start, cue.end) for cue in cues(VTT)] == [(0.5, 2.0), (3603.0, 3604.0)]
    assert words(SRT.replace("\n", "\r\n")) == words(SRT)
    assert cues("An arrow --> is no time.") == () and words("An arrow --> is no time.") == "An arrow --> is no time."


def test_mark_up_and_speakers_are_no_words() -> None:
    assert words(RTF) == "Café naïve {so}. It’s 2 o'clock."
    assert words("ANNA: Hello there.\nDR. NO: At 3:30 we go.") == "Hello there. At 3:30 we go."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("suffix", [".txt", ".srt"])
def test_every_encoding_reads_the_same(tmp_path: Path, encoding: str, suffix: str) -> None:
    text = "Grüße aus Köln, my friend." if suffix == ".txt" else SRT
    path = tmp_path / f"words{suffix}"
    path.write_bytes(text.encode(encoding))
    assert plain_words(read_transcript(str(path))).split() == plain_words(text).split()
    assert plain_words("Hello there.".encode("utf-16-le").decode()) == "Hello there."


@pytest.mark.parametrize("name", ["gone.txt", "gone.SRT", "./gone", "/no/such/place", "C:\\takes\\words.doc", "~/gone"])
def test_a_path_that_is_not_there_is_not_what_is_said(name: str) -> None:
    with pytest.raises(OratorError, match=r"does not exist|cannot be opened"):
        read_transcript(name)


@pytest.mark.parametrize("text", ["Hello there.", "Either/or, he said: no.", "Yes.", "3.5 or 4.2", "a.b", "It's 50/50"])
def test_words_that_are_typed_stay(text: str) -> None:
    assert read_transcript(text) == text


def test_documents_and_empty_files_are_said(tmp_path: Path) -> None:
    for name, data, said in (
        ("a.docx", b"PK\x03\x04....", "plain text"), ("a.pdf", b"%PDF-1.7", "plain text"),
        ("a.txt", bytes(range(256)) * 4, "no text"), ("b.txt", b"", "no words"), ("c.srt", b" \n\n", "no words"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        with pytest.raises(OratorError, match=said):
            read_transcript(str(tmp_path / name))


def test_a_folder_takes_the_subtitles_beside_a_sound(tmp_path: Path) -> None:
    for name in ("a.wav", "a.srt", "b.wav", "b.txt", "b.srt", "c.wav"):
        (tmp_path / name).write_bytes(b"x")
    lines = lines_of_folder(tmp_path, tmp_path / "out", ".npz", {})
    given = [next((a for a in line.arguments if a.startswith("--transcript=")), "") for line in lines]
    assert [Path(text).name for text in given] == ["a.srt", "b.txt", ""]
