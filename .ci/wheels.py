"""The wheels of an edition for a platform and its Pythons: locked by name and hash, downloaded once, checked, trimmed.

The lock (.ci/wheels.lock, written by .ci/lock.py) names every wheel, so that nothing is resolved while building for
another system: pip judges markers by the system that it runs on.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import Tag
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / ".ci" / "wheels.lock"
CACHE = ROOT / "build" / "wheels"
REQUIREMENTS = ROOT / "tests" / "requirements"
EDITIONS = ("small", "full")
PLATFORM_TAGS = {
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64",
                  "manylinux_2_5_x86_64", "manylinux1_x86_64"),
    "windows-x64": ("win_amd64",),
    "macos-arm64": tuple(
        f"macosx_{version}_{chip}"
        for version in ("14_0", "13_0", "12_0", "11_0", "10_13", "10_9")
        for chip in ("arm64", "universal2")
    ),
}  # fmt: skip
"""What Blender's own Python of each platform takes, by the names of wheels."""
MARKERS = {
    "linux-x64": {
        "sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64",
    },
    "windows-x64": {
        "sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64",
    },
    "macos-arm64": {
        "sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64",
    },
}  # fmt: skip
BROUGHT = {
    "numpy", "requests", "certifi", "idna", "urllib3", "charset-normalizer", "zstandard", "cython", "setuptools",
}  # fmt: skip
"""Every Blender from 4.2 has these; a second copy would shadow its own. (PyTorch wants setuptools only to compile.)"""
TRIMMED = {"scipy"}
NOT_NEEDED = {"onnxruntime": {"flatbuffers", "protobuf", "packaging"}}
"""What a package asks for but does not import on our road: ONNX Runtime's are for its own conversion tools."""


@dataclass(frozen=True)
class Wheel:
    """One line of the lock."""

    edition: str
    platform: str
    python: str
    requirement: str
    sha256: str
    name: str

    @property
    def distribution(self) -> str:
        """The package's name in one spelling."""
        return canonicalize_name(self.requirement.split("==")[0])


def environment(platform: str, python: str) -> dict[str, str]:
    """The values of markers on a platform and Python, whatever this one is."""
    versions = {"python_version": python, "python_full_version": f"{python}.0", "implementation_name": "cpython"}
    return {**MARKERS[platform], **versions, "platform_python_implementation": "CPython", "extra": ""}


def wanted(edition: str, platform: str, python: str) -> list[str]:
    """NAME==VERSION of every requirement of the edition that holds there; the full one's includes the small one's."""
    out = []
    for line in (REQUIREMENTS / f"{edition}.txt").read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r "):
            out += wanted(line[3:].removesuffix(".txt"), platform, python)
        elif line:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate(environment(platform, python)):
                out.append(f"{canonicalize_name(requirement.name)}{requirement.specifier}")
    return out


def locked(edition: str, platform: str, python: str) -> list[Wheel]:
    """The lock's wheels of an edition. Ends the program when the lock lacks one, and says what to do."""
    wheels = {}
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            wheel = Wheel(*line.split())
            if (wheel.platform, wheel.python) == (platform, python):
                wheels[wheel.requirement] = wheel
    names = wanted(edition, platform, python)
    missing = [name for name in names if name not in wheels]
    if any(name.startswith("torch==") for name in missing):
        sys.exit(
            f"There is no CPU build of PyTorch for {platform} and Python {python} in .ci/wheels.lock: point pip at an "
            "index with CPU builds (PyPI's for Linux wants gigabytes of CUDA) and run `make lock`."
        )
    if missing:
        sys.exit(f".ci/wheels.lock has no {', '.join(missing)} for {platform}, Python {python}: run `make lock`.")
    return [wheels[name] for name in names]


def pip_target(platform: str, python: str) -> list[str]:
    """pip's options that make it choose wheels of another system, one by one."""
    tags = [option for tag in PLATFORM_TAGS[platform] for option in ("--platform", tag)]
    return ["--no-deps", "--only-binary=:all:", "--implementation", "cp", "--python-version", python, *tags]


