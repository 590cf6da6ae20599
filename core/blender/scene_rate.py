"""The scene's time: its rate, and takes whose keys were made for another one or for a strip that has moved."""

from __future__ import annotations

import bpy

from ..errors import OratorError
from .groups import TakeGroup
from .take_store import rate_of, start_of


def scene_fps(scene: bpy.types.Scene) -> float:
    """Frames a second of the scene, fractions included (29.97)."""
    return scene.render.fps / scene.render.fps_base


def time_notes(scene: bpy.types.Scene) -> tuple[str, ...]:
    """A sentence where the scene's time is stretched: Blender stretches animation, but no sound."""
    old, new = scene.render.frame_map_old, scene.render.frame_map_new
    if old == new:
        return ()
    return (
        f"the scene stretches time ({old} to {new}), which moves keys but no sound: the take drifts from its speech "
        "until Old and New are the same (Output > Frame Rate > Time Stretching)",
    )


def behind(take: TakeGroup, scene: bpy.types.Scene, start: float) -> int:
    """How many whole frames a take is away from the speech that starts at the timeline second `start`; 0: it fits.

    Frames are compared: when the scene's rate changes, strips and keys keep theirs.
    """
    begin, fps = start_of(take), scene_fps(scene)
    return 0 if begin is None else round(start * fps - begin * (rate_of(take) or fps))


def other_rate(take: TakeGroup, scene: bpy.types.Scene) -> str:
    """A sentence when the take's keys were made for another rate than the scene's, else ''."""
    rate, fps = rate_of(take), scene_fps(scene)
    if rate is None or abs(rate - fps) < 1e-4 * fps:
        return ""
    return f"'{take.name}' was baked at {rate:.5g} frames a second, the scene has {fps:.5g}: press Bake Again."


def check_rate(take: TakeGroup, scene: bpy.types.Scene) -> None:
    """Raises OratorError when the take's keys were made for another rate than the scene's."""
    sentence = other_rate(take, scene)
    if sentence:
        raise OratorError(sentence)
