"""Orator: gesture and face performance from speech, as editable F-curves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

_undo: list[Callable[[], None]] = []


def register() -> None:
    """Register Orator with Blender; when a step fails, the steps before it are taken back."""
    import bpy

    from . import operators, panels

    unregister()
    other = getattr(bpy.types, "ORATOR_OT_generate", None)
    if other is not None:
        name = other.__module__.removesuffix(".operators.generate")
        raise RuntimeError(f"Another Orator is enabled ({name}). Disable it in the preferences first, then this one.")
    try:
        for cls in (*panels.PROPERTY_CLASSES, *operators.CLASSES, *panels.CLASSES):
            bpy.utils.register_class(cls)
            _undo.append(partial(bpy.utils.unregister_class, cls))
        for attach, detach in (*panels.HOOKS, *operators.HOOKS):
            attach()
            _undo.append(detach)
    except Exception:
        unregister()
        raise


def unregister() -> None:
    """Remove everything that register added, the last first."""
    while _undo:
        _undo.pop()()
