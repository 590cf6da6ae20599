"""Learn from Takes: a style from takes, Actions or a folder; saved, loaded, removed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..core.blender import generation, job, styles
from ..core.blender.declared import declared
from .poll import Acting


class ORATOR_OT_style_learn(Acting, bpy.types.Operator):
    """Learn a style from the ticked takes or Actions, or from a folder of motion; the next takes wear it"""

    bl_idname = "orator.style_learn"
    bl_label = "Learn from Takes"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Grey while something else runs, without a character, or without a folder."""
        if busy := job.busy_reason():
            return busy
        group = context.scene.orator_styles
        if group.source == "FOLDER":
            return "" if group.folder.strip() else "Choose the folder with the motion"
        return generation.missing_character(context)

    def work(self, context: bpy.types.Context) -> str:
        """Read, learn, keep."""
        from ..core.blender import learning
        from ..core.style.sources import Piece, learn_from
        from ..core.style.words import described

        group, scene = context.scene.orator_styles, context.scene
        pieces: Iterable[Piece]
        if group.source == "FOLDER":
            folder = Path(bpy.path.abspath(group.folder))
            pieces, name = learning.pieces_of_folder(folder, scene), folder.name
        elif group.source == "ACTIONS":
            character = generation.chosen_character(context)
            pieces, name = learning.pieces_of_actions(character, scene), f"{character.name}'s Actions"
        else:
            character = generation.chosen_character(context)
            pieces, name = learning.pieces_of_takes(character, scene), f"{character.name}'s takes"
        style = learn_from(pieces, group.name.strip() or name)
        styles.add_style(scene, style)
        return described(style)


class _OfStyle(Acting):
    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a style."""
        return "" if styles.chosen(context.scene) is not None else "There is no style in this file yet: learn one"


@declared
class ORATOR_OT_style_save(_OfStyle, bpy.types.Operator, ExportHelper):
    """Save the highlighted style as a file, for other scenes, the command line and batches"""

    bl_idname = "orator.style_save"
    bl_label = "Save Style"
    bl_options = {"REGISTER"}  # noqa: RUF012

    filename_ext = ".npz"
    filter_glob = bpy.props.StringProperty(default="*.npz", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask for the file, by the style's name."""
        self.filepath = bpy.path.clean_name(styles.listed(context.scene).name) + ".npz"
        return set(super().invoke(context, event))

    def work(self, context: bpy.types.Context) -> str:
        """Write it."""
        from ..core.style.file import write_style

        write_style(styles.style_of(styles.listed(context.scene)), Path(bpy.path.abspath(self.filepath)))
        return f"Saved as '{Path(self.filepath).name}'."


@declared
class ORATOR_OT_style_load(Acting, bpy.types.Operator, ImportHelper):
    """Load a style from a file into this one; the next takes wear it"""

    bl_idname = "orator.style_load"
    bl_label = "Load Style"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filter_glob = bpy.props.StringProperty(default="*.npz", options={"HIDDEN"})

    def work(self, context: bpy.types.Context) -> str:
        """Read it and keep it."""
        from ..core.style.file import read_style
        from ..core.style.words import described

        style = read_style(Path(bpy.path.abspath(self.filepath)))
        styles.add_style(context.scene, style)
        return described(style)


class ORATOR_OT_style_remove(_OfStyle, bpy.types.Operator):
    """Remove the highlighted style from this file; takes that wore it stay as they are"""

    bl_idname = "orator.style_remove"
    bl_label = "Remove Style"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def work(self, context: bpy.types.Context) -> str:
        """Take it out."""
        return f"'{styles.remove_style(context.scene)}' is removed."


CLASSES: tuple[type, ...] = (
    ORATOR_OT_style_learn,
    ORATOR_OT_style_save,
    ORATOR_OT_style_load,
    ORATOR_OT_style_remove,
)
