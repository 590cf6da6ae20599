"""The last sentence for the artist, where no operator is at hand to report it (a click in a list, a finished job)."""

from __future__ import annotations

_last = ""


def remember(sentence: str) -> None:
    """Keep a sentence for the panel to show; an empty one clears it."""
    global _last
    _last = sentence


def last() -> str:
    """The sentence to show, or ''."""
    return _last
