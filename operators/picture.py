"""Talking pictures: adding one, and moving its marks."""

from __future__ import annotations

import bpy
from bpy_extras.io_utils import ImportHelper

from ..core.blender import generation
from ..core.blender.declared import declared
from ..core.blender.picture import is_picture, marks_shown, show_marks, update_picture
from .poll import Acting


@declared
class ORATOR_OT_add_talking_picture(Acting, bpy.types.Operator, ImportHelper):
    """Add a picture of a face that talks: its eyes, brows, mouth and head move with every take"""

    bl_idname = "orator.add_talking_picture"
    bl_label = "Add Talking Picture"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filter_glob = bpy.props.StringProperty(default="*.png;*.jpg;*.jpeg;*.tif;*.tiff;*.webp;*.bmp", options={"HIDDEN"})

    def work(self, context: bpy.types.Context) -> str:
        """Add it and choose it."""
        from ..core.blender.picture import add_picture

        if context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        obj, notes = add_picture(context, self.filepath)
        context.scene.orator.character = obj
        self.tone = "WARNING"
        return f"{obj.name}: {'; '.join(notes)}." if notes else ""


class _OfPicture(Acting):
    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a talking picture."""
        if is_picture(generation.active_character(context)):
            return ""
        return "Choose a talking picture, or add one"


class ORATOR_OT_show_picture_marks(_OfPicture, bpy.types.Operator):
    """Show the marks of eyes, brows, mouth and chin to drag them, or hide them"""

    bl_idname = "orator.show_picture_marks"
    bl_label = "Marks"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def work(self, context: bpy.types.Context) -> str:
        """Turn them on or off."""
        obj = generation.chosen_character(context)
        show_marks(obj, not marks_shown(obj))
        return ""


class ORATOR_OT_update_picture(_OfPicture, bpy.types.Operator):
    """Fit eyelids, mouth and movements to where the marks are now; takes go on playing"""

    bl_idname = "orator.update_picture"
    bl_label = "Fit to Marks"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def work(self, context: bpy.types.Context) -> str:
        """Rebuild the shapes."""
        obj = generation.chosen_character(context)
        update_picture(obj)
        return f"'{obj.name}' fits its marks"


CLASSES: tuple[type, ...] = (ORATOR_OT_add_talking_picture, ORATOR_OT_show_picture_marks, ORATOR_OT_update_picture)
