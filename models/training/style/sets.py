"""The behaviour sets of the gesture clips as studios: their motion, references drawn from it, and what is left."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from ....core.arkit import COUNT
from ....core.errors import OratorError
from ....core.performance import Performance, make_performance
from ..body.clips import LEFT_OUT, data_folder

SETS: Final = ("Gestures", "Gestures2", "FemaleGestures", "MaleGestures", "PNGestures")
"""Brad, Brad on another rig with other takes, Connor, Garza, motion capture. Rachel's set holds idles only."""


def clips_of(name: str) -> list[Performance]:
    """The clips of a set as performances; broken and seated ones are left out as everywhere."""
    folder = data_folder() / "gestures" / "smplx" / name
    found = [p for p in sorted(folder.glob("*.npz")) if not any(part in p.stem for part in LEFT_OUT)]
    if not found:
        raise OratorError(f"The gesture clips are not in '{folder}'. Say where they are with ORATOR_DATA.")
    return [_clip(path) for path in found]


def _clip(path: Path) -> Performance:
    data = np.load(path)
    return make_performance(data["quat"], data["trans"], np.zeros((len(data["quat"]), COUNT)), 30.0)


def drawn(clips: list[Performance], seconds: float, seed: int) -> tuple[list[Performance], list[Performance]]:
    """(reference, rest): whole clips in random order, the last one cut, until `seconds` are together."""
    order = np.random.default_rng(seed).permutation(len(clips))
    reference: list[Performance] = []
    left = seconds
    for k in order:
        if left < 0.2:
            break
        reference.append(clips[k].cut(0, max(round(left * 30.0), 1)))
        left -= reference[-1].seconds
    return reference, [clips[k] for k in order[len(reference) :]]
