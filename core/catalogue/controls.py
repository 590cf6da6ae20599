"""The controls of a generation: numbers that may change over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..errors import OratorError


@dataclass(frozen=True)
class Control:
    """One row. help: a tooltip without a full stop. low, high: what is refused outside, everywhere alike."""

    name: str
    label: str
    help: str
    default: float
    low: float
    high: float

    @property
    def flag(self) -> str:
        """The option of the command line and the column of a batch table, without its dashes."""
        return self.name.replace("_", "-")

    @property
    def range_text(self) -> str:
        """The range as text."""
        return f"{self.low:g} - {self.high:g}"

    def check(self, value: float, where: str = "") -> None:
        """Raises OratorError for a value outside the range, or no number; `where` says what of."""
        if not isinstance(value, int | float) or not self.low <= value <= self.high:
            said = f"{value:g}" if isinstance(value, int | float) else repr(value)
            raise OratorError(
                f"{where}{self.flag} is {said}: give a number from {self.low:g} to {self.high:g} "
                f"({self.help[0].lower()}{self.help[1:]})."
            )


CONTROLS: Final[tuple[Control, ...]] = (
    Control("energy", "Energy", "Size and speed of gestures", 1.0, 0.3, 2.0),
    Control("gesture_rate", "Gesture Rate", "How many gestures a minute, around what is natural", 1.0, 0.3, 2.0),
    Control(
        "handedness", "Handedness", "-1 gestures with the left hand only, 0 with both, 1 with the right only",
        0.0, -1.0, 1.0,
    ),
    Control("stance", "Stance", "-1 stands narrow and still, 1 wide and shifting weight", 0.0, -1.0, 1.0),
    Control("head_activity", "Head", "How much the head nods and turns", 1.0, 0.0, 2.0),
    Control("travel", "Travel", "0 stays in place, 1 walks about", 0.0, 0.0, 1.0),
    Control("temperature", "Variety", "How far takes differ: low is safe, high is daring", 1.0, 0.5, 1.5),
    Control("lip_strength", "Lips", "How far the mouth opens", 1.0, 0.0, 2.0),
    Control("blink_rate", "Blinks", "Blinks a minute", 18.0, 0.0, 60.0),
)  # fmt: skip

CONTROL_NAMES: Final[tuple[str, ...]] = tuple(control.name for control in CONTROLS)
BY_NAME: Final[dict[str, Control]] = {control.name: control for control in CONTROLS}
