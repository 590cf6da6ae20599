"""A layout that draws nothing and measures everything: what a panel writes, and how much room it has for it.

Blender's own UILayout exists only while a window draws. The rules here are its rules: a column gives its whole width, a
row shares it in proportion to what its parts want, a split by its factor, a property split 40 to 60.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

import blf
import bpy

ICON, PAD = 22.0, 8.0
"""Pixels of an icon, and of a button's own margins."""


def measure(text: str) -> float:
    blf.size(0, bpy.context.preferences.ui_styles[0].widget.points)
    return float(blf.dimensions(0, text)[0])


@dataclass
class Paper:
    """One layout; `cut` collects (text, wanted, given) of what does not fit."""

    width: float
    kind: str = "column"
    cut: list[tuple[str, float, float]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    waiting: list[tuple[str, float]] = field(default_factory=list)
    parts: list[Paper] = field(default_factory=list)
    columns: int = 1
    use_property_split: bool = False
    use_property_decorate: bool = True
    active: bool = True
    enabled: bool = True
    alert: bool = False
    scale_x: float = 1.0
    scale_y: float = 1.0
    alignment: str = "EXPAND"
    rows: int = 0
    height: float = 0.0

    def _child(self, kind: str, width: float | None = None, columns: int = 1) -> Paper:
        made = Paper(self.width if width is None else width, kind, self.cut, self.texts, columns=columns)
        made.use_property_split, made.use_property_decorate = self.use_property_split, self.use_property_decorate
        self.parts.append(made)
        return made

    def row(self, **_: Any) -> Paper:
        return self._child("row")

    def column(self, **_: Any) -> Paper:
        return self._child("column")

    def box(self) -> Paper:
        return self._child("column", self.width - 12.0)

    def split(self, factor: float = 0.5, **_: Any) -> Paper:
        return self._child("row")

    def grid_flow(self, columns: int = 2, **_: Any) -> Paper:
        return self._child("column", self.width / max(columns, 1))

    def _put(self, text: str, wanted: float) -> None:
        self.texts.append(text)
        if self.kind == "row":
            self.waiting.append((text, wanted))
        elif wanted > self.width + 0.5:
            self.cut.append((text, wanted, self.width))

    def label(self, text: str = "", icon: str = "NONE", **_: Any) -> None:
        self._put(text, (measure(text) if text else 0.0) + (ICON if icon != "NONE" else 0.0))

    def operator(self, name: str, text: str | None = None, icon: str = "NONE", **_: Any) -> Any:
        module, kind = name.split(".")
        shown = getattr(getattr(bpy.ops, module), kind).get_rna_type().name if text is None else text
        self._put(shown, (measure(shown) + 2 * PAD if shown else 0.0) + (ICON if icon != "NONE" else 0.0))
        return type("Settings", (), {})()

    def operator_menu_enum(self, name: str, _property: str, icon: str = "NONE", **more: Any) -> Any:
        return self.operator(name, icon=icon, **more)

    def menu(self, name: str, text: str | None = None, icon: str = "NONE", **_: Any) -> None:
        shown = getattr(bpy.types, name).bl_label if text is None else text
        self._put(shown, measure(shown) + 2 * PAD + (ICON if icon != "NONE" else 0.0))

    def prop(
        self, data: Any, name: str, text: str | None = None, icon: str = "NONE", expand: bool = False, **_: Any
    ) -> None:
        rna = data.bl_rna.properties[name]
        shown = rna.name if text is None else text
        room = self.width
        if self.use_property_split and rna.type != "BOOLEAN":
            self._put_in(shown, measure(shown), 0.4 * self.width - 6.0)
            room, shown = 0.6 * self.width - (16.0 if self.use_property_decorate else 0.0), ""
        if rna.type == "ENUM" and expand:
            items = [item.name for item in rna.enum_items]
            for item in items:
                self._put_in(item, measure(item) + PAD, room / len(items))
        elif rna.type == "ENUM" and not rna.is_enum_flag:
            values = [item.name for item in rna.enum_items]
            longest = max(values, key=measure, default="")
            if self.kind != "row" or self.use_property_split:
                self._put_in(longest, measure(longest) + ICON + PAD, room)
        elif shown:
            # A number shows its name and its value in one field.
            value = measure("0000") if rna.type in ("INT", "FLOAT") else 0.0
            self._put(shown, measure(shown) + value + 2 * PAD + (ICON if icon != "NONE" else 0.0))

    def _put_in(self, text: str, wanted: float, room: float) -> None:
        self.texts.append(text)
        if wanted > room + 0.5:
            self.cut.append((text, wanted, room))

    def prop_search(self, data: Any, name: str, _where: Any, _list: str, text: str | None = None, **_: Any) -> None:
        shown = data.bl_rna.properties[name].name if text is None else text
        if shown and self.use_property_split:
            self._put_in(shown, measure(shown), 0.4 * self.width - 6.0)

    def template_list(self, *_: Any, **__: Any) -> None: ...

    def separator(self, **_: Any) -> None: ...

    def progress(self, text: str = "", **_: Any) -> None:
        self._put(text, measure(text))

    def finish(self) -> None:
        """Rows share their width; nested columns of a row get what is left."""
        for part in self.parts:
            part.finish()
        wanted = sum(width for _, width in self.waiting)
        wanted += sum(sum(w for _, w in part.waiting) for part in self.parts if self.kind == "row")
        if self.kind == "row" and wanted > self.width + 0.5:
            self.cut.append((" | ".join(text for text, _ in self.waiting), wanted, self.width))


def drawn(panel: type, context: Any, width: float, part: str = "draw") -> Paper:
    """A panel, or its header (`draw_header`, `draw_header_preset`), drawn on paper as wide as a label is in it."""
    paper = Paper(width)
    getattr(panel, part)(_stand_in(panel, paper), context)
    paper.finish()
    return paper


def drawn_item(list_type: type, context: Any, width: float, data: Any, item: Any, index: int) -> Paper:
    """One row of a list."""
    paper = Paper(width)
    more = (0, None, "", index)[: len(inspect.signature(list_type.draw_item).parameters) - 5]
    list_type.draw_item(_stand_in(list_type, paper), context, paper, data, item, *more)
    paper.finish()
    return paper


def _stand_in(panel: type, paper: Paper) -> Any:
    """What a drawing method takes for its panel: Blender makes real ones only while a window draws."""
    stand_in = type(panel.__name__, (), {"layout": paper, "summary": getattr(panel, "summary", "")})()
    for kind in panel.__mro__:
        for name, value in vars(kind).items():
            if name.startswith("__") or hasattr(stand_in, name) or not kind.__module__.startswith("orator"):
                continue
            if isinstance(value, staticmethod):
                setattr(stand_in, name, value.__func__)
            elif callable(value):
                setattr(stand_in, name, value.__get__(stand_in))
    return stand_in
