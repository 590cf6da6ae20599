"""What the artist's pins, looks and kept animation give to a generation."""

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
    from ..directing.directions import Directions
    from ..directing.kept import KeptMotion
    from ..directing.pins import PosePin
    from ..request.generation import Given
    from ..speech.speech import Speech


@dataclass(frozen=True)
class CharacterDirections:
    """What is given to a generation, and what is laid over it when it is baked."""

    directions: Directions
    given: Given | None
    meta: dict[str, Any]
    notes: tuple[str, ...]


def read_character_directions(
    character: bpy.types.Object, scene: bpy.types.Scene, speech: Speech
) -> CharacterDirections:
    """The character's pins, and the animation to keep, on this speech.

    Raises OratorError when they contradict each other or lie outside.
    """
    from ..directing.directions import Directions
    from ..directing.pins import unreachable_pins
    from ..request.generation import given_by_pins
    from ..speech.pauses import find_pauses
    from .directions import directions_record
    from .pins import pins_for

    pins, looks, notes = pins_for(character, scene, speech.start, speech.seconds)
    keys, motions = read_kept(character, scene, speech)
    pins = (*keys, *pins)
    given = given_by_pins(pins, motions, speech.seconds)
    directions = Directions(pins=pins, looks=looks, pauses=find_pauses(speech), motions=motions)
    meta = {**directions_record(directions), "speech": {"name": speech.name, "digest": digest(speech)}}
    return CharacterDirections(directions, given, meta, (*notes, *unreachable_pins(pins)))


def undirected() -> CharacterDirections:
    """What gives nothing."""
    from ..directing.directions import Directions

    return CharacterDirections(Directions(), None, {}, ())


def read_kept(
    character: bpy.types.Object, scene: bpy.types.Scene, speech: Speech
) -> tuple[tuple[PosePin, ...], tuple[KeptMotion, ...]]:
    """The pins and the motion that the artist's own animation gives; nothing when it is not asked for."""
    options = scene.orator.loop
    if not options.around:
        return (), ()
    from .kept import kept_of

    chosen = None
    if options.around_bones == "CHOSEN":
        chosen = frozenset(line for line in options.around_chosen.splitlines() if line)
        lost = sorted(chosen - {bone.name for bone in pose_bones(character)})
        if not chosen or lost:
            which = f"'{lost[0]}' is no bone of '{character.name}' any more" if lost else "No bone is chosen"
            raise OratorError(f"{which}. Select bones in Pose Mode and press Use Selected Bones again.")
    return kept_of(
        character, scene, options.around_action, chosen, options.around_keep == "MOTION", options.around_face,
        speech.start, speech.seconds, scene_fps(scene),
    )  # fmt: skip


def digest(speech: Speech) -> str:
    """Tells one sound from another."""
    return hashlib.blake2b(np.ascontiguousarray(speech.samples).tobytes(), digest_size=8).hexdigest()
