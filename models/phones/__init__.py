"""What is being said: phone posteriors from speech features, and transcripts aligned with them. No torch on import."""

from __future__ import annotations

from .classify import posteriors
from .placed import place
from .transcript import align, sharpen, unheard_words

__all__ = ["align", "place", "posteriors", "sharpen", "unheard_words"]
