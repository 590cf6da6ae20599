"""The character that performs."""

from __future__ import annotations

import bpy

from ..core.blender import generation
from ..core.blender.holders import has_skeleton
from ..core.blender.picture import is_picture, marks_shown
from .layout import TAB, draw_wrapped


class ORATOR_PT_character(bpy.types.Panel):
    """Who performs"""

    bl_label = "Character"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB

    def draw(self, context: bpy.types.Context) -> None:
        """The character, or a button that makes one."""
        layout = self.layout
        options = context.scene.orator
        character = generation.active_character(context)
        layout.prop(options, "character", text="")
        if character is None:
            draw_wrapped(context, layout, generation.missing_character(context), "INFO")
        elif options.character is None:
            layout.label(
                text=character.name,
                icon="ARMATURE_DATA" if has_skeleton(character) else "SHAPEKEY_DATA",
                translate=False,
            )
        row = layout.row(align=True)
        row.operator("orator.add_character", icon="OUTLINER_OB_ARMATURE")
        row.operator("orator.add_stage", icon="LIGHT_AREA")
        if character is None:
            return
        row = layout.row(align=True)
        row.operator("orator.frame_face", icon="HIDE_OFF")
        row.operator("orator.frame_body", icon="ARMATURE_DATA")
        if has_skeleton(character):
            row.prop(character, "show_in_front", text="", icon="BONE_DATA")


class ORATOR_PT_pictures(bpy.types.Panel):
    """Faces that are drawn or photographed"""

    bl_label = "Pictures and Drawings"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_character"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        """What makes one, and what works on one."""
        layout = self.layout
        character = generation.active_character(context)
        column = layout.column(align=True)
        column.operator("orator.add_talking_picture", icon="IMAGE_DATA")
        column.operator("orator.add_drawings", icon="IMAGE_REFERENCE")
        column.operator("orator.key_drawings", icon="KEYFRAME")
        column.operator("orator.draw_talking_head", icon="RENDER_ANIMATION")
        if character is not None and is_picture(character):
            row = layout.row(align=True)
            row.operator("orator.show_picture_marks", icon="EMPTY_AXIS", depress=marks_shown(character))
            row.operator("orator.update_picture", icon="FILE_REFRESH")


CLASSES: tuple[type, ...] = (ORATOR_PT_character, ORATOR_PT_pictures)
