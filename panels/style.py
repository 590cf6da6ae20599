"""Learned styles: which one the next takes wear, how far, and what one is learned from."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..core.blender import emage, generation, lists, styles
from ..core.blender.declared import declared
from ..core.blender.tracks import TAG
from .layout import BOX, TAB, draw_wrapped


@declared
class OratorStyle(bpy.types.PropertyGroup):
    """A learned style of this file."""

    name = StringProperty(name="Name", description="What the style is called")
    data = PointerProperty(type=bpy.types.Text)
    told = StringProperty()


@declared
class OratorStyles(bpy.types.PropertyGroup):
    """The learned styles of a scene, which one is worn, and what the next one is learned from."""

    styles = CollectionProperty(type=OratorStyle)
    active = IntProperty(name="Style", description="The style that the next takes wear")
    wear = BoolProperty(name="Learned Style", description="The next takes wear the highlighted style")
    amount = FloatProperty(
        name="Amount", description="How far the style is taken over: 0 not at all, 1 whole", default=1.0, min=0.0,
        max=1.0, subtype="FACTOR",
    )  # fmt: skip
    source = EnumProperty(
        name="Learn From",
        description="What the style is learned from",
        items=(
            ("TAKES", "Takes", "Takes of the character, as they move now, your changes too"),
            ("ACTIONS", "Actions", "Actions that fit the character's rig"),
            ("FOLDER", "Folder", "A folder of motion: BVH, FBX, SMPL-X or takes as .npz, Live Link Face .csv"),
        ),
    )
    folder = StringProperty(name="Folder", description="The folder with the motion", subtype="DIR_PATH")
    name = StringProperty(name="Name", description="What the style is called; empty: by what it is learned from")
    active_action = IntProperty()
    active_take = IntProperty()


class ORATOR_UL_styles(bpy.types.UIList):
    """Learned styles: click one to wear it, double-click to rename it"""

    bl_idname = "ORATOR_UL_styles"

    def draw_item(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, _data: Any, item: Any, _icon: int,
        _active_data: Any, _active_property: str, _index: int,
    ) -> None:  # fmt: skip
        """Its name."""
        layout.prop(item, "name", text="", emboss=False, icon="ARMATURE_DATA")


class ORATOR_UL_learn(bpy.types.UIList):
    """What can be learned from: tick what is"""

    bl_idname = "ORATOR_UL_learn"

    def draw_item(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, _data: Any, item: Any, _icon: int,
        _active_data: Any, _active_property: str, _index: int,
    ) -> None:  # fmt: skip
        """A tick and the name."""
        row = layout.row(align=True)
        row.prop(item, "learn" if hasattr(item, "learn") else "orator_learn", text="")
        row.label(text=item.name, translate=False)

    def filter_items(self, _context: bpy.types.Context, data: Any, property_name: str) -> tuple[list[int], list[int]]:
        """Takes' own Actions are takes: they are listed there."""
        items = getattr(data, property_name)
        return [0 if isinstance(i, bpy.types.Action) and TAG in i else self.bitflag_filter_item for i in items], []


class ORATOR_PT_style(bpy.types.Panel):
    """A style of your own, learned from motion, that the next takes wear"""

    bl_label = "Learned Style"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_performance"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw_header(self, context: bpy.types.Context) -> None:
        """Worn or not."""
        row = self.layout.row()
        row.enabled = styles.chosen(context.scene) is not None
        row.prop(context.scene.orator_styles, "wear", text="")

    def draw(self, context: bpy.types.Context) -> None:
        """The styles of this file, how far the chosen one is worn, and what it is like."""
        layout, group = self.layout, context.scene.orator_styles
        card, hears = emage.hears(context.scene)
        if "style" not in hears:
            layout.label(text=f"{card.label} does not hear styles", icon="INFO")
        row = layout.row()
        row.template_list("ORATOR_UL_styles", "", group, "styles", group, "active", rows=3)
        column = row.column(align=True)
        column.operator("orator.style_load", text="", icon="FILE_FOLDER")
        column.operator("orator.style_save", text="", icon="FILE_TICK")
        column.operator("orator.style_remove", text="", icon="REMOVE")
        entry = styles.chosen(context.scene)
        if entry is None:
            layout.label(text="Learn one below, or load a file", icon="INFO")
            return
        row = layout.row()
        row.active = group.wear
        row.prop(group, "amount", slider=True)
        draw_wrapped(context, layout.box(), entry.told, inside=2 * BOX)


class ORATOR_PT_learn(bpy.types.Panel):
    """What a style is learned from: nothing is trained, it takes seconds"""

    bl_label = "Learn from Takes"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_style"

    def draw(self, context: bpy.types.Context) -> None:
        """The source, what is ticked of it, and the button."""
        layout, group = self.layout, context.scene.orator_styles
        layout.row().prop(group, "source", expand=True)
        if group.source == "FOLDER":
            layout.prop(group, "folder", text="")
        elif group.source == "ACTIONS":
            layout.template_list("ORATOR_UL_learn", "", bpy.data, "actions", group, "active_action", rows=3)
        else:
            character = generation.active_character(context)
            data = lists.character_data(character) if character is not None else None
            if data is None or not len(data.takes):
                layout.label(text="This character has no takes yet", icon="INFO")
            else:
                layout.template_list("ORATOR_UL_learn", "takes", data, "takes", group, "active_take", rows=3)
        layout.prop(group, "name")
        layout.operator("orator.style_learn", icon="IMPORT")


def _attach() -> None:
    bpy.types.Scene.orator_styles = PointerProperty(type=OratorStyles)
    bpy.types.Action.orator_learn = BoolProperty(name="Learn", description="Learn the style from this Action")


def _detach() -> None:
    for owner, name in ((bpy.types.Scene, "orator_styles"), (bpy.types.Action, "orator_learn")):
        if hasattr(owner, name):
            delattr(owner, name)


HOOK = (_attach, _detach)
PROPERTY_CLASSES: tuple[type, ...] = (OratorStyle, OratorStyles)
CLASSES: tuple[type, ...] = (ORATOR_UL_styles, ORATOR_UL_learn, ORATOR_PT_style, ORATOR_PT_learn)
