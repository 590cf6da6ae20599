"""Words that the artist corrected stay with their sound and its transcript, for every later take."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from ..speech.speech import Speech
    from ..speech.words import PlacedWord


def _key(speech: Speech, transcript: str | None) -> str:
    from .given import digest

    return f"{digest(speech)}-{hashlib.blake2b((transcript or '').encode(), digest_size=6).hexdigest()}"


def corrected(scene: bpy.types.Scene, speech: Speech, transcript: str | None) -> tuple[PlacedWord, ...]:
    """The words that the artist has corrected on this sound with this transcript."""
    if not scene.orator.corrected:
        return ()
    from ..speech.words import placed_word

    return tuple(placed_word(row) for row in json.loads(scene.orator.corrected).get(_key(speech, transcript), ()))


def keep_corrections(
    scene: bpy.types.Scene, speech: Speech, transcript: str | None, words: tuple[PlacedWord, ...]
) -> None:
    """Keep words for every later take of a speech with that transcript."""
    if not words:
        return
    every = json.loads(scene.orator.corrected) if scene.orator.corrected else {}
    every[_key(speech, transcript)] = [word.as_row() for word in words]
    scene.orator.corrected = json.dumps(every)
