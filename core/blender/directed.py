"""What the artist's pins, looks and own animation mean for generating, and for making a part of a take again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ..errors import OratorError
from .holders import pose_bones
from .scene_rate import scene_fps

if TYPE_CHECKING:
    from ..directing.shaping import Shaping
    from ..request.generation import Given
    from ..speech.speech import Speech


@dataclass(frozen=True)
class Directed:
    """What is given to a generation, and what is laid over it when it is baked."""

    shaping: Shaping
    given: Given | None
    meta: dict[str, Any]
    notes: tuple[str, ...]


def read_direction(character: bpy.types.Object, scene: bpy.types.Scene, speech: Speech) -> Directed:
    """The character's pins, and the animation to go around, on this speech.

    Raises OratorError when they contradict each other or lie outside.
    """
    from ..directing.pins import unreachable_pins
    from ..directing.shaping import Shaping
    from ..request.generation import given_by_pins
    from ..speech.pauses import find_pauses
    from .direction import pins_for
    from .shaped import direction_meta

    pins, looks, notes = pins_for(character, scene, speech.start, speech.seconds)
    keys, motions = read_around(character, scene, speech)
    pins = (*keys, *pins)
    given = given_by_pins(pins, motions, speech.seconds)
    shaping = Shaping(pins=pins, looks=looks, pauses=find_pauses(speech), motions=motions)
    meta = {**direction_meta(shaping), "speech": {"name": speech.name, "digest": digest(speech)}}
    return Directed(shaping, given, meta, (*notes, *unreachable_pins(pins)))


def read_around(character: bpy.types.Object, scene: bpy.types.Scene, speech: Speech) -> tuple[tuple, tuple]:
    """The pins and the motion that the artist's own animation gives; nothing when it is not asked for."""
    options = scene.orator.loop
    if not options.around:
        return (), ()
    from .around import given_of

    chosen = None
    if options.around_bones == "CHOSEN":
        chosen = frozenset(line for line in options.around_chosen.splitlines() if line)
        lost = sorted(chosen - {bone.name for bone in pose_bones(character)})
        if not chosen or lost:
            which = f"'{lost[0]}' is no bone of '{character.name}' any more" if lost else "No bone is chosen"
            raise OratorError(f"{which}. Select bones in Pose Mode and press Use Selected Bones again.")
    return given_of(
        character, scene, options.around_action, chosen, options.around_keep == "MOTION", options.around_face,
        speech.start, speech.seconds, scene_fps(scene),
    )  # fmt: skip


def digest(speech: Speech) -> str:
    """Tells one sound from another."""
    return hashlib.blake2b(np.ascontiguousarray(speech.samples).tobytes(), digest_size=8).hexdigest()
