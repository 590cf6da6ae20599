"""Curves through time made of steps: each moves by minimum jerk, and steps may overlap, as people's movements do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..performance import MODEL_FPS

FPS: Final = MODEL_FPS


class Key(NamedTuple):
    """From `begin` seconds on the track moves for `length` seconds to `value` (C,), bowed by `bow` (C,) half way."""

    begin: float
    length: float
    value: Array
    bow: Array | None = None


def minimum_jerk(x: Array) -> Array:
    """0 to 1 over x in [0, 1], clamped (Flash and Hogan, 1985)."""
    x = np.minimum(np.maximum(x, 0.0), 1.0)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)


def keyed(frames: int, start: Array, keys: Iterable[Key]) -> Array:
    """(frames, C) from `start` through the keys, which are in order of their beginning.

    A key that begins before the last is over adds to it, so hands pass on in one curve; the cost does not grow with the
    length beyond a key's own frames.
    """
    value = np.asarray(start, np.float64)
    change, extra = np.zeros((frames + 1, len(value))), np.zeros((frames, len(value)))
    for key in keys:
        target = np.asarray(key.value, np.float64)
        first, last = int(np.floor(key.begin * FPS)), int(np.ceil((key.begin + key.length) * FPS)) + 1
        at = np.arange(first, last + 1)
        phase = np.clip((at / FPS - key.begin) / max(key.length, 1e-3), 0.0, 1.0)
        steps = np.diff(minimum_jerk(phase), prepend=0.0)
        # What lies before the first frame has happened by then; what lies behind the last never does.
        place = np.clip(at, 0, frames)
        np.add.at(change, place, steps[:, None] * (target - value))
        if key.bow is not None:
            inside = (at >= 0) & (at < frames)
            extra[at[inside]] += (64.0 * (phase * (1.0 - phase)) ** 3)[inside, None] * key.bow
        value = target
    return np.asarray(start, np.float64) + np.cumsum(change[:frames], axis=0) + extra


def pulses(frames: int, times: Iterable[float], sizes: Iterable[float], rise: float, fall: float) -> Array:
    """(frames,) bumps that are highest at `times`, up in `rise` and down in `fall` seconds."""
    out = np.zeros(frames)
    begins, heights = np.array(list(times), np.float64), np.array(list(sizes), np.float64)
    if len(begins) == 0:
        return out
    first = ((begins - rise) * FPS).astype(int)
    last = np.minimum(((begins + fall) * FPS).astype(int) + 2, frames)
    place = first[:, None] + np.arange(int((rise + fall) * FPS) + 4)
    at, time = place / FPS, begins[:, None]
    bumps = heights[:, None] * (minimum_jerk((at - time + rise) / rise) - minimum_jerk((at - time) / fall))
    # What is over before the first frame adds nothing.
    inside = (place >= 0) & (place < last[:, None])
    np.add.at(out, place[inside], bumps[inside])
    return out


def drift(frames: int, seconds: float, size: float, rng: np.random.Generator, columns: int = 1) -> Array:
    """Slow noise (frames, columns) of standard deviation `size` that forgets itself in `seconds`."""
    sigma = seconds * FPS
    pad = int(4 * sigma) + 1
    noise = gaussian_filter1d(rng.standard_normal((frames + 2 * pad, columns)), sigma, axis=0)[pad : pad + frames]
    return noise * (size * np.sqrt(2.0 * np.sqrt(np.pi) * sigma))


def curve_at(curve: Callable[[float], float], frames: int) -> Array:
    """A function of seconds at every frame; asked ten times a second."""
    coarse = np.arange(0, frames + 3, 3)
    return np.interp(np.arange(frames), coarse, [curve(k / FPS) for k in coarse])
