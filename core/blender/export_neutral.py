"""The shown take itself as a file, for tools that take no mesh: BVH, SMPL-X .npz, Live Link Face .csv."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import bpy

from ..errors import OratorError
from . import takes

if TYPE_CHECKING:
    from ..performance import Performance

NEUTRAL: Final = (".bvh", ".npz", ".csv")


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


def write_neutral(character: bpy.types.Object, path: Path, fps: float | None, travel: bool) -> None:
    """Write the shown take; the suffix chooses the format. Raises OratorError."""
    from ..formats.bvh import write_bvh
    from ..formats.livelink import write_livelink
    from ..formats.smplx_npz import write_smplx

    performance = shown_performance(character, fps)
    if not travel:
        performance = in_place(performance)
    {".bvh": write_bvh, ".csv": write_livelink, ".npz": write_smplx}[path.suffix.lower()](performance, path)


def in_place(performance: Performance) -> Performance:
    """A performance that stays where it starts; it still rises and sinks."""
    translation = performance.translation.copy()
    translation[:, (0, 2)] = translation[:1, (0, 2)]
    return replace(performance, translation=translation)
