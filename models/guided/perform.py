"""A performance of the guided model: the acted body's poses about one a second, and the diffusion in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from scipy.ndimage import distance_transform_edt

from ...core.arkit import ARKIT
from ...core.arrays import Array
from ...core.catalogue.controls import LEAST_SEAT
from ...core.conversation.activity import activities
from ...core.conversation.conduct import Listening
from ...core.conversation.perform import converse
from ...core.conversation.turns import find_turns
from ...core.mask import Mask
from ...core.performance import MODEL_FPS, Performance
from ...core.request.conversation import Conversation
from ...core.request.generation import GenerationRequest
from ...core.skeleton import FACE_JOINTS, LOWER
from ..body.inputs import Heard, rhythm_channels
from ..body.likely import Poses
from ..embedded.perform import EmbeddedSession
from ..interface.pipeline import Performed
from ..interface.progress import Stages
from ..runtime import Networks
from .between import Scales, Voices, draw_between, voices_of
from .guides import CLEAR, guide_bits, guide_frames
from .inputs import turn_channels


class Guide:
    """The way in between poses for one request, as `models/body/generate.py` takes it."""

    def __init__(self, request: GenerationRequest, conversation: Conversation | None) -> None:
        self.request, self.conversation = request, conversation

    def __call__(
        self,
        nets: Networks,
        heard: Heard,
        mask: Mask,
        _hints: Performance,
        rotations: Array,
        translation: Array,
        seed: int,
        tick: Callable[[float], None],
    ) -> Array:
        """Draws rotations (T, 55, 4) and translation (T, 3) anew between guides that are taken from them, in place.

        What is given is in them already. Returns (T, 55) 1 near given poses, where the legs follow them.
        """
        settings, frames = self.request.settings, len(rotations)
        voices, posed = self._voices(heard), Performance(rotations, translation, np.zeros((frames, len(ARKIT))))
        if self.conversation is not None:
            answered = self._answered(posed, seed)
            rotations[:], translation[:] = answered.rotations, answered.translation
        given, at = ~mask.joints, guide_frames(rotations)
        bits, root = guide_bits(at, given), guide_bits(at, ~mask.root[:, None])[:, 0]
        made, path = draw_between(
            nets, voices, Poses(bits, root, rotations, translation), seed, tick,
            float(np.clip(settings.temperature, 0.3, 1.7)), scales_of(settings.options),
        )  # fmt: skip
        # Everybody in the training stood: who sits keeps the hips and legs that the seat gave.
        seated = float(settings.curve("seat", np.zeros(1))[0]) >= LEAST_SEAT
        still = {*FACE_JOINTS, *(LOWER if seated else ())}
        moving = [j for j in range(rotations.shape[1]) if j not in still]
        rotations[:, moving] = made[:, moving]
        if not seated:
            translation[:] = path
        return near_given(given)

    def _voices(self, heard: Heard) -> Voices:
        if self.conversation is None:
            return voices_of(heard)
        frames = len(heard.rhythm)
        partner = rhythm_channels(self.conversation.heard, frames)
        return voices_of(heard, partner, turn_channels(self.conversation.turns, frames))

    def _answered(self, posed: Performance, seed: int) -> Performance:
        """What the partner brings to the upper body, so that the guides listen."""
        assert self.conversation is not None
        parts = tuple(part for part in self.request.settings.parts if part == "upper")
        return converse(posed, self.conversation.conduct(seed), self.conversation.listening.place, parts)


def near_given(given: Array) -> Array:
    """(T, K) 1 within a second of what is given (T, K), 0 elsewhere."""
    out = np.zeros(given.shape, np.float32)
    for joint in np.flatnonzero(given.any(axis=0)):
        out[distance_transform_edt(~given[:, joint]) < CLEAR * MODEL_FPS, joint] = 1.0
    return out


def scales_of(options: object) -> Scales:
    """The guidance that the model's own control asks for."""
    value = options.get("voice_guidance", 1.0) if isinstance(options, dict) else 1.0
    return Scales(voices=float(value) if isinstance(value, (int, float)) else 1.0)


class GuidedSession:
    """The embedded networks for ears and face, guide poses and the diffusion for the body."""

    stages: Final = {**EmbeddedSession.stages, "Body": 8.0}

    def perform(self, request: GenerationRequest, seed: int, stages: Stages) -> Performed:
        """The wanted parts of a performance; with a second speech, of one who talks with its speaker."""
        conversation = conversation_of(request)
        own = EmbeddedSession()
        own.fill = Guide(request, conversation)
        made = own.perform(replace(request, speeches=request.speeches[:1]), seed, stages)
        if conversation is None:
            return made
        answered = conversation.answer(made.performance, seed)
        return replace(made, performance=answered, meta={**made.meta, **conversation.as_meta()})


def conversation_of(request: GenerationRequest) -> Conversation | None:
    """The partner and the turns of a request with two speeches; the turns are heard where nobody told them."""
    if len(request.speeches) < 2:
        return None
    own, partner = request.speeches[:2]
    listening = request.listening or Listening()
    turns = listening.turns or find_turns(*activities(own, partner))
    return Conversation(replace(request, speeches=(own,)), turns, partner, listening)
