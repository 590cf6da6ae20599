"""A recorded face as a take."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..bake.road import prepare
from ..bake.target import Keying
from ..performance import Performance, Take
from . import bake
from .bake_target import read_target


def add_face(
    character: bpy.types.Object,
    performance: Performance,
    name: str,
    scene: bpy.types.Scene,
    start: float,
    keying: Keying,
) -> str:
    """A recorded face and head as a take on the character, frame 0 at `start` seconds; what to say about it."""
    prepared = prepare(performance, start, read_target(character, scene), keying)
    take = Take(performance, Path(name).stem, {"seed": 0, "source": name})
    bake.add_take(character, take, start, prepared)
    return f"{name}: {prepared.coverage.sentence()}"
