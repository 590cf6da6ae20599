"""No file of the product imports itself by way of others, and no folder: lazy imports and those of types count too."""

import ast
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
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
