"""Many speech files in one go: what the lines are, a journal that survives a kill, and the runner.

A line is finished when its outputs were put in place (they are written beside and renamed) and the journal says so. If
the process dies between the two, the journal's note from before the work tells on the next run that the outputs are
new, so the line is neither lost nor done twice. One failing line never stops the rest.
"""

from __future__ import annotations

import csv
import io
import json
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from .. import interrupt
from ..errors import Cancelled, OratorError
from ..files import sweep
from ..ranges import check_options, file_options, option_names
from ..reading import is_ordinary_file, read_text, sentence_for
from ..speech.transcripts import SUFFIXES
from .journal import JOURNAL, Journal, stamp

AUDIO: Final = (".wav", ".mp3", ".ogg", ".opus", ".flac", ".m4a", ".mp4", ".aif", ".aiff")
LARGEST_TABLE: Final = 16 << 20


@dataclass(frozen=True)
class BatchLine:
    """One line: the arguments of `generate` without the command's name, and the outputs that it writes.

    problem  why the line cannot be done, where that is known beforehand: it fails, and the others go on.
    """

    number: int
    arguments: tuple[str, ...]
    outputs: tuple[Path, ...]
    problem: str = ""

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


def _line(number: int, speech: Path, output: Path, options: dict[str, str], problem: str = "") -> BatchLine:
    takes = 1
    try:
        check_options(options)
        takes = int(options.get("takes", "1"))
    except OratorError as error:
        problem = problem or str(error)
    arguments = [str(speech), "-o", str(output)]
    for name, value in options.items():
        # Written with '=', so that a value may begin with a minus sign.
        arguments.append(f"--{name}={value}")
    return BatchLine(number, tuple(arguments), _outputs(output, takes), problem)


def lines_of_folder(folder: Path, out: Path, suffix: str, options: dict[str, str]) -> tuple[BatchLine, ...]:
    """A line for every sound file of a folder, with the text or subtitles of the same name as its transcript.

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
        words = next((w for s in SUFFIXES if is_ordinary_file(w := path.with_suffix(s))), None)
        if words is not None:
            own.setdefault("transcript", str(words))
        lines.append(_line(k + 1, path, out / f"{name}{suffix}", own))
    return tuple(lines)


def _rows(table: Path) -> list[dict[str, str]]:
    """The rows of a table by their columns' names in lower case; empty rows are left out. Raises OratorError."""
    text = read_text(table, "table", LARGEST_TABLE)
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep="):  # how some spreadsheets say which delimiter they use
        delimiter, text = first.strip()[4:5] or ",", rest
    else:
        delimiter = max(",;\t", key=first.count)
    with sentence_for(f"'{table.name}' is no .csv table. Save it again from your spreadsheet."):
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    names = [name.strip().lower() for name in read[0]] if read else []
    rows = [[cell.strip() for cell in row] for row in read[1:]]
    rows = [row for row in rows if any(row)]
    if "speech" not in names or not rows:
        raise OratorError(f"'{table.name}' has no column 'speech', or no lines. Its first line names the columns.")
    unknown = [name for name in names if name and name not in option_names() | {"speech", "output"}]
    if unknown:
        raise OratorError(f"'{table.name}' has the column '{unknown[0][:80]}', which is no option of generate.")
    return [{name: cell for name, cell in zip(names, row, strict=False) if name and cell} for row in rows]


def _found(folder: Path, name: str) -> Path:
    """A file by its name in a table, however its accents are composed on this disk."""
    path = folder / name
    for form in ("NFC", "NFD"):
        other = folder / unicodedata.normalize(form, name)
        if not is_ordinary_file(path) and is_ordinary_file(other):
            return other
    return path


def _learned(folder: Path, text: str) -> str:
    """A style as a table names it; a learned one's file (FILE or FILE:AMOUNT) relative to the table."""
    for name, tail in ((text, ""), (text.rpartition(":")[0], text[text.rfind(":") :])):
        if name and is_ordinary_file(_found(folder, name)):
            return f"{_found(folder, name)}{tail}"
    return text


