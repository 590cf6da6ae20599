"""A take whose strip was moved goes to where the strip is now; its keys are moved, not made again."""

from __future__ import annotations

import bpy

from . import compat, copies, lists, takes, tracks
from .fcurves import fingerprint
from .groups import TakeGroup
from .scene_rate import behind as behind
from .scene_rate import scene_fps
from .take_store import load_meta, rate_of, store_meta
from .tracks import name_actions


def move(character: bpy.types.Object, take: TakeGroup, scene: bpy.types.Scene, frames: int) -> None:
    """Move a take's keys, NLA strips and start by whole frames; what the artist edited stays edited."""
    from .slider_state import forget

    copies.separate(character)
    copies.part(take)
    untouched = take.written == fingerprint(take)
    actions = {binding.action for binding in take.bindings if binding.action is not None}
    for action in actions:
        for curve in compat.curves_of(action):
            compat.scale_time(curve, 1.0, frames)
    for binding in take.bindings:
        tracks.move_strip(take, binding)
    meta = load_meta(take)
    rate = rate_of(take) or scene_fps(scene)
    store_meta(take, {**meta, "start": float(meta.get("start", 0.0)) + frames / rate})
    if untouched:
        take.written = fingerprint(take)
    name_actions(take)
    forget()
    takes.set_solo(character, lists.listed(character).solo)
