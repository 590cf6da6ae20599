"""Generate, and cancel it."""

from __future__ import annotations

import queue
import time
from typing import Any

import bpy

from ..core import estimate
from ..core.blender import compat, generation, job, preferences, report
from ..core.blender.declared import declared
from ..core.blender.growing import Growing, Opening
from .beside import Beside, end_timers
from .poll import Explained
from .work import cool, work_on


class Generating(Beside):
    """An operator that makes takes; `read` says from what."""

    title = "Generating"
    stopped = "Generating was cancelled; nothing was changed."
    moves_seed = True
    """Whether the next press takes another seed."""
    grows = False
    """Whether the start of a long speech can be played while the rest is being made, where the artist wants that."""
    _request: Any
    _growing: Growing | None
    _openings: queue.SimpleQueue[Opening]

    def read(self, context: bpy.types.Context) -> Any:
        """The request. Raises OratorError."""
        return generation.read_request(context)

    def work(self, request: Any) -> job.Work:
        """What the worker does for a request."""
        return work_on(request)

    def deliver(self, request: Any, made: Any) -> tuple[str, ...]:
        """Write what was made; sentences for the artist. Raises OratorError."""
        return generation.deliver(request, made)

    def _delivered(self, made: Any) -> tuple[str, ...]:
        """Write, and let the scene's seed move on."""
        request = self._request
        if self._growing is not None:
            self._growing.give_way()
        sentences = self.deliver(request, made)
        if not self.moves_seed:
            return sentences
        asked = request if isinstance(request, tuple) else (request,)
        spoken = sum(one.speech.seconds * len(one.asked.seeds) for one in asked)
        estimate.learn(spoken, 1, time.monotonic() - self._began)
        for one in asked:
            scene = bpy.data.scenes.get(one.scene)
            if scene is not None:
                generation.move_seed_on(scene, one.asked.seeds)
        return sentences

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with speech, a character, a part and no other job."""
        if busy := job.busy_reason():
            return busy
        options = context.scene.orator
        if not any((options.use_upper, options.use_hands, options.use_lower, options.use_face)):
            return "No part is chosen: choose at least one in the Generate panel"
        return generation.missing_speech(context) or generation.missing_character(context)

    def _asked(self, context: bpy.types.Context, window: bool) -> job.Work:
        self._request = self.read(context)
        self._began = time.monotonic()
        self._growing = None
        if window and self.grows and preferences.read().playable:
            self._growing, self._openings = Growing(self._request), queue.SimpleQueue()
            return work_on(self._request, self._openings.put)
        return self.work(self._request)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Blocking: for background mode and scripts."""
        return self.block(context)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """In a window: beside Blender, with progress."""
        return self.begin_or_block(context)

    def _ticked(self, running: job.Job) -> None:
        """What can be played by now comes into the list; an opening that cannot be written is left out."""
        while self._growing is not None and not self._openings.empty():
            try:
                self._growing.take_in(self._openings.get())
            except Exception as error:
                job.explain(error)
            running.playable = self._growing.seconds

    def _kept(self, keep: bool) -> str:
        """What could be played is kept where the artist wants it."""
        kept = "" if self._growing is None else self._growing.end(keep)
        return f"Generating was cancelled; '{kept}' is kept." if kept else ""


class ORATOR_OT_generate(Generating, bpy.types.Operator):
    """Make takes for the speech: gesture and face, as F-curves on the character"""

    bl_idname = "orator.generate"
    bl_label = "Generate"
    bl_options = {"UNDO"}  # noqa: RUF012
    grows = True


@declared
class ORATOR_OT_cancel(Explained, bpy.types.Operator):
    """Stop generating; nothing is changed"""

    bl_idname = "orator.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}  # noqa: RUF012

    keep = bpy.props.BoolProperty(
        name="Keep What Can Be Played",
        description="Keep the start of the speech, which can be played already, as a take",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def disabled_reason(cls, _context: bpy.types.Context) -> str:
        """Only while a job runs."""
        return "" if job.current() is not None else "Nothing is running"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Cancel the job; its operator ends at its next tick."""
        job.cancel(self.keep)
        compat.redraw(context.window_manager)
        return {"FINISHED"}


@bpy.app.handlers.persistent
def _before_load(*_args: object) -> None:
    """Another file is about to replace this one: what runs is for the old one."""
    job.cancel()
    report.remember("")


def _attach() -> None:
    bpy.app.handlers.load_pre.append(_before_load)


def _detach() -> None:
    if _before_load in bpy.app.handlers.load_pre:
        bpy.app.handlers.load_pre.remove(_before_load)
    job.shut_down()
    cool()
    end_timers()


HOOK = (_attach, _detach)
CLASSES: tuple[type, ...] = (ORATOR_OT_generate, ORATOR_OT_cancel)
