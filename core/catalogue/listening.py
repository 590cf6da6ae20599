"""The controls of how a character listens, in a conversation."""

from __future__ import annotations

from typing import Final

from .controls import Control

LISTENING: Final[tuple[Control, ...]] = (
    Control("attention", "Attention", "Share of the time that a listener looks at the partner", 0.84, 0.0, 1.0),
    Control("nod_rate", "Nods", "Nods a minute while listening", 9.0, 0.0, 30.0),
    Control("warmth", "Warmth", "Smiles and brows that answer the partner", 0.5, 0.0, 1.0),
    Control("agreement", "Agreement", "1 nods, 0 does neither, -1 shakes the head and frowns", 1.0, -1.0, 1.0),
    Control("restlessness", "Restlessness", "Weight shifts while listening", 1.0, 0.0, 2.0),
)
