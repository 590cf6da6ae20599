"""The numbers that drive a talking anime head, as custom properties of a rig: 6, or its successors' 42 and 45.

The sets are those of Khungurn's "Talking Head Anime from a Single Image" 1 to 3. Which face weights and turns they are
made of is in core/rig/numbers/anime_head.json. An eye at 1 is closed, a mouth at 1 open; turns are right-handed about
the body's left, up and forward axes, 1 being 15 degrees, and never go beyond.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..arkit import INDEX as FACE
from ..errors import OratorError
from ..performance import Performance
from ..rotations import conjugate, multiply, to_rotvec, world_rotations
from ..skeleton import INDEX
from .converters import converters

_FILE: Final = Path(__file__).parent / "numbers" / "anime_head.json"
_WINDOW: Final = 4096


@lru_cache(maxsize=1)
def anime_sets() -> dict[str, Any]:
    """The file's contents. Raises OratorError when it is broken."""
    try:
        data = json.loads(_FILE.read_text(encoding="utf-8"))
        for entry in data["sets"].values():
            for look in entry["weights"].values():
                if unknown := set(look) - set(FACE):
                    raise ValueError(f"unknown face weights {sorted(unknown)}")
            for joint, against, axis in entry["turns"].values():
                if joint not in INDEX or against not in INDEX or axis not in (0, 1, 2):
                    raise ValueError(f"unknown turn {joint}, {against}, {axis}")
        return {**data, "turn_degrees": float(data["turn_degrees"]), "breath_seconds": float(data["breath_seconds"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OratorError(f"{_FILE.name} is broken ({error}): install the extension again.") from error


def anime_numbers(performance: Performance, name: str, times: np.ndarray) -> dict[str, np.ndarray]:
    """The numbers of a set ('6', '42', '45'), name -> (T,) float32, at `times` (T,) seconds. Empty for no set."""
    entry = anime_sets()["sets"].get(name)
    if entry is None:
        return {}
    face = np.asarray(performance.face, np.float64)
    out: dict[str, np.ndarray] = {}
    if "converter" in entry:
        converter = next(c for c in converters() if c.name == entry["converter"])
        out |= converter.apply(performance.face)
    for key, look in entry["weights"].items():
        value = sum(weight * face[:, FACE[shape]] for shape, weight in look.items())
        low = -1.0 if "rotation" in key else 0.0
        out[key] = np.clip(value, low, 1.0)
    out |= _turns(performance, entry["turns"], np.radians(anime_sets()["turn_degrees"]))
    if "breath" in entry:
        out[entry["breath"]] = 0.5 - 0.5 * np.cos(2.0 * np.pi * times / anime_sets()["breath_seconds"])
    return {key: np.asarray(value, np.float32) for key, value in out.items()}


def _turns(performance: Performance, turns: dict[str, Any], limit: float) -> dict[str, np.ndarray]:
    """Turns of one joint against another about an axis, in units of the limit."""
    out = {key: np.empty(performance.frames) for key in turns}
    for first in range(0, performance.frames, _WINDOW):
        part = slice(first, min(first + _WINDOW, performance.frames))
        world = world_rotations(performance.rotations[part].astype(np.float64))
        for key, (joint, against, axis) in turns.items():
            turned = multiply(conjugate(world[:, INDEX[against]]), world[:, INDEX[joint]])
            out[key][part] = np.clip(to_rotvec(turned)[:, axis] / limit, -1.0, 1.0)
    return out
