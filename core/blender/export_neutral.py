"""The shown take itself, for files that hold no mesh: under its sliders and directions, at the file's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from ..bake.stages import Road, file_grid
    from .bake_target import read_target
    from .directions import read_directions
    from .scene_rate import scene_fps

    item = takes.shown(character)
    if item is None:
        raise OratorError(f"'{character.name}' shows no take. Choose one in the Takes list, then export.")
    scene = bpy.context.scene
    directions = read_directions(item.layers, load_meta(item))
    grid = file_grid(fps or scene_fps(scene))
    whole = Road(lambda: load_performance(item), read_target(character, scene), directions, grid).directed()
    if frames is None:
        return whole
    begins = start_of(item) or 0.0
    first, last = (round((frame / scene_fps(scene) - begins) * whole.fps) for frame in frames)
    first = min(max(first, 0), whole.frames - 1)
    return whole.cut(first, max(first, last) + 1)
