"""The gestures of the highlighted take."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import gestures, take_store
from ..core.blender.generation import chosen_take
from ..core.blender.groups import GestureGroup
from .layout import draw_wrapped
from .take import TakePanel


class ORATOR_UL_gestures(bpy.types.UIList):
    """Gestures in the order of their time; changed ones are marked until they are performed"""

    bl_idname = "ORATOR_UL_gestures"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: GestureGroup,
        _icon: int,
        _active_data: Any,
        _active_property: str,
    ) -> None:
        """Frame, kind, hands."""
        row = layout.row(align=True)
        icon: Any = "TRASH" if item.removed else "ADD" if gestures.is_new(item) else "GREASEPENCIL"
        row.label(text="", icon=icon if gestures.is_changed(item) else "BLANK1")
        row.active = not item.removed
        split = row.split(factor=0.2)
        split.label(text=str(item.at), translate=False)
        names = split.row()
        names.label(text=item.bl_rna.properties["kind"].enum_items[item.kind].name)
        side = names.row()
        side.alignment = "RIGHT"
        side.label(text=item.bl_rna.properties["hands"].enum_items[item.hands].name)


class ORATOR_PT_gestures(TakePanel, bpy.types.Panel):
    """Which gestures the take makes, and which it is to make"""

    bl_label = "Gestures"

    def draw(self, context: bpy.types.Context) -> None:
        """The list, the highlighted gesture, the button."""
        layout = self.layout
        take = chosen_take(context)[1]
        if not len(take.gestures):
            told = '"gestures"' in take_store.meta_text(take)
            draw_wrapped(context, layout, "Not listed yet" if told else "This take tells no gestures", "INFO")
            if told:
                layout.operator("orator.gestures_list", icon="FILE_REFRESH")
            return
        row = layout.row()
        row.template_list("ORATOR_UL_gestures", "", take, "gestures", take, "active_gesture", rows=5)
        buttons = row.column(align=True)
        buttons.operator("orator.gesture_add", text="", icon="ADD")
        buttons.operator("orator.gesture_delete", text="", icon="TRASH")
        buttons.separator()
        buttons.operator("orator.gesture_jump", text="", icon="TRIA_RIGHT_BAR")
        buttons.operator("orator.gestures_list", text="", icon="LOOP_BACK")
        if 0 <= take.active_gesture < len(take.gestures):
            item = take.gestures[take.active_gesture]
            column = layout.column()
            column.use_property_split = True
            column.use_property_decorate = False
            column.active = not item.removed
            for name in ("at", "kind", "hands", "size", "hold"):
                column.prop(item, name)
        layout.operator("orator.gestures_perform", icon="FILE_REFRESH")


CLASSES: tuple[type, ...] = (ORATOR_UL_gestures, ORATOR_PT_gestures)
