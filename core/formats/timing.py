"""Words in time as other tools write them: subtitles (.srt, .vtt) and Praat's TextGrid, read within bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..errors import OratorError
from ..files import write_atomically
from ..reading import decode_text, read_bytes
from ..speech.transcripts import cues
from ..speech.words import PlacedWord

SUFFIXES: Final = (".srt", ".TextGrid")
_LARGEST: Final = 16 << 20
_MOST: Final = 200_000
_TIER: Final = re.compile(r'"IntervalTier"\s*(?:name\s*=\s*)?"((?:[^"]|"")*)"')
_INTERVAL: Final = re.compile(
    r'(?:xmin\s*=\s*)?([0-9.eE+-]{1,30})\s+(?:xmax\s*=\s*)?([0-9.eE+-]{1,30})\s+(?:text\s*=\s*)?"((?:[^"]|"")*)"'
)
_SILENT: Final = frozenset(("", "sil", "sp", "spn", "<eps>", "#", "_"))
_WORDS: Final = ("words", "word", "ort", "orthography", "transcript")
"""Names of tiers that hold words, the first one found counts; without one of them it is the first tier."""


def read_timing(path: str | Path) -> tuple[PlacedWord, ...]:
    """The words of a file in time order. Raises OratorError for one that holds none."""
    path = Path(path)
    text = decode_text(read_bytes(path, "timing", _LARGEST))
    if text is None:
        raise OratorError(f"'{path.name}' is no text. Choose subtitles (.srt, .vtt) or a TextGrid of Praat.")
    words = _of_textgrid(text) if "IntervalTier" in text else [
        word for cue in cues(text) for word in _shared(cue.text, cue.start, cue.end)
    ]  # fmt: skip
    if not words:
        raise OratorError(f"'{path.name}' has no words with times. Choose subtitles, or a TextGrid with words.")
    return tuple(sorted(words[:_MOST], key=lambda word: word.start))


def _of_textgrid(text: str) -> list[PlacedWord]:
    tiers = list(_TIER.finditer(text))
    named = [t for wanted in _WORDS for t in tiers if t.group(1).lower() == wanted]
    tier = (named or tiers)[0] if tiers else None
    if tier is None:
        return []
    end = next((other.start() for other in tiers if other.start() > tier.start()), len(text))
    out = []
    for match in _INTERVAL.finditer(text, tier.end(), end):
        said = match.group(3).replace('""', '"').strip()
        try:
            start, last = float(match.group(1)), float(match.group(2))
        except ValueError:
            continue
        if said.lower() not in _SILENT and 0.0 <= start < last < 1e6:
            out.append(PlacedWord(said, start, last))
    return out


def _shared(text: str, start: float, end: float) -> list[PlacedWord]:
    """The words of one subtitle, its time shared out by their letters."""
    said = text.split()
    letters = sum(len(word) for word in said)
    out, at = [], start
    for word in said:
        last = at + (end - start) * len(word) / letters
        out.append(PlacedWord(word, at, max(last, at + 1e-3)))
        at = last
    return out


def write_timing(path: str | Path, words: Sequence[PlacedWord], seconds: float) -> None:
    """Write words to a file by its ending, .srt with a subtitle a word, or .TextGrid. Raises OratorError."""
    path = Path(path)
    if path.suffix.lower() == ".textgrid":
        text = _textgrid(words, seconds)
    elif path.suffix.lower() == ".srt":
        text = subtitles(words)
    else:
        raise OratorError(
            f"'{path.name}' is no timing that can be written. End its name in {' or '.join(SUFFIXES)} for words, "
            "in .tsv or .json for mouths."
        )
    write_atomically(path, lambda stream: stream.write(text.encode("utf-8")))


def subtitles(words: Sequence[PlacedWord]) -> str:
    """A subtitle a word, to the millisecond (SubRip)."""
    rows = (f"{k}\n{_clock(w.start)} --> {_clock(w.end)}\n{w.text}\n" for k, w in enumerate(words, 1))
    return "\n".join(rows)


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3600000:02d}:{whole // 60000 % 60:02d}:{whole // 1000 % 60:02d},{whole % 1000:03d}"


def _textgrid(words: Sequence[PlacedWord], seconds: float) -> str:
    """Praat's long text format with one tier; silences are empty intervals, since a tier has no gaps."""
    rows: list[tuple[float, float, str]] = []
    at = 0.0
    for word in words:
        start = max(word.start, at)
        if start > at:
            rows.append((at, start, ""))
        if word.end > start:
            rows.append((start, word.end, word.text))
            at = word.end
    if at < seconds:
        rows.append((at, seconds, ""))
    last = max(seconds, at)
    head = f'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = {last:.6f}\n'
    head += 'tiers? <exists>\nsize = 1\nitem []:\n    item [1]:\n        class = "IntervalTier"\n'
    head += f'        name = "words"\n        xmin = 0\n        xmax = {last:.6f}\n'
    body = "".join(
        f"        intervals [{k}]:\n            xmin = {start:.6f}\n            xmax = {end:.6f}\n"
        f'            text = "{text.replace(chr(34), 2 * chr(34))}"\n'
        for k, (start, end, text) in enumerate(rows, 1)
    )
    return f"{head}        intervals: size = {len(rows)}\n{body}"
