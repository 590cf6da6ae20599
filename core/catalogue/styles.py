"""Ways of gesturing; what each does is in `core/body/manners.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Style:
    """One row."""

    name: str
    label: str
    help: str


GESTURE_STYLES: Final[tuple[Style, ...]] = (
    Style("neutral", "Neutral", "As people mostly talk"),
    Style("calm", "Calm", "Slower and smaller"),
    Style("lively", "Lively", "Quicker and larger"),
    Style("formal", "Formal", "Upright, hands kept close"),
    Style("shy", "Shy", "Small and close, eyes wander, one arm is held"),
    Style("assertive", "Assertive", "Wide stance and wide strokes that are held, hands on the hips"),
    Style("storyteller", "Storyteller", "Large and high with the whole trunk, both hands"),
    Style("thoughtful", "Thoughtful", "Slow and few, a hand at the chin, looks away"),
    Style("angry", "Angry", "Leaning forward, quick and hard strokes"),
)

STYLES: Final[tuple[str, ...]] = tuple(style.name for style in GESTURE_STYLES)
