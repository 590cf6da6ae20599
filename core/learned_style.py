"""A learned style as data: what settings hold, the body and the face wear, and a file keeps. Learning is core/style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .arrays import Array

SCALARS: Final = (
    "tempo", "hold", "handed", "both", "rate", "resting", "feet", "stroke_weight", "rest_weight", "span",
)  # fmt: skip
"""tempo, hold, rate, feet, span: factors. handed -1 left to 1 right; both and resting: shares added."""
VECTORS: Final = {
    "end": 8, "end_scale": 8, "shape": 13, "shape_scale": 13, "trunk": 3, "trunk_scale": 3, "head": 3,
    "head_scale": 3, "nods": 3,
}  # fmt: skip
"""What is added to the mean of a channel, and (`_scale`, `nods`) the factor of how far it moves."""


@dataclass(frozen=True)
class OwnStroke:
    """A stroke of one arm (`side` 0 left, 1 right) or both (2), which ends at frame `frame`.

    start, end  (2, 8) arm states, and `before`, `shape` (2, 13) hands; the row of an arm that does not stroke counts
    for nothing. bow (2, 3) by which the wrist passes beside the straight way, in the state's first three numbers.
    """

    side: int
    frame: int
    start: Array
    end: Array
    bow: Array
    before: Array
    shape: Array
    span: float
    seconds: float
    hold: float
    label: str = ""


@dataclass(frozen=True)
class OwnRest:
    """Both arms at rest for `seconds`: states (2, 8), hands (2, 13)."""

    states: Array
    hands: Array
    seconds: float


@dataclass(frozen=True)
class FaceHabits:
    """shift (52,) added to the weights' means, scale (52,) factors of how far they move, blinks: a factor of the
    rate."""

    shift: Array
    scale: Array
    blinks: float = 1.0


@dataclass(frozen=True)
class LearnedStyle:
    """A style, as differences from the neutral one; everything 0, or 1 for factors, changes nothing.

    name, seconds   what it is called, and of how much motion it was learned
    numbers         SCALARS; `moments` VECTORS
    strokes, rests  the reference's own
    face            brows, smile and blinks, or None where no face moved
    """

    name: str
    seconds: float
    numbers: Mapping[str, float]
    moments: Mapping[str, Array]
    strokes: tuple[OwnStroke, ...] = ()
    rests: tuple[OwnRest, ...] = ()
    face: FaceHabits | None = None


@dataclass(frozen=True)
class Worn:
    """A learned style at work, `amount` 0 as if it were not there to 1 whole; `identity` is the hash of its file."""

    style: LearnedStyle
    amount: float = 1.0
    identity: str = field(default="", compare=False)

    def as_meta(self) -> dict[str, object]:
        """JSON-like values for a take's provenance."""
        return {"name": self.style.name, "amount": round(self.amount, 4), "identity": self.identity}


@dataclass(frozen=True)
class Measured:
    """The measures of pieces of motion, with what they were told from.

    seconds, long   of all pieces, and of those that are long enough to tell how often
    strokes         count; `left`, `right`, `both` of them
    end, end_spread       (8,) mean and deviation of arm states where strokes end, own side
    shape, shape_spread   (13,) of the hands there, degrees
    span, pace, hold      metres of a stroke, its time against 0.33 s + 0.5 s/m, seconds that it is held
    rate, rest            strokes a minute and the share of time at rest, of the long pieces
    trunk, trunk_spread   (3,) bend, turn, lean, radians; `head`, `head_spread` (3,) how it is held
    nods                  (3,) deviation of the head's quick motion
    feet                  metres between the ankles
    """

    seconds: float
    long: float
    strokes: int
    left: int
    right: int
    both: int
    end: Array
    end_spread: Array
    shape: Array
    shape_spread: Array
    span: float
    pace: float
    hold: float
    rate: float
    rest: float
    trunk: Array
    trunk_spread: Array
    head: Array
    head_spread: Array
    nods: Array
    feet: float
    own_strokes: tuple[OwnStroke, ...] = field(default=(), compare=False)
    own_rests: tuple[OwnRest, ...] = field(default=(), compare=False)
