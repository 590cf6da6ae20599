"""The shown take itself, for files that hold no mesh: under its sliders and directions, at the file's rate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import bpy

from ..errors import OratorError
from . import takes
from .take_store import load_meta, load_performance

if TYPE_CHECKING:
    from ..performance import Performance


def shown_performance(character: bpy.types.Object, fps: float | None) -> Performance:
    """The shown take under its sliders and directions, at `fps` (None: the scene's). Raises OratorError."""
    import numpy as np

    from ..bake.face import tell
    from ..bake.road import sample_at
    from ..directing.shaping import apply_direction, apply_layers
    from ..performance import frame_count
    from .bake_target import read_target
    from .scene_rate import scene_fps
    from .shaped import read_shaping

    item = takes.shown(character)
    if item is None:
        raise OratorError(f"'{character.name}' shows no take. Choose one in the Takes list, then export.")
    scene = bpy.context.scene
    target = read_target(character, scene)
    told = tell(load_performance(item), target.description, target.expressions)
    shaping = read_shaping(item.layers, load_meta(item))
    rate = fps or scene_fps(scene)
    performance = apply_layers(told.performance, shaping, told.voice)
    seconds = np.arange(frame_count(performance.seconds, rate)) / rate
    if abs(rate - performance.fps) > 1e-6:
        performance = replace(sample_at(performance, seconds), fps=rate)
    return apply_direction(performance, seconds, shaping, told.voice)
