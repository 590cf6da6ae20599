"""Files and functions stay short enough to be read at once, and nothing is switched off for a whole file."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "models", "operators", "panels", ".ci")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_350_lines_and_its_functions_less_than_60(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 350
    long = {
        node.name: lines
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := node.end_lineno - node.lineno + 1) >= 60
    }
    assert not long


def test_no_rule_is_switched_off_for_a_whole_file():
    off = re.compile(r"^\s*#\s*(ruff: *noqa|flake8: *noqa|mypy:|type: *ignore)", re.MULTILINE)
    everything = [*FILES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "docs").rglob("*.py")]
    assert [str(path) for path in everything if off.search(path.read_text(encoding="utf-8"))] == []
