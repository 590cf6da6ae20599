"""What became of each line: a JSON file a line, idempotent by the content that the line is made from.

A line is made in a hidden folder beside its outputs. Its result, with the hashes of what was made, is written before
they are put in place: whenever a worker dies, the next one sees whether the line is whole, only has to be put in
place, or has to be made. What a dead worker was writing lies in its folder too, whatever its name, and goes with it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import Cancelled, OratorError
from ..files import alive, clear_half_folder, write_atomically
from .lines import FarmLine, file_hash

PREFIX: Final = ".orator-farm-"
"""How the hidden folder in which a worker makes a line begins; the line's key, the host and the process follow."""

TRIES: Final = 3
"""A line at which so many workers died in a row fails once, and holds up no other; the next run tries it again."""


@dataclass(frozen=True)
class LineResult:
    """What became of a line: 'started', 'made' (whole, but perhaps not in place yet), 'done' or 'failed'.

    hashes    SHA-256 of each output, in the order of the line's outputs
    hidden    the name of the folder in which the outputs were made under their names, '' once they are in place
    sentence  why the line failed
    tries     how often it was started since it last ended: more than once when workers died at it
    """

    number: int
    key: str
    state: str
    hashes: tuple[str, ...] = ()
    hidden: str = ""
    sentence: str = ""
    seconds: float = 0.0
    tries: int = 0


def result_path(results: Path, number: int) -> Path:
    """Where the result of a line is kept."""
    return results / f"line-{number:06d}.json"


def write_result(result: LineResult, results: Path) -> None:
    """Write a line's result. Raises OratorError when it cannot."""
    text = json.dumps({**vars(result), "host": socket.gethostname(), "time": round(time.time(), 3)}, ensure_ascii=False)
    write_atomically(result_path(results, result.number), lambda stream: stream.write(text.encode() + b"\n"))


