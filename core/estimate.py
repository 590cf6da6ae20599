"""How long a work will take: from how long the works before it took in this session."""

from __future__ import annotations

_FIRST, _WAKING = 0.1, 3.0
"""Seconds of work for a second of speech and a take on two cores, and once, before anything is known: as
docs/performance.md has it."""
_MIN_FRACTION, _MIN_SECONDS = 0.05, 2.0
_pace = _FIRST
_awake = False


def learn(speech_seconds: float, takes: int, seconds: float) -> None:
    """A work has ended: `takes` takes of that speech took so many seconds."""
    global _pace, _awake
    if speech_seconds > 1.0 and takes > 0 and seconds > 0.0:
        own = seconds if _awake else seconds - _WAKING
        _awake = True
        if own > 0.0:  # a first work that was as quick as waking tells nothing of the rest
            _pace = 0.5 * _pace + 0.5 * own / (speech_seconds * takes)


def of(speech_seconds: float, takes: int) -> float:
    """Seconds that takes of a speech will need."""
    return (0.0 if _awake else _WAKING) + _pace * speech_seconds * takes


def duration(seconds: float) -> str:
    """A length of time as an artist says it."""
    if seconds < 90.0:
        return f"{max(round(seconds / 5.0) * 5, 5):.0f} s"
    if seconds < 5400.0:
        return f"{seconds / 60.0:.0f} min"
    return f"{seconds / 3600.0:.1f} h"


def left(fraction: float, elapsed: float) -> str:
    """What is left of a running work, as text; '' where it is too early to say."""
    if fraction < _MIN_FRACTION or elapsed < _MIN_SECONDS:
        return ""
    return f"about {duration(elapsed * (1.0 - min(fraction, 1.0)) / fraction)} left"
