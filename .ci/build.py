"""Builds the extension zip for this platform, with the wheels of everything that Blender does not bring itself.

Writes build/orator-VERSION-PLATFORM.zip, checked by Blender's own validator, and prints its path last.
"""

from __future__ import annotations

import argparse
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
STAGE = BUILD / "extension" / "orator"
WHEELS = BUILD / "wheels"
REQUIREMENTS = ROOT / "tests" / "requirements" / "extension.txt"
BUILDER_BPY = "5.0.1"

SHIPPED = ("__init__.py", "blender_manifest.toml", "LICENSE", "core", "models", "operators", "panels")
NOT_SHIPPED = ("models/training",)
BROUGHT_BY_BLENDER = (
    "numpy", "requests", "certifi", "idna", "urllib3", "charset_normalizer", "zstandard", "cython", "setuptools",
)  # fmt: skip
"""Every Blender from 4.2 has these; a second copy would shadow its own. (torch wants setuptools only to compile.)"""
PLATFORMS = {("Linux", "x86_64"): "linux-x64", ("Darwin", "arm64"): "macos-arm64", ("Windows", "AMD64"): "windows-x64"}


def collect_wheels() -> list[Path]:
    """The wheels of this platform for Blender's Python 3.11, downloaded once for one list of requirements."""
    stamp = WHEELS / ".stamp"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not (stamp.exists() and stamp.read_text(encoding="utf-8") == wanted):
        shutil.rmtree(WHEELS, ignore_errors=True)
        print("Collecting the wheels (325 MB)", flush=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check"]
        # setuptools and numpy are left out of the zip, but what is chosen here must agree with them.
        command += ["--only-binary=:all:", "--dest", str(WHEELS), "-r", str(REQUIREMENTS), "numpy==1.26.4"]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            sys.exit("pip could not collect the wheels:\n" + "\n".join(result.stderr.splitlines()[-6:]))
        stamp.write_text(wanted, encoding="utf-8")
    wheels = sorted(w for w in WHEELS.glob("*.whl") if distribution(w) not in BROUGHT_BY_BLENDER)
    if any(distribution(w).startswith("nvidia") for w in wheels):
        sys.exit("pip found a torch for CUDA, gigabytes of it: point pip at an index with the CPU build of torch.")
    return wheels


def distribution(wheel: Path) -> str:
    """The name in a wheel's file name, in one spelling."""
    return wheel.name.split("-")[0].lower().replace(".", "_")


def shipped_files() -> Iterable[Path]:
    """Every file that goes into the zip besides the wheels, relative to the root."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", *SHIPPED],
        capture_output=True, check=True,
    )  # fmt: skip
    for name in sorted(set(listed.stdout.decode().split("\0")) - {""}):
        if not name.startswith(tuple(f"{n}/" for n in NOT_SHIPPED)) and (ROOT / name).is_file():
            yield Path(name)


def write_stage(wheels: list[Path], platform_name: str) -> None:
    """The folder that Blender's builder packs: the files, the wheels, and the manifest that lists them."""
    shutil.rmtree(STAGE.parent, ignore_errors=True)
    for path in shipped_files():
        (STAGE / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, STAGE / path)
    (STAGE / "wheels").mkdir()
    for wheel in wheels:
        (STAGE / "wheels" / wheel.name).hardlink_to(wheel)
    manifest = STAGE / "blender_manifest.toml"
    lines = [f'platforms = ["{platform_name}"]', "wheels = ["]
    lines += [f'  "./wheels/{wheel.name}",' for wheel in wheels] + ["]", ""]
    text = manifest.read_text(encoding="utf-8")
    if re.search(r"^(wheels|platforms)\s*=", text, re.MULTILINE):
        sys.exit("blender_manifest.toml must leave `wheels` and `platforms` to the build.")
    # Keys of the top level end where the first table begins.
    head, table, rest = re.match(r"(?s)(.*?)(^\[(?!\[)|\Z)(.*)", text, re.MULTILINE).groups()  # type: ignore[union-attr]
    manifest.write_text(head.rstrip() + "\n\n" + "\n".join(lines) + "\n" + table + rest, encoding="utf-8")


def run_blender_tool(*arguments: str) -> None:
    """Blender's own extension tool, as it comes with bpy."""
    packages = ROOT / f".venv-bpy-{BUILDER_BPY}"
    tool = next(packages.glob("lib/python3.*/site-packages/bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
    result = subprocess.run([str(packages / "bin" / "python"), str(tool), *arguments], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"Blender's extension tool refused ({arguments[0]}):\n{result.stdout}{result.stderr}")


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    platform_name = PLATFORMS.get((platform.system(), platform.machine()))
    if platform_name is None:
        sys.exit(f"Blender has no extension platform for {platform.system()} on {platform.machine()}.")
    wheels = collect_wheels()
    write_stage(wheels, platform_name)
    version = re.search(r'^version\s*=\s*"([^"]+)"', (STAGE / "blender_manifest.toml").read_text(), re.MULTILINE)
    assert version, "blender_manifest.toml has no version"
    target = BUILD / f"orator-{version.group(1)}-{platform_name}.zip"
    target.unlink(missing_ok=True)
    run_blender_tool("build", "--source-dir", str(STAGE), "--output-filepath", str(target))
    run_blender_tool("validate", str(target))
    print(f"{len(wheels)} wheels, {target.stat().st_size / 1e6:.0f} MB, validated by Blender's own tool")
    print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
