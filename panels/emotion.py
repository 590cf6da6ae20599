"""What the face feels over time: one emotion, a keyed mixture, markers, a reference clip, or a guess."""

from __future__ import annotations

import bpy

from ..core.blender import emage, emotion, generation, lists
from .layout import TAB, draw_wrapped


class ORATOR_PT_emotion(bpy.types.Panel):
    """The emotion track: how the face feels, and how strongly, over time"""

    bl_label = "Emotion"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_performance"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """The one row that is seen until it is opened."""
        options = context.scene.orator
        layout = self.layout
        layout.active = "emotion" in emage.hears(context.scene)[1]
        if options.emotion_source != "SET":
            layout.prop(options, "emotion_source", text="")
        elif emotion.uses_weights(context.scene):
            layout.label(text="Mixture")
        else:
            layout.prop(options, "emotion", text="")

    def draw(self, context: bpy.types.Context) -> None:
        """Where the emotion comes from, and the controls of that."""
        layout = self.layout
        layout.use_property_split = True
        options = context.scene.orator
        card, hears = emage.hears(context.scene)
        if "emotion" not in hears:
            layout.active = False
            draw_wrapped(context, layout, f"{card.label} does not hear emotions", "INFO")
        column = layout.column()
        column.use_property_decorate = False
        column.prop(options, "emotion_source")
        if options.emotion_source == "REFERENCE":
            self._reference(context, column)
        elif options.emotion_source == "GUESS":
            said = "A guess, from loudness and pitch: look at the result, and key your own where it errs"
            draw_wrapped(context, column, said, "QUESTION")
        else:
            row = layout.row()
            row.active = not emotion.uses_weights(context.scene)
            row.prop(options, "emotion")
            row = layout.row()
            row.active = options.emotion != "NEUTRAL" and not emotion.uses_weights(context.scene)
            row.prop(options, "intensity")
            row = layout.row()
            row.use_property_decorate = False
            row.prop(options, "use_markers")
            told = emotion.summary(context.scene)
            if told:
                draw_wrapped(context, layout, told, "MARKER_HLT")

    @staticmethod
    def _reference(context: bpy.types.Context, column: bpy.types.UILayout) -> None:
        options = context.scene.orator
        character = generation.active_character(context)
        data = lists.character_data(character) if character is not None else None
        if data is not None and len(data.takes):
            column.prop_search(options, "reference_take", data, "takes")
        row = column.row()
        row.active = not options.reference_take
        row.prop(options, "reference_file")
        column.prop(options, "reference_strength")


class ORATOR_PT_emotion_mixture(bpy.types.Panel):
    """Weights of the eight emotions; each can be keyed over time"""

    bl_label = "Mixture"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_emotion"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where the emotion is set here."""
        return context.scene.orator.emotion_source == "SET"

    def draw(self, context: bpy.types.Context) -> None:
        """Eight sliders; as soon as one is used, the mixture takes the place of the one emotion."""
        layout = self.layout
        layout.use_property_split = True
        for name in emotion.WEIGHTS:
            layout.prop(context.scene.orator, name)


CLASSES: tuple[type, ...] = (ORATOR_PT_emotion, ORATOR_PT_emotion_mixture)
