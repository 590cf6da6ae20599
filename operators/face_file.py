"""A recorded face as a take."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy_extras.io_utils import ImportHelper

from ..core.blender import generation, job
from ..core.blender.bake_target import read_keying
from ..core.blender.declared import declared
from .poll import Acting


@declared
class ORATOR_OT_import_face(Acting, bpy.types.Operator, ImportHelper):
    """Add a recorded face as a take: a Live Link Face .csv, another character's take saved as .npz, or a film"""

    bl_idname = "orator.import_face"
    bl_label = "Import Face"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filter_glob = bpy.props.StringProperty(
        default="*.csv;*.npz;*.mp4;*.mov;*.webm;*.avi;*.mkv;*.m4v", options={"HIDDEN"}
    )
    face_model = bpy.props.StringProperty(
        name="Face Model",
        description="MediaPipe's face_landmarker.task, for films; empty: the one beside the film",
        subtype="FILE_PATH",
    )

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only onto a character, and while nothing else runs."""
        if busy := job.busy_reason():
            return busy
        return generation.missing_character(context)

    def work(self, context: bpy.types.Context) -> str:
        """Read it and bake it."""
        from ..core.blender.face_file import add_face
        from ..core.formats.reference import read_reference
        from ..models.tracking.film import is_film, track_film

        path = Path(bpy.path.abspath(self.filepath))
        if is_film(path):
            performance = track_film(path, Path(bpy.path.abspath(self.face_model)) if self.face_model else None)
        else:
            performance = read_reference(path)
        start = 0.0 if generation.missing_speech(context) else generation.read_speech_start(context)
        character, scene = generation.active_character(context), context.scene
        return add_face(character, performance, path.name, scene, start, read_keying(scene))


CLASSES: tuple[type, ...] = (ORATOR_OT_import_face,)
