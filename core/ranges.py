"""One rule for what is refused: a number outside its catalogue's range, a word that is none of a choice's.

Panels cannot leave the range, since their properties are made of the same rows; everything else is checked here, before
any work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .catalogue.controls import CHOICES, CONTROLS, NUMBERS, Control
from .catalogue.listening import LISTENING
from .catalogue.styles import STYLES
from .errors import OratorError
from .model_card import cards, own_controls


def check_number(row: Control, value: object) -> None:
    """Raises OratorError for a value that is no number within the row's range."""
    said = repr(str(value)[:40])
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        if row.low <= value <= row.high and (not row.whole or value == int(value)):
            return
        said = f"{value:g}"
    kind = "a whole number" if row.whole else "a number"
    raise OratorError(f"{row.flag} is {said}: give {kind} from {row.low:g} to {row.high:g}. {row.help}.")


def within(row: Control, value: float) -> float:
    """The value, rounded into the range by as little as single precision loses (0.3 is stored as 0.30000001)."""
    return min(max(float(value), row.low), row.high)


def number_rows() -> dict[str, Control]:
    """Every number by the option of the command line that sets it, those of models included."""
    return {row.flag: row for row in (*CONTROLS, *LISTENING, *NUMBERS, *own_controls().values())}


def choices() -> dict[str, tuple[str, ...]]:
    """Options that are one of some words, those of models included."""
    modes = {f"{card.name}-mode": tuple(mode.name for mode in card.modes) for card in cards() if len(card.modes) > 1}
    return {**CHOICES, "style": STYLES, **modes}


def file_options() -> frozenset[str]:
    """Options that name a file."""
    return frozenset(
        (
            "transcript",
            "pins",
            "emotion-reference",
            "partner",
            "turns",
            *(f.flag for c in cards() for f in c.files if f.flag),
        )
    )


def option_names() -> frozenset[str]:
    """The options of `generate`: the columns of a batch table besides `speech` and `output`."""
    words = ("parts", "emotion", "model", "character", "channel", "partner-channel", "gesture")
    return (
        frozenset((*words, *file_options(), *choices(), *number_rows()))
        - {"intensity", "threads"}
        - {row.flag for row in NUMBERS if row.name.startswith("bound")}
    )


def check_options(options: Mapping[str, str]) -> None:
    """Raises OratorError for an option, as text, that no work could follow."""
    rows, words = number_rows(), choices()
    for name, text in options.items():
        if name in rows:
            try:
                value: object = int(text) if rows[name].whole else float(text)
            except ValueError:
                value = text
            check_number(rows[name], value)
        elif name == "style" and ".npz" in text.lower():
            continue  # a learned style's file, read when the line is done
        elif name in words and text not in words[name]:
            raise OratorError(f"{name} is '{text[:40]}': choose {', '.join(words[name])}.")
