"""Generate Conversation: takes for every character that speaks or listens; and the turns as markers."""

from __future__ import annotations

from collections.abc import Callable

import bpy
from bpy.props import IntProperty, StringProperty

from ..core.blender import changed_lines, conversing, job
from ..core.blender.declared import declared
from ..core.blender.generation import Made, TakeRequest
from .generate import Generating
from .poll import Acting
from .work import Progress, work_on


class _ForEveryone(Generating):
    """Takes for several characters at one press."""

    def read(self, context: bpy.types.Context) -> tuple[TakeRequest, ...]:
        """A request a character. Raises OratorError."""
        return conversing.read_requests(context)

    def work(self, request: tuple[TakeRequest, ...]) -> job.Work:
        """One character after the other."""
        changed_lines.begin(request)
        parts = [work_on(one) for one in request]

        def work(progress: Progress, cancelled: Callable[[], bool]) -> tuple[tuple[Made, ...], ...]:
            def share(k: int) -> Progress:
                name = request[k].target.name
                return lambda fraction, text: progress((k + fraction) / len(parts), f"{name}: {text}")

            return tuple(part(share(k), cancelled) for k, part in enumerate(parts))

        return work

    def deliver(self, request: tuple[TakeRequest, ...], made: tuple[tuple[Made, ...], ...]) -> tuple[str, ...]:
        """All takes, or none."""
        return conversing.deliver(request, made)

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with somebody who speaks, and no other job."""
        if busy := job.busy_reason():
            return busy
        return conversing.missing(context)


class ORATOR_OT_generate_conversation(_ForEveryone, bpy.types.Operator):
    """Make takes for every character that speaks or listens: each performs its own voice and attends to its partner"""

    bl_idname = "orator.generate_conversation"
    bl_label = "Generate Conversation"
    bl_options = {"UNDO"}  # noqa: RUF012


class ORATOR_OT_generate_changes(_ForEveryone, bpy.types.Operator):
    """Make again exactly the lines that came, went, moved or sound different; everything else stays to the bit"""

    bl_idname = "orator.generate_changes"
    bl_label = "Regenerate Changed Lines"
    bl_options = {"UNDO"}  # noqa: RUF012
    moves_seed = False

    def read(self, context: bpy.types.Context) -> tuple[TakeRequest, ...]:
        """Requests of those whose lines changed. Raises OratorError."""
        requests = changed_lines.read_changes(context)
        self.moves_seed = any(request.spans is None for request in requests)  # whole takes, as by the other button
        return requests


@declared
class ORATOR_OT_line_again(_ForEveryone, bpy.types.Operator):
    """Make this line again with another seed, as a new take; everything else stays to the bit"""

    bl_idname = "orator.line_again"
    bl_label = "Retry Line"
    bl_options = {"UNDO"}  # noqa: RUF012

    character = StringProperty(name="Character", options={"SKIP_SAVE"})
    first = IntProperty(name="First Frame", options={"SKIP_SAVE"})
    last = IntProperty(name="Frame After the Last", options={"SKIP_SAVE"})

    def read(self, context: bpy.types.Context) -> tuple[TakeRequest, ...]:
        """The line's request. Raises OratorError."""
        return changed_lines.read_line(context, self.character, self.first, self.last)


@declared
class ORATOR_OT_line_go(bpy.types.Operator):
    """Put the playhead at the start of this line, and select its character"""

    bl_idname = "orator.line_go"
    bl_label = "Go to Line"
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012

    character = StringProperty(name="Character", options={"SKIP_SAVE"})
    first = IntProperty(name="First Frame", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Go."""
        context.scene.frame_set(self.first)
        character = context.scene.objects.get(self.character)
        if character is not None:
            context.scene.orator.character = character
        return {"FINISHED"}


class ORATOR_OT_lay_turns(Acting, bpy.types.Operator):
    """Put a timeline marker at each turn that is heard: move, rename or delete them where the ear was wrong"""

    bl_idname = "orator.lay_turns"
    bl_label = "Turns as Markers"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with two voices."""
        return conversing.missing_pair(context)

    def work(self, context: bpy.types.Context) -> str:
        """The markers."""
        return f"{conversing.lay_turns(context)} turns lie as markers; they count instead of what is heard."


CLASSES: tuple[type, ...] = (
    ORATOR_OT_generate_conversation,
    ORATOR_OT_generate_changes,
    ORATOR_OT_line_again,
    ORATOR_OT_line_go,
    ORATOR_OT_lay_turns,
)
