"""Gestures as an artist writes them: `point right`, `shrug both 1.2`."""

from __future__ import annotations

import difflib
from typing import Final

from ..catalogue.gestures import GESTURE_HANDS, GESTURE_KINDS, GestureKind
from ..errors import OratorError

SIZES: Final = (0.2, 2.0)
"""The smallest and the largest size of a gesture; 1 is as it comes."""
_FORM: Final = "Write it like 'point right' or 'shrug both 1.2': the gesture, its hand, how large."


def nearest(word: str) -> tuple[str, ...]:
    """Up to three gestures that are written like a word, the most alike first."""
    return tuple(difflib.get_close_matches(word.lower(), [kind.name for kind in GESTURE_KINDS], 3, 0.6))


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
