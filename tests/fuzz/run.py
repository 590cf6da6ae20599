"""Feeds damaged files to every reader: each must be read, or refused in a sentence, in bounded memory and time.

    python tests/fuzz/run.py [--count 5000] [--only WORD] [--seed 0] [--write]

Prints a table: files, read, refused, seconds, and what broke; --write puts it into docs/faults.md. Exit code 1 when
anything broke.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import sys
import tempfile
import time
import traceback
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import conftest  # noqa: F401  (the package by its name)

from fuzz.formats import FORMATS
from fuzz.kind import Format
from helpers.marked import put
from orator.core.errors import OratorError
from orator.core.reading import ALLOWANCE

HANG = 120.0
"""Seconds after which a single file counts as an endless loop: the process then ends with the place it hangs at."""


@dataclass
class Tally:
    """How the files of one format went. broken: (number of the file, what happened)."""

    files: int = 0
    read: int = 0
    refused: int = 0
    seconds: float = 0.0
    most: int = 0
    broken: list[tuple[int, str]] = field(default_factory=list)


def bad_sentence(text: str) -> str:
    """What is wrong with a sentence for an artist, or ''."""
    if not text.strip() or not text.rstrip().endswith((".", "?", "'", ")")) or len(text) > 800:
        return "no sentence"
    for word in ("Traceback", "Something went wrong", "Error(", "object at 0x", "NoneType"):
        if word in text:
            return f"'{word}' in a sentence"
    return ""


def one(form: Format, path: Path, tally: Tally, number: int) -> None:
    """Read one file and take note."""
    size = path.stat().st_size
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        form.read(path)
        tally.read += 1
    except OratorError as error:
        tally.refused += 1
        wrong = bad_sentence(str(error))
        if wrong:
            tally.broken.append((number, f"{wrong}: {str(error)[:200]}"))
    except (Exception, RecursionError) as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        tally.broken.append((number, f"{type(error).__name__} at {place}: {str(error)[:120]}"))
    used = tracemalloc.get_traced_memory()[1] - before
    tally.most = max(tally.most, used)
    if used > 10 * size + 2 * ALLOWANCE:
        tally.broken.append((number, f"{used >> 20} MB for a file of {size} bytes"))


def fuzz(form: Format, name: str, count: int, seed: int, folder: Path, first: int = 0) -> Tally:
    """`count` damaged files of a format, from number `first` on; the same seed gives the same files."""
    seeds = form.seeds(folder)
    tally = Tally()
    begun = time.monotonic()
    started = not tracemalloc.is_tracing()
    if started:
        tracemalloc.start()
    for number in range(first, first + count):
        rng = random.Random(f"{seed} {name} {number}")
        path = folder / f"damaged{form.suffix}"
        path.write_bytes(form.damage(rng.choice(seeds), rng))
        faulthandler.dump_traceback_later(HANG, exit=True)
        one(form, path, tally, number)
        faulthandler.cancel_dump_traceback_later()
        tally.files += 1
    if started:
        tracemalloc.stop()
    tally.seconds = time.monotonic() - begun
    return tally


def row_of(name: str, tally: Tally) -> str:
    return (
        f"{name:<22}{tally.files:>7}{tally.read:>7}{tally.refused:>9}{tally.seconds:>9.1f}"
        f"{tally.most / 1e6:>9.1f}  {len(tally.broken)}"
    )


def known_rows(logs: list[Path]) -> dict[str, list[str]]:
    """Format -> its numbers, as earlier runs printed them."""
    found: dict[str, list[str]] = {}
    for line in (line for log in logs for line in log.read_text(encoding="utf-8").splitlines()):
        name = line[:22].strip()
        if name in FORMATS and len(line[22:].split()) == 6:
            found[name] = line[22:].split()
    return found


def page(rows: dict[str, list[str]]) -> str:
    """The Markdown table of every format that was run, and its sum."""
    out = ["| format | files | read | refused in a sentence | seconds | most MB | broken |", "| --- " * 7 + "|"]
    out += [f"| {name} | {' | '.join(rows[name])} |" for name in FORMATS if name in rows]
    files, seconds, broken = (sum(float(row[k]) for row in rows.values()) for k in (0, 3, 5))
    return "\n".join([*out, "", f"{files:.0f} damaged files, {broken:.0f} tracebacks or worse, {seconds:.0f} s."])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000, help="files a format")
    parser.add_argument("--only", default="", help="formats with one of these in their name, by commas")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the number of the first file")
    parser.add_argument("--write", action="store_true", help="the table into docs/faults.md")
    parser.add_argument("--known", type=Path, nargs="*", default=[], help="logs of earlier runs, for the table")
    options = parser.parse_args()
    rows = known_rows(options.known)
    todo = [n for n in FORMATS if n not in rows and any(word in n for word in options.only.split(","))]
    print(f"{'format':<22}{'files':>7}{'read':>7}{'refused':>9}{'seconds':>9}{'most MB':>9}  broken")
    for name in todo:
        with tempfile.TemporaryDirectory(prefix="orator-fuzz-") as folder:
            tally = fuzz(FORMATS[name], name, options.count, options.seed, Path(folder), options.first)
        print(row_of(name, tally), flush=True)
        rows[name] = row_of(name, tally)[22:].split()
        kinds: dict[str, int] = {}
        for number, what in tally.broken:
            kinds.setdefault(what, number)
        for what, number in list(kinds.items())[:12]:
            print(f"    {number}: {what}")
    text = page(rows)
    print(text.rsplit("\n", 1)[-1])
    if options.write:
        put(Path(__file__).resolve().parents[2] / "docs" / "faults.md", "fuzz", text)
    return 1 if any(int(row[5]) for row in rows.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
