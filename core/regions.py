"""Regions an artist names (right arm, head ...) and the masks that regenerating or keeping them means."""

from __future__ import annotations

from typing import Final

import numpy as np

from . import arkit, skeleton
from .arrays import Array
from .errors import OratorError
from .mask import Mask

_I = skeleton.INDEX
_SIDES = ("left", "right")


def _hand(side: str) -> tuple[int, ...]:
    return tuple(j for j, name in enumerate(skeleton.JOINTS) if j >= 25 and name.startswith(side))


REGIONS: Final[dict[str, tuple[int, ...]]] = {
    "spine": (_I["spine1"], _I["spine2"], _I["spine3"]),
    "head": (_I["neck"], _I["head"]),
    **{f"{s}_arm": tuple(_I[f"{s}_{n}"] for n in ("collar", "shoulder", "elbow", "wrist")) for s in _SIDES},
    **{f"{s}_hand": _hand(s) for s in _SIDES},
    **{f"{s}_leg": tuple(_I[f"{s}_{n}"] for n in ("hip", "knee", "ankle", "foot")) for s in _SIDES},
    "pelvis": (_I["pelvis"],),
    **skeleton.PART_JOINTS,
}
"""Region name -> joints; the four parts are regions too. `root` is the translation, `face` also the face weights."""


def joints_of(regions: tuple[str, ...]) -> Array:
    """(55,) bool: the joints of the named regions (or joints by their own names).

    Raises OratorError for a name that is neither.
    """
    chosen = np.zeros(skeleton.JOINT_COUNT, bool)
    for name in regions:
        if name in REGIONS:
            chosen[list(REGIONS[name])] = True
        elif name in _I:
            chosen[_I[name]] = True
        elif name != "root":
            raise OratorError(f"'{name}' is no region and no joint. Choose of: {', '.join(REGIONS)}, root.")
    return chosen


def choice_regions(choice: str) -> tuple[str, ...]:
    """The region names that one choice in a list means: `all` is every part."""
    return skeleton.PARTS if choice == "all" else (choice,)


def regenerate_mask(frames: int, regions: tuple[str, ...], first: int, last: int) -> Mask:
    """The mask that generates `regions` from frame `first` (included) to `last` (excluded); all else is given.

    Raises OratorError when the range holds no frame of the performance or nothing is chosen.
    """
    first, last = max(0, first), min(frames, last)
    if first >= last:
        raise OratorError("The range to regenerate lies outside the take. Choose frames within the speech.")
    if not regions:
        raise OratorError("Nothing is chosen to regenerate. Choose at least one region.")
    joints = np.zeros((frames, skeleton.JOINT_COUNT), bool)
    joints[first:last] = joints_of(regions)
    root = np.zeros(frames, bool)
    root[first:last] = "root" in regions or "lower" in regions
    face = np.zeros((frames, arkit.COUNT), bool)
    face[first:last] = "face" in regions
    return Mask(joints, root, face)


def parts_of(regions: tuple[str, ...]) -> tuple[str, ...]:
    """The parts that must be generated so that the regions can be taken from them, in the order of PARTS."""
    joints = joints_of(tuple(r for r in regions if r != "face"))
    wanted = {part for part in ("upper", "hands", "lower") if joints[list(skeleton.PART_JOINTS[part])].any()}
    wanted |= {"face"} if "face" in regions else set()
    wanted |= {"lower"} if "root" in regions else set()
    return tuple(part for part in skeleton.PARTS if part in wanted)
