"""Looks into a built zip without installing it: every wheel fits, nothing that is needed is missing, nothing is odd."""

from __future__ import annotations

import ast
import sys
import tomllib
import zipfile
from pathlib import Path

from wheels import fits, unsatisfied

BLENDER = {
    "bpy",
    "mathutils",
    "bpy_extras",
    "gpu",
    "gpu_extras",
    "blf",
    "aud",
    "addon_utils",
    "bl_ui",
    "bl_operators",
    "bl_pkg",
    "bmesh",
}
BROUGHT = {"numpy", "requests", "certifi", "idna", "urllib3", "zstandard"}
FULL_ONLY = {"torch", "smplx", "huggingface_hub", "tqdm", "PIL"}
"""What the small edition leaves out; its buttons say so."""
OPTIONAL = {"audioread", "cv2", "mediapipe"}
"""Used where a system has it."""


def top_modules(wheels: list[Path]) -> set[str]:
    """The names that wheels let Python import."""
    out = set()
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as file:
            for name in file.namelist():
                first, _, rest = name.partition("/")
                if not first.endswith((".dist-info", ".data", ".libs")):
                    out.add(first if rest else first.split(".")[0])
    return out


def imported(source: str) -> set[str]:
    """Top names of every absolute import of a module, wherever it stands in it."""
    out = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            out.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            out.add(node.module.split(".")[0])
    return out


def check(package: Path, edition: str, platform: str, collected: dict[str, list[Path]]) -> list[str]:
    """What is wrong with a zip, a sentence each; `collected` are the wheels it was built from, a Python each."""
    wrong = []
    with zipfile.ZipFile(package) as file:
        names = file.namelist()
        sources = {n: file.read(n).decode() for n in names if n.endswith(".py")}
        manifest = tomllib.loads(file.read("blender_manifest.toml").decode())
    inside = {name.removeprefix("wheels/") for name in names if name.endswith(".whl")}
    listed = {Path(name).name for name in manifest["wheels"]}
    if inside != listed:
        wrong.append(f"the manifest lists other wheels than there are: {sorted(inside ^ listed)}")
    if manifest["platforms"] != [platform]:
        wrong.append(f"the manifest is for {manifest['platforms']}")
    pythons = tuple(collected)
    wrong += [
        f"{name} is not for {platform}, {pythons}" for name in sorted(inside) if not fits(name, platform, pythons)
    ]
    allowed = set(sys.stdlib_module_names) | BLENDER | BROUGHT | OPTIONAL
    allowed |= FULL_ONLY if edition == "small" else set()
    for python, wheels in collected.items():
        wrong += [f"Python {python}: {line}" for line in unsatisfied(wheels, platform, python)]
        known = allowed | top_modules(wheels)
        for name, source in sources.items():
            lacking = imported(source) - known
            wrong += [f"Python {python}: {name} imports {module}, which nothing brings" for module in sorted(lacking)]
    weights = {n.split("/")[-1] for n in names if n.startswith("models/weights/")}
    graphs = {n for n in weights if n.endswith(".onnx")}
    if not graphs:
        wrong.append("there are no ONNX graphs in it: python -m orator.models.training.export_onnx")
    wrong += [f"{n} has no weight file" for n in graphs if f"{n.split('.')[0]}.safetensors" not in weights]
    kinds = (".pyc", ".pt", ".log", ".partial")
    wrong += [f"{n} does not belong into a zip" for n in names if n.endswith(kinds) or n.startswith("tests/")]
    return wrong
