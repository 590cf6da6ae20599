"""The list of a character's pins: what a row keeps of a pose, and how a new pose takes its place among them."""

from __future__ import annotations

import base64
from itertools import count
from typing import TYPE_CHECKING, Final

import bpy
import numpy as np

from .. import arkit, skeleton
from ..arrays import Array
from ..directing.records import pinned_pose
from ..errors import OratorError
from ..face.driven import EXPRESSIONS
from . import lists
from .groups import PinGroup, Rows

if TYPE_CHECKING:
    from ..performance import Performance


_HELD: Final = ("hold", "softness", "strength", "falloff")
"""How a pin is kept."""


def flags_of(mask: Array) -> str:
    """A mask as a row keeps it."""
    return "".join("1" if on else "0" for on in mask)


def mask_of(flags: str, count: int) -> Array:
    """(count,) bool of what `flags_of` made."""
    out = np.zeros(count, bool)
    out[: len(flags)] = [c == "1" for c in flags[:count]]
    return out


def pins_of(character: bpy.types.Object) -> Rows[PinGroup]:
    """The character's list of pins. Works for local and overridden characters."""
    return lists.character_data(character, create=True).pins


def store(pin: PinGroup, rotations: Array, translation: Array, face: Array, expressions: Array | None) -> None:
    """Keep a pose in a pin: (55, 4), (3,), (52,) and (100,) or None."""
    parts = [rotations.ravel(), translation, face] + ([] if expressions is None else [expressions])
    values = np.concatenate(parts).astype("<f4")
    pin.pose = base64.b64encode(values.tobytes()).decode("ascii")


def pose_of(pin: PinGroup) -> tuple[Array, Array, Array, Array | None]:
    """A pin's rotations (55, 4), translation (3,), face (52,) and, on rigs with expression keys, expressions (100,).

    Raises OratorError when it is damaged.
    """
    return pinned_pose(pin.pose, pin.name, EXPRESSIONS)


def scene_frame(pin: PinGroup, origin: float) -> int:
    """Where the pin is now on the timeline: it follows the strip's start."""
    return pin.frame + round(origin - pin.origin)


def pins_at(character: bpy.types.Object, frame: float, origin: float) -> list[int]:
    """Numbers of the enabled poses that are pinned at a frame of the timeline; the speech starts at `origin`."""
    return [
        k
        for k, pin in enumerate(pins_of(character))
        if pin.kind == "POSE" and pin.enabled and scene_frame(pin, origin) == round(frame)
    ]


def place(
    character: bpy.types.Object, origin: float, frame: float, made: Performance, k: int, joints: Array, root: bool,
    channels: Array, expressions: Array | None = None,
) -> tuple[int, list[int]]:  # fmt: skip
    """A pin of frame `k` of a performance; expressions (T, 100) are its expressions, NaN where they are free.

    Returns its number, and those of pins that are left with nothing.
    """
    pins = pins_of(character)
    left, held = [], None
    for there in pins_at(character, frame, origin):
        before = pins[there].joints, pins[there].channels, pins[there].root
        if not _keeps_any(pins[there], joints, root, channels, expressions is not None):
            left.append(there)
        if held is None and before != (pins[there].joints, pins[there].channels, pins[there].root):
            held = {name: getattr(pins[there], name) for name in _HELD}
    if left:
        number, pin = left[0], pins[left[0]]
    else:
        names = {pin.name for pin in pins}
        plain = f"Pin {round(frame)}"
        number, pin = len(pins), pins.add()
        pin.name = plain if plain not in names else next(n for k in count(1) if (n := f"{plain}.{k:03d}") not in names)
        for name, value in (held or {}).items():
            setattr(pin, name, value)  # it was a part of one that is kept like this
    pin.frame, pin.origin = round(frame), origin
    store(pin, made.rotations[k], made.translation[k], made.face[k], None if expressions is None else expressions[k])
    pin.joints, pin.channels, pin.root = flags_of(joints), flags_of(channels), root
    return number, left[1:]


def _keeps_any(pin: PinGroup, joints: Array, root: bool, channels: Array, expressive: bool) -> bool:
    """Take what another pin covers out of a pin; whether it still holds anything."""
    try:
        rotations, translation, face, expressions = pose_of(pin)
    except OratorError:
        return False  # a damaged one holds nothing
    kept, shapes = mask_of(pin.joints, skeleton.JOINT_COUNT) & ~joints, mask_of(pin.channels, arkit.COUNT) & ~channels
    pin.joints, pin.channels, pin.root = flags_of(kept), flags_of(shapes), pin.root and not root
    if expressive and expressions is not None:
        expressions = None
        store(pin, rotations, translation, face, None)
    return bool(kept.any() or shapes.any() or pin.root or expressions is not None)


def listed(character: bpy.types.Object, placed: list[tuple[int, list[int]]]) -> list[PinGroup]:
    """The pins of these numbers, once those that hold nothing are gone from the list."""
    pins = pins_of(character)
    gone = sorted(number for _, left in placed for number in left)
    for number in reversed(gone):
        pins.remove(number)
    return [pins[number - sum(other < number for other in gone)] for number, _ in placed]
