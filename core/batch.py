"""Many speech files in one go: what the lines are, a journal that survives a kill, and the runner.

A line is finished when its outputs were put in place (they are written beside and renamed) and the journal says so. If
the process dies between the two, the journal's note from before the work tells on the next run that the outputs are
new, so the line is neither lost nor done twice. One failing line never stops the rest.
"""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .errors import Cancelled, OratorError

JOURNAL: Final = "orator-batch.jsonl"
AUDIO: Final = (".wav", ".mp3", ".ogg", ".opus", ".flac", ".m4a", ".mp4", ".aif", ".aiff")
_PATHS: Final = ("transcript", "pins", "hints", "emotion-reference")
OPTIONS: Final = frozenset(
    "transcript parts seed takes pins emotion emotion-reference reference-strength model emage-mode hints energy "
    "gesture-rate handedness stance head-activity travel temperature lip-strength blink-rate style character frame fps "
    "keys".split()
)
"""Columns of a batch table besides `speech` and `output`: the options of `generate`."""


@dataclass(frozen=True)
class BatchLine:
    """One line: the arguments of `generate` without the command's name, and the outputs that it writes."""

    number: int
    arguments: tuple[str, ...]
    outputs: tuple[Path, ...]

    @property
    def key(self) -> str:
        """What the journal knows the line by: it changes when the line's arguments do."""
        return json.dumps(self.arguments, ensure_ascii=False)


@dataclass(frozen=True)
class Summary:
    """How a batch went. failed: (line number, reason)."""

    total: int
    done: int
    earlier: int
    failed: tuple[tuple[int, str], ...]
    seconds: float

    def sentence(self) -> str:
        """For the end of the run."""
        text = f"{self.done + self.earlier} of {self.total} lines finished"
        if self.earlier:
            text += f" ({self.earlier} in earlier runs)"
        if self.failed:
            text += f", {len(self.failed)} failed"
        return f"{text}, {self.seconds:.0f} s"


def _outputs(output: Path, takes: int) -> tuple[Path, ...]:
    if takes <= 1:
        return (output,)
    return tuple(output.with_name(f"{output.stem}_{k + 1}{output.suffix}") for k in range(takes))


def _line(number: int, speech: Path, output: Path, options: dict[str, str]) -> BatchLine:
    try:
        takes = int(options.get("takes", "1"))
    except ValueError:
        raise OratorError(f"Line {number}: 'takes' is '{options['takes']}', which is no whole number.") from None
    arguments = [str(speech), "-o", str(output)]
    for name, value in options.items():
        # Written with '=', so that a value may begin with a minus sign.
        arguments.append(f"--{name}={value}")
    return BatchLine(number, tuple(arguments), _outputs(output, takes))


def lines_of_folder(folder: Path, out: Path, suffix: str, options: dict[str, str]) -> tuple[BatchLine, ...]:
    """A line for every sound file of a folder, with the .txt of the same name as its transcript.

    Raises OratorError when there is none.
    """
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in AUDIO and not p.name.startswith("."))
    if not files:
        raise OratorError(f"There is no sound file in '{folder}'. It takes {', '.join(AUDIO)}.")
    stems = [p.stem for p in files]
    lines = []
    for k, path in enumerate(files):
        name = path.stem if stems.count(path.stem) == 1 else path.name.replace(".", "_")
        own = dict(options)
        words = path.with_suffix(".txt")
        if words.is_file():
            own.setdefault("transcript", str(words))
        lines.append(_line(k + 1, path, out / f"{name}{suffix}", own))
    return tuple(lines)


def lines_of_table(table: Path, out: Path, suffix: str, options: dict[str, str]) -> tuple[BatchLine, ...]:
    """The lines of a .csv with a `speech` column; `output` and every option of `generate` may be columns too.

    Paths are relative to the table. Options given for the whole batch are overruled by a line's own.
    Raises OratorError that names the line and column.
    """
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise OratorError(f"The table '{table}' cannot be read: save it as UTF-8 .csv. ({error})") from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter))
    columns = [str(c).strip().lower() for c in (rows[0].keys() if rows else ())]
    if "speech" not in columns:
        raise OratorError(f"'{table.name}' has no column 'speech', or no lines. Its first line names the columns.")
    unknown = [c for c in columns if c not in OPTIONS | {"speech", "output"}]
    if unknown:
        raise OratorError(f"'{table.name}' has the column '{unknown[0]}', which is no option of generate.")
    lines, taken = [], set()
    for number, raw in enumerate(rows, 1):
        row = {str(k).strip().lower(): (v or "").strip() for k, v in raw.items() if isinstance(v, str) or v is None}
        if not row.get("speech"):
            raise OratorError(f"Line {number} of '{table.name}' names no speech file.")
        speech = table.parent / row.pop("speech")
        output = out / (row.pop("output", "") or f"{number:03d}_{speech.stem}{suffix}")
        if output in taken:
            raise OratorError(f"Line {number} of '{table.name}' writes '{output.name}', as a line before does.")
        taken.add(output)
        own = {k: v for k, v in row.items() if v}
        for name in _PATHS:
            if name in own and (table.parent / own[name]).is_file():
                own[name] = str(table.parent / own[name])
        if "character" in own and not Path(own["character"]).is_absolute():
            own["character"] = str(table.parent / own["character"])
        lines.append(_line(number, speech, output, {**options, **own}))
    return tuple(lines)


