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
"""How likely each rest pose is in the neutral style; the others are taken by the styles that name them."""


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
    home           the rests that it takes where others let their arms hang, in pauses too
    kinds          multipliers of how often a gesture of the grammar falls on an accent
    shapes, shaped hand shapes of its own, and the share of strokes that are made with one of them
    elbows         how far the elbows stand out beyond what a stroke asks for
    trunk, lean    multiplier of the trunk's part, and degrees of its forward bend; `pulse` of its small beats alone
    shoulders      metres the shoulders are lifted on the whole, as an angle in degrees
    shifts, steps  weight shifts and small steps a minute; `sway` multiplies how far the weight moves
    feet, toes     metres between the ankles, degrees by which the toes point out
    stagger        multiplier of how far one foot stands before the other
    bounce         metres by which the knees give on a beat
    turned         degrees by which the body stands turned away from the listener
    head, gaze     multipliers of nods, and of how far and often the head turns; `chin` degrees down
    tilt           degrees by which the head is held to a side
    """

    size: float = 1.0
    width: float = 1.0
    height: float = 0.0
    tempo: float = 1.0
    rate: float = 1.2
    both: float = 0.63
    mirror: float = 0.45
    resting: float = 0.245
    hold: float = 0.32
    rests: dict[str, float] = field(default_factory=dict)
    home: tuple[str, ...] = ()
    kinds: dict[str, float] = field(default_factory=dict)
    shapes: tuple[str, ...] = ()
    shaped: float = 0.0
    elbows: float = 0.0
    trunk: float = 1.0
    lean: float = 2.0
    pulse: float = 1.0
    shoulders: float = 0.0
    shifts: float = 17.0
    steps: float = 4.5
    sway: float = 1.0
    feet: float = 0.245
    toes: float = 8.0
    stagger: float = 1.0
    bounce: float = 0.0
    turned: float = 0.0
    head: float = 1.0
    gaze: float = 1.0
    chin: float = 0.0
    tilt: float = 0.0


MANNERS: Final[dict[str, Manner]] = {
    "neutral": Manner(
        rests={"clasp_down": 0.0, "hold_wrist": 0.0, "folded": 0.0, "thinker": 0.0, "hips": 0.0, "behind": 0.0},
    ),
    "calm": Manner(
        size=0.8, width=0.85, tempo=0.87, rate=0.48, height=-0.06, both=0.6, resting=0.55, hold=0.8, trunk=0.7,
        pulse=1.35, shifts=8, steps=1.2, sway=0.9, head=0.6, gaze=0.6, lean=1.0,
        home=("clasp_low", "down_front", "down"),
        rests={"clasp_low": 9.0, "clasp_down": 1.0, "down_front": 1.5, "down": 1.5, "hips": 0.0, "hip_one": 0.0,
               "folded": 0.0, "thinker": 0.0, "steeple": 0.2, "behind": 0.0, "pockets": 0.0, "pocket_one": 0.0},
        kinds={"present": 2.0, "gather": 1.5, "chop": 0.1, "push": 0.2, "beat_down": 0.6, "beat_up": 0.5},
    ),
    "lively": Manner(
        size=1.2, width=1.2, height=0.12, tempo=1.12, rate=1.5, both=0.85, mirror=0.6, resting=0.08, hold=0.14,
        trunk=1.25, shifts=28, steps=9.0, sway=1.35, feet=0.26, bounce=0.03, head=1.3, gaze=1.1, lean=2.0, tilt=3.0,
        home=("ready",), rests={"ready": 8.0, "one_low": 1.0, "behind": 0.0, "folded": 0.0, "thinker": 0.0,
                                "clasp_down": 0.1, "down": 0.2, "hold_wrist": 0.1, "pockets": 0.0},
        kinds={"beat_up": 5.0, "beat_out": 2.0, "lift": 5.0, "roll": 4.0, "weigh": 2.0, "beat_down": 0.5, "chop": 0.3},
        shapes=("open", "bowl", "fan"), shaped=0.4, elbows=0.2,
    ),
    "formal": Manner(
        size=0.8, width=0.85, tempo=0.96, rate=0.7, both=0.95, mirror=1.0, resting=0.5, hold=0.6, trunk=0.5, pulse=1.6,
        shifts=6, steps=0.6, sway=0.45, feet=0.13, toes=10.0, stagger=0.1, head=0.8, gaze=0.6, lean=-2.0, chin=-2.0,
        home=("behind",), rests={"behind": 40.0, "clasp_mid": 3.0, "steeple": 8.0, "pockets": 0.0, "pocket_one": 0.0,
                                 "hips": 0.0, "hip_one": 0.0, "folded": 0.0, "thinker": 0.0, "one_low": 0.0},
        kinds={"precision": 4.0, "present": 2.0, "sweep": 0.0, "trace": 0.0, "roll": 0.2, "shape": 2.0},
        shapes=("flat", "blade", "pinch"), shaped=0.6, elbows=-0.1,
    ),
    "shy": Manner(
        size=0.85, width=0.45, height=-0.11, tempo=1.0, rate=0.5, both=0.45, resting=0.5, hold=0.4, trunk=0.8,
        pulse=1.3, lean=7.0, shoulders=7.0, shifts=14, steps=3.0, sway=0.8, feet=0.11, toes=-5.0, turned=12.0, head=0.7,
        gaze=1.6, chin=15.0, tilt=5.0, home=("hold_arm", "clasp_down", "hold_wrist"),
        rests={"hold_arm": 9.0, "hold_wrist": 1.0, "clasp_down": 3.0, "clasp_low": 1.0, "hips": 0.0, "hip_one": 0.0,
               "ready": 0.2, "steeple": 0.0, "behind": 0.0, "thinker": 0.0, "down": 0.2},
        kinds={"beat_in": 3.0, "gather": 2.0, "beat_out": 0.2, "sweep": 0.0, "lift": 0.0, "push": 0.0, "chop": 0.1},
        shapes=("loose", "relaxed", "thumb_tuck"), shaped=0.7, elbows=-0.25,
    ),
    "assertive": Manner(
        size=1.15, width=1.25, height=0.03, tempo=1.08, rate=0.95, both=0.85, mirror=0.9, resting=0.42, hold=0.7,
        trunk=0.8, lean=-4.0, shifts=12, steps=3.0, sway=0.8, feet=0.4, toes=15.0, stagger=0.3, head=0.9, gaze=0.5,
        chin=-5.0, home=("hips", "hip_one"),
        rests={"hips": 30.0, "hip_one": 6.0, "folded": 2.0, "steeple": 0.5, "clasp_low": 0.0, "clasp_down": 0.0,
               "hold_wrist": 0.0, "pockets": 0.0, "behind": 0.0, "thinker": 0.0, "one_low": 0.2},
        kinds={"push": 6.0, "beat_forward": 2.0, "chop": 4.0, "precision": 0.3, "shape": 0.4, "roll": 0.0},
        shapes=("flat", "blade", "open"), shaped=0.7, elbows=0.1,
    ),
    "storyteller": Manner(
        size=1.3, width=1.35, height=0.08, tempo=0.88, rate=1.0, both=0.5, mirror=0.2, resting=0.08, hold=0.5,
        trunk=1.45, lean=5.0, shifts=20, steps=7.0, sway=1.4, feet=0.28, stagger=2.0, head=0.55, gaze=1.2, tilt=3.0,
        home=("ready", "one_low"), rests={"ready": 5.0, "one_low": 6.0, "folded": 0.0, "behind": 0.0, "pockets": 0.0},
        kinds={"sweep": 7.0, "trace": 6.0, "shape": 6.0, "lift": 5.0, "gather": 4.0, "beat_down": 0.3, "chop": 0.2,
               "beat_forward": 0.4, "precision": 0.3},
    ),
    "thoughtful": Manner(
        size=1.0, width=0.85, tempo=0.92, rate=0.5, both=0.15, resting=0.6, hold=0.9, trunk=0.85, pulse=1.3,
        lean=3.0, shifts=9, steps=1.5, sway=1.3, feet=0.2, turned=14.0, head=0.6, gaze=2.0, chin=2.0, tilt=9.0,
        home=("thinker", "folded"),
        rests={"thinker": 90.0, "folded": 6.0, "hold_wrist": 0.3, "pocket_one": 1.0, "steeple": 1.0, "hips": 0.0},
        kinds={"weigh": 6.0, "roll": 5.0, "precision": 3.0, "chop": 0.0, "push": 0.0, "beat_forward": 0.4},
    ),
    "angry": Manner(
        size=1.25, width=0.9, height=0.06, tempo=1.15, rate=1.5, both=0.75, mirror=0.9, resting=0.2, hold=0.2,
        trunk=1.2, lean=15.0, shoulders=6.0, shifts=18, steps=6.0, feet=0.36, stagger=2.5, head=1.3, gaze=0.4, chin=9.0,
        home=("fists",), rests={"fists": 20.0, "hips": 2.0, "folded": 4.0, "clasp_low": 0.0, "clasp_down": 0.0,
                                "clasp_mid": 0.0, "steeple": 0.0, "hold_wrist": 0.0, "pockets": 0.0, "thinker": 0.0},
        kinds={"beat_down": 9.0, "chop": 5.0, "beat_forward": 3.0, "push": 1.0, "present": 0.1, "lift": 0.0,
               "weigh": 0.0, "roll": 0.0, "trace": 0.0, "shape": 0.1, "gather": 0.2},
        shapes=("fist", "fist", "point"), shaped=0.95, elbows=0.15,
    ),
}  # fmt: skip
