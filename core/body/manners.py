"""Ways of gesturing that are people: what a style changes in space, time, rests, trunk, legs and head.

One table that the planner and the performer read; nothing is scaled afterwards. The neutral style is a conversational
speaker. Sizes are in the units that each field names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

REST_WEIGHTS: Final[dict[str, float]] = {
    "down": 1.3, "down_front": 2.0, "down_back": 1.1, "one_low": 1.2, "clasp_low": 1.0, "clasp_down": 0.8,
    "clasp_mid": 0.8, "steeple": 0.5, "hold_wrist": 1.0, "hip_one": 0.6, "hips": 0.25,
    "behind": 0.25, "folded": 0.4, "pockets": 0.8, "pocket_one": 0.9, "ready": 0.9,
    "thinker": 0.3,
}  # fmt: skip
"""How likely each rest pose is in the neutral style."""


@dataclass(frozen=True)
class Manner:
    """A style.

    size, width    multipliers of strokes' length, and of how far from the middle the hands work
    height         metres added to where the hands work
    tempo          multiplier of the strokes' speed
    rate           multiplier of how often a stroke is made
    both, mirror   share of gestures with both hands, and of those that are each other's mirror image
    resting        share of the time of speaking in which the hands rest
    hold           seconds a stroke is held, about
    rests          multipliers of REST_WEIGHTS
    trunk, lean    multiplier of the trunk's part, and degrees of its forward bend
    shoulders      metres the shoulders are lifted on the whole, as an angle in degrees
    shifts, steps  weight shifts and small steps a minute; `sway` multiplies how far the weight moves
    feet           metres between the ankles
    head, gaze     multipliers of nods, and of how far and often the head turns; `chin` degrees down
    """

    size: float = 1.0
    width: float = 1.0
    height: float = 0.0
    tempo: float = 1.0
    rate: float = 1.2
    both: float = 0.63
    mirror: float = 0.45
    resting: float = 0.25
    hold: float = 0.32
    rests: dict[str, float] = field(default_factory=dict)
    trunk: float = 1.0
    lean: float = 2.0
    shoulders: float = 0.0
    shifts: float = 17.0
    steps: float = 4.5
    sway: float = 1.0
    feet: float = 0.235
    head: float = 1.0
    gaze: float = 1.0
    chin: float = 0.0


MANNERS: Final[dict[str, Manner]] = {
    "neutral": Manner(),
    "calm": Manner(
        size=0.8, tempo=0.82, rate=0.75, height=-0.03, resting=0.36, hold=0.6, trunk=0.85, shifts=12, steps=2.0,
        sway=0.9, head=0.8, gaze=0.8, lean=1.0, rests={"clasp_low": 2.5, "down": 0.8, "hold_wrist": 2.0, "hips": 0.2},
    ),
    "lively": Manner(
        size=1.14, width=1.12, height=0.03, tempo=1.06, rate=1.2, both=0.68, resting=0.17, hold=0.2, trunk=1.15,
        shifts=22, steps=6.5, sway=1.15, head=1.1, gaze=1.1, lean=3.0,
        rests={"ready": 3.0, "down": 0.8, "hips": 2.0, "behind": 0.2, "folded": 0.3},
    ),
    "formal": Manner(
        size=0.85, width=0.9, tempo=0.95, rate=0.85, both=0.5, mirror=0.7, resting=0.29, hold=0.5, trunk=0.75,
        shifts=10, steps=1.6, sway=0.75, feet=0.2, head=0.85, gaze=0.8, lean=-1.0,
        rests={"clasp_mid": 3.0, "steeple": 3.0, "behind": 6.0, "pockets": 0.0, "pocket_one": 0.3, "hips": 0.1},
    ),
    "shy": Manner(
        size=0.78, width=0.68, height=-0.05, tempo=0.95, rate=0.72, both=0.5, resting=0.38, hold=0.2, trunk=0.85,
        lean=6.0, shoulders=4.0, shifts=18, steps=3.5, sway=0.8, feet=0.17, head=0.9, gaze=1.5, chin=7.0,
        rests={"hold_wrist": 6.0, "clasp_low": 3.0, "folded": 2.0, "pockets": 1.5, "hips": 0.0, "hip_one": 0.2},
    ),
    "assertive": Manner(
        size=1.1, width=1.2, height=0.03, tempo=1.1, rate=1.0, both=0.6, mirror=0.6, resting=0.23, hold=0.55, trunk=1.0,
        lean=0.0, shifts=10, steps=3.0, sway=0.9, feet=0.33, head=1.0, gaze=0.7, chin=-4.0,
        rests={"hips": 6.0, "hip_one": 4.0, "folded": 2.0, "steeple": 2.0, "clasp_low": 0.3, "pockets": 0.4},
    ),
    "storyteller": Manner(
        size=1.18, width=1.15, height=0.07, tempo=0.95, rate=1.05, both=0.75, mirror=0.3, resting=0.15, hold=0.45,
        trunk=1.28, lean=4.0, shifts=20, steps=6.0, sway=1.2, head=1.05, gaze=1.45,
        rests={"ready": 3.0, "one_low": 2.0, "folded": 0.2, "behind": 0.2, "pockets": 0.2},
    ),
    "thoughtful": Manner(
        size=0.85, width=0.85, height=0.02, tempo=0.82, rate=0.7, both=0.35, resting=0.38, hold=0.8, trunk=1.0,
        lean=4.0, shifts=13, steps=2.5, head=0.75, gaze=1.7, chin=4.0,
        rests={"thinker": 14.0, "hold_wrist": 2.0, "folded": 2.5, "pocket_one": 2.5, "steeple": 2.0, "hips": 0.2},
    ),
    "angry": Manner(
        size=1.12, width=0.95, height=0.04, tempo=1.1, rate=1.15, both=0.55, mirror=0.6, resting=0.17, hold=0.28,
        trunk=1.2, lean=8.0, shoulders=4.0, shifts=16, steps=5.0, feet=0.3, head=1.25, gaze=0.7, chin=3.0,
        rests={"hips": 8.0, "hip_one": 3.0, "folded": 4.0, "clasp_low": 0.1, "pockets": 0.1, "down": 0.7},
    ),
}  # fmt: skip
