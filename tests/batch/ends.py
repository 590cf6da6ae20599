"""Kills and cancels at random moments of every work that writes files: nothing is lost, nothing half written.

    make ends [ROUNDS=220] [WRITE=1]

Each round makes one of the works in a process of its own and ends it at a random moment: with SIGKILL, or by its own
cancel (Ctrl+C). Every file that was there before must then be what it was, or be
replaced by a whole one; a cancel leaves nothing behind, and what a kill left is gone once the same work was done again.
Prints a line a round and a table (--write: into docs/faults.md); exit code 0 when all held.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from helpers.marked import put  # noqa: E402
from kills import SPEECH, cut_speech  # noqa: E402

Arguments = Callable[[Path, str, int], list[str]]


def _generated(suffix: str, work: str) -> Arguments:
    return lambda folder, speech, seed: [
        "generate", speech, "-o", str(folder / f"out-{work}.{suffix}"), "--seed", str(seed)
    ]  # fmt: skip


def _batch(folder: Path, _speech: str, seed: int) -> list[str]:
    return ["batch", str(folder / "speech"), "-o", str(folder / "takes"), "--format", "npz", "--set", f"seed={seed}"]


def _farm(folder: Path, _speech: str, seed: int) -> list[str]:
    work = ["farm", "lines", str(folder / f"bundle-{seed % 2}" / "lines.jsonl"), "1-2"]
    return [*work, "-o", str(folder / "farmed"), "--results", str(folder / "results")]


def _style(folder: Path, _speech: str, _seed: int) -> list[str]:
    return ["style", "learn", str(folder / "there.npz"), "-o", str(folder / "style.npz")]


def _export(folder: Path, _speech: str, _seed: int) -> list[str]:
    return ["export", str(folder / "there.npz"), "-o", str(folder / "out.glb"), "--no-check"]


WORKS: dict[str, Arguments] = {
    "generate": _generated("npz", "generate"),
    "bake": _generated("blend", "bake"),
    "save": _generated("blend", "save"),
    "export": _export,
    "batch": _batch,
    "farm": _farm,
    "style": _style,
}


@dataclass
class Tally:
    """How one work's rounds went."""

    kills: int = 0
    cancels: int = 0
    ended: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)


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


def table(tallies: dict[str, Tally]) -> str:
    """The Markdown table."""
    head = "| work | kills | cancels | slowest cancel, s | ended before | lost, half written or left |"
    rows = [head, "| --- " * 6 + "|"]
    for work, t in tallies.items():
        bad = "; ".join(t.wrong) or "nothing"
        rows.append(f"| {work} | {t.kills} | {t.cancels} | {t.slowest:.1f} | {t.ended} | {bad} |")
    kills, cancels = (sum(getattr(t, name) for t in tallies.values()) for name in ("kills", "cancels"))
    wrong = sum(len(t.wrong) for t in tallies.values())
    return "\n".join([*rows, f"| all | {kills} | {cancels} | | | {wrong or 'nothing'} |"])


def _forget(folder: Path) -> None:
    """What a farm finds made, it does not make again."""
    for made in (*folder.glob("farmed/*.npz"), *folder.glob("results/*.json")):
        made.unlink()


def _seconds(command: list[str], log: object, folder: Path) -> float:
    """How long a work goes on after it was ready, when nobody ends it."""
    _forget(folder)
    ready = folder.parent / f"{folder.name}.ready"
    ready.unlink(missing_ok=True)
    begun = time.time()
    subprocess.run(command, env={**os.environ, "ORATOR_READY": str(ready)}, stdout=log, stderr=log)
    return time.time() - (ready.stat().st_mtime if ready.exists() else begun)


