"""Iterative masked decoding of the body's tokens, window after window, and their latents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...core.arrays import Array
from ..runtime import Networks

WINDOW: Final = 64
"""Tokens a window, 8.5 s."""
OVERLAP: Final = 16
"""Tokens of the window before that are given to the next one."""
STEPS: Final = 7
TOP_P: Final = 0.95
CHANCE: Final = 60.0
"""How far chance, against sureness, decides which tokens are settled first. Standing still is always the surest:
settling it first makes bodies that hardly move (measured: wrists 0.20 against 0.33 m/s, coupling z 11 against 22)."""


@dataclass(frozen=True)
class Given:
    """Hints over frames: rot6d (T, 55, 6), joints (T, 55), root (T, 3), root_given (T,); tokens (N, 3), -1: free.

    latents (N, C) a part with known tokens: what the encoder makes of the given values.
    """

    rot6d: Array
    joints: Array
    root: Array
    root_given: Array
    tokens: Array
    latents: dict[str, Array]


def nearest(codes: Array, latents: Array) -> Array:
    """Indices (...,) of the nearest codes (K, C) for latents (..., C)."""
    flat = latents.reshape(-1, latents.shape[-1])
    distance = np.square(codes).sum(axis=1) - 2.0 * flat @ codes.T
    return distance.argmin(axis=1).reshape(latents.shape[:-1])


def sample(logits: Array, temperature: float, random: np.random.Generator) -> tuple[Array, Array]:
    """Codes (K,) drawn from the top-p part of logits (K, C), and their log probabilities."""
    # The top 64 hold nearly all the mass, and sorting 64 is cheap.
    scores = logits / np.float32(max(temperature, 1e-3))
    order = np.argpartition(scores, -64, axis=1)[:, -64:] if scores.shape[1] > 64 else np.arange(scores.shape[1])[None]
    order = np.take_along_axis(order, np.argsort(-np.take_along_axis(scores, order, 1), axis=1, kind="stable"), 1)
    values = np.take_along_axis(scores, order, 1).astype(np.float64)
    probability = np.exp(values - values[:, :1])
    probability /= probability.sum(axis=1, keepdims=True)
    before = probability.cumsum(axis=1) - probability
    # One uniform number a position, inverted through the cumulative sum: reproducible.
    total = np.where(before < TOP_P, probability, 0.0).cumsum(axis=1)
    draw = random.random(len(total))[:, None] * total[:, -1:]
    rank = np.minimum((total < draw).sum(axis=1, keepdims=True), total.shape[1] - 1)
    chance = np.take_along_axis(probability, rank, 1)[:, 0]
    return np.take_along_axis(order, rank, 1)[:, 0], np.log(np.maximum(chance, 1e-9))


def _piece(array: Array, first: int, last: int) -> Array:
    return np.ascontiguousarray(array[first:last], dtype=np.float32)[None]


Context = tuple[Array, Array]
"""What does not change while a window is decoded: (added to every position, the speech to attend to), (1, N, D)."""


@dataclass(frozen=True)
class Window:
    """A window that is being decoded; `done` is the share of the speech before it, `count` the tokens of the speech."""

    nets: Networks
    contexts: tuple[Context, ...]
    guidance: float
    temperature: float
    blank: int
    done: float
    count: int

    def logits(self, known: Array) -> Array:
        """(N, 3, codes) for tokens (N, 3); what words change is taken further: gestures land on their words."""
        base, speech = (np.concatenate(arrays) for arrays in zip(*self.contexts, strict=True))
        rows = np.repeat(known[None], len(base), axis=0)
        made = self.nets.run("body_gesture.step", tokens=rows, base=base, speech=speech)["logits"]
        return made[0] if len(made) == 1 else made[1] + np.float32(self.guidance) * (made[0] - made[1])

    def fill(self, known: Array, random: np.random.Generator, tick: Callable[[float], None]) -> Array:
        """Tokens (N, 3) with every blank drawn, the surest first, in a few whole-window steps."""
        known = known.copy()
        flat = known.reshape(-1)
        total = int((flat == self.blank).sum())
        for step in range(STEPS):
            tick(self.done + len(known) / max(self.count, 1) * step / STEPS)
            if total == 0:
                break
            wanted = np.flatnonzero(flat == self.blank)
            drawn, sure = sample(self.logits(known).reshape(len(flat), -1)[wanted], self.temperature, random)
            noise = -np.log(-np.log(np.clip(random.random(len(sure)), 1e-6, 1 - 1e-6)))
            sure = sure + CHANCE * self.temperature * (1.0 - (step + 1) / STEPS) * noise
            keep = total - int(total * np.cos(0.5 * np.pi * (step + 1) / STEPS)) - (total - len(wanted))
            keep = len(wanted) if step == STEPS - 1 else min(keep, len(wanted))
            if keep > 0:
                best = np.argsort(-sure, kind="stable")[:keep]
                flat[wanted[best]] = drawn[best]
        return known
