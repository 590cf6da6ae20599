"""Regenerating a part or range of the highlighted take."""

from __future__ import annotations

import bpy

from .layout import draw_presets
from .take import TakePanel


class ORATOR_PT_regenerate(TakePanel, bpy.types.Panel):
    """Make a region of the take again; everything else stays"""

    bl_label = "Regenerate"

    def draw(self, context: bpy.types.Context) -> None:
        """Region, range, button."""
        layout = self.layout
        options = context.scene.orator
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(options, "again_region")
        column.prop(options, "again_range")
        if options.again_range == "TYPED":
            column.prop(options, "again_start")
            column.prop(options, "again_end")
        row = column.row(align=True)
        row.prop(options, "seed")
        row.prop(options, "lock_seed", text="", icon="LOCKED" if options.lock_seed else "UNLOCKED")
        layout.operator("orator.regenerate", icon="FILE_REFRESH")
        draw_presets(layout, "ORATOR_MT_mask_presets", "orator.mask_preset")


CLASSES: tuple[type, ...] = (ORATOR_PT_regenerate,)
