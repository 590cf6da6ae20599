"""What Orator's panels share: the tab, the job's bar and the last sentence."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import blf
import bpy
from bpy.props import FloatProperty, IntProperty

from ..core import estimate
from ..core.blender import job, report
from ..core.catalogue.controls import Control

TAB = "Orator"


def number_property(row: Control, **more: Any) -> object:
    """The property of a row, which can be keyed."""
    if row.whole:
        low, high = int(row.low), int(row.high)
        return IntProperty(name=row.label, description=row.help, default=int(row.default), min=low, max=high, **more)
    return FloatProperty(name=row.label, description=row.help, default=row.default, min=row.low, max=row.high, **more)


def draw_job(layout: bpy.types.UILayout) -> bool:
    """The running job's bar and its Cancel button; False when nothing runs."""
    running = job.current()
    if running is None:
        return False
    row = layout.row(align=True)
    row.progress(factor=min(max(running.fraction, 0.0), 1.0), text=f"{100.0 * running.fraction:.0f}%")
    row.operator("orator.cancel", text="", icon="X")
    if running.playable:
        row = layout.row()
        row.operator("orator.cancel", text=f"Keep the First {running.playable:.0f} s", icon="CHECKMARK").keep = True
    left = estimate.left(running.fraction, time.monotonic() - running.started)
    draw_wrapped(bpy.context, layout, f"{running.text}; {left}" if left else running.text)
    return True


def draw_presets(layout: bpy.types.UILayout, menu: str, operator: str) -> None:
    """A row with a menu of presets, and the buttons that save and remove one."""
    row = layout.row(align=True)
    row.menu(menu, text=getattr(bpy.types, menu).bl_label)
    row.operator(operator, text="", icon="ADD")
    row.operator(operator, text="", icon="REMOVE").remove_active = True


def draw_sentence(context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
    """The last sentence, broken to the width of the sidebar."""
    sentence = report.last()
    if not sentence:
        return
    draw_wrapped(context, layout.box(), sentence, inside=2 * BOX)


_TABS, _PADDING, _ICON, BOX = 26, 38, 22, 6
"""Pixels at a scale of 1: the sidebar's tabs, a panel's margins and a label's own, an icon, a box's margin."""
_NARROWEST = 90


def room(context: bpy.types.Context) -> float:
    """Pixels that a label has in the sidebar, at a scale of 1."""
    region = context.region
    scale = context.preferences.system.ui_scale or 1.0  # 0 without a window
    return max(_NARROWEST, (region.width / scale if region is not None else 280.0) - _TABS - _PADDING)


def text_width(text: str) -> float:
    """Pixels that a text takes in the interface's font, at a scale of 1."""
    blf.size(0, bpy.context.preferences.ui_styles[0].widget.points)
    return float(blf.dimensions(0, text)[0])


def wrapped(text: str, width: float, measure: Callable[[str], float] = text_width) -> list[str]:
    """A text in lines no wider than `width`; a word that is wider (a path) is broken where it must be."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if measure(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and measure(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def shortened(text: str, width: float, measure: Callable[[str], float] = text_width) -> str:
    """A name that fits: where it is too long its middle is left out, since names differ at their ends."""
    if measure(text) <= width:
        return text
    keep = len(text) - 1
    while keep > 2 and measure(f"{text[: keep // 2]}…{text[-(keep - keep // 2) :]}") > width:
        keep -= 1
    return f"{text[: keep // 2]}…{text[-(keep - keep // 2) :]}"


def draw_wrapped(
    context: bpy.types.Context, layout: bpy.types.UILayout, text: str, icon: Any = "NONE", inside: float = 0.0
) -> None:
    """A sentence broken to the width of the sidebar, an icon before its first line.

    inside: pixels that boxes and lists round it take away.
    """
    column = layout.column(align=True)
    column.scale_y = 0.8
    width = room(context) - inside - (_ICON if icon != "NONE" else 0)
    for k, line in enumerate(wrapped(text, width)):
        column.label(text=line, translate=False, icon=icon if k == 0 or icon == "NONE" else "BLANK1")
