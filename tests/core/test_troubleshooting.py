"""The troubleshooting page quotes sentences that Orator really says, and the guide names what is really there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
QUOTED = re.findall(r"^\| \*(.+?)\* \|", PAGE, re.MULTILINE)
SHORTEST = 5
"""Letters of a piece of a sentence that tells it from others."""


def said() -> list[str]:
    """Every text of the product's code; what a sentence puts in is a tab."""
    out = []
    for room in ("core", "models", "operators", "panels"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if "training" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = [str(v.value) if isinstance(v, ast.Constant) else "\t" for v in node.values]
                    out.append("".join(parts))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    out.append(node.value)
    return out


SAID = said()


@pytest.mark.parametrize("sentence", QUOTED)
def test_what_the_page_quotes_is_said(sentence: str) -> None:
    pieces = [p.strip(" '") for p in re.split(r"\.\.\.|[+-]?\d+(?:\.\d+)?(?: h\b)?", sentence)]
    pieces = [p for p in pieces if len(p) >= SHORTEST]
    pattern = re.compile(".*?".join(re.escape(p) for p in pieces), re.DOTALL)
    assert pieces and any(pattern.search(text) for text in SAID), f"nothing in Orator says '{sentence}'"


def test_there_are_many_of_them() -> None:
    assert len(QUOTED) > 25 and len(set(QUOTED)) == len(QUOTED)


def test_the_guide_explains_every_gesture_and_how_many_keys_become_pins() -> None:
    from orator.core.body.gesture_words import SIZES
    from orator.core.catalogue.gestures import GESTURE_KINDS

    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    for kind in GESTURE_KINDS:
        assert f"| `{kind.name}` | {kind.help} |" in guide
    assert f"a number from {SIZES[0]:g} to {SIZES[1]:g}" in guide
    pins = (ROOT / "core" / "blender" / "pins.py").read_text(encoding="utf-8")
    most = re.search(r"^MOST_KEYS = (\d+)$", pins, re.MULTILINE)
    assert most is not None and f"at most {most.group(1)} frames" in guide
    tooltip = (ROOT / "operators" / "pins.py").read_text(encoding="utf-8")
    assert f"of at most {most.group(1)} frames" in tooltip


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.stem)
def test_links_within_and_between_the_pages_lead_somewhere(page: Path) -> None:
    def anchors(path: Path) -> set[str]:
        heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}

    lost = []
    for where, anchor in re.findall(r"\]\(([\w/.-]*)(?:#([\w-]+))?\)", page.read_text(encoding="utf-8")):
        target = (page.parent / where).resolve() if where else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(f"{where}#{anchor}" if anchor else where)
    assert not lost, f"{page.name} links to what is not there: {', '.join(lost)}"
