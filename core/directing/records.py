"""What a .blend keeps of takes as text, read as a file from outside is: anybody may have written it.

Raises OratorError with a sentence where something is damaged; nothing of it is used then.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from .. import arkit, skeleton
from ..arrays import Array
from ..errors import OratorError
from ..provenance import upgraded
from ..reading import parse_json
from .kept import KeptMotion, kept_from_json
from .pins import LookPin, PosePin
from .pins_json import look_pin_from_json, pose_pin_from_json

LONGEST: Final = 64 << 20
"""Letters of the longest record: hours of given motion."""
_MOST: Final = 100_000
"""The most pins, ranges or pieces of one take."""
_FAR: Final = 1e7
"""Seconds, metres and the like beyond which a number is damage."""
_LONGEST_PATH: Final = 1024


def number(value: object) -> bool:
    """Whether a stored value is a number that a time, a place or a weight can be."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -_FAR <= value <= _FAR


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 64


def _span(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(number, value))


def _words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _regenerated(value: object) -> bool:
    return isinstance(value, dict) and _span(value.get("frames")) and _words(value.get("regions"))


def _piece(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("source"), str):
        return False
    ends = (value.get("start"), value.get("end"))
    return _words(value.get("regions", [])) and all(end is None or number(end) for end in ends)


def _many(each: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and len(value) <= _MOST and all(map(each, value))


def _object(value: object) -> bool:
    return isinstance(value, dict)


_ENTRIES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "start": number, "rate": lambda value: number(value) and value >= 0.0, "seed": _whole, "layer_seed": _whole,
    "made_from_seed": lambda value: value is None or _whole(value), "made_from": lambda value: isinstance(value, str),
    "models": _object, "settings": _object, "speech": _object, "again": lambda value: not value or _regenerated(value),
    "comp": _many(_piece), "pins": _many(_object), "looks": _many(_object), "given": _many(_object),
    "pauses": _many(_span),
}  # fmt: skip
"""What we read of a record ourselves, and whether a value is what it can be; other entries are only handed on."""