def _stamp(path: Path) -> list[int] | None:
    """What changes when a file is replaced, None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return [stat.st_mtime_ns, stat.st_size, stat.st_ino]


@dataclass
class Journal:
    """The append-only record of a batch; a half-written last line, left by a kill, is ignored."""

    path: Path
    done: set[str] = field(default_factory=set)
    started: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read(self) -> None:
        """Take in what earlier runs wrote."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise OratorError(f"The journal '{self.path}' cannot be read ({error.strerror}).") from error
        for raw in data.split(b"\n"):
            try:
                entry = json.loads(raw)
                key, state = entry["key"], entry["state"]
            except (ValueError, KeyError, TypeError):
                continue
            if state == "started":
                self.started[key] = entry
            elif state == "done":
                self.done.add(key)
        if data and not data.endswith(b"\n"):
            with self.path.open("ab") as stream:
                stream.write(b"\n")

    def write(self, key: str, state: str, **more: Any) -> None:
        """Append an entry and see it onto the disk."""
        entry = {"key": key, "state": state, "time": round(time.time(), 3), **more}
        try:
            with self.path.open("ab") as stream:
                stream.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise OratorError(f"The journal '{self.path}' cannot be written ({error.strerror}).") from error

    def finished(self, line: BatchLine) -> bool:
        """Whether a line is done: the journal says so, or a run that died put all its outputs in place."""
        present = [_stamp(path) for path in line.outputs]
        if any(stamp is None for stamp in present):
            return False
        if line.key in self.done:
            return True
        entry = self.started.get(line.key)
        return entry is not None and all(a != b for a, b in zip(present, entry.get("before", ()), strict=False))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two runs on one folder would do lines twice: the second stops with a sentence. A dead run locks nothing."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with (folder / f".{JOURNAL}.lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            text = f"Another batch is writing to '{folder}'. Wait for it, or choose another folder."
            raise OratorError(text) from None
        yield


def _sweep(lines: Iterable[BatchLine]) -> None:
    """Remove what a killed run left half written beside the outputs."""
    for line in lines:
        for output in line.outputs:
            if output.parent.is_dir():
                for left in output.parent.glob(f".{output.name}.*"):
                    if left.is_file():
                        left.unlink(missing_ok=True)


def run_batch(
    lines: tuple[BatchLine, ...],
    out: Path,
    work: Callable[[BatchLine], None],
    say: Callable[[str], None] = print,
    explain: Callable[[Exception], str] = str,
) -> Summary:
    """Do every line that is not finished, in order; `work` writes a line's outputs or raises.

    A second run goes on where the first stopped, and tries failed lines again. Cancelled stops the run.
    """
    begun = time.monotonic()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OratorError(f"The folder '{out}' cannot be made ({error.strerror}). Choose another.") from error
    done = earlier = 0
    failed: list[tuple[int, str]] = []
    with _alone(out):
        journal = Journal(out / JOURNAL)
        journal.read()
        _sweep(line for line in lines if line.key not in journal.done)
        for line in lines:
            if journal.finished(line):
                earlier += 1
                if line.key not in journal.done:
                    journal.write(line.key, "done", line=line.number)
                continue
            journal.write(line.key, "started", line=line.number, before=[_stamp(p) for p in line.outputs])
            try:
                work(line)
                missing = [p.name for p in line.outputs if not p.is_file()]
                if missing:
                    raise OratorError(f"'{missing[0]}' was not written.")
            except (Cancelled, KeyboardInterrupt):
                raise
            except Exception as error:
                reason = str(error) if isinstance(error, OratorError) else explain(error)
                failed.append((line.number, reason))
                journal.write(line.key, "failed", line=line.number, reason=reason)
                say(f"Line {line.number}: {reason}")
                continue
            journal.write(line.key, "done", line=line.number)
            done += 1
            say(f"Line {line.number} of {len(lines)}: {', '.join(p.name for p in line.outputs)}")
    return Summary(len(lines), done, earlier, tuple(failed), time.monotonic() - begun)
