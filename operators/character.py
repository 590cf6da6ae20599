"""Adding Orator's own character, and a stage for it."""

from __future__ import annotations

import bpy

from ..core.blender import generation, job
from .poll import Explained


class ORATOR_OT_add_character(bpy.types.Operator):
    """Add a character that can perform at once: an armature with a mesh and face shapes"""

    bl_idname = "orator.add_character"
    bl_label = "Add Character"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add it and choose it."""
        from ..core.blender.character import add_character

        try:
            if context.mode != "OBJECT":
                bpy.ops.object.mode_set(mode="OBJECT")
            context.scene.orator.character = add_character(context)
        except Exception as error:
            self.report({"ERROR"}, job.explain(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class ORATOR_OT_add_stage(Explained, bpy.types.Operator):
    """Add a camera, lights and a floor that suit the character"""

    bl_idname = "orator.add_stage"
    bl_label = "Add Stage"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only round a character."""
        return generation.missing_character(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add it round the character."""
        from ..core.blender.character import add_stage

        try:
            add_stage(context.scene, generation.active_character(context))
        except Exception as error:
            self.report({"ERROR"}, job.explain(error))
            return {"CANCELLED"}
        return {"FINISHED"}


CLASSES: tuple[type, ...] = (ORATOR_OT_add_character, ORATOR_OT_add_stage)
