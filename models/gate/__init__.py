"""The gate: which stretches of a sound are speech, music or laughter."""

from .hear import THRESHOLD, hear_gate, speech_alone

__all__ = ["THRESHOLD", "hear_gate", "speech_alone"]
