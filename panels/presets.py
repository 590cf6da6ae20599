"""Presets of how to perform."""

from __future__ import annotations

import bpy

from .layout import TAB, draw_presets


class ORATOR_PT_presets(bpy.types.Panel):
    """Presets of how to perform"""

    bl_label = "Presets"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_performance"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, _context: bpy.types.Context) -> None:
        """The menu and its buttons."""
        draw_presets(self.layout, "ORATOR_MT_setting_presets", "orator.setting_preset")


CLASSES: tuple[type, ...] = (ORATOR_PT_presets,)
