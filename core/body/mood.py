"""What an emotion does to a body: how much and how often it moves, and how its trunk and shoulders are held.

Sad bodies are low, slow and folded, angry ones come forward and are sharp, happy ones open and lively (Wallbott,
"Bodily expression of emotion", 1998; Dael et al., "Emotion expression in body action and posture", 2012).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .. import skeleton
from ..arrays import Array
from ..catalogue.emotions import EMOTIONS
from ..emotion import EmotionTrack
from ..rotations import from_rotvec, multiply
from ..settings import Settings

STEP: Final = 0.5
"""Seconds between the keys that a changing emotion gives a control."""


@dataclass(frozen=True)
class Mood:
    """Of an emotion at intensity 1.

    energy, rate, head   multipliers of the controls Energy, Gesture Rate and Head Activity
    bend                 degrees of the trunk's forward bend, spread over the spine; the neck takes a third of it back
    shoulders            degrees by which the shoulders are lifted
    """

    energy: float = 1.0
    rate: float = 1.0
    head: float = 1.0
    bend: float = 0.0
    shoulders: float = 0.0


MOODS: Final[dict[str, Mood]] = {
    "neutral": Mood(),
    "happy": Mood(energy=1.22, rate=1.15, head=1.25, bend=-3.0, shoulders=1.0),
    "sad": Mood(energy=0.6, rate=0.6, head=0.65, bend=14.0, shoulders=-5.0),
    "angry": Mood(energy=1.4, rate=1.2, head=1.3, bend=6.0, shoulders=2.0),
    "fear": Mood(energy=0.8, rate=0.8, head=0.9, bend=-4.0, shoulders=6.0),
    "disgust": Mood(energy=0.85, rate=0.8, head=0.9, bend=-5.0, shoulders=2.0),
    "contempt": Mood(energy=0.75, rate=0.7, head=0.8, bend=-3.0, shoulders=-1.5),
    "surprise": Mood(energy=1.1, rate=0.9, head=1.1, bend=-4.5, shoulders=4.0),
}
_CONTROLS: Final = {"energy": "energy", "gesture_rate": "rate", "head_activity": "head"}
_TABLE: Final = {
    name: np.array([getattr(MOODS.get(e, Mood()), name) for e in EMOTIONS]) for name in Mood.__dataclass_fields__
}
_SPINE: Final = {"spine1": 0.30, "spine2": 0.35, "spine3": 0.35, "neck": -0.35}
_FOLLOWS: Final = 0.5
"""Seconds (standard deviation) over which a posture changes."""


def with_mood(settings: Settings, emotion: EmotionTrack, seconds: float) -> Settings:
    """The settings with the controls that the emotion moves; the same ones where none is asked."""
    asked = emotion.at(np.asarray(emotion.times, np.float64))
    if not asked[:, 1:].any():
        return settings
    grid = np.arange(0.0, max(seconds, 0.0) + STEP, STEP) if len(asked) > 1 else np.zeros(1)
    curves = dict(settings.curves)
    for control, part in _CONTROLS.items():
        keys = sorted({*grid.tolist(), *(float(k[0]) for k in settings.curves.get(control, ()))})
        at = np.array(keys)
        moved = settings.curve(control, at) * _factor(emotion.at(at), _TABLE[part])
        curves[control] = tuple(zip(keys, map(float, moved), strict=True))
    return replace(settings, curves=curves)


def _factor(asked: Array, row: Array) -> Array:
    """What asked emotions (N, E) multiply by (N,): nothing asked is 1."""
    return 1.0 + asked[:, 1:] @ (row[1:] - 1.0)


def hold_posture(rotations: Array, asked: Array, fps: float) -> None:
    """Turn trunk and shoulders of joint rotations (T, 55, 4), in place, as the asked emotion (T, E) holds them."""
    felt = np.array(asked, np.float64)
    felt[:, 0] = 0.0
    if not len(felt) or not felt.any():
        return
    felt = gaussian_filter1d(felt, _FOLLOWS * fps, axis=0, mode="nearest")
    bend, lift = (np.radians(felt @ _TABLE[name]) for name in ("bend", "shoulders"))

    def turn(joint: str, axis: int, angle: Array) -> None:
        vector = np.zeros((len(angle), 3))
        vector[:, axis] = angle
        k = skeleton.INDEX[joint]
        rotations[:, k] = multiply(from_rotvec(vector), rotations[:, k])

    for joint, share in _SPINE.items():
        turn(joint, 0, share * bend)
    turn("left_collar", 2, lift)
    turn("right_collar", 2, -lift)
