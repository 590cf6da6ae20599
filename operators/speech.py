"""Choosing the speech."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ImportHelper

from ..core.blender import compat, generation, playback, report, strips
from ..core.blender.declared import declared
from .poll import Explained


def _play(context: bpy.types.Context) -> None:
    """The scene plays the chosen strip, in sync."""
    seconds = generation.speech_seconds(context)
    if seconds:
        said = playback.follow_sound(context.scene, generation.read_speech_start(context), seconds)
        report.remember(". ".join((*said, "")) if said else "")


@declared
class ORATOR_OT_choose_strip(bpy.types.Operator):
    """Perform this sound strip"""

    bl_idname = "orator.choose_strip"
    bl_label = "Choose Strip"
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012

    strip = StringProperty(name="Strip", description="Name of the strip; empty: the active or selected one")
    scene = StringProperty(name="Scene", description="The scene whose sequencer holds it")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Keep the choice in the scene."""
        options = context.scene.orator
        options.source = "STRIP"
        options.strip = self.strip
        options.strip_scene = bpy.data.scenes.get(self.scene)
        _play(context)
        return {"FINISHED"}


@declared
class ORATOR_OT_add_speech(Explained, bpy.types.Operator, ImportHelper):
    """Put a sound file on the timeline at the current frame, and perform it"""

    bl_idname = "orator.add_speech"
    bl_label = "Add Speech"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filter_glob = StringProperty(
        default="*.wav;*.flac;*.mp3;*.ogg;*.opus;*.m4a;*.aac;*.aif;*.aiff;*.mp4;*.mov;*.mkv;*.webm",
        options={"HIDDEN"},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """A new strip above all others; where Blender cannot decode the file, the file itself is used.

        What is no sound is refused at once, with nothing added.
        """
        try:
            strips.check_sound(self.filepath)
        except Exception as error:
            return self._refused(error)
        scene = next(iter(compat.sequencer_scenes(context)))
        options = context.scene.orator
        channel = max((strip.channel for strip in compat.sequencer_strips(scene)), default=0) + 1
        name = bpy.path.display_name_from_filepath(self.filepath)
        try:
            strip = compat.new_sound_strip(scene, name, self.filepath, channel, scene.frame_current)
        except RuntimeError:
            options.source, options.file, options.file_frame = "FILE", self.filepath, scene.frame_current
            sentence = "Blender could not put this file on the timeline; Orator reads the file itself."
            report.remember(sentence)
            self.report({"WARNING"}, sentence)
            return {"FINISHED"}
        options.source, options.strip, options.strip_scene = "STRIP", strip.name, scene
        scene.frame_end = max(scene.frame_end, compat.strip_bounds(strip)[1])
        for other in compat.sequencer_strips(scene):
            other.select = other == strip
        editor = scene.sequence_editor
        assert editor is not None  # the strip is in it
        editor.active_strip = strip
        _play(context)
        return {"FINISHED"}


CLASSES: tuple[type, ...] = (ORATOR_OT_choose_strip, ORATOR_OT_add_speech)
