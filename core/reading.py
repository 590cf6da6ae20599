"""Reading files that nobody here wrote: ordinary files only, within bounds, and one sentence for whatever is wrong.

What a file unfolds to in memory may be ten times its size plus ALLOWANCE: more than any take, pose list or motion
needs, and far less than a small file can promise.
"""

from __future__ import annotations

import json
import math
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from .errors import Cancelled, OratorError

ALLOWANCE: Final = 256 << 20
"""Bytes that any file may unfold to, however small it is."""
MOST_TEXT: Final = 512 << 20
"""Bytes of the longest text or table that is read."""
_DEEPEST: Final = 100


def room(size: int) -> int:
    """How many bytes a file of `size` bytes may unfold to."""
    return 10 * size + ALLOWANCE


def ordinary_file(path: str | Path, what: str) -> Path:
    """The path, when it is a file that can be read to its end. Raises OratorError.

    Folders, pipes, sockets and devices are refused before they are opened: reading one may never end.
    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise OratorError(f"The {what} '{path}' does not exist. Choose another file.") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = getattr(error, "strerror", None) or "there is no such name"
        raise OratorError(f"The {what} '{_short(path)}' cannot be opened ({reason}). Choose another file.") from None
    if stat.S_ISDIR(mode):
        raise OratorError(f"'{path}' is a folder, not a {what}. Choose a file.")
    if not stat.S_ISREG(mode):
        raise OratorError(f"'{path}' is a device or a pipe, not a {what}. Choose an ordinary file.")
    if not os.access(path, os.R_OK):
        raise OratorError(f"The {what} '{path}' cannot be opened (Permission denied). Check its permissions.")
    return path


def is_ordinary_file(path: str | Path) -> bool:
    """Whether there is a file of this name that can be read to its end; False for names that cannot be."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def _short(path: Path) -> str:
    text = str(path).replace("\0", "?")
    return text if len(text) <= 80 else f"{text[:60]}...{text[-12:]}"


def read_bytes(path: str | Path, what: str, most: int = MOST_TEXT) -> bytes:
    """The bytes of an ordinary file. Raises OratorError, also for one larger than `most`."""
    path = ordinary_file(path, what)
    try:
        with path.open("rb") as stream:
            data = stream.read(min(most, os.fstat(stream.fileno()).st_size) + 1)
    except OSError as error:
        raise OratorError(f"The {what} '{path}' cannot be read ({error.strerror or error}). Copy it again.") from None
    if len(data) > most:
        raise OratorError(f"'{path.name}' is larger than {most >> 20} MB, too large for a {what}. Choose another file.")
    return data


def decode_text(data: bytes) -> str | None:
    """The text in bytes as editors and spreadsheets save it: UTF-8, UTF-16 with or without its mark, or cp1252.

    None for what is no text.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        guesses: tuple[str, ...] = ("utf-16",)
    elif len(data) >= 4 and data[1::2].count(0) > 0.4 * len(data) / 2 > data[0::2].count(0) * 4:
        guesses = ("utf-16-le",)
    elif len(data) >= 4 and data[0::2].count(0) > 0.4 * len(data) / 2 > data[1::2].count(0) * 4:
        guesses = ("utf-16-be",)
    else:
        guesses = ("utf-8-sig", "cp1252")
    for encoding in guesses:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return None


def read_text(path: str | Path, what: str, most: int = MOST_TEXT) -> str:
    """The text of an ordinary file, however it is encoded. Raises OratorError."""
    text = decode_text(read_bytes(path, what, most))
    if text is None:
        raise OratorError(f"'{Path(path).name}' is no text, so it is no {what}. Choose another file.")
    return text


def parse_json(text: str | bytes, source: str) -> Any:
    """JSON from outside. Raises OratorError; `source` begins its sentence ("'a.json'", "The mapping on 'Rig'").

    Numbers that are not finite, numbers of thousands of digits and nests deeper than any of ours are refused.
    """
    try:
        value = json.loads(text, parse_constant=_no_number, parse_int=_whole, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise OratorError(f"{source} is broken at line {error.lineno}: {error.msg}. Mend or save it again.") from None
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else _reason(error)
        raise OratorError(f"{source} cannot be read: {reason}. Save it again.") from None
    if _depth(value) > _DEEPEST:
        raise OratorError(f"{source} cannot be read: it is nested too deeply. Save it again.")
    return value


def _reason(error: Exception) -> str:
    return "it is no UTF-8 text" if isinstance(error, UnicodeError) else str(error)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"the number {digits[:20]} is too large")
    return value


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError(f"the number {digits[:8]}... has {len(digits)} digits")
    return int(digits)


def _depth(value: object) -> int:
    """How deep lists and objects are nested, level by level; stops a little below what is allowed."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST:
        depth += 1
        below: list[object] = []
        for entry in level:
            if isinstance(entry, dict):
                below += [v for v in entry.values() if isinstance(v, (dict, list))]
            elif isinstance(entry, list):
                below += [v for v in entry if isinstance(v, (dict, list))]
        level = below
    return depth


def unzipped(data: bytes, most: int) -> bytes:
    """What zlib packed, at most `most` bytes of it. Raises ValueError for more, and zlib.error for damage."""
    stream = zlib.decompressobj()
    out = stream.decompress(data, most + 1)
    if len(out) > most or not stream.eof:
        raise ValueError("more was packed than belongs there, or less")
    return out


@contextmanager
def sentence_for(text: str) -> Iterator[None]:
    """Whatever damaged data makes the code inside raise becomes an OratorError with this text.

    For the border of a reader: what is checked says its own, better sentence, and passes.
    """
    try:
        yield
    except (OratorError, Cancelled):
        raise
    except MemoryError:
        raise OratorError("There is not enough memory to read this. Close other programs, then try again.") from None
    except Exception as error:
        raise OratorError(text) from error
