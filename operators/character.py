"""Adding Orator's own character, and a stage for it."""

from __future__ import annotations

import bpy

from ..core.blender import generation, viewing
from .poll import Acting, Explained


class ORATOR_OT_add_character(Acting, bpy.types.Operator):
    """Add a character that can perform at once: an armature with a mesh and face shapes"""

    bl_idname = "orator.add_character"
    bl_label = "Add Character"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def work(self, context: bpy.types.Context) -> str:
        """Add it beside what is there, choose it, and look at it."""
        from ..core.blender.character import add_character

        if context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        rig = context.scene.orator.character = add_character(context)
        viewing.stand_beside(context.scene, context.view_layer, rig)
        viewing.look(context, rig, face=False)
        return ""


class ORATOR_OT_add_stage(Acting, bpy.types.Operator):
    """Add lights, a floor and a camera that suit the character, and look through it; it becomes the scene's camera"""

    bl_idname = "orator.add_stage"
    bl_label = "Add Stage"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only round a character."""
        return generation.missing_character(context)

    def work(self, context: bpy.types.Context) -> str:
        """Add it round the character."""
        from ..core.blender.character import add_stage

        scene = context.scene
        before = scene.camera
        made = add_stage(scene, generation.chosen_character(context))
        scene.camera = next(item for item in made if item.type == "CAMERA")
        viewing.look_through(context)
        if before is not None and before != scene.camera:
            return f"The scene's camera is now '{scene.camera.name}'; '{before.name}' is still there."
        return ""


class _Frame(Explained):
    """Turn the viewport to the character."""

    face = False

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a character."""
        return generation.missing_character(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Look."""
        viewing.look(context, generation.chosen_character(context), self.face)
        return {"FINISHED"}


class ORATOR_OT_frame_face(_Frame, bpy.types.Operator):
    """Look at the character's face from the front"""

    bl_idname = "orator.frame_face"
    bl_label = "Frame Face"
    face = True


class ORATOR_OT_frame_body(_Frame, bpy.types.Operator):
    """Look at the whole character from the front"""

    bl_idname = "orator.frame_body"
    bl_label = "Frame Body"


CLASSES: tuple[type, ...] = (ORATOR_OT_add_character, ORATOR_OT_add_stage, ORATOR_OT_frame_face, ORATOR_OT_frame_body)
