"""Limbs keyed on inverse kinematics: where a control rig's hand, foot and pole controls stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ..arrays import Array
from ..rotations import rotate
from .body import BodyRetarget, chain
from .limb import unit
from .profile import IkLimb

_STRAIGHT: Final = {"arm": 0.01, "leg": 0.05}
"""Where the middle joint is less than this share of the limb off its line, the side it has at rest has a say: a pole
also rolls the limb, and the neutral skeleton's standing legs are bowed a little sideways, where no knee points."""


def pull_locations(
    body: BodyRetarget, limb: str, ik: IkLimb, offset: Array, turns: Mapping[str, Array]
) -> dict[str, Array]:
    """Locations (T, 3) of a limb's end and pole controls, by name, that pose it as its forward controls would.

    turns are armature-space rotations of all bones from rest; offset (T, 3) is how far the travel bone moves.
    """
    by_name = body.description.by_name
    names = tuple(body.present[joint] for joint in chain(limb))
    heads = body.heads(names, offset, turns)
    first, middle, last = (heads[name] for name in names)
    arm = by_name[ik.end].head - by_name[names[2]].head
    out = {ik.end: body.placed(ik.end, last + rotate(turns[ik.end], arm), offset, turns)}
    if ik.pole in by_name:
        a, b, c = (by_name[name].head for name in names)
        away = by_name[ik.pole].head - b
        line = unit(c - a)
        rest_side = unit(away - (away @ line) * line)
        way = unit(last - first)
        off = middle - first
        off = off - np.sum(off * way, axis=1, keepdims=True) * way
        length = float(np.linalg.norm(b - a) + np.linalg.norm(c - b))
        natural = rotate(turns[names[0]], np.broadcast_to(rest_side, off.shape))
        side = off / length + _STRAIGHT[limb.split("_")[1]] * natural
        side = unit(side - np.sum(side * way, axis=1, keepdims=True) * way)
        point = middle + float(np.linalg.norm(away)) * side
        out[ik.pole] = body.placed(ik.pole, point, offset, turns)
    return out
