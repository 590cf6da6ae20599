"""The artist's own animation that generating keeps."""

from __future__ import annotations

import bpy

from .layout import TAB, draw_wrapped


class ORATOR_PT_kept(bpy.types.Panel):
    """Your own animation is kept where you have keys, and the rest is generated around it"""

    bl_label = "Around My Animation"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_direct"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw_header(self, context: bpy.types.Context) -> None:
        """On or off."""
        self.layout.prop(context.scene.orator.loop, "around", text="")

    def draw(self, context: bpy.types.Context) -> None:
        """What is kept."""
        layout = self.layout
        loop = context.scene.orator.loop
        layout.active = loop.around
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(loop, "around_action")
        column.row().prop(loop, "around_keep", expand=True)
        column.row().prop(loop, "around_bones", expand=True)
        if loop.around_bones == "CHOSEN":
            count = len(loop.around_chosen.splitlines())
            column.operator("orator.kept_bones", icon="BONE_DATA")
            draw_wrapped(context, column, f"{count} bones: {', '.join(loop.around_chosen.splitlines()[:3])}")
        column.prop(loop, "around_face")


CLASSES: tuple[type, ...] = (ORATOR_PT_kept,)
