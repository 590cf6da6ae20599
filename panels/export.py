"""Taking the takes to other tools."""

from __future__ import annotations

import bpy

from ..operators.export import SHORTCUTS
from .layout import TAB, draw_sentence


class ORATOR_PT_export(bpy.types.Panel):
    """Takes as files for other tools"""

    bl_label = "Export"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        """A button a target, and what arrived; which takes, frame rate and travel are chosen in the file dialog."""
        grid = self.layout.grid_flow(columns=2, row_major=True, even_columns=True, align=True)
        for text, suffix, target in SHORTCUTS:
            operator = grid.operator("orator.export", text=text)
            operator.format, operator.target = suffix, target
        self.layout.operator("orator.submit_to_farm", icon="RENDERLAYERS")
        draw_sentence(context, self.layout)


CLASSES: tuple[type, ...] = (ORATOR_PT_export,)
