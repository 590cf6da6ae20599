"""Which bones generating goes around."""

from __future__ import annotations

import bpy

from ..core.blender import compat, generation
from ..core.errors import OratorError
from .poll import Acting


class ORATOR_OT_kept_bones(Acting, bpy.types.Operator):
    """Keep the animation of the bones that are selected now"""

    bl_idname = "orator.kept_bones"
    bl_label = "Use Selected Bones"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a character."""
        return generation.missing_character(context)

    def work(self, context: bpy.types.Context) -> str:
        """Note the names of the selected bones."""
        bones = compat.selected_bones(generation.chosen_character(context))
        if not bones:
            raise OratorError("No bone is selected. Select the bones whose animation is kept, in Pose Mode.")
        loop = context.scene.orator.loop
        loop.around_chosen, loop.around_bones = "\n".join(bones), "CHOSEN"
        return f"The animation of {len(bones)} bones is kept."


CLASSES: tuple[type, ...] = (ORATOR_OT_kept_bones,)
