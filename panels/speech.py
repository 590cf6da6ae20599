"""The speech: in the 3D Viewport's sidebar, and the same panel in the Sequencer's."""

from __future__ import annotations

import bpy

from ..core.blender import generation, preferences, strips
from ..core.blender.declared import PanelMixin
from ..operators import work
from .layout import TAB, draw_job, draw_wrapped, room, shortened

_BESIDE = 64
"""Pixels of the icon, the arrow and the folder beside a strip's name."""


class ORATOR_MT_strips(bpy.types.Menu):
    """The sound strips of the Video Sequencer"""

    bl_idname = "ORATOR_MT_strips"
    bl_label = "Sound Strips"

    def draw(self, context: bpy.types.Context) -> None:
        """One entry a strip, and one for whatever is active."""
        layout = self.layout
        entry = layout.operator("orator.choose_strip", text="Active or Selected Strip", icon="RESTRICT_SELECT_OFF")
        entry.strip, entry.scene = "", ""
        layout.separator()
        for scene, strip in strips.all_sound_strips(context):
            text = strip.name if scene == context.scene else f"{strip.name} ({scene.name})"
            entry = layout.operator("orator.choose_strip", text=text, icon="SOUND", translate=False)
            entry.strip, entry.scene = strip.name, scene.name


def _draw(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    options = context.scene.orator
    layout.use_property_split = True
    layout.use_property_decorate = False
    layout.row().prop(options, "source", expand=True)
    if options.source == "FILE":
        layout.prop(options, "file")
        layout.prop(options, "file_frame")
    else:
        found = strips.find_strip(context, options.strip, options.strip_scene)
        row = layout.row(align=True)
        if found is not None:
            text = found[1].name if options.strip else f"{found[1].name} (active)"
            text = shortened(text, room(context) - _BESIDE)
            row.menu("ORATOR_MT_strips", text=text, icon="SOUND", translate=False)
        else:
            row.menu("ORATOR_MT_strips", text="Choose Strip", icon="SOUND")
        row.operator("orator.add_speech", text="", icon="FILEBROWSER")
        reason = generation.missing_speech(context)
        if reason:
            draw_wrapped(context, layout, reason, "INFO")
    if not generation.missing_speech(context):
        work.warm(preferences.read())


class _Words(PanelMixin):
    """What is said, and which channel of the sound it is in."""

    bl_label = "Transcript"
    bl_region_type = "UI"
    bl_category = TAB
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        """Words, a text of them, a guess where the artist has a recogniser, the channel."""
        layout = self.layout
        options = context.scene.orator
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(options, "transcript", text="Words")
        layout.prop(options, "transcript_text", text="or a Text")
        if preferences.read().recogniser:
            layout.operator("orator.guess_transcript", icon="OUTLINER_DATA_SPEAKER")
        row = layout.row(align=True)
        row.operator("orator.timing_import", icon="IMPORT")
        row.operator("orator.timing_export", text="Export", icon="EXPORT")
        layout.prop(options, "channel")


class ORATOR_PT_words(_Words, bpy.types.Panel):
    """What is said, and which channel of the sound it is in"""

    bl_space_type = "VIEW_3D"
    bl_parent_id = "ORATOR_PT_speech"


class ORATOR_PT_sequencer_words(_Words, bpy.types.Panel):
    """What is said, and which channel of the sound it is in"""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_parent_id = "ORATOR_PT_sequencer_speech"


class ORATOR_PT_speech(bpy.types.Panel):
    """The speech to perform"""

    bl_label = "Speech"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB

    def draw(self, context: bpy.types.Context) -> None:
        """Strip or file, and what is said."""
        _draw(self.layout, context)


class ORATOR_PT_sequencer_speech(bpy.types.Panel):
    """The speech to perform, and Generate, in the Sequencer"""

    bl_label = "Speech"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = TAB

    def draw(self, context: bpy.types.Context) -> None:
        """The same as in the 3D Viewport, with the button."""
        _draw(self.layout, context)
        if not draw_job(self.layout):
            self.layout.operator("orator.generate", icon="PLAY")


CLASSES: tuple[type, ...] = (
    ORATOR_MT_strips,
    ORATOR_PT_speech,
    ORATOR_PT_words,
    ORATOR_PT_sequencer_speech,
    ORATOR_PT_sequencer_words,
)
