"""Operators whose work runs beside Blender: modal in a window, with progress and Esc, and blocking without one."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import compat, job, report
from .poll import Explained

_TICK_SECONDS = 0.1
_timers: list[bpy.types.Timer] = []


class Beside(Explained):
    """Mix into an operator: `_asked` says what the worker does, `_delivered` writes what it made.

    An operator with a dialogue has `execute = Beside.begin_or_block`; one without calls `begin` when invoked.
    """

    title = ""
    stopped = ""
    """What is said when it was cancelled."""
    _timer: bpy.types.Timer | None = None
    _number = 0
    _fraction = -1.0

    def _asked(self, context: bpy.types.Context, window: bool) -> job.Work:
        """Everything read from Blender, before the work begins; what is returned touches none of it.

        window: whether it runs beside Blender. Raises OratorError.
        """
        raise NotImplementedError

    def _delivered(self, made: Any) -> tuple[str, ...]:
        """Write what was made; sentences for the artist, one at least. Raises OratorError."""
        raise NotImplementedError

    def _kept(self, _keep: bool) -> str:
        """It was cancelled: a sentence on what stays all the same, or ''."""
        return ""

    def _ticked(self, running: job.Job) -> None:
        """The work goes on."""

    def block(self, context: bpy.types.Context) -> set[str]:
        """Blocking: for background mode and scripts."""
        try:
            self._say(self._delivered(job.run_blocking(self._asked(context, False))))
        except Exception as error:
            return self._refused(error)
        return {"FINISHED"}

    def begin(self, context: bpy.types.Context) -> set[str]:
        """In a window: beside Blender, with progress."""
        try:
            self._number = job.start(self.title, self._asked(context, True))
        except Exception as error:
            return self._refused(error)
        report.remember("")
        self._fraction = -1.0
        manager = context.window_manager
        self._timer = manager.event_timer_add(_TICK_SECONDS, window=context.window)
        _timers.append(self._timer)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def begin_or_block(self, context: bpy.types.Context) -> set[str]:
        """Beside Blender, or blocking without a window."""
        return self.block(context) if bpy.app.background else self.begin(context)

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
            self._ticked(running)
            self._show_progress(context)
            return {"PASS_THROUGH"}
        if message.kind == "cancelled":
            return self._stopped(context)
        if message.kind == "failed":
            self._stopped(context)
            return self._ended(context, message.text, "ERROR")
        try:
            sentences = self._delivered(message.result)
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

    def _stopped(self, context: bpy.types.Context, keep: bool = False) -> set[str]:
        """Cancelled: what could be kept is an undo step, and else nothing was changed."""
        kept = self._kept(keep)
        self._ended(context, kept or self.stopped, "INFO")
        return {"FINISHED"} if kept else {"CANCELLED"}

    def _show_progress(self, context: bpy.types.Context) -> None:
        running = job.current()
        if running is None or running.fraction == self._fraction:
            return
        self._fraction = running.fraction
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


def end_timers() -> None:
    """The add-on goes away: an operator whose class goes with it hears nothing of it."""
    while _timers:
        bpy.context.window_manager.event_timer_remove(_timers.pop())
        for workspace in bpy.data.workspaces:
            workspace.status_text_set(None)
