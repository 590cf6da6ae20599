"""Takes of a character: off, solo, duplicate, delete, bake again."""

from __future__ import annotations

import bpy

from ..core.blender import bake, compare, generation, ghosts, takes
from ..core.blender.bake_target import read_keying
from ..core.blender.groups import CharacterGroup, TakeGroup
from .poll import Acting


class OnTake(Acting):
    """An operator on the highlighted take; subclasses do their work in `act` and may return a sentence."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a highlighted take."""
        if generation.active_character(context) is None:
            return "There is no character"
        take = generation.highlighted_take(context)[1]
        return "" if take is not None else "This character has no take yet: press Generate"

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """The work; raises OratorError."""
        raise NotImplementedError

    def work(self, context: bpy.types.Context) -> str:
        """The work on the highlighted take."""
        return self.act(context, generation.chosen_character(context), *generation.chosen_take(context))


class ORATOR_OT_take_show(OnTake, bpy.types.Operator):
    """Show the highlighted take, body and face"""

    bl_idname = "orator.take_show"
    bl_label = "Show Take"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Switch."""
        takes.show(character, take.uid)
        return ""


class ORATOR_OT_take_off(OnTake, bpy.types.Operator):
    """Show no take: your own animation of the character comes back"""

    bl_idname = "orator.take_off"
    bl_label = "Own Animation"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only while a take is shown."""
        data, _ = generation.highlighted_take(context)
        return "" if data is not None and data.shown else "No take is shown: this is your own animation"

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Switch all takes off."""
        takes.show(character, "")
        return ""


class ORATOR_OT_take_solo(OnTake, bpy.types.Operator):
    """Play only the shown take: your other NLA tracks on the character are silent"""

    bl_idname = "orator.take_solo"
    bl_label = "Solo"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Toggle."""
        if take.uid != data.shown:
            takes.show(character, take.uid)
        takes.set_solo(character, not data.solo)
        return ""


class ORATOR_OT_take_compare(OnTake, bpy.types.Operator):
    """Put the favourite takes (all, where no other is a favourite) beside the character; they play along and are in no file. Press again to send them away"""  # noqa: E501

    bl_idname = "orator.take_compare"
    bl_label = "Compare Takes"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a shown take and others, or with ghosts that may go."""
        if ghosts.standing():
            return ""
        character = generation.active_character(context)
        return super().disabled_reason(context) or ("" if character is None else compare.missing(character))

    def work(self, context: bpy.types.Context) -> str:
        """They come, or go."""
        if ghosts.leave():
            return ""
        return compare.compare(context, generation.chosen_character(context))


class ORATOR_OT_take_duplicate(OnTake, bpy.types.Operator):
    """Copy the take with curves of its own, to try an edit"""

    bl_idname = "orator.take_duplicate"
    bl_label = "Duplicate Take"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Duplicate and show the copy."""
        takes.show(character, takes.duplicate(character, take.uid).uid)
        return ""


class ORATOR_OT_take_delete(OnTake, bpy.types.Operator):
    """Delete the take and its curves"""

    bl_idname = "orator.take_delete"
    bl_label = "Delete Take"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Delete."""
        name = take.name
        takes.remove(character, take.uid)
        return f"'{name}' was deleted."


class ORATOR_OT_take_bake(OnTake, bpy.types.Operator):
    """Write the take's curves anew from its stored performance, with the keys and the mapping as set now; edits of its curves are lost"""  # noqa: E501

    bl_idname = "orator.take_bake"
    bl_label = "Bake Again"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Bake."""
        name, uid = take.name, take.uid
        coverage = bake.bake_again(character, uid, context.scene, read_keying(context.scene))
        return f"{name} on '{character.name}': {coverage}."


class ORATOR_OT_take_follow(OnTake, bpy.types.Operator):
    """Move the take to where its strip is now; your edits of its curves go with it"""

    bl_idname = "orator.take_follow"
    bl_label = "Follow Strip"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a take and the strip that it was made from."""
        reason = super().disabled_reason(context)
        if reason:
            return reason
        there = generation.start_for(context, generation.chosen_take(context)[1]) is not None
        return "" if there else "The strip that this take was made from is not in the Sequencer any more"

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Move it."""
        from ..core.blender import follow
        from ..core.blender.scene_rate import behind, other_rate

        frames = behind(take, context.scene, generation.start_for(context, take) or 0.0)
        rate = other_rate(take, context.scene)
        if not frames:
            return rate or f"'{take.name}' is where its strip is."
        follow.move(character, take, context.scene, frames)
        return f"'{take.name}' was moved by {frames:+d} frames. {rate}".strip()


CLASSES: tuple[type, ...] = (
    ORATOR_OT_take_show,
    ORATOR_OT_take_off,
    ORATOR_OT_take_solo,
    ORATOR_OT_take_compare,
    ORATOR_OT_take_duplicate,
    ORATOR_OT_take_delete,
    ORATOR_OT_take_bake,
    ORATOR_OT_take_follow,
)
