"""A recogniser that the artist has installed: their command writes down what is said. None comes with Orator."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from ..errors import Cancelled, OratorError
from .transcripts import LARGEST, cues, plain_words, read_transcript

if TYPE_CHECKING:
    from .speech import Speech

_ENDINGS: Final = ("", ".srt", ".vtt", ".txt")
"""What programs add to the name that they are given, the ones with times first."""
_TICK: Final = 0.1
_WORDS: Final = 200
"""Characters of a program's last words that are told."""


def arguments(command: str, sound: Path, text: Path) -> list[str]:
    """The artist's command as a program and its arguments; no shell reads it. Raises OratorError."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise OratorError(f"The recogniser's command cannot be read ({error}). Mend it in the preferences.") from None
    if not words:
        raise OratorError("No recogniser is set. Name its command in Orator's preferences.")
    if not any("{sound}" in word for word in words):
        raise OratorError("The recogniser's command does not say {sound} where the sound file's name goes.")
    return [word.replace("{sound}", str(sound)).replace("{text}", str(text)) for word in words]


def recognise(speech: Speech, command: str, cancelled: Callable[[], bool]) -> str:
    """What the artist's recogniser hears in a speech, as text or subtitles; their times are the speech's own.

    Raises OratorError when the command fails or hears nothing, Cancelled when it was stopped.
    """
    import soundfile

    with tempfile.TemporaryDirectory(prefix="orator-") as folder:
        sound, text, printed = Path(folder) / "speech.wav", Path(folder) / "speech", Path(folder) / "printed"
        words = arguments(command, sound, text)
        soundfile.write(str(sound), speech.samples, 16000, subtype="PCM_16")
        with printed.open("wb") as out, (Path(folder) / "errors").open("wb") as errors:
            _run(words, out, errors, cancelled)
        if not any("{text}" in word for word in shlex.split(command)):
            written: Path | None = printed
        else:
            found = (Path(f"{text}{ending}") for ending in _ENDINGS)
            written = next((path for path in found if path.is_file() and path.stat().st_size), None)
        if written is None or written.stat().st_size > LARGEST:
            raise OratorError(f"'{words[0]}' wrote no text to where {{text}} is. Check the command in the preferences.")
        heard = read_transcript(str(written)) if written is not printed else written.read_text("utf-8", "replace")
    heard = heard if cues(heard) else " ".join(plain_words(heard).split())
    if not heard.strip():
        raise OratorError(f"'{words[0]}' heard no words in this speech. Type them, or choose another strip.")
    return heard


def _run(words: list[str], out: IO[bytes], errors: IO[bytes], cancelled: Callable[[], bool]) -> None:
    try:
        process = subprocess.Popen(words, stdout=out, stderr=errors, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise OratorError(f"'{words[0]}' cannot be run ({error.strerror}). Check the recogniser's command.") from None
    try:
        while process.poll() is None:
            if cancelled():
                raise Cancelled
            time.sleep(_TICK)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode:
        told = Path(errors.name).read_text("utf-8", "replace").strip().splitlines()
        last = told[-1][:_WORDS] if told else "it says no reason"
        raise OratorError(f"The recogniser '{words[0]}' failed: {last}")
