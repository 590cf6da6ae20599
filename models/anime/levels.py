"""Numbers rounded to levels, so that few drawings tell all of a speech."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...core.anime.drawn import NumberTrack, group_of
from ...core.arrays import Array
from ...core.errors import OratorError

LEVELS: Final = {"mouth": 3, "eyes": 2, "brows": 1, "irises": 1, "turn": 2, "tilt": 2, "breath": 1}
"""Steps between 0 and 1 of each group; turns, tilts and irises have as many on the other side."""
_STAY: Final = 0.9
"""How far, in steps, a turn, an iris or a brow goes from its level before it takes another: no flicker between two."""
_SELDOM: Final = 1.0 / 6.0
"""Seconds in all for which no mouth is drawn for its own sake, where one a step wider or narrower is drawn anyway."""


def parse_levels(text: str) -> dict[str, int]:
    """Levels out of 'mouth=3,turn=4'; groups that are not named keep theirs. Raises OratorError."""
    out = dict(LEVELS)
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, number = part.partition("=")
        if name not in LEVELS or not number.isdigit() or not 1 <= int(number) <= 64:
            raise OratorError(
                f"Levels are given like mouth=3,turn=2, of {', '.join(LEVELS)}, from 1 to 64; not {part!r}."
            )
        out[name] = int(number)
    return out


def quantise(track: NumberTrack, levels: dict[str, int]) -> Array:
    """Steps (N, K) as whole numbers; value = step / levels of its group."""
    steps = np.array([levels[group_of(name)] for name in track.names])
    wanted = track.values.astype(np.float64) * steps
    out = np.rint(wanted).astype(np.int64)
    for k, name in enumerate(track.names):
        if group_of(name) not in ("mouth", "eyes"):
            now = out[0, k]
            for t in range(len(out)):
                if abs(wanted[t, k] - now) > _STAY:
                    now = round(wanted[t, k])
                out[t, k] = now
    return out


def spared(steps: Array, names: tuple[str, ...], most: float) -> Array:
    """Steps (N, K) in which no open mouth is drawn for `most` frames or fewer where its like is drawn anyway.

    Its like has the same turns, eyes and brows, and one number of the mouth one step away, shut by no number that was
    open: lips that meet and lips that part stay as they are.
    """
    mouth = np.array([group_of(name) == "mouth" for name in names])
    kinds, which, count = np.unique(steps, axis=0, return_inverse=True, return_counts=True)
    which, count, to = which.reshape(-1), count.copy(), np.arange(len(kinds))
    there = np.ones(len(kinds), bool)
    for k in np.argsort(count, kind="stable"):
        if count[k] > most or not kinds[k, mouth].any():
            continue
        apart = np.abs(kinds - kinds[k])
        alike = there & (apart[:, ~mouth].sum(axis=1) == 0) & (apart[:, mouth].sum(axis=1) == 1)
        alike &= ((kinds > 0) == (kinds[k] > 0)).all(axis=1)
        if alike.any():
            other = int(np.flatnonzero(alike)[count[alike].argmax()])
            there[k], to[k] = False, other
            count[other] += count[k]
    while (to[to] != to).any():
        to = to[to]
    return np.asarray(kinds[to[which]])


def poses_of(track: NumberTrack, levels: dict[str, int]) -> Array:
    """Poses (N, K) float32 on their levels, one a frame: what is drawn."""
    steps = np.array([levels[group_of(name)] for name in track.names])
    return (spared(quantise(track, levels), track.names, track.fps * _SELDOM) / steps).astype(np.float32)
