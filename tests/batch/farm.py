"""A bundle of short lines through a farm's engine: killed at random moments and run again, and against a serial run.

    python tests/batch/farm.py [--lines 1000] [--kills 10] [--chunk 25] [-o FOLDER] [--table]

Needs openjd-cli in this Python. Prints what was made, made twice, lost, and whether the bytes equal a serial run;
with --table, how long a chunk takes against one process a line. Exit code 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

ORATOR = [sys.executable, "-m", "orator.models.cli"]
OPENJD = [str(Path(sys.executable).with_name("openjd"))]


def write_speech(folder: Path, count: int) -> Path:
    """`count` second-long hums of their own, one of them no sound at all, and the table that names them."""
    rng = np.random.default_rng(11)
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["speech,seed"]
    time_axis = np.arange(11200) / 16000.0
    for k in range(count):
        name = f"line {k:04d}.wav"
        pitch = 90.0 + 160.0 * rng.random()
        loud = np.clip(np.sin(2 * np.pi * (2.0 + 3.0 * rng.random()) * time_axis), 0.0, 1.0)
        tone = sum(np.sin(2 * np.pi * pitch * n * time_axis) / n for n in range(1, 9))
        soundfile.write(folder / name, (0.2 * loud * tone).astype(np.float32), 16000)
        rows.append(f"{name},{k}")
    (folder / f"line {count // 2:04d}.wav").write_bytes(b"RIFF poison")
    table = folder / "lines.csv"
    table.write_text("\n".join(rows) + "\n")
    return table


def takes(folder: Path) -> dict[str, tuple[int, int]]:
    """Names of whole takes, with what changes when one is made again."""
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.glob("[!.]*.npz")}


def family_of(pid: int) -> set[int]:
    """A process and all that it begot; workers of openjd have sessions of their own."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout.splitlines()
    pairs = [tuple(map(int, row.split())) for row in listed[1:] if row.strip()]
    family = {pid}
    while more := {child for child, parent in pairs if parent in family} - family:
        family |= more
    return family


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """The engine and every worker of it, at once: all are stopped first, so that none begets one that lives on."""
    stopped: set[int] = set()
    while fresh := family_of(process.pid) - stopped:
        for pid in fresh:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        stopped |= fresh
    for pid in stopped:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def engine(bundle: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*OPENJD, "run", str(bundle / "template.yaml")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def through_kills(bundle: Path, kills: int) -> int:
    """Run the job to its end through `kills` kills; how many takes were made more than once."""
    rng = random.Random(5)
    seen: dict[str, tuple[int, int]] = {}
    twice = 0
    for left in range(kills, -1, -1):
        process = engine(bundle)
        begin, have = time.monotonic(), len(seen)
        while process.poll() is None:
            time.sleep(0.05)
            made = len(takes(bundle / "takes"))
            if left and made > have and time.monotonic() - begin > 4.0 and rng.random() < 0.01:
                kill_tree(process)
        now = takes(bundle / "takes")
        twice += sum(name in seen and seen[name] != stamp for name, stamp in now.items())
        print(f"  {len(now)} takes after {'the end' if not left else 'a kill'}", flush=True)
        seen = now
    return twice


def seconds(command: list[str]) -> float:
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--chunk", type=int, default=25)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    root = options.output or Path(tempfile.mkdtemp(prefix="orator-farm-"))
    table, bundle = write_speech(root / "speech", options.lines), root / "bundle"
    subprocess.run(
        [*ORATOR, "farm", "openjd", str(table), "-o", str(bundle), "--chunk", str(options.chunk)], check=True
    )
    subprocess.run([*OPENJD, "check", str(bundle / "template.yaml")], check=True)
    twice = through_kills(bundle, options.kills)
    serial = root / "serial"
    work = [*ORATOR, "farm", "lines", str(bundle / "lines.jsonl"), f"1-{options.lines}", "--results", str(root / "r")]
    one = seconds([*work, "-o", str(serial)])
    made = {p.name: p.read_bytes() for p in (bundle / "takes").glob("[!.]*.npz")}
    equal = made == {p.name: p.read_bytes() for p in serial.glob("[!.]*.npz")}
    hidden = [p for p in (bundle / "takes").iterdir() if p.name.startswith(".")]
    print(f"{options.lines} lines, {options.kills} kills: {len(made)} takes of {options.lines - 1} good lines, "
          f"{twice} made twice, {len(hidden)} half-written left, equal to a serial run: {equal}")  # fmt: skip
    if options.table:
        few = 8
        single = 0.0
        for k in range(1, few + 1):
            command = [*ORATOR, "farm", "lines", str(bundle / "lines.jsonl"), str(k), "-o", str(root / "one")]
            single += seconds([*command, "--results", str(root / "one-results")])
        print(f"one process a line: {few / single:.2f} lines a second; "
              f"{options.lines} lines in one process: {options.lines / one:.2f}")  # fmt: skip
    if options.output is None:
        shutil.rmtree(root)
    return 0 if (len(made), twice, len(hidden), equal) == (options.lines - 1, 0, 0, True) else 1


if __name__ == "__main__":
    sys.exit(main())
