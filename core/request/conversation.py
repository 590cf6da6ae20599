"""A request with a partner's speech: what the model hears of it, and what the partner brings to its performance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from ..catalogue.controls import NUMBER_OF
from ..conversation.activity import activities, own_voice
from ..conversation.conduct import Conduct, Listening, plan_conduct
from ..conversation.perform import converse
from ..conversation.turns import WHO, Stretch, Turns, find_turns
from ..speech.features import SpeechFeatures, speech_features
from ..speech.speech import SAMPLE_RATE, Speech

if TYPE_CHECKING:
    from ..performance import Performance
    from ..settings import Settings
    from .generation import GenerationRequest

Spans = tuple[tuple[float, float], ...]

_TALKING_BLINKS: Final = 26.0 / 18.0
_LISTENING_BLINKS: Final = 19.0 / 18.0
"""Blinks while talking and at rest (Bentivoglio et al. 1997), over the rate of one speaker alone that the control sets.

At rest a little more than those 17 a minute: some are lost beside the long ones at the partner's pauses."""


@dataclass(frozen=True)
class Conversation:
    """What was heard of both: the request that a model of one speech performs, and the turns."""

    request: GenerationRequest
    turns: Turns
    partner: Speech
    listening: Listening

    @cached_property
    def heard(self) -> SpeechFeatures:
        """The partner's voice as it is heard."""
        return speech_features(self.partner)

    def conduct(self, seed: int) -> Conduct:
        """What the partner brings to a performance of this seed."""
        rng = np.random.default_rng((seed & 0xFFFFFFFF, 41))
        return plan_conduct(self.turns, self.heard, self.listening.controls, rng)

    def answer(self, performance: Performance, seed: int) -> Performance:
        """The performance with what the partner brings: looks, nods, faces, breath and weight."""
        return converse(performance, self.conduct(seed), self.listening.place, self.request.settings.parts)

    def for_both(self) -> GenerationRequest:
        """The request of a model that hears two: both own voices, and the turns that were heard or told."""
        listening = replace(self.listening, turns=self.turns)
        return replace(self.request, speeches=(*self.request.speeches, self.partner), listening=listening)

    def as_meta(self) -> dict[str, object]:
        """For a take's provenance: whose turns were found when, and how the partner was attended to."""
        return {
            "turns": self.turns.as_meta(),
            "partner": {"name": self.partner.name, "listening": vars(self.listening.controls)},
        }


def together(speeches: tuple[Speech, ...]) -> tuple[Speech, ...]:
    """The speeches padded with silence to one start and one length, so that who comes later or ends earlier listens."""
    start = min(s.start for s in speeches)
    end = max(s.start + s.seconds for s in speeches)
    length = round((end - start) * SAMPLE_RATE)
    out = []
    for speech in speeches:
        before = round((speech.start - start) * SAMPLE_RATE)
        samples = np.zeros(length, np.float32)
        piece = speech.samples[: length - before]
        samples[before : before + len(piece)] = piece
        out.append(Speech(samples, start, speech.name, speech.notes))
    return tuple(out)


def hear_conversation(request: GenerationRequest, laughs: tuple[Spans, ...] = ()) -> Conversation:
    """Turns and own voices of a request with two speeches of one length. Raises OratorError for the same sound twice.

    What leaks from the partner's microphone is no word of the performer. `laughs` are each person's, in seconds.
    """
    own, partner = request.speeches[:2]
    mine, theirs = activities(own, partner)
    listening = request.listening or Listening()
    laughter = tuple(Stretch(who, "laughter", *span) for who, spans in zip(WHO, laughs, strict=False) for span in spans)
    turns = listening.turns or find_turns(mine, theirs, laughter)
    settings = _blinking(request.settings, turns)
    alone = replace(request, speeches=(own_voice(own, mine),), settings=settings)
    return Conversation(alone, turns, own_voice(partner, theirs), listening)


def _blinking(settings: Settings, turns: Turns) -> Settings:
    """Blinks of a talker during own turns and of a listener else, around the rate that is set."""
    if "blink_rate" in settings.curves:
        return settings
    times = np.arange(0.0, turns.seconds + 0.2, 0.2)
    rate = np.where(turns.speaking("own", times), _TALKING_BLINKS, _LISTENING_BLINKS) * settings.blink_rate
    row = NUMBER_OF["blink_rate"]
    keys = tuple(zip(times.tolist(), np.clip(rate, row.low, row.high).tolist(), strict=True))
    return replace(settings, curves={**settings.curves, "blink_rate": keys})
