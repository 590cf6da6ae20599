"""Making parts of a take again, comping takes, and the sliders of a take."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import comp_ranges, generation, takes
from .layout import TAB, draw_presets


def highlighted_take(context: bpy.types.Context) -> tuple[Any, Any]:
    """The character's data and the highlighted take, None for what there is not."""
    character = generation.active_character(context)
    data = takes.character_data(character) if character is not None else None
    if data is None or not 0 <= data.active < len(data.takes):
        return data, None
    return data, data.takes[data.active]


class TakePanel:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_adjust"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with a take."""
        return highlighted_take(context)[1] is not None


class ORATOR_PT_again(TakePanel, bpy.types.Panel):
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
        layout.operator("orator.again", icon="FILE_REFRESH")
        draw_presets(layout, "ORATOR_MT_mask_presets", "orator.mask_preset")


class ORATOR_UL_lanes(bpy.types.UIList):
    """Ranges of other takes"""

    bl_idname = "ORATOR_UL_lanes"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: Any,
        item: Any,
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
        data, _ = highlighted_take(context)
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


_BODY = (
    "amplitude_upper", "amplitude_hands", "amplitude_lower", "head_motion", "stillness", "smooth_upper",
    "smooth_hands", "smooth_lower", "symmetry", "swap_sides", "offset",
)  # fmt: skip
_FACE = (
    "lip_strength", "jaw_range", "upper_strength", "tongue_strength", "smoothing_lower", "smoothing_upper",
    "eyelid_offset", "lip_offset", "delay",
)  # fmt: skip
_EYES = ("rate", "blink_strength", "gaze_strength", "lid_follow", "variation")


class ORATOR_PT_sliders(TakePanel, bpy.types.Panel):
    """Sliders over the take: nothing is generated again, and all can be put back"""

    bl_label = "Layers"

    def draw(self, context: bpy.types.Context) -> None:
        """The sliders."""
        layout = self.layout
        layers = highlighted_take(context)[1].layers
        draw_presets(layout, "ORATOR_MT_layer_presets", "orator.layer_preset")
        layout.use_property_split = True
        layout.use_property_decorate = False
        for title, names in (("Body", _BODY), ("Face", _FACE)):
            column = layout.column(align=True)
            column.label(text=title)
            for name in names:
                column.prop(layers, name)
        layout.prop(layers, "own_eyes")
        eyes = layout.column()
        eyes.enabled = layers.own_eyes
        for name in _EYES:
            eyes.prop(layers, name)
        layout.operator("orator.sliders_reset", icon="LOOP_BACK")
        again = layout.column(align=True)
        again.label(text="These Need Generating Again")
        for name in ("energy", "gesture_rate"):
            again.prop(context.scene.orator, name)
        layout.operator("orator.again_gestures", icon="FILE_REFRESH")


CLASSES: tuple[type, ...] = (ORATOR_PT_again, ORATOR_UL_lanes, ORATOR_PT_comp, ORATOR_PT_sliders)
