"""Kills and cancels at random moments of generate, bake, save, export and batch: nothing is lost, nothing half written.

    python tests/batch/ends.py --rounds 20 --out /tmp/ends --python .venv-bpy-5.0.1/bin/python

Each round makes one of the works in a process of its own and ends it at a random moment: with SIGKILL, or by its own
cancel (Ctrl+C). Every file that was there before must then be what it was, or be
replaced by a whole one; a cancel leaves nothing behind, and what a kill left is gone once the same work was done again.
Prints a line a round; exit code 0 when all held.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from kills import SPEECH, cut_speech

HERE = Path(__file__).resolve().parent
WORKS = ("generate", "bake", "save", "export", "batch")


def whole(path: Path) -> bool:
    """Whether a file is a complete one of its kind."""
    data = path.read_bytes()
    if path.suffix == ".npz":
        return zipfile.is_zipfile(path) and zipfile.ZipFile(path).testzip() is None
    if path.suffix == ".glb":
        return data[:4] == b"glTF" and int.from_bytes(data[8:12], "little") == len(data)
    if path.suffix == ".blend":  # whole files end in their last block, whether compressed or not
        return data[:4] == b"(\xb5/\xfd" or (data[:7] == b"BLENDER" and b"ENDB" in data[-64:])
    return len(data) > 0


def arguments(work: str, folder: Path, speech: str, seed: int) -> list[str]:
    """The command of a work, writing to the same file each time."""
    if work == "batch":
        return [
            "batch",
            str(folder / "speech"),
            "-o",
            str(folder / "takes"),
            "--format",
            "npz",
            "--set",
            f"seed={seed}",
        ]
    if work == "export":
        return ["export", str(folder / "there.npz"), "-o", str(folder / "out.glb"), "--no-check"]
    suffix = {"generate": "npz", "bake": "blend", "save": "blend"}[work]
    return ["generate", speech, "-o", str(folder / f"out-{work}.{suffix}"), "--seed", str(seed)]


def digests(folder: Path) -> dict[Path, str]:
    return {p: hashlib.blake2b(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


def left_behind(folder: Path) -> list[Path]:
    return sorted(folder.rglob(".orator-half*"))


def judge(before: dict[Path, str], folder: Path) -> list[str]:
    """What is wrong after an end, in sentences."""
    now = digests(folder)
    wrong = [f"'{p.name}' was lost" for p in before if p not in now and not p.name.startswith(".")]
    for path, digest in now.items():
        if path.name.startswith(".") or path.suffix in (".jsonl", ".txt"):
            continue
        if before.get(path) != digest and not whole(path):
            wrong.append(f"'{path.name}' is half written")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="ends, half of them kills and half cancels")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--python", default=sys.executable, help="a Python with bpy and the extension's packages")
    parser.add_argument("--longest", type=float, default=8.0, help="seconds of work before an end, at most")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng, folder = random.Random(args.seed), args.out
    names = cut_speech(folder / "speech", 2, rng)
    speech, log = str(folder / "speech" / names[0]), (folder.parent / f"{folder.name}.log").open("ab")
    head = [*shlex.split(args.python), str(HERE / "launch.py")]
    if not (folder / "there.npz").exists():
        subprocess.run([*head, "generate", str(SPEECH), "-o", str(folder / "there.npz")], check=True, stdout=log)
    wrong, slowest = [], 0.0
    for k in range(args.rounds):
        work, kill = WORKS[k // 2 % len(WORKS)], k % 2 == 0
        before = digests(folder)
        process = subprocess.Popen(
            [*head, *arguments(work, folder, speech, k // 2)],
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # shells let their background ignore it
        )
        time.sleep(rng.uniform(0.3, args.longest))
        ended, asked = process.poll() is not None, time.monotonic()
        os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGINT) if not ended else None
        process.wait(timeout=120)
        seconds = time.monotonic() - asked
        found = judge(before, folder)
        if not kill and not ended:
            slowest = max(slowest, seconds)
            if process.returncode == 0:
                found.append("it was not cancelled")
            found += [f"'{p.name}' stays after a cancel" for p in left_behind(folder)]
        wrong += [f"round {k + 1}, {work}: {text}" for text in found]
        said = (
            "had ended"
            if ended
            else "killed"
            if kill
            else f"cancelled, exit code {process.returncode} after {seconds:.2f} s"
        )
        print(f"{k + 1}: {work} {said}{': ' + '; '.join(found) if found else ''}", flush=True)
    for k, work in enumerate(WORKS):
        code = subprocess.run([*head, *arguments(work, folder, speech, 100 + k)], stdout=log, stderr=log).returncode
        if code:
            wrong.append(f"{work} does not come to its end any more (exit code {code})")
    wrong += [f"'{p.name}' was left half written" for p in left_behind(folder)]
    print(f"{args.rounds} ends, the slowest cancel {slowest:.2f} s")
    print("\n".join(wrong) or "nothing is lost, nothing half written, nothing left behind")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
