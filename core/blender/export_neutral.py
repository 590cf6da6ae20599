"""The shown take itself, for files that hold no mesh: under its sliders and directions, at the file's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..errors import OratorError
from . import takes
from .take_store import load_meta, load_performance, start_of

if TYPE_CHECKING:
    from ..performance import Performance


def shown_performance(
    character: bpy.types.Object, fps: float | None, frames: tuple[int, int] | None = None
) -> Performance:
    """The shown take under its sliders and directions, at `fps` (None: the scene's). Raises OratorError.

    frames  the scene's first and last frame that are wanted.
    """
    from .scene_rate import scene_fps

    item = takes.shown(character)
    if item is None:
        raise OratorError(f"'{character.name}' shows no take. Choose one in the Takes list, then export.")
    scene = bpy.context.scene
    whole = directed(character, item, fps or scene_fps(scene))
    if frames is None:
        return whole
    begins = start_of(item) or 0.0
    first, last = (round((frame / scene_fps(scene) - begins) * whole.fps) for frame in frames)
    first = min(max(first, 0), whole.frames - 1)
    return whole.cut(first, max(first, last) + 1)


def directed(character: bpy.types.Object, take: Any, fps: float) -> Performance:
    """A take under its sliders and directions, at `fps` from its first frame on. Raises OratorError."""
    from ..bake.stages import Road, file_grid
    from .bake_target import read_target
    from .directions import read_directions

    directions = read_directions(take.layers, load_meta(take))
    target = read_target(character, bpy.context.scene)
    return Road(lambda: load_performance(take), target, directions, file_grid(fps)).directed()
