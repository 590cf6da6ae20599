"""What is remembered between two moves of a slider, and when sliders are set without rewriting anything."""

from __future__ import annotations

from typing import Any, Final

from .guard import Guard

remembered: dict[str, Any] = {}
"""What the last move of a slider worked out, by what it is."""
waiting: Final = Guard()
"""Sliders set within it do not rewrite anything."""


def forget() -> None:
    """Drop what is remembered of the last take: another file, or an undo, may have changed it."""
    remembered.clear()
