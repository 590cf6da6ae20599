"""The numbers that drive a talking anime head, as custom properties of a rig: 6, or its successors' 42 and 45.

The sets are those of Khungurn's "Talking Head Anime from a Single Image" 1 to 3, in their order. What face weights they
are made of is in core/face/anime.py; which turns, and how many degrees are 1, in core/rig/numbers/anime_head.json. An
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
from ..face.anime import face_numbers, six_numbers
from ..performance import Performance
from ..rotations import conjugate, multiply, to_rotvec, world_rotations
from ..skeleton import INDEX

_FILE: Final = Path(__file__).parent / "numbers" / "anime_head.json"
_WINDOW: Final = 4096


def _pairs(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{side}" for name in names for side in ("left", "right"))


BROW_NUMBERS: Final = _pairs(
    *(f"eyebrow_{name}" for name in ("troubled", "angry", "lowered", "raised", "happy", "serious"))
)
FACE_NUMBERS: Final = (
    *BROW_NUMBERS,
    *_pairs(
        *(f"eye_{n}" for n in ("wink", "happy_wink", "surprised", "relaxed", "unimpressed", "raised_lower_eyelid")),
        "iris_small",
    ),
    *(f"mouth_{name}" for name in ("aaa", "iii", "uuu", "eee", "ooo", "delta")),
    *_pairs("mouth_lowered_corner", "mouth_raised_corner"),
    "mouth_smirk",
    "iris_rotation_x",
    "iris_rotation_y",
)
HEAD_NUMBERS: Final = ("head_x", "head_y", "neck_z")
BODY_NUMBERS: Final = ("body_y", "body_z", "breathing")
NUMBERS: Final[dict[str, tuple[str, ...]]] = {
    "6": (*HEAD_NUMBERS, "left_eye", "right_eye", "mouth"),
    "42": FACE_NUMBERS + HEAD_NUMBERS,
    "45": FACE_NUMBERS + HEAD_NUMBERS + BODY_NUMBERS,
}
"""Each set in the published order."""


TURN_SHAPES: Final = {
    "headNodDown": ("head_x", 1.0),
    "headNodUp": ("head_x", -1.0),
    "headTurnLeft": ("head_y", 1.0),
    "headTurnRight": ("head_y", -1.0),
    "headTiltRight": ("neck_z", 1.0),
    "headTiltLeft": ("neck_z", -1.0),
}
"""Shape keys that show the head's turns on a mesh without bones: which number, and which way of it. 1 is 15 degrees."""


def lowest(number: str) -> float:
    """The least value of a number: turns go both ways, all else is from 0."""
    return -1.0 if number in HEAD_NUMBERS + BODY_NUMBERS[:2] or "rotation" in number else 0.0


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
