"""A comp in Blender: ranges of other takes over a take, as a new take."""

from __future__ import annotations

from typing import Any

import bpy

from ..baking import BakeStyle, prepare
from ..comp import Piece, comp, provenance
from ..errors import OratorError
from ..performance import Take
from ..regions import choice_regions
from . import bake, takes
from .shaped import read_shaping


def comp_take(character: bpy.types.Object, take: Any, scene: bpy.types.Scene, style: BakeStyle) -> str:
    """Build the new take and show it; returns a sentence. Raises OratorError when a range's take is gone."""
    data = takes.character_data(character)
    base, meta = takes.load_performance(take), takes.load_meta(take)
    start, fps = float(meta.get("start", 0.0)), bake.scene_fps(scene)
    pieces = []
    for lane in data.lanes:
        source = next((t for t in data.takes if t.name == lane.take), None)
        if source is None:
            raise OratorError(f"The take '{lane.take}' of a range is not in the list. Choose another, or remove it.")
        pieces.append(
            Piece(
                takes.load_performance(source), lane.take, lane.start / fps - start, lane.end / fps - start,
                choice_regions(lane.region), lane.blend / fps,
            )
        )  # fmt: skip
    made = comp(base, tuple(pieces))
    new_meta = {**meta, "comp": provenance(take.name, tuple(pieces))}
    prepared = prepare(made, start, bake.read_target(character, scene), style, shaping=read_shaping(take.layers, meta))
    item = bake.add_take(character, Take(made, "Comp 1", new_meta), start, prepared)
    return f"'{item.name}' was built of {len(pieces) + 1} takes: {item.coverage}."
