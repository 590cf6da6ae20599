"""docs/architecture.md names files that are there: a reader who looks for a behaviour finds it by the page alone."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"\b(?:core|models|operators|panels|tests|docs)/[\w/]+\.(?:py|md)\b", PAGE))
    assert len(named) > 40
    assert sorted(name for name in named if not (ROOT / name).is_file()) == []


def test_twenty_behaviours_have_their_file() -> None:
    table = PAGE.split("## Where is it?")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+) \| (`.+`) \|$", table, re.M)
    assert len({behaviour for behaviour, _ in rows}) >= 20
    for behaviour, files in rows:
        for file in re.findall(r"`([^`]+)`", files):
            assert (ROOT / file).is_file(), f"{behaviour}: {file}"


def test_every_folder_of_core_is_in_the_table_of_rooms() -> None:
    table = PAGE.split("| room in core |")[1].split("\n\n")[0]
    folders = {p.parent.name for p in (ROOT / "core").glob("*/__init__.py")} - {"blender"}
    assert {name for name in folders if f"`{name}/`" not in table} == set()
