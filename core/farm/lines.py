"""The lines file of a farm bundle: JSON, a line each, in the order of the table; and ranges of line numbers."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from ..batch.runner import BatchLine
from ..errors import OratorError
from ..files import write_atomically

LINES_FILE: Final = "lines.jsonl"
INPUTS: Final = "inputs"
_MOST: Final = 1_000_000
"""Line numbers beyond this are a mistake in a range, not work."""


@dataclass(frozen=True)
class FarmLine:
    """One line of work: `speech` and files named in `options` are absolute here, `outputs` are names in the output
    folder.

    problem  why the line cannot be done, where that was known when the bundle was written.
    """

    number: int
    speech: Path
    options: dict[str, str]
    output: str
    outputs: tuple[str, ...]
    problem: str = ""

    def arguments(self, output: Path) -> list[str]:
        """The arguments of `generate` that make this line into `output`."""
        return [str(self.speech), "-o", str(output), *(f"--{k}={v}" for k, v in self.options.items())]

    def files(self) -> dict[str, Path]:
        """Every file the line is made from: the speech, and options that name a file (FILE or FILE:MORE)."""
        found = {"speech": self.speech}
        for name, value in self.options.items():
            path = file_of(value)
            if path is not None:
                found[name] = path
        return found


def file_of(value: str) -> Path | None:
    """The file that an option's value names, before a last ':' too (`hero.blend:Rig`, `calm.npz:0.5`), else None."""
    for text in (value, value.rpartition(":")[0]):
        try:
            if text and len(text) < 4096 and "\n" not in text and Path(text).is_file():
                return Path(text)
        except (OSError, ValueError):
            continue
    return None


def farm_lines(lines: Iterable[BatchLine], out: Path) -> tuple[FarmLine, ...]:
    """The lines of a batch as farm lines; `out` is the folder that their outputs were named in."""
    made = []
    for line in lines:
        names: list[str | None]
        speech, _, output, *rest = line.arguments
        options = {}
        for text in rest:
            name, _, value = text.removeprefix("--").partition("=")
            path = file_of(value)
            options[name] = value if path is None else str(path.absolute()) + value[len(str(path)) :]
        names = [_inside(path, out) for path in (Path(output), *line.outputs)]
        problem = line.problem
        if any(name is None for name in names):
            problem = problem or f"it writes '{output}', outside the output folder. Name a file in it."
            names = [f"line-{line.number}" for _ in names]
        known = [str(name) for name in names]
        made.append(
            FarmLine(line.number, Path(speech).absolute(), options, known[0], tuple(known[1:]), problem),
        )
    return tuple(made)


def _inside(path: Path, folder: Path) -> str | None:
    """A path's name in `folder` with forward slashes, None when it leads out of it."""
    try:
        name = Path(os.path.normpath(path)).relative_to(os.path.normpath(folder))
    except ValueError:
        return None
    return name.as_posix() if ".." not in name.parts else None


def pack(lines: Iterable[FarmLine], bundle: Path) -> tuple[FarmLine, ...]:
    """Copy every file that the lines need into the bundle, each content once, and point the lines there.

    Raises OratorError when a file cannot be copied; a line whose speech is missing is left as it is and will say so.
    """
    copied: dict[Path, Path] = {}

    def into(path: Path) -> Path:
        if path not in copied:
            name = f"{file_hash(path)[:16]}{path.suffix.lower()}"
            target = bundle / INPUTS / name
            if not target.is_file():
                write_atomically(target, lambda stream: _copy(path, stream))
            copied[path] = target
        return copied[path]

    packed = []
    for line in lines:
        options = {}
        for name, value in line.options.items():
            path = file_of(value)
            options[name] = value if path is None else str(into(path)) + value[len(str(path)) :]
        speech = into(line.speech) if line.speech.is_file() else line.speech
        packed.append(FarmLine(line.number, speech, options, line.output, line.outputs, line.problem))
    return tuple(packed)


def _copy(path: Path, stream: IO[bytes]) -> None:
    with path.open("rb") as source:
        shutil.copyfileobj(source, stream, 1 << 20)


def file_hash(path: Path) -> str:
    """SHA-256 of a file; one that did not change is not read twice. Raises OratorError when it cannot be read."""
    try:
        stat = path.stat()
        return _digest(str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino)
    except OSError as error:
        raise OratorError(f"'{path}' cannot be read ({error.strerror or error}).") from error


@lru_cache(maxsize=4096)
def _digest(path: str, _size: int, _modified: int, _inode: int) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_lines(lines: Iterable[FarmLine], path: Path) -> None:
    """Write the lines file; paths inside its folder are written relative to it, so that a bundle can be moved."""
    base = path.parent.absolute()

    def local(value: str, name: str = "") -> str:
        found = Path(value) if name == "speech" else file_of(value)
        if found is None:
            return value
        try:
            return "./" + found.absolute().relative_to(base).as_posix() + value[len(str(found)) :]
        except ValueError:
            return value

    rows = [
        {
            "line": line.number,
            "speech": local(str(line.speech), "speech"),
            "output": line.output,
            "outputs": list(line.outputs),
            "options": {name: local(value) for name, value in line.options.items()},
            **({"problem": line.problem} if line.problem else {}),
        }
        for line in lines
    ]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write_atomically(path, lambda stream: stream.write(text.encode()))


def read_lines(path: Path) -> tuple[FarmLine, ...]:
    """The lines of a lines file. Raises OratorError that names the first line that is none."""
    try:
        rows = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise OratorError(f"The lines file '{path}' cannot be read ({error}). Write the bundle again.") from None
    base = path.parent.absolute()
    lines = []
    for number, row in enumerate(rows, 1):
        try:
            data = json.loads(row)
            line = _line(data, base)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise OratorError(f"Row {number} of '{path.name}' is no line of work. Write the bundle again.") from None
        lines.append(line)
    numbers = [line.number for line in lines]
    if len(set(numbers)) != len(numbers):
        raise OratorError(f"'{path.name}' has two lines of one number. Write the bundle again.")
    return tuple(lines)


def _line(data: dict[str, Any], base: Path) -> FarmLine:
    def real(value: str) -> str:
        return str(base / value) if value.startswith("./") else value

    outputs = tuple(_safe(name) for name in data["outputs"])
    options = {str(k): real(str(v)) for k, v in data["options"].items()}
    if any(re.fullmatch(r"[a-z][a-z-]*", name) is None for name in options) or not outputs:
        raise ValueError
    speech = Path(real(str(data["speech"])))
    return FarmLine(int(data["line"]), speech, options, _safe(data["output"]), outputs, str(data.get("problem", "")))


def _safe(name: Any) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.name or "\\" in name or re.match(r"^[A-Za-z]:", name):
        raise ValueError
    return str(path)


def parse_range(text: str) -> tuple[int, ...]:
    """`7`, `1-25` or `1-5,9,20-22` as numbers in order, each once. Raises OratorError that shows the form."""
    numbers: set[int] = set()
    for piece in text.replace(" ", "").split(","):
        match = re.fullmatch(r"(\d{1,7})(?:-(\d{1,7}))?", piece)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if match is None or last < first or last > _MOST:
            raise OratorError(f"'{text}' is no range of lines. Write 7, 1-25 or 1-5,9.")
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))
