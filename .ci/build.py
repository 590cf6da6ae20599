"""Builds the extension's zips, with the wheels of everything that Blender does not bring itself.

    build.py [--edition small|full] [--platform PLATFORM] [--python 3.11,3.13] [--all]

The small edition (no PyTorch) is one zip a platform with the wheels of Python 3.11 and 3.13, for Blender 4.2 to 5.2;
the full one is a zip a platform and Python. Zips of other platforms are built from their wheels just as well. Each is
checked (.ci/zip_check.py) and validated by Blender's own tool; the last line is the path of the last zip.
"""

from __future__ import annotations

import argparse
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wheels import EDITIONS, PLATFORM_TAGS, ROOT, collect, trimmed
from zip_check import check

BUILD = ROOT / "build"
STAGE = BUILD / "extension" / "orator"
BUILDER_BPY = "5.0.1"
SHIPPED = ("__init__.py", "blender_manifest.toml", "LICENSE", "core", "models", "operators", "panels")
NOT_SHIPPED = ("models/training",)
HOSTS = {("Linux", "x86_64"): "linux-x64", ("Darwin", "arm64"): "macos-arm64", ("Windows", "AMD64"): "windows-x64"}
SMALL_PYTHONS = ("3.11", "3.13")
BLENDERS = {"3.11": ("4.2.0", "5.1.0"), "3.13": ("5.1.0", "")}
"""The first Blender with a Python, and the first one without it again."""


@dataclass(frozen=True)
class Target:
    """One zip: an edition for a platform and one Python or several."""

    edition: str
    platform: str
    pythons: tuple[str, ...]

    def path(self, version: str) -> Path:
        """build/orator-VERSION-PLATFORM.zip; other editions and Pythons have them in their names."""
        usual = self.edition == "small" and self.pythons == SMALL_PYTHONS
        pythons = "" if usual else "-python" + "-".join(self.pythons)
        return BUILD / f"orator{'' if self.edition == 'small' else '-full'}-{version}-{self.platform}{pythons}.zip"


def host() -> str:
    """The extension platform of this system."""
    found = HOSTS.get((platform.system(), platform.machine()))
    if found is None:
        sys.exit(f"Blender has no extension platform for {platform.system()} on {platform.machine()}.")
    return found


def shipped_files() -> Iterable[Path]:
    """Every file that goes into the zip besides the wheels, relative to the root."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", *SHIPPED],
        capture_output=True, check=True,
    )  # fmt: skip
    for name in sorted(set(listed.stdout.decode().split("\0")) - {""}):
        if not name.startswith(tuple(f"{n}/" for n in NOT_SHIPPED)) and (ROOT / name).is_file():
            yield Path(name)
    # Made from the weights, so not under version control.
    folder = ROOT / "models" / "weights"
    yield from sorted(path.relative_to(ROOT) for path in (*folder.glob("*.onnx"), *folder.glob("SHA256SUMS-graphs")))


def write_stage(target: Target, wheels: list[Path]) -> str:
    """The folder that Blender's builder packs: files, wheels, and the manifest that lists them; returns the version."""
    shutil.rmtree(STAGE.parent, ignore_errors=True)
    for path in shipped_files():
        (STAGE / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, STAGE / path)
    (STAGE / "wheels").mkdir()
    for wheel in wheels:
        shutil.copy2(wheel, STAGE / "wheels" / wheel.name)
    manifest = STAGE / "blender_manifest.toml"
    text = manifest.read_text(encoding="utf-8")
    if re.search(r"^(wheels|platforms)\s*=", text, re.MULTILINE):
        sys.exit("blender_manifest.toml must leave `wheels` and `platforms` to the build.")
    lines = [f'platforms = ["{target.platform}"]', "wheels = ["]
    lines += [f'  "./wheels/{wheel.name}",' for wheel in wheels] + ["]"]
    if target.edition == "full":
        text = text.replace('name = "Orator"', 'name = "Orator Full"')
        first, beyond = BLENDERS.get(target.pythons[0], ("5.1.0", ""))
        text = re.sub(r'^blender_version_min = ".*"$', f'blender_version_min = "{first}"', text, flags=re.MULTILINE)
        lines += [f'blender_version_max = "{beyond}"'] if beyond else []
    # Keys of the top level end where the first table begins.
    head, table, rest = re.match(r"(?s)(.*?)(^\[(?!\[)|\Z)(.*)", text, re.MULTILINE).groups()  # type: ignore[union-attr]
    manifest.write_text(head.rstrip() + "\n\n" + "\n".join(lines) + "\n\n" + table + rest, encoding="utf-8")
    version = re.search(r'^version\s*=\s*"([^"]+)"', text, re.MULTILINE)
    assert version, "blender_manifest.toml has no version"
    return version.group(1)


def blender_tool(*arguments: str) -> str:
    """Run Blender's own extension tool, as it comes with bpy; returns what it says."""
    packages = ROOT / f".venv-bpy-{BUILDER_BPY}"
    tool = next(packages.glob("lib/python3.*/site-packages/bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
    result = subprocess.run([str(packages / "bin" / "python"), str(tool), *arguments], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"Blender's extension tool refused ({arguments[0]}):\n{result.stdout}{result.stderr}")
    return result.stdout


def build(target: Target) -> Path:
    """One zip, checked and validated; returns its path."""
    collected = {python: collect(target.edition, target.platform, python) for python in target.pythons}
    wheels = sorted({path.name: path for paths in collected.values() for path in paths}.values())
    version = write_stage(target, [trimmed(wheel) for wheel in wheels])
    path = target.path(version)
    path.unlink(missing_ok=True)
    blender_tool("build", "--source-dir", str(STAGE), "--output-filepath", str(path))
    blender_tool("validate", str(path))
    wrong = check(path, target.edition, target.platform, collected)
    if wrong:
        sys.exit(f"{path.name} is not complete:\n" + "\n".join(f"  {line}" for line in wrong))
    return path


def all_targets() -> list[Target]:
    """Every zip that is given out."""
    small = [Target("small", name, SMALL_PYTHONS) for name in PLATFORM_TAGS]
    return small + [Target("full", name, (python,)) for name in PLATFORM_TAGS for python in SMALL_PYTHONS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--edition", choices=EDITIONS, default="small")
    parser.add_argument("--platform", choices=tuple(PLATFORM_TAGS))
    parser.add_argument("--python", help="like 3.11,3.13; the full edition takes one")
    parser.add_argument("--all", action="store_true", help="every zip that can be built, and a table of sizes")
    options = parser.parse_args()
    if options.all:
        targets = all_targets()
    else:
        usual = ",".join(SMALL_PYTHONS) if options.edition == "small" else SMALL_PYTHONS[0]
        pythons = tuple((options.python or usual).split(","))
        if options.edition == "full" and len(pythons) > 1:
            sys.exit("Orator Full is a zip for one Python: give one, such as PYTHON=3.13.")
        targets = [Target(options.edition, options.platform or host(), pythons)]
    rows, path = [], None
    for target in targets:
        try:
            path = build(target)
        except SystemExit as stop:
            if len(targets) == 1:
                raise
            rows.append((f"{target.edition}, {target.platform}, {'+'.join(target.pythons)}", str(stop).splitlines()[0]))
            continue
        rows.append((path.name, f"{path.stat().st_size / 1e6:.0f} MB, validated by Blender's own tool"))
    for name, note in rows:
        print(f"{name:<52} {note}")
    if path is not None:
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
