"""The gestures that an artist can wish for, by name: what menus, markers and the command line offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class GestureKind:
    """One row. help: a tooltip without a full stop."""

    name: str
    help: str

    @property
    def label(self) -> str:
        """Its name in a menu."""
        return self.name.replace("_", " ").title()


GESTURE_KINDS: Final[tuple[GestureKind, ...]] = (
    GestureKind("beat_down", "A beat downwards"),
    GestureKind("beat_out", "A beat to the side"),
    GestureKind("beat_forward", "A beat towards the listener"),
    GestureKind("beat_in", "A beat towards the middle"),
    GestureKind("beat_up", "A beat upwards"),
    GestureKind("beat_back", "A beat towards oneself"),
    GestureKind("precision", "Finger and thumb together, for something exact"),
    GestureKind("chop", "The hand's edge cuts down"),
    GestureKind("present", "An open palm shows something"),
    GestureKind("weigh", "An open palm weighs something"),
    GestureKind("push", "The palm pushes away"),
    GestureKind("gather", "Both hands gather something"),
    GestureKind("roll", "The hand rolls onwards"),
    GestureKind("sweep", "The hand sweeps to the side"),
    GestureKind("lift", "The palm lifts something"),
    GestureKind("shape", "Both hands shape something"),
    GestureKind("trace", "A finger traces a line"),
    GestureKind("negate", "The flat hand wipes away: no, never"),
    GestureKind("me", "The hand to the chest"),
    GestureKind("you", "The hand to the listener"),
    GestureKind("we", "Between oneself and the listener"),
    GestureKind("stop", "The palm is held up"),
    GestureKind("point", "A finger points to the side"),
    GestureKind("here", "Pointing or pressing down: here, now"),
    GestureKind("offer", "The open palm is held out"),
    GestureKind("inclusive", "Both arms open wide: all, everybody"),
    GestureKind("size", "Both hands show how large"),
    GestureKind("shrug", "Shoulders and palms up"),
    GestureKind("question", "Open palms turn up"),
    GestureKind("contrast", "From one side to the other: but"),
    GestureKind("example", "A finger counts: first, second"),
    GestureKind("when", "Over the shoulder for before, onwards for after"),
)
GESTURE_HANDS: Final = ("left", "right", "both")
