"""The rooms' arrows point one way, as the imports themselves say; torch waits for the first generation."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLENDER_ROOMS = ("core/blender", "operators", "panels")


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    if parts[:2] == ("core", "blender"):
        return "core/blender"
    return parts[0] if len(parts) > 1 else "root"


def product_files() -> list[Path]:
    rooms = ("core", "models", "operators", "panels")
    return [ROOT / "__init__.py", *sorted(p for r in rooms for p in (ROOT / r).rglob("*.py"))]


def imports(path: Path, top_only: bool = False) -> list[tuple[str, int, str]]:
    """(module, level, first name) of each import; `top_only` leaves out those inside functions and TYPE_CHECKING."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[tuple[str, int, str]] = []

    def visit(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if top_only and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if top_only and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Import):
                found.extend((alias.name, 0, "") for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                found.extend((child.module or "", child.level, alias.name) for alias in child.names)
            visit(child)

    visit(tree)
    return found


def target_room(path: Path, module: str, level: int, name: str) -> str | None:
    """The room an import of this project points to, None for other packages."""
    if level == 0:
        return None
    folder = path.parent
    for _ in range(level - 1):
        folder = folder.parent
    parts = [*folder.relative_to(ROOT).parts, *filter(None, module.split("."))]
    if not parts or (parts == ["core"] and name == "blender"):
        parts = [*parts, name]
    return "core/blender" if parts[:2] == ["core", "blender"] else parts[0]


ALLOWED = {
    "core": {"core"},
    "models": {"core", "models"},
    "core/blender": {"core", "core/blender"},
    "operators": {"core", "core/blender", "models", "operators"},
    "panels": {"core", "core/blender", "operators", "panels"},
    "root": {"operators", "panels", "core/blender"},
}


@pytest.mark.parametrize("path", product_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_follow_the_arrows(path: Path) -> None:
    room = room_of(path)
    for module, level, name in imports(path):
        top = module.split(".")[0]
        if top in ("bpy", "mathutils", "bpy_extras", "gpu", "aud", "addon_utils", "bl_ui"):
            assert room in (*BLENDER_ROOMS, "root"), f"{path.name} imports {top}"
        if top in ("torch", "safetensors") and level == 0:
            assert room == "models", f"{path.name} imports {top}"
        target = target_room(path, module, level, name)
        if target is not None:
            assert target in ALLOWED[room], f"{path.relative_to(ROOT)} ({room}) imports from {target}"
    if room in ("operators", "panels", "root"):
        slow = {"torch", "librosa", "scipy", "smplx", "huggingface_hub"}
        early = {m.split(".")[0] for m, level, _ in imports(path, top_only=True) if level == 0}
        assert not early & slow, f"{path.name} imports {early & slow} while registering"


def test_every_room_is_installed() -> None:
    import tomllib

    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    rooms = {".".join(("orator", *p.parent.relative_to(ROOT).parts)) for p in product_files()}
    assert rooms == listed, "pyproject.toml must list every room with code"
