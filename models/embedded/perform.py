"""A performance by the embedded networks: what they hear, body, then face."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ...core import skeleton
from ...core.body.mood import hold_posture, with_mood
from ...core.body.wishes import rows_of, score_record
from ...core.face.facs import emotion_head
from ...core.face.guess import suggest_emotion
from ...core.mask import everything
from ...core.performance import MODEL_FPS, Performance, make_performance
from ...core.request.generation import GenerationRequest
from ...core.rotations import from_rotvec, multiply, to_rotvec
from ...core.speech.features import speech_features
from ...core.speech.phones import Word
from ...core.speech.speech import Speech
from ...core.speech.words import PlacedWord, word_rows
from ...core.stance import relaxed_performance
from ..interface.condition import SpeechCondition
from ..interface.pipeline import Performed
from ..interface.progress import Stages

if TYPE_CHECKING:
    from ...core.body.score import Score
    from ..body.inbetween import Fill


def listen(
    speech: Speech, transcript: str | None, frames: int, stages: Stages, placed: tuple[PlacedWord, ...] = ()
) -> SpeechCondition:
    """What the networks hear of the speech: features, phones and, with a transcript, timed words.

    placed: words that the artist corrected; they count as they are.
    """
    from ..phones import align, place, posteriors, sharpen, unheard_words

    features = speech_features(speech, stages.tick("Listening"))
    phones = posteriors(features, stages.tick("Phones"))
    words: tuple[Word, ...] | None = None
    unheard: tuple[tuple[str, float], ...] = ()
    if transcript and transcript.strip():
        words = align(phones, transcript, speech.seconds, stages.tick("Words"))
        typed = {word.text for word in placed if word.heard is None}
        unheard = tuple(u for u in unheard_words(transcript, speech.seconds, words) if u[0] not in typed)
    if placed:
        phones, words = place(phones, words or (), placed)
    if words:
        phones = sharpen(phones, words)
    return SpeechCondition(features, phones, words, frames, speech.seconds, unheard)


def _felt(condition: SpeechCondition, request: GenerationRequest) -> GenerationRequest:
    """The request with a guessed emotion heard, and with what the emotion asks of the body's controls."""
    emotion = request.emotion
    if emotion.guess:
        from ..face.voice import voice_model

        emotion = suggest_emotion(condition.features, voice_model())
    return replace(request, emotion=emotion, settings=with_mood(request.settings, emotion, condition.seconds))


class EmbeddedSession:
    """The embedded networks at work.

    fill  another way in between poses than the embedded one (models/body/inbetween.py), for models that have theirs
    """

    fill: Fill | None = None
    stages: Final = {"Listening": 1.5, "Phones": 1.0, "Words": 0.5, "Body": 4.0, "Face": 3.0}

    def perform(self, request: GenerationRequest, seed: int, stages: Stages) -> Performed:
        """The wanted parts of a performance; the others rest."""
        condition = listen(request.speech, request.settings.transcript, request.frames, stages, request.words)
        said: dict[str, object] = {"words": word_rows(condition.words, request.words)} if condition.words else {}
        if condition.unheard:
            said["unheard"] = [[text, round(at, 3)] for text, at in condition.unheard]
        request = _felt(condition, request)
        if not set(request.settings.parts) - {"face"}:
            return Performed(self._perform(condition, request, seed, stages, None), meta=said)
        from ..body.generate import score_of

        tick = stages.tick("Body")
        score = score_of(condition, request.settings, seed, request.wishes, lambda: tick(0.0))
        meta: dict[str, object] = {"gestures": score_record(score), **said}
        if request.wishes:
            meta["wishes"] = rows_of(request.wishes)
        return Performed(self._perform(condition, request, seed, stages, score), meta=meta)

    def _perform(
        self, condition: SpeechCondition, request: GenerationRequest, seed: int, stages: Stages, score: Score | None
    ) -> Performance:
        settings, given, emotion = request.settings, request.given, request.emotion
        base = relaxed_performance(condition.frames)
        rotations, translation, face = base.rotations, base.translation, base.face
        body_parts = [p for p in settings.parts if p != "face"]
        tick = stages.tick("Body")
        if body_parts:
            from ..body import generate_body

            mask = everything(condition.frames) if given is None else given.mask
            hints = base if given is None else given.values
            made, path = generate_body(condition, settings, mask, hints, seed, tick, score=score, fill=self.fill)
            hold_posture(made, emotion.at(np.arange(len(made)) / MODEL_FPS), MODEL_FPS)
            for joint in (j for part in body_parts for j in skeleton.PART_JOINTS[part]):
                rotations[:, joint] = made[:, joint]
            del made  # an hour of it is 95 MB
            if "lower" in body_parts:
                translation = path
        if "face" in settings.parts:
            from ..face import generate_face
            from ..face.generate import felt_of

            joint = skeleton.INDEX["head"]
            moved = None
            if "upper" in body_parts:
                # The body nods with the gestures; the emotion adds how the head is held.
                held = emotion_head(felt_of(condition, emotion), MODEL_FPS)
                if held.any():
                    rotations[:, joint] = multiply(rotations[:, joint], from_rotvec(held))
                moved = to_rotvec(multiply(rotations[:, skeleton.INDEX["neck"]], rotations[:, joint]))
            tick = stages.tick("Face")
            face, head = generate_face(condition, settings, emotion, seed, tick, body_head=moved)
            if moved is None:
                # A face alone still nods: its own head pose stands in for the body's.
                rotations[:, joint] = from_rotvec(head)
        return make_performance(rotations, translation, face)
