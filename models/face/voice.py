"""The embedded model of emotional voices, for the guess of an emotion. No torch."""

from __future__ import annotations

from ...core.face.guess import VoiceModel
from ..runtime import Networks


def voice_model() -> VoiceModel:
    """The model. Raises OratorError when its file is missing or damaged."""
    nets = Networks()
    return VoiceModel(*(nets.array("emotion_guess", name) for name in ("middle", "scale", "table")))
