"""Sliders that reshape a take after it was generated; each default changes nothing."""

from __future__ import annotations

from typing import Final

from .controls import Control

BODY_SLIDERS: Final[tuple[Control, ...]] = (
    Control("amplitude_upper", "Upper Body", "Size of the gestures", 1.0, 0.0, 2.0),
    Control("amplitude_hands", "Hands", "Size of the finger motion", 1.0, 0.0, 2.0),
    Control("amplitude_lower", "Lower Body", "Size of sway and steps", 1.0, 0.0, 2.0),
    Control("head_motion", "Head", "Size of nods and turns", 1.0, 0.0, 2.0),
    Control("stillness", "Stillness", "How still the body is in pauses", 0.0, 0.0, 1.0),
    Control("smooth_upper", "Smooth Upper", "Seconds of smoothing", 0.0, 0.0, 0.5),
    Control("smooth_hands", "Smooth Hands", "Seconds of smoothing", 0.0, 0.0, 0.5),
    Control("smooth_lower", "Smooth Lower", "Seconds of smoothing", 0.0, 0.0, 0.5),
    Control("symmetry", "Symmetry", "How alike both arms move", 0.0, 0.0, 1.0),
    Control("offset", "Body Delay", "Seconds the body comes later", 0.0, -1.0, 1.0),
)

FACE_SLIDERS: Final[tuple[Control, ...]] = (
    Control("lip_strength", "Lips", "Size of the mouth shapes", 1.0, 0.0, 2.0),
    Control("jaw_range", "Jaw", "How far the jaw drops", 1.0, 0.0, 2.0),
    Control("upper_strength", "Upper Face", "Size of brows, cheeks and lids", 1.0, 0.0, 2.0),
    Control("tongue_strength", "Tongue", "How far the tongue comes out", 1.0, 0.0, 2.0),
    Control("smoothing_lower", "Smooth Mouth", "Seconds of smoothing", 0.0, 0.0, 0.2),
    Control("smoothing_upper", "Smooth Brows", "Seconds of smoothing of the upper face", 0.0, 0.0, 0.2),
    Control("eyelid_offset", "Eyes Closed", "Offset of the lids: -1 eyes more open, 1 more shut", 0.0, -1.0, 1.0),
    Control("lip_offset", "Lips Closed", "Offset of the lips: -1 more apart, 1 closer together", 0.0, -1.0, 1.0),
    Control("delay", "Face Delay", "Seconds the face comes later", 0.0, -0.5, 0.5),
)

EYE_SLIDERS: Final[tuple[Control, ...]] = (
    Control("rate", "Blinks", "Blinks a minute", 18.0, 0.0, 60.0),
    Control("blink_strength", "Blink Strength", "How far the lids close", 1.0, 0.0, 1.5),
    Control("gaze_strength", "Gaze", "How far the eyes wander", 1.0, 0.0, 2.0),
    Control("lid_follow", "Lids Follow", "How far the lids go down with the eyes", 1.0, 0.0, 2.0),
    Control(
        "variation",
        "Eye Seed",
        "Other blinks and glances of the same kind; 0: the generated ones",
        0,
        0,
        2**31 - 1,
        True,
    ),
)
"""These count where Blinks and Gaze are laid anew."""

SLIDERS: Final[tuple[Control, ...]] = (*BODY_SLIDERS, *FACE_SLIDERS, *EYE_SLIDERS)
