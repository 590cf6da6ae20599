"""A batch with real generation on Orator's own character that is killed again and again, and must still come out whole.

    python tests/batch/kills.py --lines 100 --kills 10 --out /tmp/kills --python .venv-bpy-4.5.15/bin/python

Cuts short speech files out of the demo's, writes a table, starts the batch, kills it with SIGKILL at random moments,
starts it again, and at last lets it end. Then every line must be done once: one `done` in the journal, one output that
nothing touched afterwards, and no half-written file. Prints a line a run, and ends with exit code 0 when all held.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEECH = ROOT / "docs" / "demo" / "speech.wav"


def cut_speech(folder: Path, count: int, rng: random.Random) -> list[str]:
    """Short files of 1 - 2 s out of the demo's speech; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(SPEECH)) as source:
        rate, frames, parameters = source.getframerate(), source.getnframes(), source.getparams()
        for k in range(count):
            length = int(rate * rng.uniform(1.0, 2.0))
            source.setpos(rng.randrange(frames - length))
            with wave.open(str(folder / f"line {k + 1}.wav"), "wb") as file:
                file.setparams(parameters)
                file.writeframes(source.readframes(length))
    return [f"line {k + 1}.wav" for k in range(count)]


def write_table(folder: Path, count: int, rng: random.Random) -> Path:
    names = cut_speech(folder, count, rng)
    table = folder / "lines.csv"
    table.write_text("speech,seed,emotion\n" + "".join(f"{n},{k},happy:0.5\n" for k, n in enumerate(names)))
    return table


def entries(out: Path) -> list[dict]:
    """The journal's whole lines."""
    found = []
    path = out / "orator-batch.jsonl"
    for raw in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            found.append(json.loads(raw))
        except ValueError:
            continue
    return found


def done_lines(out: Path) -> int:
    return len({e["key"] for e in entries(out) if e["state"] == "done"})


def judge(out: Path, count: int) -> list[str]:
    """What is wrong, in sentences."""
    wrong = []
    states = collections.Counter((e["line"], e["state"]) for e in entries(out))
    for line in range(1, count + 1):
        if states[line, "done"] != 1:
            wrong.append(f"line {line} is done {states[line, 'done']} times")
        if states[line, "failed"]:
            wrong.append(f"line {line} failed")
    last = {e["line"]: e for e in entries(out) if e["state"] == "started"}
    finished = {e["line"]: e["time"] for e in entries(out) if e["state"] == "done"}
    late = [n for n, entry in last.items() if entry["time"] > finished.get(n, 1e12)]
    wrong += [f"line {n} was begun again after it was done" for n in late]
    files = [p for p in out.iterdir() if not p.name.startswith((".orator-batch", "orator"))]
    wrong += [f"'{p.name}' was left half written" for p in files if p.name.startswith(".")]
    made = [p for p in files if not p.name.startswith(".")]
    if len(made) != count:
        wrong.append(f"{len(made)} files for {count} lines")
    wrong += [f"'{p.name}' is empty" for p in made if p.stat().st_size < 1000]
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--python", default=sys.executable, help="a Python with bpy and the extension's packages")
    parser.add_argument("--command", help="instead: what runs Blender's command, such as 'blender --command orator'")
    parser.add_argument("--format", default="blend")
    parser.add_argument("--longest", type=float, default=25.0, help="seconds of work before a kill, at most")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    out = args.out / "takes"
    table = write_table(args.out / "speech", args.lines, rng)
    head = shlex.split(args.command) if args.command else [args.python, str(Path(__file__).with_name("launch.py"))]
    command = [*head, "batch", str(table), "-o", str(out), "--format", args.format]
    log = (args.out / "log.txt").open("ab")

    def start() -> subprocess.Popen:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    begun = time.monotonic()
    for kill in range(args.kills):
        before, process = done_lines(out), start()
        # Wait for the run to get going (every other time), so that kills fall into start-up and into work alike.
        limit = time.monotonic() + 300.0
        while kill % 3 and process.poll() is None and done_lines(out) <= before and time.monotonic() < limit:
            time.sleep(0.2)
        time.sleep(rng.uniform(0.0, args.longest if kill % 3 else args.longest / 2))
        ended = process.poll() is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        print(f"kill {kill + 1}: {done_lines(out)} of {args.lines} lines done, {time.monotonic() - begun:.0f} s"
              + (" (it had ended)" if ended else ""), flush=True)  # fmt: skip
    code = start().wait()
    wrong = judge(out, args.lines)
    stamps = {p: p.stat().st_mtime_ns for p in out.iterdir() if not p.name.startswith((".", "orator"))}
    again = start().wait()
    if any(p.stat().st_mtime_ns != stamp for p, stamp in stamps.items()):
        wrong.append("a run with nothing to do wrote files")
    print(f"exit codes {code} and {again}, {done_lines(out)} lines done, {time.monotonic() - begun:.0f} s")
    print("\n".join(wrong) or "every line is done once, none twice, none lost")
    return 1 if wrong or code or again else 0


if __name__ == "__main__":
    sys.exit(main())
