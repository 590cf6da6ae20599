"""The artist's own recogniser: what it prints or writes is taken, what goes wrong is one sentence, Esc stops it."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from orator.core.errors import Cancelled, OratorError
from orator.core.speech.recogniser import recognise
from orator.core.speech.speech import Speech
from orator.core.speech.transcripts import cues

SPEECH = Speech(np.zeros(8000, np.float32), 0.0, "voice", ())


def command(tmp_path: Path, code: str, arguments: str) -> str:
    """A program of the artist's: Python that runs `code`."""
    program = tmp_path / "hear.py"
    program.write_text(f"import sys, time, pathlib\n{code}\n", encoding="utf-8")
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(program))} {arguments}"


def hear(given: str, cancelled=lambda: False) -> str:
    return recognise(SPEECH, given, cancelled)


def test_what_it_prints_is_the_transcript(tmp_path: Path) -> None:
    code = "import soundfile\nsound = soundfile.read(sys.argv[1])\nprint('  hello\\nthere', len(sound[0]), sound[1])"
    assert hear(command(tmp_path, code, "{sound}")) == "hello there 8000 16000"


def test_subtitles_that_it_writes_keep_their_times(tmp_path: Path) -> None:
    srt = "1\\n00:00:00,100 --> 00:00:00,400\\nhello there\\n"
    code = f"pathlib.Path(sys.argv[2] + '.srt').write_text('{srt}')"
    heard = hear(command(tmp_path, code, "{sound} {text}"))
    assert [(cue.start, cue.end, cue.text) for cue in cues(heard)] == [(0.1, 0.4, "hello there")]


@pytest.mark.parametrize(
    ("code", "arguments", "sentence"),
    (
        ("sys.exit('no model')", "{sound}", "failed: no model"),
        ("pass", "{sound}", "heard no words"),
        ("pass", "{sound} {text}", "wrote no text"),
        ("pass", "", "does not say {sound}"),
    ),
)
def test_what_goes_wrong_is_a_sentence(tmp_path: Path, code: str, arguments: str, sentence: str) -> None:
    with pytest.raises(OratorError) as caught:
        hear(command(tmp_path, code, arguments))
    assert sentence in str(caught.value)


@pytest.mark.parametrize("given", ("", "whisper '{sound}", "/no/such/program {sound}"))
def test_a_command_that_cannot_run_is_a_sentence(given: str) -> None:
    with pytest.raises(OratorError):
        hear(given)


def test_cancelling_ends_the_program(tmp_path: Path) -> None:
    begin = time.perf_counter()
    with pytest.raises(Cancelled):
        hear(command(tmp_path, "time.sleep(60)", "{sound}"), lambda: time.perf_counter() - begin > 0.3)
    assert time.perf_counter() - begin < 30.0
