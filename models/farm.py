"""`orator farm`: bundles for render farms, and what their workers run."""

from __future__ import annotations

import argparse
import contextlib
import csv
import functools
import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from ..core.errors import OratorError
from ..core.farm.engines import (
    CHUNK,
    FLAMENCO_FILE,
    FLAMENCO_SCRIPT,
    Program,
    flamenco_settings,
    openjd_template,
)
from ..core.farm.lines import (
    INPUTS,
    LINES_FILE,
    FarmLine,
    farm_lines,
    file_hash,
    pack,
    parse_range,
    read_lines,
    write_lines,
)
from ..core.farm.results import LineResult, by_deaths, make_line, report
from ..core.files import write_atomically
from .batch import add_batch_arguments, batch_lines, run_arguments
from .device import add_machine_arguments, machine_arguments


def add_farm_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    suffix: str,
    program: Program,
    parser: Callable[[], argparse.ArgumentParser],
) -> None:
    """`farm openjd`, `farm flamenco`, `farm lines` and `farm report`; `parser` () gives the parser of `generate`."""
    farm = commands.add_parser("farm", help="write a bundle for a render farm; what its workers run")
    kinds = farm.add_subparsers(dest="farm", required=True)
    for engine, text in (("openjd", "Open Job Description"), ("flamenco", "Flamenco 3")):
        write = kinds.add_parser(engine, help=f"a bundle for {text} out of a folder or a table of speech files")
        add_batch_arguments(write, suffix)
        write.add_argument("--name", default="Orator lines", help="what the job is called")
        write.add_argument("--chunk", type=int, default=CHUNK, help=f"lines a worker does in one go ({CHUNK})")
        write.add_argument("--pack", action="store_true", help="copy the files that the lines need into the bundle")
        write.set_defaults(run=functools.partial(_write, engine, program))
    work = kinds.add_parser("lines", help="do some lines of a bundle: what a worker runs")
    work.add_argument("lines", type=Path, metavar="LINES.jsonl")
    work.add_argument("range", metavar="RANGE", help="7, 1-25 or 1-5,9")
    last = kinds.add_parser("report", help="how the lines of a bundle went: what runs at the end")
    last.add_argument("lines", type=Path, metavar="LINES.jsonl")
    for one in (work, last):
        one.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where the takes go")
        one.add_argument("--results", type=Path, required=True, metavar="FOLDER", help="where the results go")
        one.add_argument("--say", choices=("plain", "openjd"), default="plain", help="in whose words progress is told")
    add_machine_arguments(work)
    work.set_defaults(run=lambda args: _work(args, parser()))
    last.set_defaults(run=_report)


def here(module: str = "orator.models.cli") -> Program:
    """What runs this very Orator again: its `orator` command beside the Python, else the Python itself."""
    beside = Path(sys.executable).with_name("orator.exe" if sys.platform == "win32" else "orator")
    if beside.is_file():
        return Program(str(beside))
    found = shutil.which("orator")
    return Program(found) if found else Program(sys.executable, ("-m", module))


def write_bundle(
    engine: str, lines: tuple[FarmLine, ...], bundle: Path, program: Program, name: str, chunk: int = CHUNK
) -> Path:
    """Write the bundle of an engine; the path of its job description. Raises OratorError.

    The same lines file and the same commands serve both engines.
    """
    if chunk < 1:
        raise OratorError("--chunk: give the number of lines that a worker does in one go, from 1.")
    bundle = bundle.absolute()
    write_lines(lines, bundle / LINES_FILE)
    _write_text(bundle / "versions.json", json.dumps(versions(), indent=2) + "\n")
    count = max(line.number for line in lines)
    if engine == "openjd":
        path = bundle / "template.yaml"
        _write_text(path, openjd_template(name, count, program, (bundle / INPUTS).is_dir(), chunk))
        return path
    _write_text(bundle / FLAMENCO_FILE, FLAMENCO_SCRIPT)
    path = bundle / "job.json"
    settings = flamenco_settings(count, program, bundle, chunk)
    _write_text(
        path, json.dumps({"name": name, "type": Path(FLAMENCO_FILE).stem, "settings": settings}, indent=2) + "\n"
    )
    return path


def versions() -> dict[str, object]:
    """What a bundle was written with: to be compared with a worker's, when takes differ."""
    return {"python": sys.version.split()[0], "models": embedded_models()}


