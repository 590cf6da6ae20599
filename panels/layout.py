"""What Orator's panels share: the tab, the job's bar and the last sentence."""

from __future__ import annotations

import textwrap

import bpy
from bpy.props import FloatProperty, IntProperty

from ..core.blender import job, report
from ..core.catalogue.controls import Control

TAB = "Orator"


def number_property(row: Control, **more: object):
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
    row.progress(factor=min(max(running.fraction, 0.0), 1.0), text=f"{running.text} {100.0 * running.fraction:.0f}%")
    row.operator("orator.cancel", text="", icon="X")
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
    width = max(20, int(context.region.width / (7.5 * context.preferences.system.ui_scale)))
    column = layout.box().column(align=True)
    column.scale_y = 0.8
    for line in textwrap.wrap(sentence, width):
        column.label(text=line, translate=False)
