"""What an artist gives as the words of a speech: typed text, text files, subtitles with their times, RTF.

Time codes, cue numbers and mark-up are never words; the times of subtitles say where their words are.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import OratorError
from ..reading import decode_text, is_ordinary_file, read_bytes, sentence_for

SUFFIXES: Final = (".txt", ".srt", ".vtt", ".rtf")
"""Endings of transcripts, in the order in which one beside a sound file is taken."""
LARGEST: Final = 16 << 20
_NAMED: Final = re.compile(
    r"\.(txt|text|srt|vtt|rtf|md|csv|tsv|json|xml|html?|docx?|odt|pdf|fountain|ass|ssa|sbv|lrc|ttml)$", re.IGNORECASE
)
_PLACED: Final = re.compile(r"^(/|\.{1,2}[/\\]|~[/\\]|[A-Za-z]:[/\\]|\\\\)\S")
_TIME: Final = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_CUE: Final = re.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}[^\n]*$", re.MULTILINE)
_SPEAKER: Final = re.compile(
    r"^[ \t]*(?:[-–—][ \t]*)?(?:>>[ \t]*)?(?:[A-ZÀ-Þ][A-ZÀ-Þ0-9 .'’-]{1,30}:(?=[ \t\n]))?", re.MULTILINE
)
"""Dashes and arrows before a new speaker's words, and the name in capitals that scripts and subtitles put there."""
_LATEST: Final = 1e6


@dataclass(frozen=True)
class Cue:
    """The words of one subtitle, and the seconds between which they are said."""

    start: float
    end: float
    text: str


def read_transcript(given: str) -> str:
    """The transcript that an artist typed, or that is in the file they named.

    Raises OratorError for a file that is not there or holds no text. Subtitles keep their times; see `cues`.
    """
    given = given.strip()
    one_line = "\n" not in given and len(given) < 4096
    if not one_line or not (is_ordinary_file(given) or _NAMED.search(given) or _PLACED.match(given)):
        return given
    path = Path(given).expanduser()
    data = read_bytes(path, "transcript", LARGEST)
    if data[:2] == b"PK" or data[:4] in (b"%PDF", b"\xd0\xcf\x11\xe0"):
        raise OratorError(f"'{path.name}' is a document with a layout. Save it as plain text (.txt) and choose that.")
    text = decode_text(data)
    if text is None:
        raise OratorError(f"The transcript '{path.name}' is no text. Save it as UTF-8 text.")
    if not plain_words(text).strip():
        raise OratorError(f"The transcript '{path.name}' has no words. Choose another, or leave it out.")
    return text


def cues(transcript: str) -> tuple[Cue, ...]:
    """The subtitles of an .srt or .vtt text in the order of their times; none where the text is something else."""
    if "-->" not in transcript:
        return ()
    text = _unmarked(transcript)
    found = list(_CUE.finditer(text))
    out = []
    for k, match in enumerate(found):
        end = found[k + 1].start() if k + 1 < len(found) else len(text)
        # A cue ends with an empty line; what follows may be the next one's number or name.
        words = re.split(r"\n[ \t]*\n", text[match.end() : end].lstrip("\n"), maxsplit=1)[0]
        if k + 1 < len(found) and "\n\n" not in text[match.end() : end].replace("\n \n", "\n\n"):
            words = re.sub(r"\n[ \t]*\d+[ \t]*$", "", words.rstrip("\n"))
        start, last = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
        words = _said(words)
        if words and start < last <= _LATEST:
            out.append(Cue(start, last, words))
    return tuple(sorted(out, key=lambda cue: cue.start))


def plain_words(transcript: str) -> str:
    """The words alone: without times, numbers of cues, mark-up and speakers' names of subtitles and RTF."""
    if transcript.lstrip().startswith("{\\rtf"):
        return _without_rtf(transcript)
    if "-->" in transcript:
        found = cues(transcript)
        if found:
            return "\n".join(cue.text for cue in found)
    return _SPEAKER.sub("", _unmarked(transcript))


def _unmarked(text: str) -> str:
    """A text with plain line ends, and without the zeros of UTF-16 that was read as something else."""
    if "\0" in text:
        text = decode_text(text.encode("latin1", "replace")) or text.replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


def _seconds(groups: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, part = groups
    return int(hours or 0) * 3600.0 + int(minutes or 0) * 60.0 + int(seconds or 0) + float(f"0.{part}")


def _said(words: str) -> str:
    """The words of a cue: tags, styles, sounds in brackets and who speaks are left out."""
    words = re.sub(r"<[^<>]{0,200}>|\{\\[^{}]{0,200}\}", "", words)
    words = re.sub(r"[♪♫#]+|\([A-ZÀ-Þ][^a-z()]{0,60}\)|\[[^\[\]]{0,100}\]", " ", html.unescape(words))
    words = _SPEAKER.sub("", words)
    return " ".join(words.split())


_RTF: Final = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|(.)", re.DOTALL
)
_HIDDEN: Final = frozenset("fonttbl colortbl stylesheet info pict object header footer themedata generator".split())
_SIGNS: Final = {"par": "\n", "line": "\n", "tab": " ", "emdash": "—", "endash": "–", "bullet": " ", "~": " ",
                 "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "_": "-", "sect": "\n"}  # fmt: skip


def _without_rtf(text: str) -> str:
    """The text of an RTF document (Microsoft's Rich Text Format 1.9), without its tables, pictures and formats."""
    out: list[str] = []
    stack: list[tuple[bool, int]] = []
    hidden, after, skip = False, 1, 0
    with sentence_for("The transcript's RTF is damaged. Save it as plain text (.txt)."):
        for match in _RTF.finditer(text):
            word, number, code, sign, brace, plain = match.groups()
            if brace == "{":
                stack.append((hidden, after))
            elif brace == "}":
                hidden, after = stack.pop() if stack else (False, 1)
            elif word in _HIDDEN or sign == "*":
                hidden = True
            elif word == "uc":
                after = min(int(number or 1), 8)
            elif hidden:
                continue
            elif word == "u" and number:
                out.append(chr(int(number) % 65536))
                skip = after
            elif skip and (code or plain):
                skip -= 1
            elif code:
                out.append(bytes([int(code, 16)]).decode("cp1252", "replace"))
            elif word or sign:
                out.append(_SIGNS.get(word or sign, sign if sign and sign in "\\{}" else ""))
            elif plain:
                out.append(plain)
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
