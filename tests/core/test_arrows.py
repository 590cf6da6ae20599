"""The rooms' arrows point one way and nothing imports itself by way of others; torch waits for the first generation.

Lazy imports and those of types count too."""

import ast
from collections.abc import Mapping
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


ROOMS = ("core", "models", "operators", "panels")
Graph = dict[str, set[str]]


def imported_files(path: Path, tree: ast.AST) -> set[Path]:
    """Files of this project that a file imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        folder = path.parents[node.level - 1]
        module = folder.joinpath(*node.module.split(".")) if node.module else folder
        for alias in node.names:
            candidates = (module / f"{alias.name}.py", module / alias.name / "__init__.py",
                          module.with_name(f"{module.name}.py"), module / "__init__.py")  # fmt: skip
            found |= {next((c for c in candidates if c.is_file()), path)} - {path}
    return found


def file_graph(root: Path = ROOT) -> Graph:
    """Each file of the product with those that it imports, as paths from the root."""
    files = [root / "__init__.py", *(p for room in ROOMS for p in sorted((root / room).rglob("*.py")))]
    graph: Graph = {}
    for path in files:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        graph[path.relative_to(root).as_posix()] = {f.relative_to(root).as_posix() for f in imported_files(path, tree)}
    return graph


def folder_graph(files: Mapping[str, set[str]]) -> Graph:
    """The same among folders; what is within one folder does not count."""
    graph: Graph = {}
    for path, targets in files.items():
        folder = path.rpartition("/")[0]
        graph.setdefault(folder, set()).update(t.rpartition("/")[0] for t in targets)
        graph[folder].discard(folder)
    return graph


def in_circles(graph: Mapping[str, set[str]]) -> list[str]:
    """Everything that reaches itself."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for target in graph.get(todo.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return seen

    return sorted(name for name in graph if name in reached(name))


def test_no_file_imports_itself_by_way_of_others() -> None:
    assert in_circles(file_graph()) == []


def test_no_folder_imports_itself_by_way_of_others() -> None:
    assert in_circles(folder_graph(file_graph())) == []


def test_a_lazy_circle_is_found(tmp_path: Path) -> None:
    for room in ROOMS:
        (tmp_path / room / "low").mkdir(parents=True)
    (tmp_path / "__init__.py").touch()
    (tmp_path / "core" / "a.py").write_text("from .low.b import x\n")
    (tmp_path / "core" / "low" / "b.py").write_text("def x():\n    from ..a import y\n")
    (tmp_path / "core" / "low" / "c.py").write_text("from .b import x\n")
    graph = file_graph(tmp_path)
    assert in_circles(graph) == ["core/a.py", "core/low/b.py"]
    assert in_circles(folder_graph(graph)) == ["core", "core/low"]
