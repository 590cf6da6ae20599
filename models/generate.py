"""The one entry to generation: speech in, performance out. No bpy, no globals, deterministic for a seed."""

from __future__ import annotations

from collections.abc import Callable

from ..core.mask import Mask
from ..core.performance import Performance
from ..core.settings import EmotionTrack, Settings
from ..core.speech.speech import Speech

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]


def generate(
    speech: Speech,
    settings: Settings | None = None,
    mask: Mask | None = None,
    hints: Performance | None = None,
    emotion: EmotionTrack | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Performance:
    """A performance for the speech: ceil(seconds * 30) frames at 30 fps.

    `hints` holds the given values at 30 fps (same frame count); they count where `mask` is False.
    """
    raise RuntimeError("being built")
