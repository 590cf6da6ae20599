"""Runs everything that runs without a window: the pure tests once, the Blender tests on every bpy; then one summary.

Each run is a pytest process of its own with a JUnit report; a process that dies or hangs counts as one failure.
The last line is the total alone: "N passed, N failed, N skipped". Exit code 1 when anything failed.
"""

from __future__ import annotations

import argparse
import collections
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "reports"
BASE_PYTHON = ROOT / ".venv" / "bin" / "python"
BPY_VERSIONS = ("4.2.23", "4.5.15", "5.0.1", "5.2.3")
IDLE = 6.0
ALONE = ("test_true_time.py",)
PARTS = {"4.2.23": 4}
"""How many processes share the files of tests/blender under a version; two under the others."""
LACKING = 3
"""The exit code of .ci/setup when this machine cannot have what was asked for."""


@dataclass
class Outcome:
    """What one pytest process did. `note` says why there is nothing more to say."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    note: str = ""
    reasons: collections.Counter[str] = field(default_factory=collections.Counter)
    failures: list[str] = field(default_factory=list)


def read_report(path: Path, outcome: Outcome) -> None:
    """Add a JUnit report to the outcome. Raises when the report is absent or cut off."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
            outcome.failures.append(f"{case.get('classname')}::{case.get('name')}")
        elif skipped is not None and skipped.get("type") != "pytest.xfail":
            outcome.skipped += 1
            outcome.reasons[(skipped.get("message") or "no reason given").strip()] += 1
        else:
            outcome.passed += 1


