"""Drawings that talk: planes from picture files, and keying what a take shows."""

from __future__ import annotations

import bpy
from bpy_extras.io_utils import ImportHelper

from ..core.blender import generation, takes
from ..core.blender.declared import declared
from ..core.blender.scene_rate import scene_fps
from .poll import Acting


@declared
class ORATOR_OT_add_drawings(Acting, bpy.types.Operator, ImportHelper):
    """Add planes of drawn mouths, eyes and brows: pictures named mouth_A to mouth_X, eyes_open, brow_high ..."""

    bl_idname = "orator.add_drawings"
    bl_label = "Add Drawings"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filter_glob = bpy.props.StringProperty(default="*.png;*.jpg;*.tif;*.webp", options={"HIDDEN"})
    files = bpy.props.CollectionProperty(type=bpy.types.OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"})
    directory = bpy.props.StringProperty(subtype="DIR_PATH", options={"HIDDEN", "SKIP_SAVE"})

    def work(self, context: bpy.types.Context) -> str:
        """Add them."""
        from pathlib import Path

        from ..core.blender.drawings import add_drawings

        add_drawings(context, [str(Path(self.directory) / entry.name) for entry in self.files] or [self.filepath])
        return ""


@declared
class ORATOR_OT_key_drawings(Acting, bpy.types.Operator):
    """Key the active object's drawings by the character's take: materials, Grease Pencil layers, or numbers"""

    bl_idname = "orator.key_drawings"
    bl_label = "Key Drawings"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    every = bpy.props.IntProperty(
        name="On", description="Hold each drawing for so many frames", default=2, min=1, max=4
    )

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with an object beside a character that shows a take."""
        character = generation.active_character(context)
        if character is None or takes.shown(character) is None:
            return "Show a take on a character first: its performance is what the drawings say"
        return "" if context.active_object is not None else "Select the drawings: a plane, Grease Pencil, or an empty"

    def work(self, context: bpy.types.Context) -> str:
        """Key them."""
        from ..core.anime.chart import expose
        from ..core.blender.drawings import key_drawings, performed

        item = takes.shown_take(generation.chosen_character(context))
        performance, start = performed(item)
        fps = scene_fps(context.scene)
        sheet = expose(performance, fps, self.every)
        drawings = context.active_object
        assert drawings is not None  # disabled_reason
        return key_drawings(drawings, sheet, round(start * fps), item.name)


CLASSES: tuple[type, ...] = (ORATOR_OT_add_drawings, ORATOR_OT_key_drawings)
"""In the order of registration."""
