"""The mapping of a rig: detect, pick, mirror, save and load."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..core.blender import generation, rig_mapping
from ..core.blender.declared import declared
from ..core.blender.holders import has_skeleton
from .poll import Acting


class OnRig(Acting):
    """An operator on the character's mapping; subclasses do their work in `act` and return a sentence."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a character."""
        return generation.missing_character(context)

    def act(self, context: bpy.types.Context, character: bpy.types.Object) -> str:
        """The work; raises OratorError."""
        raise NotImplementedError

    def work(self, context: bpy.types.Context) -> str:
        """Act on the character."""
        return self.act(context, generation.chosen_character(context))


class ORATOR_OT_rig_detect(OnRig, bpy.types.Operator):
    """Find out which bone plays which joint, by names or by the skeleton's structure; an edited mapping is forgotten"""

    bl_idname = "orator.rig_detect"
    bl_label = "Detect"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(self, _context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Detect and show the rows."""
        return rig_mapping.detect_again(character)


class ORATOR_OT_rig_pick(OnRig, bpy.types.Operator):
    """Let the active bone of Pose Mode play the highlighted joint"""

    bl_idname = "orator.rig_pick"
    bl_label = "Use Active Bone"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with an active bone of this character."""
        character = generation.active_character(context)
        if character is None:
            return generation.missing_character(context)
        if not has_skeleton(character):
            return f"'{character.name}' has no bones"
        bone = character.data.bones.active
        if not len(character.orator_rig.rows):
            return "Press Detect first"
        return "" if bone is not None else f"Click a bone of '{character.name}' in Pose Mode first"

    def act(self, _context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Name the bone in the row."""
        bone = character.data.bones.active.name
        rig_mapping.pick(character, bone)
        return f"{bone} plays {character.orator_rig.rows[character.orator_rig.active].name}"


@declared
class ORATOR_OT_rig_mirror(OnRig, bpy.types.Operator):
    """Map the other side like this one, by where the bones are"""

    bl_idname = "orator.rig_mirror"
    bl_label = "Mirror"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    source = EnumProperty(
        name="From",
        items=[("left", "Left to Right", "The right side is mapped like the left"),
               ("right", "Right to Left", "The left side is mapped like the right")],
    )  # fmt: skip

    def act(self, _context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Mirror the rows."""
        return f"{rig_mapping.mirror(character, self.source)} joints are mapped now"


@declared
class ORATOR_OT_rig_save(OnRig, bpy.types.Operator, ExportHelper):
    """Save the mapping as a file, for other characters with the same bones"""

    bl_idname = "orator.rig_save"
    bl_label = "Save Mapping"

    filename_ext = ".json"
    filter_glob = StringProperty(default="*.json", options={"HIDDEN"})

    def act(self, _context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Write it."""
        rig_mapping.save(character, self.filepath)
        return f"The mapping is saved as {self.filepath}"


@declared
class ORATOR_OT_rig_load(OnRig, bpy.types.Operator, ImportHelper):
    """Load a saved mapping"""

    bl_idname = "orator.rig_load"
    bl_label = "Load Mapping"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filename_ext = ".json"
    filter_glob = StringProperty(default="*.json", options={"HIDDEN"})

    def act(self, _context: bpy.types.Context, character: bpy.types.Object) -> str:
        """Read it."""
        have, of = rig_mapping.load(character, self.filepath)
        return f"{have} of the {of} bones of this mapping are on '{character.name}'"


CLASSES: tuple[type, ...] = (
    ORATOR_OT_rig_detect,
    ORATOR_OT_rig_pick,
    ORATOR_OT_rig_mirror,
    ORATOR_OT_rig_save,
    ORATOR_OT_rig_load,
)
