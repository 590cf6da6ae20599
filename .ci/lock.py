"""Writes .ci/wheels.lock: every wheel of both editions, for every platform and Python, with its hash.

    .ci/lock.py [PACKAGE ...]     all of them, or only some: the other lines stay

Asks pip's index for each package by itself (a report, no download). Where there is no wheel for a target, the lock has
no line, and the build of that target says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from packaging.requirements import Requirement
from wheels import EDITIONS, LOCK, PLATFORM_TAGS, Wheel, environment, pip_target, wanted

PYTHONS = ("3.11", "3.13", "3.14")
HEAD = """\
# Written by `make lock` from tests/requirements: edition, platform, Python, package, SHA-256, wheel.
"""


def find(edition: str, platform: str, python: str, requirement: str) -> Wheel | None:
    """The wheel that pip would take for a target, or None."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    # pip holds a wheel against the Python that it runs on, not the one that is asked for.
    command += ["--ignore-requires-python"]
    command += ["--disable-pip-version-check", "--target", "build/none", *pip_target(platform, python), requirement]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        print(f"{platform} {python}: no wheel of {requirement}", flush=True)
        return None
    item = json.loads(result.stdout)["install"][0]
    needs = [Requirement(text) for text in item["metadata"].get("requires_dist", ())]
    here = environment(platform, python)
    if any(n.name.startswith("nvidia") and (n.marker is None or n.marker.evaluate(here)) for n in needs):
        print(f"{platform} {python}: only a CUDA build of {requirement}", flush=True)
        return None
    info = item["download_info"]
    name = urllib.parse.unquote(info["url"].rsplit("/", 1)[-1].split("#")[0])
    return Wheel(edition, platform, python, requirement, info["archive_info"]["hashes"]["sha256"], name)


def main() -> None:
    only = set(sys.argv[1:])
    jobs, kept = [], []
    for platform in PLATFORM_TAGS:
        for python in PYTHONS:
            listed: set[str] = set()
            for edition in EDITIONS:
                jobs += [(edition, platform, python, r) for r in wanted(edition, platform, python) if r not in listed]
                listed.update(wanted(edition, platform, python))
    if only:
        jobs = [job for job in jobs if job[3].split("==")[0] in only]
        lines = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        kept = [wheel for wheel in (Wheel(*line.split()) for line in lines) if wheel.distribution not in only]
    with ThreadPoolExecutor(4) as pool:
        found = [wheel for wheel in pool.map(lambda job: find(*job), jobs) if wheel is not None]
    found = sorted(kept + found, key=lambda w: (w.edition != "small", w.platform, w.python, w.requirement))
    lines = [" ".join((w.edition, w.platform, w.python, w.requirement, w.sha256, w.name)) for w in found]
    LOCK.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(found)} wheels in {LOCK.name}")


if __name__ == "__main__":
    main()
