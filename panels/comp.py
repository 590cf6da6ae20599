"""Building a take from ranges of others."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import comp_ranges
from ..core.blender.generation import chosen_take
from ..core.blender.groups import CharacterGroup, LaneGroup
from .take import TakePanel


class ORATOR_UL_lanes(bpy.types.UIList):
    """Ranges of other takes"""

    bl_idname = "ORATOR_UL_lanes"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: CharacterGroup,
        item: LaneGroup,
        _icon: int,
        _active_data: Any,
        _active_property: str,
    ) -> None:
        """Take, region and frames in one row; a range whose take has gone is marked."""
        row = layout.row(align=True)
        there = comp_ranges.source_of(data, item) is not None
        row.label(text=item.take or "Choose a take", icon="NLA" if there else "ERROR", translate=False)
        region = item.bl_rna.properties["region"].enum_items[item.region].name
        row.label(text=f"{item.start} - {item.end}  {region}", translate=False)


class ORATOR_PT_comp(TakePanel, bpy.types.Panel):
    """Build a take from ranges of others"""

    bl_label = "Comp"

    def draw(self, context: bpy.types.Context) -> None:
        """The ranges and the button."""
        layout = self.layout
        data, _ = chosen_take(context)
        row = layout.row()
        row.template_list("ORATOR_UL_lanes", "", data, "lanes", data, "active_lane", rows=3)
        buttons = row.column(align=True)
        buttons.operator("orator.lane_add", text="", icon="ADD")
        buttons.operator("orator.lane_delete", text="", icon="REMOVE")
        if 0 <= data.active_lane < len(data.lanes):
            lane = data.lanes[data.active_lane]
            column = layout.column(align=True)
            column.use_property_split = True
            column.use_property_decorate = False
            column.prop_search(lane, "take", data, "takes")
            for name in ("region", "start", "end", "blend"):
                column.prop(lane, name)
        layout.operator("orator.comp", icon="MOD_ARRAY")


CLASSES: tuple[type, ...] = (ORATOR_UL_lanes, ORATOR_PT_comp)
