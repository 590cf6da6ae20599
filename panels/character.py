"""The character that performs."""

from __future__ import annotations

import bpy

from ..core.blender import generation
from ..core.blender.characters import has_skeleton
from ..core.blender.picture import is_picture, marks_shown
from .layout import TAB


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
            layout.label(text=generation.missing_character(context), icon="INFO")
        elif options.character is None:
            layout.label(
                text=character.name,
                icon="ARMATURE_DATA" if has_skeleton(character) else "SHAPEKEY_DATA",
                translate=False,
            )
        row = layout.row(align=True)
        row.operator("orator.add_character", icon="OUTLINER_OB_ARMATURE")
        row.operator("orator.add_stage", icon="LIGHT_AREA")
        row = layout.row(align=True)
        row.operator("orator.add_talking_picture", icon="IMAGE_DATA")
        row.operator("orator.add_drawings", icon="IMAGE_REFERENCE")
        row = layout.row(align=True)
        row.operator("orator.key_drawings", icon="KEYFRAME")
        row.operator("orator.draw_talking_head", icon="RENDER_ANIMATION")
        layout.operator("orator.import_face", icon="IMPORT")
        if is_picture(character):
            row = layout.row(align=True)
            row.operator("orator.show_picture_marks", icon="EMPTY_AXIS", depress=marks_shown(character))
            row.operator("orator.update_picture", icon="FILE_REFRESH")


CLASSES: tuple[type, ...] = (ORATOR_PT_character,)
