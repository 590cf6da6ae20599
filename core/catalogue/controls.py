"""Numbers that an artist sets: the controls of a generation, which may change over time, and everything else.

Pure rows: this folder imports nothing. core/ranges.py refuses what lies outside of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Control:
    """One row. help: a tooltip without a full stop. low, high: what is refused outside, everywhere alike."""

    name: str
    label: str
    help: str
    default: float
    low: float
    high: float
    whole: bool = False

    @property
    def flag(self) -> str:
        """The option of the command line and the column of a batch table, without its dashes."""
        return self.name.replace("_", "-")

    @property
    def range_text(self) -> str:
        """The range as text."""
        return f"{self.low:g} - {self.high:g}"


CONTROLS: Final[tuple[Control, ...]] = (
    Control("energy", "Energy", "Size and speed of gestures", 1.0, 0.3, 2.0),
    Control("gesture_rate", "Gesture Rate", "How many gestures a minute, around what is natural", 1.0, 0.3, 2.0),
    Control(
        "handedness", "Handedness", "-1 gestures with the left hand only, 0 with both, 1 with the right only",
        0.0, -1.0, 1.0,
    ),
    Control("stance", "Stance", "-1 stands narrow and still, 1 wide and shifting weight", 0.0, -1.0, 1.0),
    Control("seat", "Seat", "Metres from the floor to a seat, as the take begins; 0 stands", 0.0, 0.0, 0.8),
    Control(
        "table", "Table", "Metres from the floor to a table before the seat, for hands to rest on; 0: on the thighs",
        0.0, 0.0, 1.2,
    ),
    Control("head_activity", "Head", "How much the head nods and turns", 1.0, 0.0, 2.0),
    Control("travel", "Travel", "0 stays in place, 1 walks about", 0.0, 0.0, 1.0),
    Control("temperature", "Variety", "How far takes differ: low is safe, high is daring", 1.0, 0.5, 1.5),
    Control("lip_strength", "Lips", "How far the mouth opens", 1.0, 0.0, 2.0),
    Control("blink_rate", "Blinks", "Blinks a minute", 18.0, 0.0, 60.0),
    Control(
        "speech_gate", "Speech Gate", "How readily music, noise and laughs are taken for no speech; 0 performs it all",
        0.5, 0.0, 1.0,
    ),
)  # fmt: skip

LEAST_SEAT: Final = 0.1
"""Metres: a lower seat is none."""
CONTROL_NAMES: Final[tuple[str, ...]] = tuple(control.name for control in CONTROLS)

NUMBERS: Final[tuple[Control, ...]] = (
    Control("seed", "Seed", "The same seed gives the same take; another seed gives another", 0, 0, 2**31 - 1, True),
    Control("takes", "Takes", "How many takes are made, each with the next seed", 1, 1, 1000, True),
    Control("reference_strength", "Strength", "How far the face takes over the clip's style", 1.0, 0.0, 1.0),
    Control("intensity", "Intensity", "How strong the emotion is; key it to change over time", 0.6, 0.0, 1.0),
    Control("fps", "Frame Rate", "Frames a second", 30.0, 1.0, 240.0),
    Control("frame", "Starts at", "The scene frame at which the sound file begins", 1.0, -1048574.0, 1048574.0),
    Control("threads", "Threads", "Processor threads; 0: as many as the networks like", 0, 0, 1024, True),
    Control("bound_degrees", "Rotation", "How many degrees sparse curves may be off", 0.5, 0.01, 10.0),
    Control("bound_millimetres", "Location", "How many millimetres sparse curves may be off", 2.0, 0.1, 100.0),
    Control("bound_weight", "Weight", "How far sparse shape key values may be off", 0.01, 0.0005, 0.2),
)
"""What stays the same over a take."""

CHOICES: Final[dict[str, tuple[str, ...]]] = {"keys": ("sparse", "dense")}
"""Options that are one of some words."""

NUMBER_OF: Final[dict[str, Control]] = {row.name: row for row in (*CONTROLS, *NUMBERS)}
