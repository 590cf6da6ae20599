"""Generate, and cancel it: the modal operator around the job runner."""

from __future__ import annotations

import queue
import time
from typing import Any

import bpy

from ..core import estimate
from ..core.blender import compat, generation, job, preferences, report
from ..core.blender.declared import declared
from ..core.blender.growing import Growing, Opening
from ..core.errors import OratorError
from .poll import Explained
from .work import cool, work_on

_TICK_SECONDS = 0.1
_CANCELLED = "Generating was cancelled; nothing was changed."
_timers: list[bpy.types.Timer] = []


class Generating(Explained):
    """An operator that makes takes; `read` says from what."""

    moves_seed = True
    """Whether the next press takes another seed."""
    grows = False
    """Whether the start of a long speech can be played while the rest is being made, where the artist wants that."""

    def read(self, context: bpy.types.Context) -> Any:
        """The request. Raises OratorError."""
        return generation.read_request(context)

    def work(self, request: Any) -> job.Work:
        """What the worker does for a request."""
        return work_on(request)

    def deliver(self, request: Any, made: Any) -> tuple[str, ...]:
        """Write what was made; sentences for the artist. Raises OratorError."""
        return generation.deliver(request, made)

    def _delivered(self, request: Any, made: Any) -> tuple[str, ...]:
        """Write, and let the scene's seed move on."""
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

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Blocking: for background mode and scripts."""
        try:
            request = self.read(context)
            self._began = time.monotonic()
            made = job.run_blocking(self.work(request))
            self._say(self._delivered(request, made))
        except OratorError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        except Exception as error:
            self.report({"ERROR"}, job.explain(error))
            return {"CANCELLED"}
        return {"FINISHED"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """In a window: beside Blender, with progress."""
        if bpy.app.background:
            return self.execute(context)
        try:
            self._request = self.read(context)
            self._began = time.monotonic()
            self._growing: Growing | None = None
            self._openings: queue.SimpleQueue[Opening] = queue.SimpleQueue()
            work = self.work(self._request)
            if self.grows and preferences.read().playable:
                self._growing, work = Growing(self._request), work_on(self._request, self._openings.put)
            self._number = job.start("Generating", work)
        except OratorError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        except Exception as error:
            self.report({"ERROR"}, job.explain(error))
            return {"CANCELLED"}
        report.remember("")
        self._shown = -1.0
        self._timer = context.window_manager.event_timer_add(_TICK_SECONDS, window=context.window)
        _timers.append(self._timer)
        manager: Any = context.window_manager
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Drain the queue at every tick; Esc cancels."""
        running = job.current()
        if running is None or running.number != self._number:
            return self._stopped(context, job.keeping())
        if event.type == "ESC" and event.value == "PRESS":
            job.cancel()
            return self._stopped(context)
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        message = job.poll()
        if message is None:
            self._take_in(running)
            self._show_progress(context)
            return {"PASS_THROUGH"}
        if message.kind == "cancelled":
            return self._stopped(context)
        if message.kind == "failed":
            self._stopped(context)
            return self._ended(context, message.text, "ERROR")
        try:
            if self._growing is not None:
                self._growing.give_way()
            sentences = self._delivered(self._request, message.result)
        except Exception as error:
            return self._ended(context, job.explain(error), "ERROR")
        self._close(context)
        self._say(sentences)
        return {"FINISHED"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender ends the operator itself: another file is loaded, or the window closes."""
        running = job.current()
        if running is not None and running.number == self._number:
            job.cancel()
        self._close(context)

    def _take_in(self, running: job.Job) -> None:
        """What can be played by now comes into the list; an opening that cannot be written is left out."""
        while self._growing is not None and not self._openings.empty():
            try:
                self._growing.take_in(self._openings.get())
            except Exception as error:
                job.explain(error)
            running.playable = self._growing.seconds

    def _stopped(self, context: bpy.types.Context, keep: bool = False) -> set[str]:
        """Cancelled: what could be played is kept where the artist wants it, and else nothing was changed."""
        kept = "" if self._growing is None else self._growing.end(keep)
        if not kept:
            return self._ended(context, _CANCELLED, "INFO")
        self._ended(context, f"Generating was cancelled; '{kept}' is kept.", "INFO")
        return {"FINISHED"}

    def _show_progress(self, context: bpy.types.Context) -> None:
        running = job.current()
        if running is None or running.fraction == self._shown:
            return
        self._shown = running.fraction
        if context.workspace is not None:
            context.workspace.status_text_set(f"Orator: {running.text}, {100.0 * running.fraction:.0f}%  (Esc cancels)")
        compat.redraw(context.window_manager)

    def _ended(self, context: bpy.types.Context, sentence: str, kind: str) -> set[str]:
        self._close(context)
        report.remember(sentence)
        self.report({kind}, sentence)
        return {"CANCELLED"}

    def _close(self, context: bpy.types.Context) -> None:
        if self._timer in _timers:
            _timers.remove(self._timer)
            context.window_manager.event_timer_remove(self._timer)
        if context.workspace is not None and job.current() is None:
            context.workspace.status_text_set(None)
        compat.redraw(context.window_manager)

    def _say(self, sentences: tuple[str, ...]) -> None:
        report.remember(sentences[0])
        for sentence in sentences:
            self.report({"INFO"}, sentence)


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
    while _timers:  # an operator whose class goes away hears nothing of it
        bpy.context.window_manager.event_timer_remove(_timers.pop())
        for workspace in bpy.data.workspaces:
            workspace.status_text_set(None)


HOOK = (_attach, _detach)
CLASSES: tuple[type, ...] = (ORATOR_OT_generate, ORATOR_OT_cancel)
