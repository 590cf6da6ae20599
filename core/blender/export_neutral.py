"""The shown take itself, for files that hold no mesh: under its sliders and directions, at the file's rate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import bpy

from ..errors import OratorError
from . import takes

if TYPE_CHECKING:
    from ..performance import Performance

def shown_performance(character: bpy.types.Object, fps: float | None) -> Performance:
    """The shown take under its sliders and directions, at `fps` (None: the scene's). Raises OratorError."""
    import numpy as np

    from ..baking import sample_at
    from ..performance import frame_count
    from ..shaping import apply_direction, apply_layers
    from .shaped import read_shaping

    item = takes.shown(character)
    if item is None:
        raise OratorError(f"'{character.name}' shows no take. Choose one in the Takes list, then export.")
    performance = takes.load_performance(item)
    shaping = read_shaping(item.layers, takes.load_meta(item))
    render = bpy.context.scene.render
    rate = fps or render.fps / render.fps_base
    performance = apply_layers(performance, shaping)
    seconds = np.arange(frame_count(performance.seconds, rate)) / rate
    if abs(rate - performance.fps) > 1e-6:
        performance = replace(sample_at(performance, seconds), fps=rate)
    return apply_direction(performance, seconds, shaping)
