"""The nods of a speaker: on accents, and apart."""

from __future__ import annotations

from bisect import insort
from typing import Final

import numpy as np

from .accents import Accents
from .chance import free_at, rng_at

NOD_APART: Final = 0.36
"""Seconds between nods: nearer ones would run into one another."""


def nods_on(accents: Accents, seed: int) -> list[tuple[float, float]]:
    """(time, size) of the nods in time order: the stronger accents first, and none while another nod lasts."""
    taken: list[float] = []
    out: list[tuple[float, float]] = []
    for k in np.argsort(-accents.strength, kind="stable"):
        time, strength = float(accents.times[k]), float(accents.strength[k])
        rng = rng_at(seed, time, 13)
        if rng.random() < 0.5 + strength and free_at(time, taken, NOD_APART):
            insort(taken, time)
            insort(out, (time - float(np.clip(rng.normal(0.05, 0.014), 0.0, 0.1)), 0.3 + 1.8 * strength))
    return out
