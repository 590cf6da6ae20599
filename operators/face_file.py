"""A recorded face as a take."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy_extras.io_utils import ImportHelper

from ..core.blender import generation, job
from ..core.blender.bake_target import read_keying
from ..core.blender.declared import declared
from ..core.errors import OratorError
from .poll import Acting


@declared
class ORATOR_OT_import_face(Acting, bpy.types.Operator, ImportHelper):
    """Add a face as a take: a Live Link Face .csv, a take saved as .npz, mouths of Rhubarb (.tsv, .json), or a film"""

    bl_idname = "orator.import_face"
    bl_label = "Import Face"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filter_glob = bpy.props.StringProperty(
        default="*.csv;*.npz;*.tsv;*.json;*.mp4;*.mov;*.webm;*.avi;*.mkv;*.m4v", options={"HIDDEN"}
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
        return add_recorded(context, Path(bpy.path.abspath(self.filepath)), self.face_model)


def add_recorded(context: bpy.types.Context, path: Path, face_model: str = "") -> str:
    """A file's face as a take on the active character, from the speech's start on; what to say. Raises OratorError."""
    from ..core.anime.mouths import mouth_performance
    from ..core.blender.face_file import add_face
    from ..core.formats import rhubarb
    from ..core.formats.reference import read_reference
    from ..models.tracking.film import is_film, track_film

    if is_film(path):
        performance = track_film(path, Path(bpy.path.abspath(face_model)) if face_model else None)
    elif path.suffix.lower() in rhubarb.SUFFIXES:
        performance = mouth_performance(rhubarb.read_mouths(path))
    elif path.suffix.lower() in (".csv", ".npz"):
        performance = read_reference(path)
    else:
        raise OratorError(
            f"'{path.name}' holds no face. Choose a Live Link Face .csv, a take saved as .npz, mouths of Rhubarb "
            "(.tsv, .json), or a film."
        )
    start = 0.0 if generation.missing_speech(context) else generation.read_speech_start(context)
    character, scene = generation.chosen_character(context), context.scene
    return add_face(character, performance, path.name, scene, start, read_keying(scene))


CLASSES: tuple[type, ...] = (ORATOR_OT_import_face,)
