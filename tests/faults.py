"""Which test holds which fault that was found: collects `@pytest.mark.fault("12.3")` and writes docs/faults.md.

    python tests/faults.py

A mark takes one number or several, `issue.item`; a module's `pytestmark` counts for all its tests. Where `make test`
left its reports (build/reports), a Blender is named only if the test passed there; without them, by the test's room.
"""

from __future__ import annotations

import argparse
import ast
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.marked import kept

ROOT = Path(__file__).resolve().parent.parent
BLENDERS = ("4.2.23", "4.5.15", "5.0.1", "5.2.3")
PLAIN = "without Blender"
FAULTS = {
    "12.1": "Clean-up removes what is not Orator's, or outputs leave their folder",
    "12.2": "Pickled arrays run code or crash; a stored path is opened unasked",
    "12.3": "Duplicated characters share takes",
    "12.4": "The artist's NLA tracks are changed",
    "12.5": "Operators that fail half way leave something behind",
    "12.6": "An Action that another character uses is removed",
    "12.7": "The artist's own motion stops, or hides the take, without a word",
    "12.8": "glTF times at rates with a base",
    "12.9": "Takes of one name in one file",
    "12.10": "Sparse keys move planted feet",
    "12.11": "Rate changed, time stretched, meta strips trimmed",
    "12.12": "Constraints on what is keyed; coverage of shapes that do not move",
    "12.13": "Modifiers and hidden meshes that an export leaves out",
    "12.14": "Long recordings, subtitles and other texts",
    "12.15": "Channels, mp3 without header, padded chunks",
    "12.16": "Options outside their ranges",
    "12.17": "Damaged weight files",
    "12.18": "Results that depend on the number of threads",
    "12.19": "Families recognised without their core joints",
    "12.20": "What the VRM add-on stores",
    "12.21": "Names that win over structure; feet and knees",
    "12.22": "Faces without an armature, meshes held in other ways",
    "12.23": "Reading a large rig takes seconds",
    "12.24": "Damaged files in every reader",
    "12.25": "Mappings and presets of wrong types",
    "12.26": "Cancel in a cold start",
    "12.27": "Left-overs of killed writers; unpinned wheels",
    "12.28": "The test runner's limit",
}


@dataclass(frozen=True)
class Held:
    """One test that holds a fault: its file relative to the root, its name, and where it runs."""

    fault: str
    file: str
    name: str
    blenders: tuple[str, ...]


def _numbers(node: ast.expr) -> Iterator[str]:
    """The numbers of every `pytest.mark.fault(...)` within an expression."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.fault":
            yield from (argument.value for argument in call.args if isinstance(argument, ast.Constant))


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(fault, test) of one module."""
    everywhere = [
        number
        for node in tree.body
        if isinstance(node, ast.Assign) and any(ast.unparse(t) == "pytestmark" for t in node.targets)
        for number in _numbers(node.value)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            own = [number for decorator in node.decorator_list for number in _numbers(decorator)]
            yield from ((number, node.name) for number in (*everywhere, *own))


def _passed(reports: Path) -> dict[str, set[tuple[str, str]]]:
    """Report's name -> (module, test) that passed there, parameters left out."""
    found: dict[str, set[tuple[str, str]]] = {}
    for path in reports.glob("*.xml"):
        cases = ElementTree.parse(path).getroot().iter("testcase")
        found[path.stem.replace("bpy-", "").replace("-", " ")] = {
            (case.get("classname", "").split(".")[-1], case.get("name", "").split("[")[0])
            for case in cases
            if all(case.find(kind) is None for kind in ("failure", "error", "skipped"))
        }
    return found


def collect(tests: Path, reports: Path) -> list[Held]:
    """Every mark below `tests`, in the order of the faults. Raises SystemExit for a number that is not in FAULTS."""
    passed, held = _passed(reports), []
    for path in sorted(tests.rglob("test_*.py")):
        file = path.relative_to(tests.parent).as_posix()
        rooms = BLENDERS if "/blender/" in file else (PLAIN,)
        for fault, name in _marks(ast.parse(path.read_text(encoding="utf-8"))):
            if fault not in FAULTS:
                sys.exit(f"{file}::{name} names the fault '{fault}', which is not in the table.")
            where = [r for r in rooms if r not in passed or (path.stem, name) in passed[r]]
            held.append(Held(fault, file, name, tuple(where)))
    order = list(FAULTS)
    return sorted(held, key=lambda one: (order.index(one.fault), one.file, one.name))


TABLES = {
    "fuzz": (
        "Damaged files",
        "`make fuzz WRITE=1`: every reader, by `tests/fuzz`; a value or a sentence, in bounded memory.",
    ),
    "ends": (
        "Kills and cancels",
        "`make ends` (`tests/batch/ends.py`): each work in a process of its own, ended at a random\n"
        "moment by SIGKILL or by its own cancel. Every file of before must be whole; what a cancel or, after the next\n"
        "run, a kill left must be gone. Here other programs kept some ten processes waiting: a cancel's seconds are\n"
        "those of a crowded machine.",
    ),
    "inside": (
        "Cancels inside one Blender",
        "`make ends` too (`tests/batch/inside.py`): Generate, cancelled at a random moment and begun again\nat once.",
    ),
}
"""Tables that other commands write into the page: mark -> heading and what they are."""


def page(held: list[Held], old: str) -> str:
    """The page's Markdown; what other commands wrote into the old one stays."""
    lines = [
        "# Faults that were found, and the tests that hold them",
        "",
        "Made by `python tests/faults.py`: do not edit by hand. A number is issue and item.",
        "",
        "| fault | what it was | test | on |",
        "| --- | --- | --- | --- |",
    ]
    for fault, what in FAULTS.items():
        mine = [one for one in held if one.fault == fault]
        for k, one in enumerate(mine):
            everywhere = one.blenders == BLENDERS
            where = "every Blender" if everywhere else ", ".join(one.blenders) or "nowhere: it was skipped"
            test = f"`{one.file.removeprefix('tests/')}::{one.name}`"
            lines.append(f"| {fault if not k else ''} | {what if not k else ''} | {test} | {where} |")
        if not mine:
            lines.append(f"| {fault} | {what} | none yet | |")
    versions = ", ".join(BLENDERS)
    lines += ["", f"Every Blender: the bpy modules {versions}.", ""]
    for name, (heading, what) in TABLES.items():
        lines += [f"## {heading}", "", what, "", f"<!-- {name} -->\n{kept(old, name)}<!-- /{name} -->", ""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=Path, default=ROOT / "build" / "reports")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "faults.md")
    args = parser.parse_args()
    held = collect(ROOT / "tests", args.reports)
    old = args.out.read_text(encoding="utf-8") if args.out.exists() else ""
    args.out.write_text(page(held, old), encoding="utf-8")
    print(f"{args.out.name}: {len({one.fault for one in held})} of {len(FAULTS)} faults held by {len(held)} tests")


if __name__ == "__main__":
    main()
