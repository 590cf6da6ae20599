"""A recorded face as a take."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy_extras.io_utils import ImportHelper

from ..core.blender import generation, job
from ..core.blender.bake_target import read_style
from .poll import Acting


class ORATOR_OT_import_face(Acting, bpy.types.Operator, ImportHelper):
    """Add a recorded face as a take: a Live Link Face .csv, or another character's take saved as .npz"""

    bl_idname = "orator.import_face"
    bl_label = "Import Face"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filter_glob: bpy.props.StringProperty(default="*.csv;*.npz", options={"HIDDEN"})

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only onto a character, and while nothing else runs."""
        if busy := job.busy_reason():
            return busy
        return generation.missing_character(context)

    def work(self, context: bpy.types.Context) -> str:
        """Read it and bake it."""
        from ..core.blender.face_file import import_face

        start = 0.0 if generation.missing_speech(context) else generation.read_speech_start(context)
        character, scene = generation.active_character(context), context.scene
        return import_face(character, Path(self.filepath), scene, start, read_style(scene))


CLASSES: tuple[type, ...] = (ORATOR_OT_import_face,)
