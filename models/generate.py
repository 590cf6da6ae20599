"""The one entry to generation, for every model: a request in, a performance or a take out. No bpy, no globals."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.arrays import Array
from ..core.body.laughter import laugh
from ..core.directing.calm import meet
from ..core.face.driven import meet_expressions
from ..core.model_card import card_of
from ..core.performance import Performance, Take
from ..core.request.generation import GenerationRequest, check_request
from ..core.settings import Settings
from .device import wake
from .interface.pipeline import Performed, Session
from .interface.progress import Progress, Stages, awaited
from .registry import pipeline_of, session_of

if TYPE_CHECKING:
    from ..core.speech.no_speech import NoSpeech


def generate(
    request: GenerationRequest,
    seed: int = 0,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Performance:
    """A performance for the speech: ceil(seconds * 30) frames at 30 fps, the tail included.

    What is given is met exactly where the model keeps it; so are its expressions where they are numbers.
    Calls `progress(fraction, text)` and asks `cancelled()` at least five times a second. The same request and seed give
    the same performance, bit for bit, on one machine.
    Raises OratorError for speech, given values, a model or weights that cannot be used, Cancelled when `cancelled()`
    says so.
    """
    return perform(request, seed, progress, cancelled).performance


def perform(
    request: GenerationRequest,
    seed: int = 0,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Performed:
    """The performance as `generate` gives it, with the arrays that the model tells beside it."""
    check_request(request)
    sound = request.speech
    request, heard = _speech_alone(request)
    conversation = None
    if len(request.speeches) > 1:
        from ..core.request.conversation import hear_conversation

        conversation = hear_conversation(request, tuple(one.laughs for one in heard))
        request = conversation.request
        if card_of(request.settings.model).speeches > 1:  # it answers by itself
            request, conversation = conversation.for_both(), None
    settings, given = request.settings, request.given
    mode = card_of(settings.model).mode(settings.options)
    session = awaited(lambda: _woken(settings), cancelled)
    stages = Stages({**session.stages, "Pins": 0.5}, progress, cancelled)
    made = session.perform(request, seed, stages)
    stages.tick("Pins")
    performance, told = made.performance, dict(made.meta)
    if heard and (heard[0].laughs or heard[0].other):
        told["no_speech"] = heard[0].as_meta()
    if conversation is not None:
        performance = conversation.answer(performance, seed)
        told |= conversation.as_meta()
    if heard and heard[0].laughs:
        performance = laugh(performance, heard[0].laughs, sound, seed, settings.parts)
    if given is not None and given.anything and mode.keeps:
        if request.face_terms is not None:
            performance = request.face_terms(performance)
        performance = meet(performance, *given.parts())
        if given.values.expressions is not None:
            performance = meet_expressions(performance, given.values.expressions)
    if progress is not None:
        progress(1.0, "Done")
    return Performed(performance, made.arrays, told)


def _woken(settings: Settings) -> Session:
    """The model, with what it imports and reads: seconds in a cold start."""
    session = session_of(settings)
    if not card_of(settings.model).in_folder:
        wake()
    return session


def _speech_alone(request: GenerationRequest) -> tuple[GenerationRequest, tuple[NoSpeech, ...]]:
    """The request with what is no speech silenced, and what that was; untouched for a model that hears sounds whole."""
    from ..core.conversation.activity import compared
    from .gate import hear_gate, speech_alone

    threshold = request.settings.speech_gate
    if threshold <= 0.0 or not card_of(request.settings.model).mode(request.settings.options).keeps:
        return request, ()
    heard = tuple(hear_gate(speech, threshold) for speech in request.speeches)
    if len(heard) > 1 and heard[0] == heard[1]:
        compared(*request.speeches[:2])  # of laughs alone nothing would be left to tell that they are the same twice
    alone = tuple(speech_alone(speech, one) for speech, one in zip(request.speeches, heard, strict=True))
    return replace(request, speeches=alone), heard


def make_take(
    request: GenerationRequest,
    seed: int,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Take, Mapping[str, Array]]:
    """One take of a request, with its provenance, and arrays to store beside it (EMAGE's published poses)."""
    started = time.perf_counter()
    made = perform(request, seed, progress, cancelled)
    speech = request.speech
    meta = {
        "seed": seed,
        "settings": request.settings.as_meta(),
        "emotion": request.emotion.as_meta(),
        "models": model_ids(request.settings),
        "speech": {"name": speech.name, "seconds": speech.seconds},
        **made.meta,
        "seconds_taken": round(time.perf_counter() - started, 3),
    }
    return Take(made.performance, f"Take {seed}", meta), made.arrays


def model_ids(settings: Settings) -> dict[str, str]:
    """Which weights these settings use: name -> version (the start of the file's SHA-256), or the EMAGE folder."""
    return pipeline_of(settings).weights(settings)