def collect(edition: str, platform: str, python: str) -> list[Path]:
    """Paths of the locked wheels, downloaded where they are not here yet; every hash is checked each time."""
    wheels = locked(edition, platform, python)
    folder = CACHE / platform
    folder.mkdir(parents=True, exist_ok=True)
    absent = [wheel for wheel in wheels if not (folder / wheel.name).is_file()]
    if absent:
        print(f"Collecting {len(absent)} wheels for {platform}, Python {python}", flush=True)
        listed = folder / f"requirements-{python}.txt"
        listed.write_text("".join(f"{w.requirement} --hash=sha256:{w.sha256}\n" for w in absent), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--require-hashes"]
        command += [*pip_target(platform, python), "--dest", str(folder), "-r", str(listed)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            lines = [line for line in result.stderr.splitlines() if not line.startswith("WARNING")]
            hint = "\nFor Linux, PyTorch comes from an index with CPU builds." if edition == "full" else ""
            sys.exit("pip could not collect the wheels:\n" + "\n".join(lines[-6:]) + hint)
    for wheel in wheels:
        if hashlib.sha256((folder / wheel.name).read_bytes()).hexdigest() != wheel.sha256:
            (folder / wheel.name).unlink()
            sys.exit(f"{wheel.name} is not the one in .ci/wheels.lock. It was deleted: run this again.")
    return [folder / wheel.name for wheel in wheels]


def fits(wheel: str, platform: str, pythons: tuple[str, ...]) -> bool:
    """Whether a wheel's tags are of the platform and of one of the Pythons (abi3 of an earlier one counts)."""
    _, _, _, tags = parse_wheel_filename(wheel)
    return any(_tag_fits(tag, platform, python) for tag in tags for python in pythons)


def _tag_fits(tag: Tag, platform: str, python: str) -> bool:
    if tag.platform != "any" and tag.platform not in PLATFORM_TAGS[platform]:
        return False
    number = int(python.replace(".", ""))
    if tag.interpreter.startswith("py"):
        return tag.interpreter[2] == "3"
    made_for = int(tag.interpreter.removeprefix("cp"))
    return made_for == number or (tag.abi == "abi3" and made_for <= number)


def unsatisfied(wheels: list[Path], platform: str, python: str) -> list[str]:
    """What the wheels' own requirements lack on a platform and Python, as its resolver would see it."""
    found = {}
    asked = []
    for wheel in wheels:
        name, version, _, _ = parse_wheel_filename(wheel.name)
        found[name] = version
        with zipfile.ZipFile(wheel) as file:
            entry = next(n for n in file.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1)
            text = file.read(entry).decode("utf-8", "replace").replace("\r", "").split("\n\n")[0]
        asked += [(name, Requirement(line)) for line in re.findall(r"^Requires-Dist: (.+)$", text, re.MULTILINE)]
    out = []
    for owner, need in asked:
        name = canonicalize_name(need.name)
        if need.marker is not None and not need.marker.evaluate(environment(platform, python)):
            continue
        if name in BROUGHT or name in NOT_NEEDED.get(owner, ()):
            continue
        if name not in found or not need.specifier.contains(found[name], prereleases=True):
            out.append(f"{owner} needs {need}, here is {found.get(name, 'none')}")
    return out


def trimmed(wheel: Path) -> Path:
    """The wheel without its package's own tests, where those are megabytes of nothing for an artist; kept beside it."""
    if parse_wheel_filename(wheel.name)[0] not in TRIMMED:
        return wheel
    made = wheel.parent / "trimmed" / wheel.name
    if made.is_file() and made.stat().st_mtime >= wheel.stat().st_mtime:
        return made
    made.parent.mkdir(exist_ok=True)
    partial = made.with_suffix(".partial")
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        kept = [item for item in source.infolist() if not re.search(r"/tests?/", item.filename)]
        record = next(item for item in kept if item.filename.endswith(".dist-info/RECORD"))
        rows = []
        for item in kept:
            if item is record:
                continue
            data = source.read(item)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append((item.filename, f"sha256={digest}", len(data)))
            out.writestr(item, data, zipfile.ZIP_DEFLATED)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([*rows, (record.filename, "", "")])
        out.writestr(record, text.getvalue(), zipfile.ZIP_DEFLATED)
    partial.replace(made)
    return made
