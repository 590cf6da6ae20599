"""Where a take comes from, in lines that an artist can read."""

from __future__ import annotations

import bpy

from ..errors import OratorError
from ..provenance import lines_of
from .groups import TakeGroup
from .scene_rate import scene_fps
from .take_store import load_meta, meta_text

_known: dict[str, tuple[int, tuple[str, ...]]] = {}


def lines(take: TakeGroup, scene: bpy.types.Scene) -> tuple[str, ...]:
    """The lines; remembered, since panels are drawn often and the record of a take may be long."""
    text = meta_text(take)
    key = hash((text, scene_fps(scene)))
    if _known.get(take.uid, (None,))[0] != key:
        _known.clear()
        try:
            found = lines_of(load_meta(take), scene_fps(scene))
        except OratorError as error:
            found = (str(error),)
        _known[take.uid] = (key, found)
    return _known[take.uid][1]
