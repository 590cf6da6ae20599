"""Eyelid bones, where no shape blinks: bones about the eye's middle turn, bones on the skin move to the other lid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arkit import INDEX as FACE
from ..arrays import Array
from ..rotations import conjugate, from_rotvec, multiply, rotate
from .body import BodyRetarget
from .description import RigDescription
from .families import plain
from .profile import RigProfile
from .words import word_of

_UPPER, _LOWER = np.radians(34.0), np.radians(7.0)
"""How far lids turn for a blink where the bones do not show how far the eye is open."""
_UPPER_SHARE: Final = 0.85
_LID: Final = re.compile(r"eyelid|eye[ _.]?blink|(?:^|[^a-z])lid|まぶた|瞼")
_UP: Final = re.compile(r"upper|top|up(?![a-z]{3})|上")
_DOWN: Final = re.compile(r"lower|bottom|bot|low|down|dn|下")
_SIDE: Final = {
    "left": re.compile(r"(?i:left)|左|(?:^|[^a-zA-Z])[lL](?:[^a-zA-Z]|$)|^l(?=[A-Z])"),
    "right": re.compile(r"(?i:right)|右|(?:^|[^a-zA-Z])[rR](?:[^a-zA-Z]|$)|^r(?=[A-Z])"),
}


@dataclass(frozen=True)
class Lid:
    """One eyelid bone: its side, whether it is the upper one, how far a blink turns it (radians, downwards about the
    face's left) and how far it moves it, (3,) armature space."""

    bone: str
    side: str
    upper: bool
    turn: float
    shift: Array


def lids_by_name(description: RigDescription, head: str | None) -> dict[str, str]:
    """Eyelid bones below the head by what they are called: bone -> 'left_upper' ...; the first of each kind."""
    out: dict[str, str] = {}
    if head is None:
        return out
    for bone in description.bones:
        lower = bone.name.lower()
        if not _LID.search(lower) or re.search(r"crease|twk|end", lower):
            continue
        if head not in description.ancestors(bone.name):
            continue
        side = next((s for s, pattern in _SIDE.items() if pattern.search(bone.name)), None) or word_of(bone.name).side
        kind = "upper" if _UP.search(lower) else "lower" if _DOWN.search(lower) else None
        if kind is None and plain(bone.name).startswith(("lidt", "lidb")):
            kind = "upper" if plain(bone.name).startswith("lidt") else "lower"
        if side and kind and f"{side}_{kind}" not in out.values():
            out[bone.name] = f"{side}_{kind}"
    return out


def plan_lids(body: BodyRetarget, profile: RigProfile, shown: set[str]) -> tuple[Lid, ...]:
    """The lids that act: none where shapes blink, and none that a constraint or driver moves already."""
    by_name = body.description.by_name
    out = []
    for side, weight in (("left", "eyeBlinkLeft"), ("right", "eyeBlinkRight")):
        lids = {kind: bone for bone, kind in profile.lids.items() if kind.startswith(side) and bone in by_name}
        if weight in shown or not lids:
            continue
        upper, lower = lids.get(f"{side}_upper"), lids.get(f"{side}_lower")
        eye = body.present.get(f"{side}_eye_smplhf")
        turns = _hinged(body, upper or lower or "", eye, side in body.aims)
        opened = _opening(body, upper, lower) if turns else None
        for bone, is_upper in ((upper, True), (lower, False)):
            if bone is None or by_name[bone].constrained or by_name[bone].driven:
                continue
            turn, shift = 0.0, np.zeros(3)
            if turns:
                share = _UPPER_SHARE if is_upper else _UPPER_SHARE - 1.0
                turn = share * opened if opened else (_UPPER if is_upper else -_LOWER)
            elif upper and lower:
                way = by_name[lower].head - by_name[upper].head
                shift = _UPPER_SHARE * way if is_upper else (_UPPER_SHARE - 1.0) * way
            out.append(Lid(bone, side, is_upper, turn, shift))
    return tuple(out)


def _hinged(body: BodyRetarget, lid: str, eye: str | None, aimed: bool) -> bool:
    """Whether a lid's bone starts at the eye's middle, so that turning it closes the eye."""
    if eye is None or aimed or eye in body.aims:
        return eye is None
    gap = body.description.by_name[lid].head - body.description.by_name[eye].head
    forward = float(gap @ body.fit.axes[:, 2])
    return forward < 0.006 * body.fit.scale


def _opening(body: BodyRetarget, upper: str | None, lower: str | None) -> float | None:
    """Radians between the lids' edges, where their bones point at them."""
    if upper is None or lower is None:
        return None
    angles = []
    for name in (upper, lower):
        bone = body.description.by_name[name]
        way = (bone.tail - bone.head) @ body.fit.axes
        if way[2] < 0.5 * np.linalg.norm(way):
            return None
        angles.append(float(np.arctan2(way[1], way[2])))
    opening = angles[0] - angles[1]
    return opening if np.radians(12.0) < opening < np.radians(75.0) else None


def _closing(lid: Lid, face: Array) -> Array:
    """(T,) how far a lid goes, 1 for a blink: wide eyes open it, a look down and a squint close it a little."""
    side = lid.side.capitalize()
    blink, wide, squint = (face[:, FACE[f"eye{part}{side}"]] for part in ("Blink", "Wide", "Squint"))
    if lid.upper:
        down = face[:, FACE[f"eyeLookDown{side}"]] - face[:, FACE[f"eyeLookUp{side}"]]
        return np.clip(blink + (1.0 - blink) * (0.25 * squint + 0.25 * down - 0.25 * wide), -0.4, 1.0)
    return np.clip(blink + (1.0 - blink) * 0.8 * squint, 0.0, 1.2)


def lid_turns(body: BodyRetarget, lids: tuple[Lid, ...], face: Array, turns: Mapping[str, Array]) -> dict[str, Array]:
    """(T, 4) armature-space rotations from rest of the lids; turns are those of all bones."""
    out = {}
    for lid in lids:
        follows = body.description.follows(lid.bone)
        before = turns[follows] if follows is not None else turns[lid.bone]
        angle = lid.turn * _closing(lid, face)
        out[lid.bone] = multiply(before, from_rotvec(angle[:, None] * body.fit.axes[:, 0]))
    return out


def lid_locations(body: BodyRetarget, lids: tuple[Lid, ...], face: Array) -> dict[str, Array]:
    """(T, 3) locations of the lids that move."""
    out = {}
    for lid in lids:
        if np.any(lid.shift):
            moved = _closing(lid, face)[:, None] * lid.shift
            local = body.description.by_name[lid.bone].local_location
            out[lid.bone] = rotate(conjugate(body.rest[lid.bone]), moved) if local else moved
    return out
