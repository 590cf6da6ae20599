"""Types and rules are asked for in every room alike: pyproject switches nothing off for a file or a room of ours."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
WEAKER = re.compile(r"^(allow_|implicit_reexport|ignore_errors|disable_error_code|exclude)")
ROOMS = sorted(path for room in ("operators", "panels") for path in (ROOT / room).glob("*.py"))


def test_mypy_is_strict_everywhere():
    mypy = TOOLS["mypy"]
    weaker = [name for name, value in mypy.items() if value is False or WEAKER.match(name)]
    assert mypy["strict"] is True
    # numpy and SciPy answer Any to most questions: see docs/CONTRIBUTING.md.
    assert weaker == ["warn_return_any"]
    for override in mypy["overrides"]:
        assert not [name for name in override["module"] if name.startswith(("orator", "*"))]
        assert set(override) <= {"module", "ignore_missing_imports", "follow_imports", "follow_imports_for_stubs"}


def test_every_room_is_checked():
    (command,) = re.findall(r"\.venv/bin/mypy (.*)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    rooms = {f"orator.{path.parent.name}" for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"}
    assert set(command.split()) >= {"orator", *rooms}


def test_ruff_ignores_nothing_for_a_file():
    assert "per-file-ignores" not in TOOLS["ruff"]["lint"]
    assert "exclude" not in TOOLS["ruff"] and "extend-exclude" not in TOOLS["ruff"]


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: str(path.relative_to(ROOT)))
def test_properties_are_declared_where_blender_finds_them(path):
    """A property that is a value needs `@declared` over its class; one that is an annotation has no type."""
    for cls in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(cls, ast.ClassDef):
            made = [s for s in cls.body if isinstance(s, ast.Assign) and _declares(s.value)]
            assert not [s for s in cls.body if isinstance(s, ast.AnnAssign) and _declares(s.annotation)], cls.name
            assert not made or "declared" in [ast.unparse(d) for d in cls.decorator_list], cls.name


def _declares(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith("Property")
