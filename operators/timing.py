"""The times of words from and to other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..core.blender.declared import declared
from ..core.blender.take_store import load_meta, load_performance
from ..core.errors import OratorError
from .poll import Acting
from .take import OnTake


@declared
class ORATOR_OT_timing_import(Acting, bpy.types.Operator, ImportHelper):
    """Take words with their times from a TextGrid of Praat or from subtitles as the transcript"""

    bl_idname = "orator.timing_import"
    bl_label = "Import Timing"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filter_glob = bpy.props.StringProperty(default="*.srt;*.vtt;*.TextGrid;*.textgrid", options={"HIDDEN"})

    def work(self, context: bpy.types.Context) -> str:
        """A text of subtitles, a word each, chosen as the transcript."""
        from ..core.formats.timing import read_timing, subtitles

        words = read_timing(self.filepath)
        text = bpy.data.texts.new(f"{Path(self.filepath).stem} Words")
        text.write(subtitles(words))
        context.scene.orator.transcript_text = text
        return f"{len(words)} words with their times are the transcript now, in the text '{text.name}'."


@declared
class ORATOR_OT_timing_export(OnTake, bpy.types.Operator, ExportHelper):
    """Save the highlighted take's words with their times as subtitles (.srt) or as a TextGrid of Praat"""

    bl_idname = "orator.timing_export"
    bl_label = "Export Timing"

    filename_ext = ".TextGrid"
    check_extension = None
    filter_glob = bpy.props.StringProperty(default="*.srt;*.TextGrid", options={"HIDDEN"})

    def act(self, context: bpy.types.Context, character: bpy.types.Object, data: Any, take: Any) -> str:
        """Write the file."""
        from ..core.formats.timing import write_timing
        from ..core.speech.words import placed_word

        rows = load_meta(take).get("words", ())
        if not rows:
            raise OratorError(f"'{take.name}' knows no words: give a transcript, and generate it again.")
        write_timing(self.filepath, [placed_word(row) for row in rows], load_performance(take).seconds)
        return f"{len(rows)} words were written to '{Path(self.filepath).name}'."


CLASSES: tuple[type, ...] = (ORATOR_OT_timing_import, ORATOR_OT_timing_export)
