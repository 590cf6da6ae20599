"""`orator batch`: takes for a folder or a table of speech files, going on after an interruption."""

from __future__ import annotations

import argparse
import contextlib
import io
from collections.abc import Callable, Iterable
from pathlib import Path

from ..core.batch.runner import BatchLine, lines_of_folder, lines_of_table, run_batch
from ..core.errors import OratorError
from ..core.ranges import check_options, option_names
from .device import machine_arguments


def add_batch_arguments(parser: argparse.ArgumentParser, suffix: str) -> None:
    """The options of `batch`, shared with the command inside Blender."""
    parser.add_argument(
        "source", type=Path, metavar="FOLDER|TABLE.csv", help="sound files, or a table with a speech column"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where the takes go")
    parser.add_argument("--format", default=suffix, help=f"ending of the files that are written ({suffix})")
    parser.add_argument("--anywhere", action="store_true", help="let the table's outputs lie outside the folder of -o")
    parser.add_argument(
        "--set", action="append", default=[], metavar="OPTION=VALUE", help="an option of generate for every line"
    )


def batch_lines(args: argparse.Namespace) -> tuple[BatchLine, ...]:
    """The lines that the options ask for. Raises OratorError."""
    options = {}
    for text in args.set:
        name, sign, value = text.partition("=")
        if not sign or name not in option_names():
            raise OratorError(f"--set {text}: write an option of generate as OPTION=VALUE, such as --set seed=7.")
        options[name] = value
    check_options(options)
    suffix = args.format if args.format.startswith(".") else f".{args.format}"
    if args.source.is_dir():
        return lines_of_folder(args.source, args.output, suffix, options)
    if args.source.is_file():
        return lines_of_table(args.source, args.output, suffix, options, args.anywhere)
    raise OratorError(f"'{args.source}' does not exist. Give a folder of sound files or a .csv.")


def run_arguments(parser: argparse.ArgumentParser, arguments: Iterable[str]) -> None:
    """`generate` with the arguments of a line. Raises OratorError where the parser would leave the program."""
    errors = io.StringIO()
    try:
        with contextlib.redirect_stderr(errors):
            own = parser.parse_args(["generate", *arguments])
    except SystemExit:
        said = errors.getvalue().strip().splitlines() or ["its options cannot be read"]
        raise OratorError(said[-1]) from None
    own.run(own)


def run_lines(
    args: argparse.Namespace,
    parser: argparse.ArgumentParser,
    explain: Callable[[Exception], str] = lambda error: f"{type(error).__name__}: {error}",
) -> int:
    """Every line as `generate` would do it. The exit code is 1 when a line failed."""

    def work(line: BatchLine) -> None:
        run_arguments(parser, (*line.arguments, *machine_arguments(args)))

    summary = run_batch(batch_lines(args), args.output, work, explain=explain)
    print(summary.sentence())
    for number, reason in summary.failed:
        print(f"  line {number}: {reason}")
    return 1 if summary.failed else 0
