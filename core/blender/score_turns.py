"""The turns of a score: whose they are, what a take's record holds of them, and markers that say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..directing.score import Row
from ..directing.score_turns import corrected, shown, stretch_of, turn_text
from ..errors import OratorError
from . import conversing

if TYPE_CHECKING:
    from ..conversation.turns import Turns
    from .generation import TakeRequest

_PAUSE: Final = 0.3
"""Seconds between two corrected turns from which on their markers give the floor to nobody."""


def talkers(character: bpy.types.Object, request: TakeRequest) -> dict[str, str]:
    """The names of 'own' and 'partner'; empty where the take's request has no partner."""
    partner = character.orator_talk.listens_to
    if request.asked.listening is None or partner is None:
        return {}
    return {"own": character.name, "partner": partner.name}


def whose(kept: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Who is meant by a name: as they were called when the score was laid out, or are now; empty for a take alone."""
    if not names or not kept.get("talkers"):
        return {}
    return {name: who for called in (kept["talkers"], names) for who, name in called.items()}


def turn_rows(meta: Mapping[str, Any], names: Mapping[str, str], seconds: float) -> list[Row]:
    """The turns of a take's record as rows; never kept with the score: the record of turns is what was corrected."""
    turns = _recorded(meta, seconds) if names else None
    return [Row("turn", *row) for row in shown(turns, names)] if turns is not None else []


def new_text(kept: Mapping[str, Any]) -> str:
    """What a new strip of a turn says. Raises OratorError for a take that was made alone."""
    if not kept.get("talkers"):
        raise OratorError("This take was made alone, so it has no turns: press Generate Conversation.")
    return turn_text(kept["talkers"]["own"], "speech")


def told(
    request: TakeRequest, meta: Mapping[str, Any], rows: Iterable[Row], known: Mapping[str, str], changed: bool
) -> TakeRequest:
    """The request with a take's own turns, corrected as its strips lie; markers do not count for a take's score."""
    listening = request.asked.listening
    turns = _recorded(meta, request.speech.seconds) if known else None
    if listening is None or turns is None:
        return request
    if changed:
        turns = corrected(turns, (stretch_of(r.text, r.start, r.end, known) for r in rows if r.kind == "turn"))
    return replace(request, asked=replace(request.asked, listening=replace(listening, turns=turns)))


def mark(scene: bpy.types.Scene, character: bpy.types.Object, request: TakeRequest) -> None:
    """Markers that say what a take's corrected turns say, in place of those of its two within its time."""
    listening, names = request.asked.listening, talkers(character, request)
    if listening is None or listening.turns is None or not names:
        return
    conversing.mark_turns(scene, listening.turns, names, request.speech.start, _PAUSE)


def _recorded(meta: Mapping[str, Any], seconds: float) -> Turns | None:
    from ..conversation.turns import turns_from_meta

    return turns_from_meta(meta["turns"], seconds) if "turns" in meta else None
