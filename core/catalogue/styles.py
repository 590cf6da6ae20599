"""Ways of gesturing that the body network knows, in the order of its inputs."""

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
)

STYLES: Final[tuple[str, ...]] = tuple(style.name for style in GESTURE_STYLES)