def read_result(results: Path, number: int) -> LineResult | None:
    """A line's result, None where there is none or what is there is none."""
    try:
        data = json.loads(result_path(results, number).read_text(encoding="utf-8"))
        return LineResult(
            int(data["number"]),
            str(data["key"]),
            str(data["state"]),
            tuple(str(h) for h in data["hashes"]),
            _plain(str(data["hidden"])),
            str(data["sentence"]),
            float(data["seconds"]),
            int(data["tries"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _plain(name: str) -> str:
    """A worker's hidden folder, or none; anything else in a result is not followed."""
    if name and (not name.startswith(PREFIX) or "/" in name or "\\" in name):
        raise ValueError
    return name


def by_deaths(lines: Iterable[FarmLine], results: Path) -> list[FarmLine]:
    """The lines in order, those at which workers died last."""

    def deaths(line: FarmLine) -> int:
        result = read_result(results, line.number)
        return result.tries if result is not None and result.state == "started" else 0

    return sorted(lines, key=deaths)


def line_key(line: FarmLine, models: dict[str, str]) -> str:
    """What the line's content is known by: the bytes of its files, its options, its outputs, and the models.

    The same speech under another path is the same line. Raises OratorError for a file that cannot be read.
    """
    files = line.files()
    options = {}
    for name, value in sorted(line.options.items()):
        path = files.get(name)
        options[name] = value if path is None else file_hash(path) + value[len(str(path)) :]
    told = {"speech": file_hash(line.speech), "options": options, "outputs": list(line.outputs), "models": models}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def whole(line: FarmLine, output: Path, result: LineResult | None, key: str) -> bool:
    """Whether the line is made from this very content and lies whole in place; puts in place what only lacked that."""
    if result is None or result.key != key or result.state not in ("made", "done"):
        return False
    if len(result.hashes) != len(line.outputs):
        return False
    for k, name in enumerate(line.outputs):
        path = output / name
        if path.is_file() and file_hash(path) == result.hashes[k]:
            continue
        made = path.parent / result.hidden / path.name
        if not result.hidden or not made.is_file() or file_hash(made) != result.hashes[k]:
            return False
        os.replace(made, path)
    if result.hidden:
        _clear((output / line.output).with_name(result.hidden))
    return True


def make_line(
    line: FarmLine,
    output: Path,
    results: Path,
    models: dict[str, str],
    make: Callable[[list[str]], None],
    explain: Callable[[Exception], str] = str,
) -> LineResult:
    """Make a line unless it is there and whole; its result, which is also on disk. A failing line raises nothing.

    `make` takes the arguments of `generate` and writes their output, or raises. Raises Cancelled, and OratorError only
    when results cannot be written.
    """
    begun = time.monotonic()
    try:
        if line.problem:
            raise OratorError(line.problem)
        if not line.speech.is_file():
            raise OratorError(f"The speech '{line.speech}' does not exist.")
        key = line_key(line, models)
        result = read_result(results, line.number)
        if not whole(line, output, result, key):
            tries = 1 + (result.tries if result is not None and result.state == "started" else 0)
            if tries > TRIES:
                raise OratorError(f"{TRIES} workers in a row died at this line. Look at its speech and its character.")
            write_result(LineResult(line.number, key, "started", tries=tries), results)
            result = _make(line, output, results, key, make, begun)
        assert result is not None
        if result.state != "done":
            result = LineResult(line.number, key, "done", result.hashes, "", "", result.seconds)
            write_result(result, results)
        return result
    except (Cancelled, KeyboardInterrupt):
        raise
    except Exception as error:
        sentence = str(error) if isinstance(error, OratorError) else explain(error)
        failed = LineResult(line.number, "", "failed", (), "", sentence, round(time.monotonic() - begun, 3))
        write_result(failed, results)
        return failed


def _make(
    line: FarmLine, output: Path, results: Path, key: str, make: Callable[[list[str]], None], begun: float
) -> LineResult:
    place = output / line.output
    place.parent.mkdir(parents=True, exist_ok=True)
    sweep(place.parent, key)
    folder = place.with_name(f"{PREFIX}{key[:16]}-{_host()}-{os.getpid()}-{line.number}")
    try:
        folder.mkdir(exist_ok=True)
        make(line.arguments(folder / place.name))
        missing = [name for name in line.outputs if not (folder / Path(name).name).is_file()]
        if missing:
            raise OratorError(f"'{missing[0]}' was not written.")
        hashes = tuple(file_hash(folder / Path(name).name) for name in line.outputs)
        result = LineResult(line.number, key, "made", hashes, folder.name, "", round(time.monotonic() - begun, 3))
        write_result(result, results)
        for name in line.outputs:
            os.replace(folder / Path(name).name, output / name)
        return result
    finally:
        _clear(folder)


def sweep(folder: Path, key: str, everyone: bool = False) -> None:
    """Remove what dead workers left of one line's content; with `everyone` what living ones make of it too.

    Only folders of a worker's own pattern are looked into. Workers of other machines are left alone.
    """
    pattern = re.compile(rf"{re.escape(PREFIX)}{key[:16]}-([A-Za-z0-9]*)-(\d+)-\d+")
    for path in folder.iterdir() if folder.is_dir() else ():
        match = pattern.fullmatch(path.name)
        if match is not None and (everyone or (match[1] == _host() and not alive(int(match[2])))):
            _clear(path)


def _clear(folder: Path) -> None:
    """Remove a worker's hidden folder with the files in it."""
    if folder.is_symlink() or not folder.is_dir():
        return
    with contextlib.suppress(OSError):  # What stays is hidden, and the next worker's to clear.
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                clear_half_folder(Path(entry.path))
            else:
                os.unlink(entry)
        folder.rmdir()


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9]", "", socket.gethostname())[:16]


def report(lines: Iterable[FarmLine], output: Path, results: Path) -> dict[str, Any]:
    """How the lines ended, as the report that the last step writes: counts, and every failed line with its sentence."""
    rows: list[dict[str, object]] = []
    for line in lines:
        result = read_result(results, line.number)
        state, sentence = (result.state, result.sentence) if result else ("missing", "No worker came to this line.")
        if result is not None and state in ("made", "done"):
            sweep((output / line.output).parent, result.key, everyone=True)
            lost = [name for name in line.outputs if not (output / name).is_file()]
            state = "missing" if lost else "done"
            sentence = f"'{lost[0]}' is not there any more. Run the job again." if lost else ""
        seconds = result.seconds if result else 0.0
        rows.append({"line": line.number, "state": state, "output": line.output, "sentence": sentence, "s": seconds})
    count = {state: sum(row["state"] == state for row in rows) for state in ("done", "failed", "missing")}
    return {"lines": len(rows), **count, "problems": [row for row in rows if row["state"] != "done"], "all": rows}
