"""The window's sessions name panels, operators and modules that exist: they run seldom, a rename reaches them last."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SESSIONS = sorted((ROOT / "tests" / "gui").glob("*.py"))


def panels_of(tree: ast.Module) -> list[tuple[str, str]]:
    """(module of panels, class) of the session's tables OPEN and CLOSED."""
    tables = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Dict)
        and {getattr(t, "id", getattr(t, "attr", "")) for t in node.targets} & {"OPEN", "CLOSED"}
    ]
    found = (ast.literal_eval(table) for table in tables)
    return [(module, name) for table in found for module, names in table.items() for name in names]


def classes(path: Path) -> set[str]:
    return set(re.findall(r"^class (\w+)", path.read_text(encoding="utf-8"), re.M)) if path.is_file() else set()


@pytest.mark.parametrize("path", SESSIONS, ids=lambda p: p.stem)
def test_panels_are_where_the_session_opens_them(path: Path) -> None:
    wanted = panels_of(ast.parse(path.read_text(encoding="utf-8")))
    assert [(m, n) for m, n in wanted if n not in classes(ROOT / "panels" / f"{m}.py")] == []


def test_the_tables_are_found() -> None:
    """Else the test above would look at nothing."""
    assert sum(bool(panels_of(ast.parse(path.read_text(encoding="utf-8")))) for path in SESSIONS) >= 3


@pytest.mark.parametrize("path", SESSIONS, ids=lambda p: p.stem)
def test_operators_and_modules_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    operators = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "operators").glob("*.py"))
    known = set(re.findall(r'bl_idname = "orator\.(\w+)"', operators))
    assert set(re.findall(r"bpy\.ops\.orator\.(\w+)", text)) <= known
    modules = re.findall(r'\borator\("([a-z_.]+)"\)|bl_ext\.dev\.orator\.([a-z_.]*[a-z_])"', text)
    places = [ROOT.joinpath(*(one or other).split(".")) for one, other in modules]
    assert [p for p in places if not p.with_suffix(".py").is_file() and not p.is_dir()] == []
