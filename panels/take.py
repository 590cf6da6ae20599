"""The takes of the character."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import compare, compare_marks, generation, ghosts, lists, provenance
from ..core.blender.groups import CharacterGroup, TakeGroup
from ..core.blender.scene_rate import behind, other_rate
from .layout import TAB, draw_wrapped


class TakePanel:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_adjust"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with a take."""
        return generation.highlighted_take(context)[1] is not None


class ORATOR_UL_takes(bpy.types.UIList):
    """Takes: click one to switch to it, double-click to rename it"""

    bl_idname = "ORATOR_UL_takes"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: CharacterGroup,
        item: TakeGroup,
        _icon: int,
        _active_data: Any,
        _active_property: str,
        index: int,
    ) -> None:
        """Shown or not, name, seed, favourite."""
        shown = item.uid == data.shown
        row = layout.row(align=True)
        row.label(text="", icon="HIDE_OFF" if shown else "HIDE_ON")
        # Only the highlighted name is a text field: a click on any other is a click on its row, so it switches.
        if index == data.active:
            row.prop(item, "name", text="", emboss=False)
        else:
            row.label(text=item.name, translate=False)
        seed = row.row()
        seed.alignment, seed.active = "RIGHT", False
        seed.label(text=f"seed {item.seed}", translate=False)
        row.prop(item, "favourite", text="", icon="SOLO_ON" if item.favourite else "SOLO_OFF", emboss=False)


class ORATOR_PT_takes(bpy.types.Panel):
    """The takes of the character"""

    bl_label = "Takes"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB

    def draw(self, context: bpy.types.Context) -> None:
        """The list and what can be done with a take."""
        layout = self.layout
        character = generation.active_character(context)
        data = lists.character_data(character) if character is not None else None
        if data is None or not len(data.takes):
            draw_wrapped(context, layout, "No takes yet: press Generate", "INFO")
            layout.operator("orator.import_face", icon="IMPORT")
            return
        row = layout.row()
        row.template_list("ORATOR_UL_takes", "", data, "takes", data, "active", rows=4)
        column = row.column(align=True)
        column.operator("orator.take_duplicate", text="", icon="DUPLICATE")
        column.operator("orator.take_delete", text="", icon="TRASH")
        column.separator()
        standing = bool(ghosts.standing())
        column.operator("orator.take_compare", text="", icon="COMMUNITY", depress=standing)
        column.operator("orator.take_solo", text="", icon="SOLO_ON" if data.solo else "SOLO_OFF", depress=data.solo)
        row = layout.row(align=True)
        row.operator("orator.take_show", icon="HIDE_OFF")
        row.operator("orator.take_off", icon="LOOP_BACK")
        row = layout.row(align=True)
        row.operator("orator.take_bake", icon="ACTION")
        row.operator("orator.import_face", text="", icon="IMPORT")
        if standing and character is not None:
            _draw_compared(context, layout, character, data)
        if 0 <= data.active < len(data.takes):
            take = data.takes[data.active]
            start = generation.start_for(context, take)
            frames = behind(take, context.scene, start) if start is not None else 0
            if frames:
                draw_wrapped(context, layout, f"The strip is {frames:+d} frames away", "ERROR")
                layout.operator("orator.take_follow", icon="SNAP_ON")
            rate = other_rate(take, context.scene)
            if rate:
                draw_wrapped(context, layout, rate, "ERROR")
            draw_wrapped(context, layout, take.coverage)


def _draw_compared(
    context: bpy.types.Context, layout: bpy.types.UILayout, character: bpy.types.Object, data: Any
) -> None:
    """How far each take that stands beside the character is from the shown one."""
    column = layout.column(align=True)
    for number, uid in enumerate(ghosts.takes_standing()):
        take = lists.find(data, uid)
        found = compare.difference(character, take) if take is not None else None
        if take is not None:
            text = f"{take.name}: {compare.told(found)}" if found is not None else take.name
            draw_wrapped(context, column, text, compare_marks.icon_of(number))


class ORATOR_PT_provenance(bpy.types.Panel):
    """Where the take comes from: seed, networks, and the takes that its pieces are of"""

    bl_label = "Where It Comes From"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_takes"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with a take."""
        character = generation.active_character(context)
        data = lists.character_data(character) if character is not None else None
        return data is not None and 0 <= data.active < len(data.takes)

    def draw(self, context: bpy.types.Context) -> None:
        """Its lines."""
        data = lists.listed(generation.chosen_character(context))
        column = self.layout.column(align=True)
        for line in provenance.lines(data.takes[data.active], context.scene):
            draw_wrapped(context, column, line)


CLASSES: tuple[type, ...] = (ORATOR_UL_takes, ORATOR_PT_takes, ORATOR_PT_provenance)