def run(command: list[str], log: object, wait: float, kill: bool, tally: Tally, folder: Path) -> str:
    """One round: start, wait, end, judge. The sentence that is printed."""
    before, left = digests(folder), set(left_behind(folder))  # a kill may have left folders too
    ready = folder.parent / f"{folder.name}.ready"
    ready.unlink(missing_ok=True)
    process = subprocess.Popen(
        command,
        env={**os.environ, "ORATOR_READY": str(ready)},
        stdout=log,
        stderr=log,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # shells let their background ignore it
    )
    begun = time.monotonic()
    while not ready.exists() and process.poll() is None and time.monotonic() < begun + 120.0:
        time.sleep(0.02)
    time.sleep(wait)
    ended, asked = process.poll() is not None, time.monotonic()
    if not ended:
        os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGINT)
    process.wait(timeout=120)
    seconds = time.monotonic() - asked
    found = judge(before, folder)
    tally.ended += ended
    tally.kills += kill and not ended
    tally.cancels += not kill and not ended
    if not kill and not ended:
        tally.slowest = max(tally.slowest, seconds)
        if process.returncode == 0:
            found.append("it was not cancelled")
        found += [f"'{p.name}' stays after a cancel" for p in left_behind(folder) if p not in left]
    tally.wrong += found
    how = "had ended" if ended else "killed" if kill else f"cancelled, exit code {process.returncode}, {seconds:.2f} s"
    return f"{how}{': ' + '; '.join(found) if found else ''}"


_ROUND = re.compile(r"\d+: (\w+) (had ended|killed|cancelled, exit code -?\d+, ([\d.]+) s)(?:: (.*))?$")


def tallied(logs: list[Path]) -> dict[str, Tally]:
    """The tallies of earlier runs, by the lines that they printed."""
    out: dict[str, Tally] = {}
    for line in (line for log in logs for line in log.read_text(encoding="utf-8").splitlines()):
        found = _ROUND.match(line)
        if found is None or found[1] not in WORKS:
            continue
        tally = out.setdefault(found[1], Tally())
        tally.ended += found[2] == "had ended"
        tally.kills += found[2] == "killed"
        tally.cancels += found[3] is not None
        tally.slowest = max(tally.slowest, float(found[3] or 0.0))
        tally.wrong += [found[4]] if found[4] else []
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="ends, half of them kills and half cancels")
    parser.add_argument("--out", type=Path, default=Path("out/ends"))
    parser.add_argument("--python", default=sys.executable, help="a Python with bpy and the extension's packages")
    parser.add_argument(
        "--longest",
        type=float,
        default=8.0,
        help="seconds of a work, at most, until its end",
    )
    parser.add_argument("--only", default="", help="works, by commas")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="the table into docs/faults.md")
    parser.add_argument("--known", type=Path, nargs="*", default=[], help="logs of earlier runs, instead of a run")
    args = parser.parse_args()
    if args.known:
        print(table(tallied(args.known)))
        if args.write:
            put(HERE.parents[1] / "docs" / "faults.md", "ends", table(tallied(args.known)))
        return 0
    rng, folder = random.Random(args.seed), args.out
    works = [name for name in WORKS if name in args.only.split(",")] if args.only else list(WORKS)
    names = cut_speech(folder / "speech", 2, rng)
    speech, log = str(folder / "speech" / names[0]), (folder.parent / f"{folder.name}.log").open("ab")
    head = [*shlex.split(args.python), str(HERE / "launch.py")]
    if not (folder / "there.npz").exists():
        subprocess.run([*head, "generate", str(SPEECH), "-o", str(folder / "there.npz")], check=True, stdout=log)
    for k in range(2):
        bundle = ["farm", "openjd", str(folder / "speech"), "-o", str(folder / f"bundle-{k}"), "--set", f"seed={k}"]
        subprocess.run([*head, *bundle], check=True, stdout=log, stderr=log)
    tallies = {work: Tally() for work in works}
    lasts = {
        work: min(args.longest, 0.7 * _seconds([*head, *WORKS[work](folder, speech, 90)], log, folder))
        for work in works  # a work is faster the second time
    }
    for k in range(args.rounds):
        work, kill = works[k // 2 % len(works)], k % 2 == 0
        if work == "farm":
            _forget(folder)
        command = [*head, *WORKS[work](folder, speech, k // 2)]
        said = run(command, log, rng.uniform(0.0, lasts[work]), kill, tallies[work], folder)
        print(f"{k + 1}: {work} {said}", flush=True)
    for k, work in enumerate(works):
        code = subprocess.run([*head, *WORKS[work](folder, speech, 100 + k)], stdout=log, stderr=log).returncode
        if code:
            tallies[work].wrong.append(f"it does not come to its end any more (exit code {code})")
        tallies[work].wrong += [f"'{p.name}' was left" for p in left_behind(folder) if k == len(works) - 1]
    print(table(tallies))
    if args.write:
        put(HERE.parents[1] / "docs" / "faults.md", "ends", table(tallies))
    return 1 if any(t.wrong for t in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
