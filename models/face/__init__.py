"""The face: lips that hit, emotion that is directed. `generate_face` loads the networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.arrays import Array
from ..interface.progress import Tick, no_tick

if TYPE_CHECKING:
    from ...core.emotion import EmotionTrack
    from ...core.settings import Settings
    from ..interface.condition import SpeechCondition

STAGES = ("lip_condition", "refine", "eyes")
"""What follows the diffusion or feeds it; leave some out for comparisons."""


def generate_face(
    condition: SpeechCondition,
    settings: Settings,
    emotion: EmotionTrack,
    seed: int,
    tick: Tick = no_tick,
    stages: tuple[str, ...] = STAGES,
    body_head: Array | None = None,
) -> tuple[Array, Array]:
    """Face (T, 52) float32 in [0, 1] and head (T, 3) float32 rotation vectors in radians, T = condition.frames.

    `body_head` (T, 3), rotation vectors, is how a body turns the head in place of the face's own nods: the eyes stay
    where they look. Deterministic for a seed. Honours the settings' lip_strength, head_activity and blink_rate with
    their curves. Works in windows: an hour needs no more memory than its result and a minute's work. `tick` is called
    at least every 0.15 s and may raise Cancelled. Raises OratorError when the weights are missing or damaged.
    """
    from .generate import generate

    return generate(condition, settings, emotion, seed, tick, stages, body_head)
