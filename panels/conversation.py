"""Who speaks what, and who listens to whom."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty, PointerProperty, StringProperty

from ..core.blender import changed_lines, compat, conversing, generation, job, lines, strips
from ..core.blender.declared import PanelMixin
from ..core.blender.holders import has_skeleton
from ..core.blender.scene_rate import scene_fps
from ..core.catalogue.listening import LISTENING
from .layout import TAB, draw_job, draw_sentence, draw_wrapped, number_property, room, shortened, text_width

_BESIDE = 62
"""Pixels of the icon and the button beside a line's name and time, and of their margins."""
_STATES: dict[str, Any] = {"MADE": "CHECKMARK", "CHANGED": "FILE_REFRESH", "NEW": "DOT", "MAKING": "TIME"}
_COLOURS = tuple((f"COLOR_{k:02d}", f"Colour {k}", "", f"STRIP_COLOR_{k:02d}", k) for k in range(1, 10))


def _strip_names(_self: object, context: bpy.types.Context, text: str) -> list[str]:
    found = dict.fromkeys(strip.name for _, strip in strips.all_sound_strips(context))
    return [name for name in found if text.lower() in name.lower()]


def _other_armature(self: OratorTalk, obj: bpy.types.Object) -> bool:
    return has_skeleton(obj) and obj != self.id_data


class OratorTalk(bpy.types.PropertyGroup):
    """A character's part in conversations."""

    __annotations__ = {
        "speaks_by": EnumProperty(
            name="Voice", description="Which sound strips are this character's lines", items=lines.WAYS
        ),
        "channel": IntProperty(
            name="Channel", description="The Sequencer's channel with this character's lines", default=1, min=1, max=128
        ),
        "named": StringProperty(name="Begins with", description="How the names of this character's strips begin"),
        "colour": EnumProperty(
            name="Colour", description="The colour tag of this character's strips", items=_COLOURS
        ),
        "speaks": StringProperty(
            name="Speaks", description="The sound strip with this character's voice; empty: it only listens",
            search=_strip_names,
        ),
        "sound_channel": EnumProperty(
            name="Sound Side", items=strips.SOUND_CHANNELS,
            description="Which channel of its strips is this character: two may share a strip, each with a channel",
        ),
        "listens_to": PointerProperty(
            type=bpy.types.Object, name="Listens to", description="Whom this character attends to", poll=_other_armature
        ),
        **{control.name: number_property(control) for control in LISTENING},
    }  # fmt: skip


class ORATOR_PT_conversation(bpy.types.Panel):
    """Two characters or more: one talks, the others listen"""

    bl_label = "Conversation"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_direct"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        """The active character's part; then everybody's button."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        character = generation.active_character(context)
        if character is None:
            layout.label(text="Select a character", icon="INFO")
        else:
            draw_wrapped(context, layout, character.name, "ARMATURE_DATA")
            talk = character.orator_talk
            layout.prop(talk, "speaks_by")
            for way, field in (("STRIP", "speaks"), ("CHANNEL", "channel"), ("NAME", "named"), ("COLOUR", "colour")):
                if talk.speaks_by == way:
                    layout.prop(talk, field)
            row = layout.row()
            row.active = lines.speaks(talk)
            row.prop(talk, "sound_channel")
            layout.prop(talk, "listens_to")
            column = layout.column(align=True)
            column.active = talk.listens_to is not None
            for control in LISTENING:
                column.prop(talk, control.name, slider=True)
        if not draw_job(layout):
            listened = any(o.orator_talk.listens_to is not None for o in conversing.talkers(context.scene))
            text = "Generate Conversation" if listened else "Generate All Lines"
            layout.operator("orator.generate_conversation", text=text, icon="PLAY")
            if said := conversing.long_silence(context):
                draw_wrapped(context, layout, said, "ERROR")
        layout.operator("orator.lay_turns", icon="MARKER")
        for talker in conversing.talkers(context.scene):
            partner = talker.orator_talk.listens_to
            text = f"{talker.name} > {partner.name}" if partner is not None else f"{talker.name} speaks"
            draw_wrapped(context, layout, text)
        draw_sentence(context, layout)


class _Lines(PanelMixin):
    """Who says which line when; each can be made again"""

    bl_label = "Lines"
    bl_region_type = "UI"
    bl_category = TAB

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where somebody speaks."""
        return any(lines.speaks(o.orator_talk) for o in conversing.talkers(context.scene))

    def draw(self, context: bpy.types.Context) -> None:
        """A row a line: made, changed or new; its name, its start; make it again."""
        layout, running = self.layout, job.current()
        rows, fps = changed_lines.table(context), scene_fps(context.scene)
        layout.prop(context.scene.orator, "line_texts")
        column = layout.column(align=True)
        who = ""
        for row in rows:
            if row.character != who:
                who = row.character
                draw_wrapped(context, column, who, "ARMATURE_DATA")
            line = column.row(align=True)
            at = f"  {row.first / fps:.1f} s" if row.progress is None else f"  {row.progress:.0%}"
            text = f"{shortened(row.strip, room(context) - _BESIDE - text_width(at))}{at}"
            going = _STATES["MADE"] if row.progress == 1.0 else _STATES["MAKING"]
            icon = _STATES[row.state] if row.progress is None else going
            go = line.operator("orator.line_go", text=text, icon=icon, translate=False)
            go.character, go.first = row.character, row.first
            retry = line.operator("orator.line_again", text="", icon="LOOP_BACK")
            retry.character, retry.first, retry.last = row.character, row.first, row.last
            if context.scene.orator.line_texts:
                column.prop(row.sound, "orator_text", text="", icon="FILE_TEXT")
        if not rows:
            draw_wrapped(context, layout, "No strip is anybody's line", "INFO")
        changed = sum(row.state == "CHANGED" for row in rows)
        if running is None:
            layout.operator("orator.generate_changes", icon="FILE_REFRESH")
        if changed:
            draw_wrapped(context, layout, f"{changed} of {len(rows)} lines are not in the takes yet", "INFO")


class ORATOR_PT_lines(_Lines, bpy.types.Panel):
    """Who says which line when; each can be made again"""

    bl_space_type = "VIEW_3D"
    bl_parent_id = "ORATOR_PT_conversation"


class ORATOR_PT_sequencer_lines(_Lines, bpy.types.Panel):
    """Who says which line when; each can be made again"""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012


def _attach() -> None:
    bpy.types.Object.orator_talk = PointerProperty(type=OratorTalk)
    compat.strip_type().orator_text = StringProperty(
        name="Text",
        description="What is said in this line, by which lips and gestures become more exact; empty: it is heard alone",
    )


def _detach() -> None:
    if hasattr(bpy.types.Object, "orator_talk"):
        del bpy.types.Object.orator_talk
    if hasattr(compat.strip_type(), "orator_text"):
        del compat.strip_type().orator_text


HOOK = (_attach, _detach)
PROPERTY_CLASSES: tuple[type, ...] = (OratorTalk,)
CLASSES: tuple[type, ...] = (ORATOR_PT_conversation, ORATOR_PT_lines, ORATOR_PT_sequencer_lines)
