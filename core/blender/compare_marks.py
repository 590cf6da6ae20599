"""Where compared takes differ, drawn in every editor that shows time: a band a take, in its colour."""

from __future__ import annotations

from typing import Any, Final

import bpy

from ..arrays import Array
from . import compare, generation, ghosts, lists
from .overlay import fill
from .scene_rate import scene_fps

_BASE: Final = 44.0
"""Pixels above the editor's lower edge, over the diamonds of pins."""
_HIGH, _GAP, _LABEL = 5.0, 26.0, 10
_ROWS: Final = (("body", 120.0, 0.5, 0.0), ("face", 1.0, 0.005, 6.0))
"""What a band's rows show: the value that is drawn full, the least one, and pixels above the band's lower edge."""
_LEVELS: Final = 4
_COLOURS: Final = (1, 5, 3, 7)
"""Colour tags of strips that are told apart beside each other."""
_handles: list[tuple[Any, Any]] = []


def attach() -> None:
    """Add the drawing; nothing to draw on without a window."""
    if bpy.app.background or _handles:
        return
    spaces = (bpy.types.SpaceDopeSheetEditor, bpy.types.SpaceGraphEditor, bpy.types.SpaceSequenceEditor)
    _handles.extend((space, space.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL")) for space in spaces)


def detach() -> None:
    """Take the drawing away."""
    while _handles:
        space, handle = _handles.pop()
        space.draw_handler_remove(handle, "WINDOW")
    compare.forget()


def icon_of(number: int) -> str:
    """The icon in the colour of a compared take."""
    return f"STRIP_COLOR_{_COLOURS[number % len(_COLOURS)]:02d}"


def bands(values: Array, full: float, least: float) -> list[tuple[int, int, int]]:
    """Runs of cells that differ: first cell, cell after the last, level from 1 to 4."""
    out: list[tuple[int, int, int]] = []
    for k, value in enumerate(values):
        level = 0 if value <= least else 1 + min(int(value / full * _LEVELS), _LEVELS - 1)
        if level and out and out[-1][1:] == (k, level):
            out[-1] = (out[-1][0], k + 1, level)
        elif level:
            out.append((k, k + 1, level))
    return out


def _draw() -> None:
    """A band a take: the body's differences below, the face's above, the stronger the further they are apart."""
    context = bpy.context
    region = context.region
    preview = getattr(context.space_data, "view_type", "") == "PREVIEW"
    if region is None or region.type != "WINDOW" or preview or not ghosts.standing():
        return
    character = generation.active_character(context)
    data = lists.character_data(character) if character is not None else None
    if character is None or data is None:
        return
    for number, uid in enumerate(ghosts.takes_standing()):
        take = lists.find(data, uid)
        found = compare.difference(character, take) if take is not None else None
        if take is not None and found is not None:
            _band(region, scene_fps(context.scene), number, take.name, found)


def _band(region: bpy.types.Region, fps: float, number: int, name: str, found: Any) -> None:
    from ..directing.compare import CELL

    def across(cell: int) -> float:
        return float(region.view2d.view_to_region((found.start + cell * CELL) * fps, 0, clip=False)[0])

    tag = bpy.context.preferences.themes[0].strip_color[_COLOURS[number % len(_COLOURS)] - 1]
    base, colour = _BASE + _GAP * number, (tag.color.r, tag.color.g, tag.color.b)
    for what, full, least, above in _ROWS:
        values, low = getattr(found, what), base + above
        fill("TRIS", _box(across(0), across(len(values)), low + 2.0, low + 3.0), (*colour, 0.35))
        triangles: dict[int, list[tuple[float, float]]] = {}
        for first, last, level in bands(values, full, least):
            triangles.setdefault(level, []).extend(_box(across(first), across(last), low, low + _HIGH))
        for level, points in triangles.items():
            fill("TRIS", points, (*colour, 0.25 + 0.75 * level / _LEVELS))
    _label(name, max(across(0), 4.0), base + 2.0 * _HIGH + 3.0, colour)


def _box(left: float, right: float, low: float, high: float) -> list[tuple[float, float]]:
    return [(left, low), (right, low), (right, high), (left, low), (right, high), (left, high)]


def _label(text: str, x: float, y: float, colour: tuple[float, float, float]) -> None:
    import blf

    blf.size(0, _LABEL)
    blf.color(0, *colour, 1.0)
    blf.position(0, x, y, 0.0)
    blf.draw(0, text)
