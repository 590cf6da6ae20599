"""Pins drawn where artists look: diamonds in every editor that shows time, and the highlighted pose as a ghost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np

from ..arrays import Array
from . import generation, lists
from .groups import CharacterGroup, PinGroup
from .scene_rate import scene_fps

_COLOUR = (0.95, 0.55, 0.15, 1.0)
_FAINT = (0.95, 0.55, 0.15, 0.35)
_handles: list[tuple[Any, Any]] = []
_ghost: dict[str, Any] = {}


def attach() -> None:
    """Add the drawing; nothing to draw on without a window."""
    if bpy.app.background or _handles:
        return
    for space, draw, when in (
        (bpy.types.SpaceDopeSheetEditor, _draw_marks, "POST_PIXEL"),
        (bpy.types.SpaceGraphEditor, _draw_marks, "POST_PIXEL"),
        (bpy.types.SpaceSequenceEditor, _draw_marks, "POST_PIXEL"),
        (bpy.types.SpaceView3D, _draw_ghost, "POST_VIEW"),
    ):
        _handles.append((space, space.draw_handler_add(draw, (), "WINDOW", when)))


def detach() -> None:
    """Take the drawing away."""
    while _handles:
        space, handle = _handles.pop()
        space.draw_handler_remove(handle, "WINDOW")
    _ghost.clear()


def forget() -> None:
    """Drop the ghost that is remembered."""
    _ghost.clear()


def _pins(context: bpy.types.Context) -> tuple[bpy.types.Object | None, CharacterGroup | None]:
    """The character and its data with pins, or (None, None)."""
    character = generation.active_character(context)
    data = lists.character_data(character) if character is not None else None
    return (character, data) if data is not None and len(data.pins) else (None, None)


def _origin(context: bpy.types.Context) -> float | None:
    """The scene frame of the speech's start; None where no speech is chosen."""
    if generation.missing_speech(context):
        return None
    return generation.read_speech_start(context) * scene_fps(context.scene)


def _batch(shape: str, points: Sequence[tuple[float, ...]]) -> Any:
    import gpu
    from gpu_extras.batch import batch_for_shader

    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    return shader, batch_for_shader(shader, shape, {"pos": points})


def fill(shape: str, points: Sequence[tuple[float, ...]], colour: tuple[float, ...]) -> None:
    """Draw a shape in one colour."""
    import gpu

    if not points:
        return
    shader, batch = _batch(shape, points)
    gpu.state.blend_set("ALPHA")
    shader.uniform_float("color", colour)
    batch.draw(shader)
    gpu.state.blend_set("NONE")


def _draw_marks() -> None:
    """A diamond at each pin's frame, a bar over a hold, at the lower edge of the editor."""
    context = bpy.context
    _, data = _pins(context)
    origin = _origin(context) if data is not None else None
    region = context.region
    preview = getattr(context.space_data, "view_type", "") == "PREVIEW"
    if data is None or origin is None or region is None or preview or region.type != "WINDOW":
        return
    half, base = 6.0, 26.0
    shapes: dict[tuple[float, ...], list[tuple[float, float]]] = {_COLOUR: [], _FAINT: []}
    for pin in data.pins:
        first = pin.frame + round(origin - pin.origin)
        x, _ = region.view2d.view_to_region(first, 0, clip=False)
        triangles = shapes[_COLOUR if pin.enabled else _FAINT]
        left, right, low, high = (x - half, base), (x + half, base), (x, base - half), (x, base + half)
        triangles += [left, low, right, left, right, high]
        if pin.hold:
            end, _ = region.view2d.view_to_region(first + pin.hold, 0, clip=False)
            a, b, c, d = (x, base - 2), (end, base - 2), (end, base + 2), (x, base + 2)
            triangles += [a, b, c, a, c, d]
    for colour, triangles in shapes.items():
        fill("TRIS", triangles, colour)


def _draw_ghost() -> None:
    """The highlighted pin's pose as lines, one a bone, where the scene asks for it."""
    context = bpy.context
    if not context.scene.orator.show_ghost:
        return
    character, data = _pins(context)
    if character is None or data is None or not 0 <= data.active_pin < len(data.pins):
        return
    pin = data.pins[data.active_pin]
    if pin.kind != "POSE":
        return
    key = (character.name, pin.pose)
    if _ghost.get("key") != key:
        _ghost.clear()
        _ghost.update(key=key, lines=_lines(character, pin))
    world = np.array(character.matrix_world)
    points = _ghost["lines"] @ world[:3, :3].T + world[:3, 3]
    fill("LINES", [tuple(p) for p in points], _COLOUR)


def _lines(character: bpy.types.Object, pin: PinGroup) -> Array:
    """Ends of a line for each bone that plays a joint, (2 N, 3) armature space."""
    from ..rig.posed import posed_bones
    from .pin_list import pose_of
    from .rig_profile import read_rig

    description, profile = read_rig(character, hints=False)
    rotations, translation, _, _ = pose_of(pin)
    return posed_bones(description, profile, rotations, translation)
