"""Who speaks what, and who listens to whom."""

from __future__ import annotations

import bpy
from bpy.props import PointerProperty, StringProperty

from ..core.blender import conversing, generation, strips
from ..core.blender.holders import has_skeleton
from ..core.catalogue.listening import LISTENING
from .layout import TAB, draw_job, draw_sentence, draw_wrapped, number_property


def _strip_names(_self: object, context: bpy.types.Context, text: str) -> list[str]:
    found = dict.fromkeys(strip.name for _, strip in strips.all_sound_strips(context))
    return [name for name in found if text.lower() in name.lower()]


def _other_armature(self: OratorTalk, obj: bpy.types.Object) -> bool:
    return has_skeleton(obj) and obj != self.id_data


class OratorTalk(bpy.types.PropertyGroup):
    """A character's part in conversations."""

    __annotations__ = {
        "speaks": StringProperty(
            name="Speaks", description="The sound strip with this character's voice; empty: it only listens",
            search=_strip_names,
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
            layout.prop(talk, "speaks", icon="SOUND")
            layout.prop(talk, "listens_to")
            column = layout.column(align=True)
            column.active = talk.listens_to is not None
            for control in LISTENING:
                column.prop(talk, control.name, slider=True)
        if not draw_job(layout):
            layout.operator("orator.generate_conversation", icon="PLAY")
        layout.operator("orator.lay_turns", icon="MARKER")
        for talker in conversing.talkers(context.scene):
            partner = talker.orator_talk.listens_to
            text = f"{talker.name} > {partner.name}" if partner is not None else f"{talker.name} speaks"
            draw_wrapped(context, layout, text)
        draw_sentence(context, layout)


def _attach() -> None:
    bpy.types.Object.orator_talk = PointerProperty(type=OratorTalk)


def _detach() -> None:
    if hasattr(bpy.types.Object, "orator_talk"):
        del bpy.types.Object.orator_talk


HOOK = (_attach, _detach)
PROPERTY_CLASSES: tuple[type, ...] = (OratorTalk,)
CLASSES: tuple[type, ...] = (ORATOR_PT_conversation,)
