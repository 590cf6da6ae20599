"""The times of words and mouths from and to other tools."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..core.blender import generation, job
from ..core.blender.declared import declared
from ..core.blender.drawings import performed
from ..core.blender.groups import CharacterGroup, TakeGroup
from ..core.blender.take_store import load_meta, load_performance
from ..core.errors import OratorError
from .face_file import add_recorded
from .poll import Acting
from .take import OnTake


@declared
class ORATOR_OT_timing_import(Acting, bpy.types.Operator, ImportHelper):
    """Words in time from a TextGrid of Praat or from subtitles as the transcript; mouths of Rhubarb as a take"""

    bl_idname = "orator.timing_import"
    bl_label = "Import Timing"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filter_glob = bpy.props.StringProperty(default="*.srt;*.vtt;*.TextGrid;*.textgrid;*.tsv;*.json", options={"HIDDEN"})

    def work(self, context: bpy.types.Context) -> str:
        """A text of subtitles, a word each, chosen as the transcript; or a take."""
        from ..core.formats import rhubarb
        from ..core.formats.timing import read_timing, subtitles

        if Path(self.filepath).suffix.lower() in rhubarb.SUFFIXES:
            return self._mouths(context)
        words = read_timing(self.filepath)
        text = bpy.data.texts.new(f"{Path(self.filepath).stem} Words")
        text.write(subtitles(words))
        context.scene.orator.transcript_text = text
        return f"{len(words)} words with their times are the transcript now, in the text '{text.name}'."

    def _mouths(self, context: bpy.types.Context) -> str:
        if reason := job.busy_reason() or generation.missing_character(context):
            raise OratorError(reason)
        said = add_recorded(context, Path(bpy.path.abspath(self.filepath)))
        return f"{said} Comp it over a take, or show it as it is."


@declared
class ORATOR_OT_timing_export(OnTake, bpy.types.Operator, ExportHelper):
    """Save the highlighted take's words as subtitles or a TextGrid, or its mouths as Rhubarb's (.tsv, .json)"""

    bl_idname = "orator.timing_export"
    bl_label = "Export Timing"

    filename_ext = ".TextGrid"
    check_extension = None
    filter_glob = bpy.props.StringProperty(default="*.srt;*.TextGrid;*.tsv;*.json", options={"HIDDEN"})

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Write the file."""
        from ..core.anime.mouths import mouths_of
        from ..core.formats import rhubarb
        from ..core.formats.timing import write_timing
        from ..core.speech.words import placed_word

        name = Path(self.filepath).name
        if Path(self.filepath).suffix.lower() in rhubarb.SUFFIXES:
            cues = mouths_of(performed(take)[0])
            rhubarb.write_mouths(self.filepath, cues, str(load_meta(take).get("speech", {}).get("name", "")))
            return f"{len(cues)} mouths were written to '{name}'."

        rows = load_meta(take).get("words", ())
        if not rows:
            raise OratorError(f"'{take.name}' knows no words: give a transcript, and generate it again.")
        write_timing(self.filepath, [placed_word(row) for row in rows], load_performance(take).seconds)
        return f"{len(rows)} words were written to '{name}'."


CLASSES: tuple[type, ...] = (ORATOR_OT_timing_import, ORATOR_OT_timing_export)
