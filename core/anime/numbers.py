"""The numbers that drive a talking anime head, as custom properties of a rig: 6, or its successors' 42 and 45.

The sets are those of Khungurn's "Talking Head Anime from a Single Image" 1 to 3, in their order. What face weights they
are made of is in core/anime/face.py; which turns, and how many degrees are 1, in core/anime/anime_head.json. An
eye at 1 is closed, a mouth at 1 open; turns are right-handed about the body's left, up and forward axes and never go
beyond 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..arrays import Array
from ..errors import OratorError
from ..performance import Performance
from ..rotations import conjugate, multiply, to_rotvec, world_rotations
from ..skeleton import INDEX
from .face import face_numbers, six_numbers
from .names import NUMBERS, TURN_SHAPES

_FILE: Final = Path(__file__).parent / "anime_head.json"
_WINDOW: Final = 4096


@lru_cache(maxsize=1)
def anime_sets() -> dict[str, Any]:
    """The file's contents. Raises OratorError when it is broken."""
    try:
        data = json.loads(_FILE.read_text(encoding="utf-8"))
        for entry in data["sets"].values():
            for joint, against, axis, degrees in entry["turns"].values():
                if joint not in INDEX or against not in INDEX or axis not in (0, 1, 2) or not degrees > 0:
                    raise ValueError(f"unknown turn {joint}, {against}, {axis}, {degrees}")
        return {**data, "breath_seconds": float(data["breath_seconds"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OratorError(f"{_FILE.name} is broken ({error}): install the extension again.") from error


def anime_numbers(performance: Performance, name: str, times: Array, brow: str = "angry") -> dict[str, Array]:
    """The numbers of a set ('6', '42', '45'), name -> (T,) float32, at `times` (T,) seconds. Empty for no set."""
    entry = anime_sets()["sets"].get(name)
    if entry is None:
        return {}
    found = six_numbers(performance.face) if name == "6" else face_numbers(performance.face, brow)
    found |= _turns(performance, entry["turns"])
    if "breath" in entry:
        found[entry["breath"]] = 0.5 - 0.5 * np.cos(2.0 * np.pi * times / anime_sets()["breath_seconds"])
    return {key: np.asarray(found[key], np.float32) for key in NUMBERS[name]}


def turn_shapes(performance: Performance, names: Iterable[str]) -> dict[str, Array]:
    """Values (T,) in [0, 1] of those of `names` that are TURN_SHAPES."""
    wanted = [name for name in names if name in TURN_SHAPES]
    if not wanted:
        return {}
    turns = _turns(performance, anime_sets()["sets"]["6"]["turns"])
    out = {}
    for name in wanted:
        number, sign = TURN_SHAPES[name]
        out[name] = np.clip(sign * turns[number], 0.0, 1.0).astype(np.float32)
    return out


def _turns(performance: Performance, turns: dict[str, Any]) -> dict[str, Array]:
    """Turns of one joint against another about an axis, in units of their limit."""
    out = {key: np.empty(performance.frames) for key in turns}
    for first in range(0, performance.frames, _WINDOW):
        part = slice(first, min(first + _WINDOW, performance.frames))
        world = world_rotations(performance.rotations[part].astype(np.float64))
        for key, (joint, against, axis, degrees) in turns.items():
            turned = multiply(conjugate(world[:, INDEX[against]]), world[:, INDEX[joint]])
            out[key][part] = np.clip(to_rotvec(turned)[:, axis] / np.radians(degrees), -1.0, 1.0)
    return out
