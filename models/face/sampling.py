"""Drawing frames from EmoDiff: DDIM with a guidance scale each for speech and emotion, on arrays. No torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from ...core.arkit import COUNT
from ...core.arrays import Array
from ..runtime import Networks

CHANNELS: Final = COUNT + 3
PATCH: Final = 3
"""Frames a token."""
STEPS: Final = 1000
SAMPLING: Final[tuple[int, ...]] = (999, 940, 850, 680, 330)
"""Steps of the few-step sampler. Most are noisy ones: that is where a brow raise or a nod is decided."""
GUIDED: Final = (0, 2, 4)
"""Which of them ask for the neutral face too; what the emotion adds to it changes little from one step to the next."""
STRENGTH: Final = 1.36
"""How many times over what an emotion adds to the neutral face is shown."""


def kept_power(step: int) -> float:
    """Share of the signal's power left at a step (cosine schedule, Nichol and Dhariwal 2021)."""
    return float(np.clip(np.cos((step / STEPS + 0.008) / 1.008 * np.pi / 2), 0.02, 1.0) ** 2)


def window_noise(seed: int, window: int, frames: int, temperature: float) -> Array:
    """Noise (frames, 55) float32 of a window, its own for every seed: head and brows differ, the mouth starts alike."""
    random = np.random.default_rng((seed * 1_000_003 + window * 7919) & 0x7FFF_FFFF_FFFF_FFFF)
    return (random.standard_normal((frames, CHANNELS)) * temperature).astype(np.float32)


def sample(
    nets: Networks,
    speech: Array,
    lips: Array,
    emotion: Array,
    before: Array,
    noise: Array,
    use_lips: bool = True,
    tick: Callable[[], None] | None = None,
) -> Array:
    """Normalised frames (T, 55) by DDIM (eta 0), with guidance of the emotion alone (Ho and Salimans, 2022).

    Where there is an emotion, a row with the neutral face runs beside it in the steps GUIDED. `before` (T, 56) holds
    known frames and their mask.
    """
    rows = 2 if emotion[:, 1:].any() else 1
    speech, lips, before_rows = (np.repeat(x[None], rows, axis=0) for x in (speech, lips, before))
    feeling = np.stack([emotion, np.zeros_like(emotion)])[:rows]
    seen = np.array([[1, use_lips, 1]] * rows, np.float32)
    tokens = nets.run(
        "face_diffusion.condition", speech=speech, lips=lips, emotion=feeling, before=before_rows, keep=seen
    )["condition"]
    known = before[:, -1:] > 0.5
    x, added = noise, np.zeros_like(noise)
    for k, step in enumerate(SAMPLING):
        beside = rows if k in GUIDED else 1
        noisy, when = np.repeat(x[None], beside, axis=0), np.full(beside, step, np.int64)
        made = nets.run("face_diffusion.step", noisy=noisy, step=when, condition=tokens[:beside])["clean"]
        if beside > 1:
            added = (STRENGTH - 1.0) * (made[0] - made[1])
        clean = np.where(known, before[:, :-1], made[0] + added).astype(np.float32)
        if tick is not None:
            tick()
        if k + 1 == len(SAMPLING):
            break
        a, b = kept_power(step), kept_power(SAMPLING[k + 1])
        left = (x - np.sqrt(a) * clean) / np.sqrt(max(1.0 - a, 1e-4))
        x = (np.sqrt(b) * clean + np.sqrt(1.0 - b) * left).astype(np.float32)
    return clean
