"""A take whose strip was moved goes to where the strip is now; its keys are moved, not made again."""

from __future__ import annotations

from typing import Any

import bpy

from ..errors import OratorError
from . import bake, compat, copies, takes, tracks
from .fcurves import fingerprint


def behind(take: Any, scene: bpy.types.Scene, start: float) -> int:
    """How many whole frames a take is away from the speech that starts at the timeline second `start`; 0: it fits.

    Frames are compared: when the scene's rate changes, strips and keys keep theirs.
    """
    begin, fps = takes.start_of(take), bake.scene_fps(scene)
    return 0 if begin is None else round(start * fps - begin * (takes.rate_of(take) or fps))


def other_rate(take: Any, scene: bpy.types.Scene) -> str:
    """A sentence when the take's keys were made for another rate than the scene's, else ''."""
    rate, fps = takes.rate_of(take), bake.scene_fps(scene)
    if rate is None or abs(rate - fps) < 1e-4 * fps:
        return ""
    return f"'{take.name}' was baked at {rate:.5g} frames a second, the scene has {fps:.5g}: press Bake Again."


def check_rate(take: Any, scene: bpy.types.Scene) -> None:
    """Raises OratorError when the take's keys were made for another rate than the scene's."""
    sentence = other_rate(take, scene)
    if sentence:
        raise OratorError(sentence)


def move(character: bpy.types.Object, take: Any, scene: bpy.types.Scene, frames: int) -> None:
    """Move a take's keys, NLA strips and start by whole frames; what the artist edited stays edited."""
    from . import relayer

    copies.separate(character)
    copies.part(take)
    untouched = take.written == fingerprint(take)
    actions = {binding.action for binding in take.bindings if binding.action is not None}
    for action in actions:
        for curve in compat.curves_of(action):
            compat.scale_time(curve, 1.0, frames)
    for binding in take.bindings:
        tracks.move_strip(take, binding)
    meta = takes.load_meta(take)
    rate = takes.rate_of(take) or bake.scene_fps(scene)
    takes.store_meta(take, {**meta, "start": float(meta["start"]) + frames / rate})
    if untouched:
        take.written = fingerprint(take)
    takes.name_actions(take)
    relayer.forget()
    data = takes.character_data(character)
    takes.set_solo(character, data.solo)
