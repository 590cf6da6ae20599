"""Sparse curves whose small errors add up along a limb: the bound is kept where it is seen, at feet, hands and head.

A turn that is off by half a degree at the hip moves the ankle by several millimetres. So the pose of the fitted curves
is compared with the true one, and where an end is too far off, the curves that it hangs on are fitted more tightly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array
from ..rig.description import RigDescription
from ..rig.forward import forward
from ..rig.profile import RigProfile
from ..rotations import angle_between

ENDS: Final = ("head", *(f"{side}_{part}" for side in ("left", "right") for part in ("ankle", "foot", "wrist")))
ROUNDS: Final = 6
_TIGHTEST: Final = 100.0
_AROUND: Final = 4
"""Frames beside one that is too far off, that are fitted more tightly with it."""
_COUNTS: Final = 0.08
"""Share of an end's error below which a curve is left as it is."""


@dataclass(frozen=True)
class Reach:
    """What must be met: bones whose heads stay within `units` (of the rig's own) of where the motion has them."""

    description: RigDescription
    ends: tuple[str, ...]
    units: float


def reach_of(description: RigDescription, profile: RigProfile, metres: float) -> Reach | None:
    """The ends of a rig that plays joints by its own bones; None for control rigs, whose pose only Blender knows."""
    present = profile.present(description)
    ends = tuple(present[joint] for joint in ENDS if joint in present)
    return None if profile.control or not ends else Reach(description, ends, metres / description.scale)


Pose = tuple[Mapping[str, Array], Mapping[str, Array]]
"""Rotations (T, 4) and locations (T, 3) of bones, by their names."""


def chains(reach: Reach) -> frozenset[str]:
    """The bones that the ends hang on, the ends included."""
    return frozenset(bone for end in reach.ends for bone in (end, *reach.description.ancestors(end)))


def places(reach: Reach, pose: Pose, frames: int) -> Mapping[str, Array]:
    """The heads (T, 3) of the ends and of what they hang on, by bone, as a pose puts them."""
    return forward(reach.description, *pose, frames, chains(reach)).heads


def tightened(
    reach: Reach,
    true: Pose,
    fitted: Pose,
    wanted: Mapping[str, Array],
    errors: Mapping[tuple[str, str], Callable[[], Array]],
) -> dict[tuple[str, str], Array]:
    """How many times more tightly each curve has to be fitted at each frame; empty when every end is within reach.

    wanted  what `places` gives for the true pose.
    errors  ('rotation' or 'location', bone) of what may change -> what gives (T,), its error as a share of its bound.
    Returns (T,) factors of at least 1 for the curves that have to change.
    """
    frames = len(next(iter(wanted.values())))
    shown = places(reach, fitted, frames)
    turned: dict[str, Array] = {}
    out: dict[tuple[str, str], Array] = {}
    for end in reach.ends:
        off = np.linalg.norm(wanted[end] - shown[end], axis=1) / reach.units
        if off.max() <= 1.0:
            continue
        shares = {}
        for bone in (end, *reach.description.ancestors(end)):
            if bone != end and ("rotation", bone) in errors:
                if bone not in turned:
                    turned[bone] = np.radians(angle_between(true[0][bone], fitted[0][bone]))
                shares["rotation", bone] = turned[bone] * np.linalg.norm(wanted[end] - wanted[bone], axis=1)
            if ("location", bone) in errors:
                shares["location", bone] = np.linalg.norm(true[1][bone] - fitted[1][bone], axis=1)
        total = np.maximum(sum(shares.values(), np.zeros(frames)), 1e-12)
        for key, share in shares.items():
            counts = (off > 1.0) & (share > _COUNTS * total)
            factor = np.where(counts, np.minimum(1.2 * off / np.maximum(errors[key](), 0.05), _TIGHTEST), 1.0)
            for step in range(1, _AROUND + 1):
                factor[step:] = np.maximum(factor[step:], factor[:-step])
                factor[:-step] = np.maximum(factor[:-step], factor[step:])
            out[key] = np.maximum(out.get(key, 1.0), factor)
    return {key: factor for key, factor in out.items() if factor.max() > 1.0}
