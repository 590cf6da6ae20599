"""Learned styles in the .blend file: a list in the scene, the style itself as bytes in a text of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import bpy

from ..errors import OratorError
from .groups import StyleGroup

if TYPE_CHECKING:
    from ..learned_style import LearnedStyle, Worn

_DATA: Final = "orator_style"


def chosen(scene: bpy.types.Scene) -> StyleGroup | None:
    """The highlighted style's entry, or None."""
    group = scene.orator_styles
    return group.styles[group.active] if 0 <= group.active < len(group.styles) else None


def listed(scene: bpy.types.Scene) -> StyleGroup:
    """The highlighted style. Raises OratorError without one."""
    style = chosen(scene)
    if style is None:
        raise OratorError("No style is highlighted: learn one, or load one.")
    return style


def add_style(scene: bpy.types.Scene, style: LearnedStyle) -> StyleGroup:
    """Keep a style in the file and choose it; its name is made one that no other has. Returns its entry."""
    from ..style.file import pack_style
    from ..style.words import described

    group = scene.orator_styles
    names = {entry.name for entry in group.styles}
    base, number, name = style.name.strip() or "Style", 1, style.name.strip() or "Style"
    while name in names:
        number += 1
        name = f"{base} {number}"
    text = bpy.data.texts.new(f".Orator style {name}")
    text.write(f"This text keeps the learned style '{name}'. Deleting it loses the style.\n")
    text[_DATA] = pack_style(style)
    entry = group.styles.add()
    entry.name, entry.data, entry.told = name, text, described(style).partition(": ")[2]
    group.active, group.wear = len(group.styles) - 1, True
    return entry


def style_of(entry: StyleGroup) -> LearnedStyle:
    """The style of an entry, by the name that it has now. Raises OratorError when it is gone or damaged."""
    from dataclasses import replace

    from ..style.file import read_style

    kept = entry.data.get(_DATA) if entry.data is not None else None
    if not isinstance(kept, bytes):
        raise OratorError(f"The style '{entry.name}' is no longer in this file. Learn or load it again.")
    with tempfile.TemporaryDirectory(prefix="orator-") as folder:
        path = Path(folder) / "style.npz"
        path.write_bytes(kept)
        return replace(read_style(path), name=entry.name)


def remove_style(scene: bpy.types.Scene) -> str:
    """Take the highlighted style out of the file; its name."""
    group, entry = scene.orator_styles, listed(scene)
    name, text = entry.name, entry.data
    group.styles.remove(group.active)
    group.active = max(0, min(group.active, len(group.styles) - 1))
    if not len(group.styles):
        group.wear = False
    # A copied scene lists the same styles.
    kept = any(entry.data == text for other in bpy.data.scenes for entry in other.orator_styles.styles)
    if text is not None and not kept:
        bpy.data.texts.remove(text)
    return name


def worn(scene: bpy.types.Scene) -> Worn | None:
    """The style that the next take wears, or None. Raises OratorError when it is damaged."""
    group, entry = scene.orator_styles, chosen(scene)
    if entry is None or not group.wear or group.amount <= 0.0:
        return None
    from ..learned_style import Worn
    from ..style.file import identity

    style = style_of(entry)
    return Worn(style, min(max(round(float(group.amount), 6), 0.0), 1.0), identity(style))
