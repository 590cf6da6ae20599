"""Installs the built extension zip into Blenders that have nothing else, with the network cut, and generates a take.

Every version runs in a process of its own with fresh preferences, in the Python that has only bpy. The network is cut
with a network namespace of its own where the system allows one. Ends with "N passed, N failed, N skipped".
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VERSIONS = ("4.2.23", "4.5.15", "5.0.1", "5.2.3")
"""One file for all four: the last one runs Python 3.13."""
MINUTES = 6
LACKING = 3


def built_zip() -> Path:
    """The small edition's zip that `make build` wrote."""
    found = [p for p in (ROOT / "build").glob("orator-*.zip") if re.fullmatch(r"orator-[\d.]+-linux-x64\.zip", p.name)]
    if not found:
        sys.exit("There is no extension zip for Linux: run `make build` first.")
    return max(found, key=lambda p: p.stat().st_mtime)


def without_network() -> list[str]:
    """The command that cuts the network for what follows it; empty where this system offers none."""
    for command in (["unshare", "--net"], ["unshare", "--net", "--map-root-user"]):
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return []


def bare_environment(folder: Path) -> dict[str, str]:
    """Nothing of this shell but what a program needs; no PYTHONPATH, a home of its own."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "LD_LIBRARY_PATH") if key in os.environ}
    return {**kept, "HOME": str(folder), "BLENDER_USER_RESOURCES": str(folder / "blender"), "TMPDIR": str(folder)}


def run_version(version: str, package: Path, cut: list[str]) -> bool:
    """Whether the zip installs and generates in this version."""
    python = ROOT / f".venv-bare-{version}" / "bin" / "python"
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="orator-zip-") as folder:
        script = ROOT / "tests" / "zip" / "inside.py"
        command = [*cut, str(python), str(script), str(package), str(ROOT / "docs" / "demo" / "speech.wav")]
        try:
            result = subprocess.run(
                command, cwd=folder, env=bare_environment(Path(folder)), timeout=60 * MINUTES,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired as late:
            print(f"bpy {version}: FAILED, still running after {MINUTES} minutes\n{late.output or ''}", flush=True)
            return False
    lines = result.stdout.strip().splitlines()
    held = result.returncode == 0 and any(line.startswith("HELD") for line in lines)
    if held:
        for line in lines:
            if line.startswith(("HELD", "TOOK")):
                print(f"bpy {version}: {line.split(' ', 1)[1]}", flush=True)
    else:
        print(f"bpy {version}: FAILED with exit code {result.returncode}\n" + "\n".join(lines[-25:]), flush=True)
    print(f"bpy {version}: {time.monotonic() - begin:.0f} s in all", flush=True)
    return held


def next_version(package: Path, folder: Path) -> Path:
    """The same zip as the version after it."""
    made = folder / "orator-next.zip"
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(made, "w") as out:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "blender_manifest.toml":
                data = re.sub(rb'(?m)^version = "(\d+)\.(\d+)\.\d+"$', rb'version = "\1.\2.99"', data)
            out.writestr(item, data)
    return made


def run_repository(package: Path) -> bool:
    """Whether a repository of the zip installs and updates Orator in the newest Blender, over HTTP on this machine."""
    python = ROOT / f".venv-bare-{VERSIONS[-1]}" / "bin" / "python"
    with tempfile.TemporaryDirectory(prefix="orator-zip-") as name:
        folder = Path(name)
        made = [str(ROOT / ".venv" / "bin" / "python"), str(ROOT / ".ci" / "repository.py"), str(folder / "served")]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        newer = next_version(package, folder)
        command = [str(python), str(ROOT / "tests" / "zip" / "repository.py"), str(folder / "served"), str(newer)]
        result = subprocess.run(
            command, cwd=folder, env=bare_environment(folder), timeout=60 * MINUTES,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    held = [line for line in result.stdout.splitlines() if line.startswith("HELD")]
    print(f"bpy {VERSIONS[-1]}: {held[0][5:] if held else 'FAILED' + result.stdout[-2000:]}", flush=True)
    return bool(held)


def main() -> int:
    package = built_zip()
    cut = without_network()
    print(f"{package.relative_to(ROOT)}, " + ("network cut" if cut else "network NOT cut: this system cannot"))
    passed = failed = skipped = 0
    for version in VERSIONS:
        ready = subprocess.run([str(ROOT / ".ci" / "setup"), "bare", version], stderr=subprocess.PIPE, text=True)
        if ready.returncode == LACKING:
            print(f"bpy {version}: not run, {ready.stderr.strip().splitlines()[-1]}")
            skipped += 1
        elif ready.returncode == 0 and run_version(version, package, cut):
            passed += 1
        else:
            failed += 1
    if passed:
        held = run_repository(package)
        passed, failed = passed + held, failed + (not held)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
