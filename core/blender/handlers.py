"""What Orator remembers between two clicks is forgotten when undo, redo or another file may have changed it."""

from __future__ import annotations

from typing import Any

import bpy

from . import lists, overlay, report, slider_state


@bpy.app.handlers.persistent
def _changed(*_args: Any) -> None:
    slider_state.forget()
    overlay.forget()
    report.remember("")  # what it speaks of may be gone


@bpy.app.handlers.persistent
def _loaded(*_args: Any) -> None:
    lists.hide_texts()


def _lists() -> tuple[Any, ...]:
    handlers = bpy.app.handlers
    return handlers.undo_post, handlers.redo_post, handlers.load_post


def attach() -> None:
    """Listen for undo, redo and loading."""
    for handlers in _lists():
        if _changed not in handlers:
            handlers.append(_changed)
    if _loaded not in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.append(_loaded)


def detach() -> None:
    """Stop listening, and forget."""
    for handlers in _lists():
        if _changed in handlers:
            handlers.remove(_changed)
    if _loaded in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_loaded)
    _changed()