def take_record(text: object, name: str) -> dict[str, object]:
    """The record of a take in today's form. Raises OratorError."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise _damaged(name, "it is no text" if not isinstance(text, str) else "it is far too long")
    data = parse_json(text, f"The record of '{name}'")
    if not isinstance(data, dict):
        raise _damaged(name, "it is no list of entries")
    data = upgraded(data)
    for key in unfit(data):
        raise _damaged(name, f"'{key}' is no value for it")
    return data


def unfit(record: Mapping[str, object]) -> list[str]:
    """The entries of a record that are not what they can be."""
    return [key for key, fits in _ENTRIES.items() if key in record and not fits(record[key])]


def _damaged(name: str, why: str) -> OratorError:
    return OratorError(f"The record of '{name}' is damaged in this file ({why}). Generate the take again.")


def pins_of(record: Mapping[str, Any]) -> tuple[PosePin, ...]:
    """The pose pins of a record. Raises OratorError for damaged ones."""
    return tuple(_pin(data, k) for k, data in enumerate(record.get("pins", ())))


def looks_of(record: Mapping[str, Any]) -> tuple[LookPin, ...]:
    """The look-at ranges of a record. Raises OratorError for damaged ones."""
    return tuple(_look(data, k) for k, data in enumerate(record.get("looks", ())))


def motions_of(record: Mapping[str, Any]) -> tuple[KeptMotion, ...]:
    """The given motions of a record. Raises OratorError for damaged ones."""
    return tuple(kept_from_json(data) for data in record.get("given", ()))


def _refused(what: str, k: int) -> OratorError:
    return OratorError(f"{what} {k + 1} that this take was made with is damaged. Generate the take again.")


def _pin(data: Any, k: int) -> PosePin:
    try:
        pin = pose_pin_from_json(data)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise _refused("The pin", k) from None
    shapes = ((skeleton.JOINT_COUNT, 4), (skeleton.JOINT_COUNT,), (3,), (arkit.COUNT,), (arkit.COUNT,))
    arrays = (pin.rotations, pin.joints, pin.translation, pin.face, pin.channels)
    right = all(array.shape == shape and fine(array) for array, shape in zip(arrays, shapes, strict=True))
    right = right and bool((np.linalg.norm(pin.rotations, axis=-1) > 1e-6).all()) and isinstance(pin.name, str)
    right = right and all(map(number, (pin.seconds, pin.hold, pin.strength, pin.falloff))) and pin.hold >= 0.0
    spoken = pin.expressions
    right = right and (spoken is None or (spoken.ndim == 1 and fine(np.nan_to_num(spoken, nan=0.0))))
    if not right or not isinstance(pin.root, bool):
        raise _refused("The pin", k)
    return pin


def _look(data: Any, k: int) -> LookPin:
    try:
        look = look_pin_from_json(data)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise _refused("The look-at range", k) from None
    shape = look.target.shape
    right = shape == (3,) or (len(shape) == 2 and shape[1] == 3 and shape[0] > 0)
    right = right and fine(look.target) and isinstance(look.name, str)
    if not right or not all(map(number, (look.start, look.end, look.strength, look.ease))):
        raise _refused("The look-at range", k)
    return look


def fine(values: Array) -> bool:
    """Whether all numbers of an array are finite and none is absurd."""
    return bool(np.isfinite(values).all() and (np.abs(values) <= _FAR).all())


def slider_values(text: object, name: str) -> dict[str, object]:
    """What the sliders of a take stood at when its curves were written. Raises OratorError."""
    if not text:
        return {}
    data = parse_json(text if isinstance(text, str) else "", f"What '{name}' was last written with")
    if not isinstance(data, dict) or not all(number(v) or isinstance(v, (bool, str)) for v in data.values()):
        raise OratorError(f"What '{name}' was last written with is damaged in this file. Press Bake Again.")
    return data


def kept_pose(text: object, name: str) -> dict[str, object]:
    """Data path -> value of a pose that was kept aside. Raises OratorError."""
    if not text:
        return {}
    data = parse_json(text if isinstance(text, str) else "", f"The pose that '{name}' had before its takes")
    entries = data.items() if isinstance(data, dict) and len(data) <= _MOST else [("", None)]
    for path, value in entries:
        numbers = value if isinstance(value, list) else [value]
        right = len(path) <= _LONGEST_PATH and len(numbers) <= 64
        if not right or not all(isinstance(n, (bool, str)) or number(n) for n in numbers):
            raise OratorError(f"The pose that '{name}' had before its takes is damaged in this file and left out.")
    return dict(data)


def pinned_pose(text: Any, name: str, most: int) -> tuple[Array, Array, Array, Array | None]:
    """A pin's rotations (55, 4), translation (3,), face (52,) and `most` expressions or None. Raises OratorError."""
    sizes = (4 * skeleton.JOINT_COUNT, 3, arkit.COUNT)
    try:
        data = base64.b64decode(text, validate=True)
        if len(data) > 4 * (sum(sizes) + most):
            raise ValueError
        with np.errstate(invalid="ignore"):
            values = np.frombuffer(data, "<f4").astype(np.float64)
        rotations, translation, face, spoken = np.split(values, np.cumsum(sizes))
        rotations = rotations.reshape(-1, 4)
        if len(face) != arkit.COUNT or len(spoken) not in (0, most) or not fine(values[: sum(sizes)]):
            raise ValueError
        if (np.linalg.norm(rotations, axis=-1) < 1e-6).any() or np.isinf(spoken).any():
            raise ValueError
    except (TypeError, ValueError):
        raise OratorError(f"The pose of the pin '{name}' is damaged. Delete it and pin the pose again.") from None
    return rotations, translation, face, spoken if len(spoken) else None


def stored_number(value: Any) -> float | None:
    """A number that a data-block keeps, None where it is none that a time or a rate can be."""
    return float(value) if number(value) and math.isfinite(value) else None