def read_ended(path: Path, outcome: Outcome) -> None:
    """Add what tests/conftest.py noted test by test: all that is left of a process that was stopped."""
    try:
        rows = [line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return
    for state, test in (row for row in rows if len(row) == 2):
        if state == "failed":
            outcome.failed += 1
            outcome.failures.append(test)
        elif state == "running":
            continue
        elif state == "skipped":
            outcome.skipped += 1
        else:
            outcome.passed += 1
    if rows and rows[-1][0] == "running":
        outcome.failures.append(f"{rows[-1][-1]} was running then")


def processor_seconds(group: int) -> float:
    """What the processes of a session have used so far, those that ended and were waited for too; 0 where unknown."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == group:
            ticks += sum(int(n) for n in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def wait_within(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    """The exit code of a process that leads a session; None when it was stopped.

    The limit is of processor time, so that a busy machine fails nothing; a process that waits for ever is stopped after
    IDLE times as long.
    """
    begin = time.monotonic()
    while True:
        try:
            return process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            waited = time.monotonic() - begin
            if processor_seconds(process.pid) <= seconds and waited <= IDLE * seconds:
                continue
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def run_pytest(name: str, python: Path, paths: list[str], environment: dict[str, str], minutes: float) -> Outcome:
    """One pytest process over `paths`; its output is shown when it ends, and kept beside its report."""
    outcome = Outcome(name)
    report = REPORTS / f"{name.replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    print(f"== {name}: started", flush=True)
    begin = time.monotonic()
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", "--durations=8", *paths]
    log, ended = report.with_suffix(".log"), report.with_suffix(".ended")
    ended.unlink(missing_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment, "ORATOR_ENDED": str(ended)},
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        code = wait_within(process, minutes * 60.0)
    outcome.seconds = time.monotonic() - begin
    print(f"\n== {name}\n{log.read_text(encoding='utf-8', errors='replace')}", flush=True)
    try:
        read_report(report, outcome)
    except (OSError, ElementTree.ParseError):
        read_ended(ended, outcome)
        outcome.failed += 1
        ending = f"stopped after {minutes:g} minutes of processor time" if code is None else f"exit code {code}"
        outcome.failures.append(f"no report of its tests: {ending}")
        return outcome
    if code is None:
        outcome.failed += 1
        outcome.failures.append(
            f"every test ended, but the process did not within {minutes:g} minutes of processor time"
        )
    elif code not in (0, 1, 5) or (code == 1 and not outcome.failed):
        outcome.failed += 1
        outcome.failures.append(f"the process ended with exit code {code} after its tests")
    return outcome


def setup(*what: str) -> str:
    """Run .ci/setup; '' when all is there, else the sentence that says what is missing. Raises on other failures."""
    result = subprocess.run([str(ROOT / ".ci" / "setup"), *what], stderr=subprocess.PIPE, text=True)
    if result.returncode == LACKING:
        return result.stderr.strip().splitlines()[-1]
    if result.returncode:
        sys.exit(f".ci/setup {' '.join(what)} failed:\n{result.stderr}")
    return ""


def path_environment(version: str | None) -> dict[str, str]:
    """The package by its name; and for the Python 3.11 versions of bpy, the base's packages beside bpy."""
    entries = [str(ROOT / "build" / "path")]
    if version is not None and not version.startswith("5.2"):
        entries += [str(p) for p in (ROOT / ".venv" / "lib").glob("python3.*/site-packages")]
    return {"PYTHONPATH": os.pathsep.join(entries), "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}


def run_pure(minutes: float) -> Outcome:
    """Everything that needs no bpy, once, with the networks."""
    paths = [str(p.relative_to(ROOT)) for p in sorted((ROOT / "tests").iterdir()) if holds_tests(p)]
    return run_pytest("without Blender", BASE_PYTHON, paths, path_environment(None), minutes)


def holds_tests(path: Path) -> bool:
    """Whether this entry of tests/ belongs to the run without Blender."""
    if path.is_dir():
        return path.name not in ("blender", "gui", "zip", "requirements") and any(path.rglob("test_*.py"))
    return path.name.startswith("test_") and path.suffix == ".py"


def run_bpy(version: str, minutes: float) -> Outcome:
    """tests/blender under one version of bpy, in PARTS of the files; what reads most files back, alone.

    Blender as a module is not made for hundreds of files opened in one process: 4.2.23 crashes in its importer or when
    what was imported is removed (seen with test_rig_reading.py before test_true_time.py; each alone holds).
    """
    python = ROOT / f".venv-bpy-{version}" / "bin" / "python"
    files = [str(p.relative_to(ROOT)) for p in sorted((ROOT / "tests" / "blender").glob("test_*.py"))]
    alone = [name for name in files if name.endswith(ALONE)]
    files = [name for name in files if name not in alone]
    size = -(-len(files) // PARTS.get(version, 2))
    groups = [files[k : k + size] for k in range(0, len(files), size)] + [alone]
    whole = Outcome(f"bpy {version}")
    for name, chosen in zip("abcde", groups, strict=False):
        one = run_pytest(f"bpy {version} {name}", python, chosen, path_environment(version), minutes)
        whole.passed, whole.failed, whole.skipped = (
            getattr(whole, key) + getattr(one, key) for key in ("passed", "failed", "skipped")
        )
        whole.seconds += one.seconds
        whole.reasons.update(one.reasons)
        whole.failures += one.failures
    return whole


def run_all(chosen: list[str], minutes: float) -> list[Outcome]:
    """Everything that was chosen and can be set up here, two processes at a time, in the order of `chosen`."""
    lacking = {part: setup("bpy", part) for part in chosen if part != "pure"}

    def run(part: str) -> Outcome:
        if part == "pure":
            return run_pure(minutes)
        if lacking[part]:
            return Outcome(f"bpy {part}", skipped=1, note=f"not run: {lacking[part]}")
        return run_bpy(part, minutes)

    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(run, chosen))


def summarise(outcomes: list[Outcome]) -> int:
    """Print what ran where, what was skipped and why, what failed; the total last. Returns the number of failures."""
    print("\n== Summary")
    for outcome in outcomes:
        counts = f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped"
        print(f"{outcome.name:<16} {outcome.note or f'{counts} in {outcome.seconds:.0f} s'}")
        for reason, count in outcome.reasons.most_common():
            print(f"{'':<18}skipped {count}: {reason}")
        for failure in outcome.failures:
            print(f"{'':<18}FAILED {failure}")
    passed, failed, skipped = (sum(getattr(o, key) for o in outcomes) for key in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="comma-separated: pure, or versions of bpy")
    parser.add_argument("--minutes", type=float, default=20.0, help="processor time that one process may take")
    options = parser.parse_args()
    REPORTS.mkdir(parents=True, exist_ok=True)
    for part in ("debian", "base"):
        lacking = setup(part)
        if lacking:
            sys.exit(lacking)
    chosen = options.only.split(",") if options.only else ["pure", *BPY_VERSIONS]
    return 1 if summarise(run_all(chosen, options.minutes)) else 0


if __name__ == "__main__":
    sys.exit(main())
