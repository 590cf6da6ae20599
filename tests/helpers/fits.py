"""What of the panels' texts does not fit the sidebar at its default width, and which of their lines have been drawn."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import bpy
from helpers.paper import Paper, drawn, drawn_item
from orator import panels
from orator.panels import layout

DEFAULT_WIDTH = 280
"""Pixels of the sidebar in Blender's default file, its tabs included."""
SHOWN = [cls for cls in panels.CLASSES if issubclass(cls, bpy.types.Panel)]
ROOM = str(Path(panels.__file__).resolve().parent)
BUTTONS = 28.0
"""Pixels of the column of buttons beside a list."""
ARROW = 22.0
reached: set[tuple[str, int]] = set()
"""(file, line) of panels that have drawn."""


def at_default_width(obj: Any = None) -> Any:
    """The context as a panel gets it in a sidebar of that width."""
    real = bpy.context
    region = SimpleNamespace(width=DEFAULT_WIDTH)
    return SimpleNamespace(
        scene=real.scene, view_layer=real.view_layer, preferences=real.preferences, region=region,
        active_object=obj or real.active_object, object=real.object, mode=real.mode, workspace=real.workspace,
        window_manager=real.window_manager, selected_pose_bones=None, selected_objects=real.selected_objects,
    )  # fmt: skip


def _noting(frame: FrameType, _event: str, _arg: Any) -> Any:
    if not frame.f_code.co_filename.startswith(ROOM):
        return None
    reached.add((Path(frame.f_code.co_filename).name, frame.f_lineno))
    return _noting


def _noted(draw: Any, *args: Any) -> Paper:
    before = sys.gettrace()
    sys.settrace(_noting)
    try:
        return draw(*args)
    finally:
        sys.settrace(before)


def cut(state: str, obj: Any = None) -> list[str]:
    """What does not fit, as sentences."""
    context = at_default_width(obj)
    out = []
    for panel in SHOWN:
        if hasattr(panel, "poll") and not panel.poll(context):
            continue
        paper = _noted(drawn, panel, context, layout.room(context))
        assert paper.texts, f"{panel.__name__} shows nothing"
        out += _told(state, panel.bl_label, paper)
        for part in ("draw_header", "draw_header_preset"):
            if part in vars(panel):
                width = layout.room(context) - layout.text_width(panel.bl_label) - ARROW
                out += _told(state, f"{panel.bl_label}'s header", _noted(drawn, panel, context, width, part))
    return out


def cut_rows(state: str, list_type: type, data: Any, items: Any) -> list[str]:
    """What of a list's rows does not fit."""
    context, out = at_default_width(), []
    for index, item in enumerate(items):
        paper = _noted(drawn_item, list_type, context, layout.room(context) - BUTTONS, data, item, index)
        out += _told(state, list_type.__name__, paper)
    return out


def _told(state: str, where: str, paper: Paper) -> list[str]:
    return [f"{state}, {where}: '{text}' wants {wanted:.0f} of {given:.0f}" for text, wanted, given in paper.cut]


def never_drawn() -> list[str]:
    """Statements of drawing methods of panels and lists that nothing has reached, as 'file: statement'.

    Menus are as wide as what they hold, and the preferences have a window of their own.
    """
    out = []
    for path in sorted(Path(ROOM).glob("*.py")):
        source = path.read_text(encoding="utf-8")
        rows = source.splitlines()
        kinds = [n for n in ast.parse(source).body if isinstance(n, ast.ClassDef) and "_MT_" not in n.name]
        for method in (n for kind in kinds for n in kind.body if isinstance(n, ast.FunctionDef)):
            if not method.name.startswith("draw") or path.name == "preferences.py":
                continue
            body = method.body[1:]  # after its docstring
            lines = {n.lineno for part in body for n in ast.walk(part) if isinstance(n, ast.stmt)}
            out += [f"{path.name}: {rows[k - 1].strip()}" for k in sorted(lines) if (path.name, k) not in reached]
    return out
