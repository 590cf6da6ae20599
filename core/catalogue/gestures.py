"""The gestures that an artist can wish for, by name: what menus, markers and the command line offer."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final

from ..errors import OratorError


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
SIZES: Final = (0.2, 2.0)
"""The smallest and the largest size of a gesture; 1 is as it comes."""
_FORM: Final = "Write it like 'point right' or 'shrug both 1.2': the gesture, its hand, how large."


def nearest(word: str) -> tuple[str, ...]:
    """Up to three gestures that are written like a word, the most alike first."""
    return tuple(difflib.get_close_matches(word.lower(), [kind.name for kind in GESTURE_KINDS], 3, 0.5))


def parse_gesture(text: str) -> tuple[GestureKind, str, float]:
    """`KIND [HAND] [SIZE]`, like `shrug both 1.2`: what it is, with which hands, how large; both and 1 where it is not
    said. Raises OratorError that shows the form, and the names that are near.
    """
    words = text.lower().split()
    kind = next((kind for kind in GESTURE_KINDS if words and kind.name == words[0]), None)
    if kind is None:
        near = nearest(words[0]) if words else ()
        names = ", ".join(one.name for one in GESTURE_KINDS)
        offer = f"Did you mean {' or '.join(near)}?" if near else f"There are {names}."
        raise OratorError(f"'{text}' is no gesture. {offer} {_FORM}")
    hands, size = "both", 1.0
    for word in words[1:]:
        if word in GESTURE_HANDS:
            hands = word
            continue
        try:
            size = float(word.replace(",", "."))
        except ValueError:
            size = -1.0
        if not SIZES[0] <= size <= SIZES[1]:
            raise OratorError(
                f"In '{text}', '{word}' is no hand ({', '.join(GESTURE_HANDS)}) and no size from {SIZES[0]:g} to "
                f"{SIZES[1]:g}. {_FORM}"
            )
    return kind, hands, size


def gesture_said(text: str) -> str:
    """What such a text means, as a sentence without a full stop. Raises OratorError as `parse_gesture`."""
    kind, hands, size = parse_gesture(text)
    which = "both hands" if hands == "both" else f"{hands} hand"
    return f"{kind.help}; {which}, " + ("as large as it comes" if size == 1.0 else f"{size:g} times as large")
