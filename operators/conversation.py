"""Generate Conversation: takes for every character that speaks or listens; and the turns as markers."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ..core.blender import conversing, job
from ..core.blender.generation import Made, TakeRequest
from .generate import Generating
from .poll import Acting
from .work import Progress, work_on


class ORATOR_OT_generate_conversation(Generating, bpy.types.Operator):
    """Make takes for every character that speaks or listens: each performs its own voice and attends to its partner"""

    bl_idname = "orator.generate_conversation"
    bl_label = "Generate Conversation"
    bl_options = {"UNDO"}  # noqa: RUF012

    def read(self, context: bpy.types.Context) -> tuple[TakeRequest, ...]:
        """A request a character. Raises OratorError."""
        return conversing.read_requests(context)

    def work(self, request: tuple[TakeRequest, ...]) -> job.Work:
        """One character after the other."""
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
        """Only with somebody who listens to somebody who speaks, and no other job."""
        if busy := job.busy_reason():
            return busy
        return conversing.missing(context)


class ORATOR_OT_lay_turns(Acting, bpy.types.Operator):
    """Put a timeline marker at each turn that is heard: move, rename or delete them where the ear was wrong"""

    bl_idname = "orator.lay_turns"
    bl_label = "Turns as Markers"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with somebody who listens to somebody who speaks."""
        return conversing.missing(context)

    def work(self, context: bpy.types.Context) -> str:
        """The markers."""
        return f"{conversing.lay_turns(context)} turns lie as markers; they count instead of what is heard."


CLASSES: tuple[type, ...] = (ORATOR_OT_generate_conversation, ORATOR_OT_lay_turns)
