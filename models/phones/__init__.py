"""What is being said: phone posteriors from speech features, and transcripts aligned with them. No torch on import."""

from __future__ import annotations

from .transcript import align, sharpen
from .classify import posteriors

__all__ = ["align", "posteriors", "sharpen"]