@functools.lru_cache(maxsize=1)
def embedded_models() -> dict[str, str]:
    """The versions of all embedded weights: part of what a line's content is known by."""
    from .weights import FOLDER, weights_version

    return {path.stem: weights_version(path.stem) for path in sorted(FOLDER.glob("*.safetensors"))}


@functools.lru_cache(maxsize=8)
def folder_model(folder: str) -> dict[str, str]:
    """The files of a folder of published weights, by their content. Raises OratorError."""
    files = sorted(p for p in Path(folder).rglob("*") if p.suffix in (".safetensors", ".bin", ".json"))
    return {p.relative_to(folder).as_posix(): file_hash(p) for p in files}


def _models(line: FarmLine) -> dict[str, str]:
    _, _, folder = line.options.get("model", "").partition(":")
    return {**embedded_models(), **(folder_model(folder) if folder else {})}


def _write_text(path: Path, text: str) -> None:
    write_atomically(path, lambda stream: stream.write(text.encode()))


def _write(engine: str, program: Program, args: argparse.Namespace) -> int:
    lines = farm_lines(batch_lines(args), args.output)
    if args.pack:
        lines = pack(lines, args.output.absolute())
    path = write_bundle(engine, lines, args.output, program, args.name, args.chunk)
    bad = [line for line in lines if line.problem]
    print(f"{path}: {len(lines)} lines, {args.chunk} a task")
    for line in bad:
        print(f"  line {line.number}: {line.problem}", file=sys.stderr)
    return 0


def _work(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Do the lines of a range; 0 also when lines failed: their results say so. Raises OratorError."""
    known = {line.number: line for line in read_lines(args.lines)}
    wanted = parse_range(args.range)
    lines = by_deaths((known[number] for number in wanted if number in known), args.results)
    say = _progress_of(args.say)

    def make(arguments: list[str]) -> None:
        with contextlib.redirect_stdout(io.StringIO()):  # It would name hidden files.
            run_arguments(parser, [*arguments, *machine_arguments(args)])

    if len(lines) < len(wanted):
        print(
            f"{len(wanted) - len(lines)} of the range's numbers are no lines of '{args.lines.name}'.", file=sys.stderr
        )
    args.output.mkdir(parents=True, exist_ok=True)
    failed = 0
    for k, line in enumerate(lines):
        say(k / len(lines), f"line {line.number}")
        result = make_line(line, args.output, args.results, _models_of(line), make, _explain)
        failed += result.state == "failed"
        print(_result_line(line, result), flush=True)
    say(1.0, f"{len(lines)} lines, {failed} failed")
    return 0


def _models_of(line: FarmLine) -> dict[str, str]:
    try:
        return _models(line)
    except OratorError:
        return {}  # The line itself says what is wrong with its model.


def _explain(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _result_line(line: FarmLine, result: LineResult) -> str:
    if result.state == "failed":
        return f"Line {line.number} failed: {result.sentence}"
    return f"Line {line.number}: {', '.join(line.outputs)}"


def _progress_of(words: str) -> Callable[[float, str], None]:
    """How progress is told: in plain text, or in the words that an Open Job Description session listens to."""

    def plain(fraction: float, text: str) -> None:
        print(f"{100 * fraction:3.0f}% {text}", flush=True)

    def openjd(fraction: float, text: str) -> None:
        print(f"openjd_progress: {100 * fraction:.1f}\nopenjd_status: {text}", flush=True)

    return openjd if words == "openjd" else plain


def _report(args: argparse.Namespace) -> int:
    found = report(read_lines(args.lines), args.output, args.results)
    table = io.StringIO()
    writer = csv.DictWriter(table, ("line", "state", "output", "sentence", "s"))
    writer.writeheader()
    writer.writerows(found.pop("all"))
    _write_text(args.results / "report.json", json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    _write_text(args.results / "report.csv", table.getvalue())
    sentence = f"{found['done']} of {found['lines']} lines done, {found['failed']} failed, {found['missing']} missing"
    _progress_of(args.say)(1.0, sentence)
    for row in found["problems"][:50]:
        print(f"  line {row['line']}: {row['sentence']}")
    if found["missing"]:
        text = f"{found['missing']} lines were not done: run the job again, what is whole is not made again."
        if args.say == "openjd":
            print(f"openjd_fail: {text}", flush=True)
        raise OratorError(text)
    return 0
