"""The pins of the character."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import generation, lists
from ..core.blender.groups import PinGroup
from ..core.blender.holders import has_skeleton
from .layout import TAB, draw_wrapped


class ORATOR_UL_pins(bpy.types.UIList):
    """Poses and look-at ranges that generating follows"""

    bl_idname = "ORATOR_UL_pins"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: PinGroup,
        _icon: int,
        _active_data: Any,
        _active_property: str,
    ) -> None:
        """On or off, name, frame."""
        row = layout.row(align=True)
        row.prop(item, "enabled", text="")
        row.label(text="", icon="PINNED" if item.kind == "POSE" else "HIDE_OFF")
        row.prop(item, "name", text="", emboss=False)
        row.prop(item, "at", text="", emboss=False)


class ORATOR_MT_pins_copy(bpy.types.Menu):
    """Pins of another character of the scene"""

    bl_label = "Copy Pins From"

    def draw(self, context: bpy.types.Context) -> None:
        """One row for each character that has pins."""
        character = generation.active_character(context)
        others = [o for o in context.scene.objects if has_skeleton(o) and o != character]
        others = [o for o in others if len(getattr(lists.character_data(o), "pins", ()))]
        for other in others:
            self.layout.operator("orator.pins_copy", text=other.name, translate=False).source = other.name
        if not others:
            self.layout.label(text="No other character has pins")


def draw_key_menu(self: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """In the Key menus of Dope Sheet and Graph Editor."""
    self.layout.separator()
    self.layout.operator("orator.pin_keys", icon="PINNED")


_KEY_MENUS = ("DOPESHEET_MT_key", "DOPESHEET_MT_context_menu", "GRAPH_MT_key", "GRAPH_MT_context_menu")


def _attach() -> None:
    for name in _KEY_MENUS:
        getattr(bpy.types, name).append(draw_key_menu)


def _detach() -> None:
    for name in _KEY_MENUS:
        getattr(bpy.types, name).remove(draw_key_menu)


HOOK = (_attach, _detach)


class ORATOR_PT_pins(bpy.types.Panel):
    """Poses that generated motion must hit"""

    bl_label = "Pins"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_direct"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        """The buttons, the list, and the highlighted pin."""
        layout = self.layout
        column = layout.column(align=True)
        column.prop(context.scene.orator.loop, "pin_covers", text="")
        column.operator("orator.pin_pose", icon="PINNED").covers = context.scene.orator.loop.pin_covers
        column.operator_menu_enum("orator.pin_keys", "covers", icon="KEY_HLT")
        column.operator("orator.pin_look", icon="HIDE_OFF")
        character = generation.active_character(context)
        column.menu("ORATOR_MT_pins_copy", icon="COPYDOWN")
        data = lists.character_data(character) if character is not None else None
        if data is None or not len(data.pins):
            return
        row = layout.row()
        row.template_list("ORATOR_UL_pins", "", data, "pins", data, "active_pin", rows=3)
        buttons = row.column(align=True)
        buttons.operator("orator.pin_update", text="", icon="FILE_REFRESH")
        buttons.operator("orator.pin_jump", text="", icon="TRIA_RIGHT_BAR")
        buttons.operator("orator.pin_delete", text="", icon="TRASH")
        layout.prop(context.scene.orator, "show_ghost")
        if not 0 <= data.active_pin < len(data.pins):
            return
        pin = data.pins[data.active_pin]
        box = layout.column()
        box.use_property_split = True
        box.use_property_decorate = False
        box.prop(pin, "name")
        box.prop(pin, "at")
        box.prop(pin, "hold")
        if pin.kind == "LOOK":
            box.prop(pin, "target")
            box.prop(pin, "strength")
            return
        draw_wrapped(context, box, covered(pin))
        box.row().prop(pin, "softness", expand=True)
        if pin.softness == "SOFT":
            box.prop(pin, "strength")
            box.prop(pin, "falloff")


def covered(pin: PinGroup) -> str:
    """What a pin holds, in a few words."""
    joints, weights = pin.joints.count("1"), pin.channels.count("1")
    parts = [f"{joints} joint{'s' if joints > 1 else ''}"] if joints else []
    parts += ["the place"] if pin.root else []
    parts += [f"{weights} face weights"] if weights else []
    return f"Holds {', '.join(parts)}"


CLASSES: tuple[type, ...] = (ORATOR_UL_pins, ORATOR_MT_pins_copy, ORATOR_PT_pins)