def _resolved(path: Path) -> Path | None:
    """The path with links followed; None for words that are no path."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def _unsafe(line: BatchLine, out: Path, inputs: set[Path | None], anywhere: bool) -> str:
    """Why a line's outputs must not be written, or ''."""
    for output in line.outputs:
        real = _resolved(output)
        if real is None or not (anywhere or real.is_relative_to(out.resolve())):
            return f"its output '{output}' lies outside '{out}'. Name a file inside it, or allow it with --anywhere."
        if real in inputs:
            return f"its output '{output.name}' is a file that this batch reads. Choose another name or folder."
    return ""


def lines_of_table(
    table: Path, out: Path, suffix: str, options: dict[str, str], anywhere: bool = False
) -> tuple[BatchLine, ...]:
    """The lines of a .csv with a `speech` column; `output` and every option of `generate` may be columns too.

    anywhere: outputs may lie outside `out`; without it such a line bears its `problem`, as one does that would write
    over a file that the batch reads. Paths are relative to the table. Options given for the whole batch are overruled
    by a line's own. A line that cannot be done bears its `problem`. Raises OratorError for what is wrong with the table
    as a whole.
    """
    lines, taken = [], set()
    for number, row in enumerate(_rows(table), 1):
        problem = "" if "speech" in row else "it names no speech file."
        speech = _found(table.parent, row.pop("speech", "") or f"line {number}")
        output = out / (row.pop("output", "") or f"{number:03d}_{speech.stem}{suffix}")
        if output in taken:
            problem = f"it writes '{output.name}', as a line before does."
            output = out / f"{number:03d}_{output.name}"
        taken.add(output)
        for name in file_options():
            if name in row and is_ordinary_file(_found(table.parent, row[name])):
                row[name] = str(_found(table.parent, row[name]))
        if "style" in row:
            row["style"] = _learned(table.parent, row["style"])
        if "character" in row and not Path(row["character"]).is_absolute():
            row["character"] = str(_found(table.parent, row["character"]))
        lines.append(_line(number, speech, output, {**options, **row}, problem))
    read = {Path(value) for line in lines for value in (line.arguments[0], *_paths_read(line))}
    inputs = {_resolved(path) for path in (*read, table, out / JOURNAL)} - {None}
    found = [(line, line.problem or _unsafe(line, out, inputs, anywhere)) for line in lines]
    return tuple(replace(line, problem=problem) for line, problem in found)


def _paths_read(line: BatchLine) -> Iterator[str]:
    """What a line's options name as files to read."""
    for argument in line.arguments[3:]:
        name, _, value = argument.removeprefix("--").partition("=")
        if name in file_options():
            yield value
        elif name == "character":
            head, dot, _ = value.partition(".blend")
            yield head + dot


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


def run_batch(
    lines: tuple[BatchLine, ...],
    out: Path,
    work: Callable[[BatchLine], None],
    say: Callable[[str], None] = print,
    explain: Callable[[Exception], str] = str,
) -> Summary:
    """Do every line that is not finished, in order; `work` writes a line's outputs or raises.

    A second run goes on where the first stopped, and tries failed lines again. Lines in whose midst a run died come
    last, so that one that takes the whole program down holds up no other. Cancelled stops the run.
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
        for path in {
            path for line in lines if line.key not in journal.done and not line.problem for path in line.outputs
        }:
            sweep(path)
        for line in sorted(lines, key=lambda line: journal.broken_off.get(line.key, 0)):
            interrupt.check()
            if not line.problem and journal.finished(line.key, line.outputs):
                earlier += 1
                if line.key not in journal.done:
                    journal.write(line.key, "done", line=line.number)
                continue
            journal.write(line.key, "started", line=line.number, before=[stamp(p) for p in line.outputs])
            try:
                if line.problem:
                    raise OratorError(line.problem)
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
