"""Walking about while talking: a root path and the steps that carry it."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..performance import MODEL_FPS

STEP_SECONDS: Final = 0.5
STEP_LENGTH: Final = 0.28
LIFT: Final = 0.05
REACH: Final = 1.1
"""Metres from where the speech began that a walk keeps within."""


def _ease(x: Array) -> Array:
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)


def wander(travel: Array, seconds: float, seed: int) -> tuple[Array, Array]:
    """Offsets of the root (T, 3) and of both ankles (T, 2, 3), metres, for `travel` (T,) of 0..1.

    Every few seconds the speaker takes two to four steps to another spot near the start; between walks nothing moves.
    Each foot swings while the other stands; the root follows the mean of the feet.
    """
    frames = len(travel)
    times = np.arange(frames) / MODEL_FPS
    rng = np.random.default_rng((int(seed) & 0xFFFFFFFF, 7))
    feet = np.zeros((frames, 2, 3))
    root = np.zeros((frames, 3))
    at, here = 1.5 + rng.random(), np.zeros(2)
    while at < seconds - 2.5:
        amount = float(np.clip(travel[min(int(at * MODEL_FPS), frames - 1)], 0.0, 1.0))
        pause = float(rng.uniform(2.5, 6.0) / max(0.35 + amount, 0.1))
        if amount > 0.01:
            angle = rng.uniform(0.0, 2.0 * np.pi)
            goal = here + np.array([np.sin(angle), 0.6 * np.cos(angle)]) * rng.uniform(0.25, 0.8) * (0.3 + amount)
            length = float(np.linalg.norm(goal))
            goal = goal * min(1.0, REACH * amount / max(length, 1e-6))
            at = _walk(times, feet, root, at, here, goal)
            here = goal
        at += pause
    return root, feet


def _walk(times: Array, feet: Array, root: Array, at: float, here: Array, goal: Array) -> float:
    """Adds steps from `here` to `goal` in place; returns when they are over."""
    count = max(2, int(np.ceil(np.linalg.norm(goal - here) / STEP_LENGTH)) + 1)
    # The foot on the side of the goal leads, so that the feet do not cross.
    lead = 0 if goal[0] > here[0] else 1
    previous = np.array([here, here])
    begin = at
    for k in range(count):
        foot = (lead + k) % 2
        # Each foot's last step ends on the goal; others share the way evenly.
        share = min(1.0, (k + 1) / (count - 1)) if count > 1 else 1.0
        target = here + (goal - here) * share
        phase = (times - at) / STEP_SECONDS
        w = _ease(phase)[:, None]
        feet[:, foot][:, [0, 2]] += w * (target - previous[foot])
        feet[:, foot, 1] += np.where((phase > 0) & (phase < 1), LIFT * np.sin(np.pi * np.clip(phase, 0, 1)) ** 2, 0.0)
        previous[foot] = target
        at += STEP_SECONDS + 0.04
    w = _ease((times - begin) / (at - begin))[:, None]
    root[:, [0, 2]] += w * (goal - here)
    return at
