"""The one entry to generation: speech in, performance out. No bpy, no globals, deterministic for a seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..core import skeleton
from ..core.calm import meet
from ..core.errors import OratorError
from ..core.face.facs import emotion_head
from ..core.face.guess import suggest_emotion
from ..core.mask import Mask, everything
from ..core.performance import MODEL_FPS, Performance, frame_count, make_performance
from ..core.rotations import from_rotvec, multiply
from ..core.settings import EmotionTrack, Settings, constant_emotion
from ..core.smplx.voice import meet_expressions
from ..core.speech.features import speech_features
from ..core.speech.speech import Speech
from ..core.stance import relaxed_performance
from .condition import SpeechCondition
from .progress import Progress, Stages, Tick

WEIGHTS: dict[str, tuple[str, ...]] = {
    "speech": ("phones",),
    "body": ("body_upper", "body_hands", "body_lower", "body_gesture", "body_between"),
    "face": ("face_lips", "face_diffusion"),
}
"""The embedded networks' weight files, by what they are for."""


def generate(
    speech: Speech,
    settings: Settings | None = None,
    mask: Mask | None = None,
    hints: Performance | None = None,
    emotion: EmotionTrack | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    language: Callable[[Performance], Performance] | None = None,
) -> Performance:
    """A performance for the speech: ceil(seconds * 30) frames at 30 fps, the tail included.

    `hints` holds the given values (same frames, 30 fps); they count where `mask` is False and are met exactly; so are
    its expressions where they are numbers. `language` tells what was generated in the terms of the hints first
    (core/smplx/at_bake.py): expressions and ARKit weights cannot be mixed otherwise.
    Calls `progress(fraction, text)` and asks `cancelled()` at least five times a second. The same arguments give the
    same performance, bit for bit, on one machine.
    Raises OratorError for speech, hints or weights that cannot be used, Cancelled when `cancelled()` says so.
    """
    settings = settings or Settings()
    emotion = emotion or constant_emotion()
    frames = _check(speech, mask, hints)
    shares = {"Listening": 1.5, "Phones": 1.0, "Words": 0.5, "Body": 4.0, "Face": 3.0, "Pins": 0.5}
    stages = Stages(shares, progress, cancelled)
    if settings.model != "embedded":
        made = _run_emage(speech, settings, mask, hints, seed, stages.tick("Body"))
    else:
        condition = listen(speech, settings.transcript, frames, stages)
        made = _run_embedded(condition, settings, mask, hints, emotion, seed, stages)
    stages.tick("Pins")
    if mask is not None and hints is not None and mask.anything_given:
        made = meet(language(made) if language is not None else made, hints, mask)
        if hints.expressions is not None:
            made = meet_expressions(made, hints.expressions)
    if progress is not None:
        progress(1.0, "Done")
    return made


def listen(speech: Speech, transcript: str | None, frames: int, stages: Stages) -> SpeechCondition:
    """What the networks hear of the speech: features, phones and, with a transcript, timed words."""
    from .phones import align, posteriors, sharpen

    features = speech_features(speech, stages.tick("Listening"))
    phones = posteriors(features, stages.tick("Phones"))
    words = None
    if transcript and transcript.strip():
        words = align(phones, transcript, speech.seconds, stages.tick("Words"))
        phones = sharpen(phones, words)
    return SpeechCondition(features, phones, words, frames, speech.seconds)


def _check(speech: Speech, mask: Mask | None, hints: Performance | None) -> int:
    if len(speech.samples) == 0:
        raise OratorError("The speech is empty. Choose a strip or file that holds sound.")
    if not np.isfinite(speech.samples).all():
        raise OratorError("The speech holds values that are not numbers. Export the sound again.")
    frames = frame_count(speech.seconds)
    for what, found in (("mask", mask and len(mask.root)), ("hints", hints and hints.frames)):
        if found is not None and found != frames:
            raise OratorError(f"The {what} cover {found} frames, but the speech has {frames}. Make them again.")
    return frames


def _run_embedded(
    condition: SpeechCondition,
    settings: Settings,
    mask: Mask | None,
    hints: Performance | None,
    emotion: EmotionTrack,
    seed: int,
    stages: Stages,
) -> Performance:
    base = relaxed_performance(condition.frames)
    rotations, translation, face = base.rotations, base.translation, base.face
    body_parts = [p for p in settings.parts if p != "face"]
    tick = stages.tick("Body")
    if body_parts:
        from .body import generate_body

        made, path = generate_body(condition, settings, mask or everything(condition.frames), hints or base, seed, tick)
        joints = [j for part in body_parts for j in skeleton.PART_JOINTS[part]]
        rotations[:, joints] = made[:, joints]
        if "lower" in body_parts:
            translation = path
    if "face" in settings.parts:
        from .face import generate_face

        if emotion.guess:
            emotion = suggest_emotion(condition.features)
        face, head = generate_face(condition, settings, emotion, seed, stages.tick("Face"))
        joint = skeleton.INDEX["head"]
        if "upper" not in body_parts:
            # A face alone still nods: its own head pose stands in for the body's.
            rotations[:, joint] = from_rotvec(head)
        else:
            # The body's network nods with the gestures; the emotion adds how the head is held.
            held = emotion_head(emotion.at(np.arange(condition.frames) / MODEL_FPS), MODEL_FPS)
            if held.any():
                rotations[:, joint] = multiply(rotations[:, joint], from_rotvec(held))
    return make_performance(rotations, translation, face)


def _run_emage(
    speech: Speech, settings: Settings, mask: Mask | None, hints: Performance | None, seed: int, tick: Tick
) -> Performance:
    from .emage import generate_emage

    kind, _, folder = settings.model.partition(":")
    if kind != "emage" or not folder:
        raise OratorError(f"The model '{settings.model}' is not known. Use 'embedded' or 'emage:FOLDER'.")
    return generate_emage(folder, speech, settings, mask, hints, seed, tick).performance


def model_ids(settings: Settings) -> dict[str, str]:
    """Which weights these settings use: name -> version (the start of the file's SHA-256), or the EMAGE folder."""
    from .weights import weights_version

    if settings.model != "embedded":
        return {"emage": settings.model}
    rooms = {"speech"} | {"face" if part == "face" else "body" for part in settings.parts}
    return {name: weights_version(name) for room in sorted(rooms) for name in WEIGHTS[room]}
