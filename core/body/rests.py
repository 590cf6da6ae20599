"""Rest poses: where hands are when they do not gesture, from hanging down to folded arms and a hand at the chin."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..arrays import Array
from .fingers import SHAPES
from .reach import cylinder


class Arm(NamedTuple):
    """Wrist (x to the own side, y up, z ahead; cm from the chest's joint), elbow out, turns in degrees, hand shape."""

    x: float
    y: float
    z: float
    out: float
    supination: float
    flexion: float
    deviation: float
    shape: str
    shrug: float = 0.0

    def state(self) -> Array:
        """The arm's eight numbers, see `reach`; radians and metres."""
        angle, radius, height = cylinder(self.x / 100.0, self.y / 100.0, self.z / 100.0)
        turns = np.radians([self.supination, self.flexion, self.deviation, self.shrug])
        return np.array([angle, radius, height, self.out, *turns])

    def hand(self) -> Array:
        """The hand's thirteen angles, see `fingers`."""
        return SHAPES[self.shape]


_DOWN = Arm(23.0, -36.5, 4, 0.0, -6, 6, 0, "hanging")
_FRONT = Arm(18.5, -34.6, 12.5, 0.05, -28, 8, 0, "relaxed")
_BACK = Arm(22.5, -35.5, -7, 0.1, -14, 4, 0, "hanging")
_BENT = Arm(20.5, -34.8, 17.5, 0.12, -24, 4, 2, "loose")
_POCKET = Arm(22.5, -34.2, 7, 0.35, -12, 10, 0, "pocket")
_HIP = Arm(25.4, -20.5, 1, 0.68, 4, 42, -5, "on_hip")
_FIST = Arm(22.0, -15.0, 21, 0.55, 0, 6, 0, "fist", 2.0)
_READY = Arm(12.0, -17.0, 27, 0.1, 4, -4, 4, "relaxed")

RESTS: Final[dict[str, tuple[Arm, Arm]]] = {
    "down": (_DOWN, _DOWN),
    "down_front": (_FRONT, _FRONT._replace(z=12.5, x=20)),
    "down_back": (_BACK, _DOWN._replace(z=-1)),
    "one_low": (_DOWN, Arm(14.0, -19.0, 24, 0.1, -8, 2, 4, "loose")),
    "clasp_low": (Arm(7.5, -22.5, 20, 0.35, -22, 14, 4, "clasp"), Arm(7.0, -20.0, 23.5, 0.35, -18, 20, 4, "clasp")),
    "clasp_down": (Arm(7.5, -34.5, 16.5, 0.3, -30, 8, 4, "clasp"), Arm(6.5, -34.0, 19, 0.3, -26, 12, 4, "clasp")),
    "clasp_mid": (Arm(8.0, -12.5, 24, 0.3, -10, 14, 2, "clasp"), Arm(7.0, -11.0, 27, 0.3, -6, 20, 2, "clasp")),
    "steeple": (Arm(9.5, -7.0, 25, 0.3, 4, -16, 8, "flat"), Arm(9.5, -7.0, 25, 0.3, 4, -16, 8, "flat")),
    "hold_wrist": (_FRONT._replace(x=15, y=-33.5, z=17), Arm(-3.0, -22.0, 23, 0.4, -30, 16, 0, "grip")),
    "hold_arm": (_DOWN._replace(x=18.5, y=-34, z=6), Arm(-15.0, -12.0, 15.0, 0.25, -20, 58, 0, "grip")),
    "fists": (_FIST, _FIST),
    "hip_one": (_DOWN, _HIP),
    "hips": (_HIP, _HIP),
    "behind": (Arm(8.0, -30.0, -19.0, -0.42, -10, 2, 0, "loose"), Arm(7.0, -28.5, -18.5, -0.42, -10, 6, 0, "loose")),
    "folded": (Arm(-12.0, -10.0, 14.5, 0.2, 60, 50, 0, "half_fist"), Arm(-14.0, -4.0, 17, 0.4, -60, 40, 0, "grip")),
    "pockets": (_POCKET, _POCKET),
    "pocket_one": (_POCKET, _DOWN),
    "ready": (_READY, _READY._replace(x=9, y=-14, z=29)),
    "thinker": (Arm(-4.0, -13.0, 17, 0.3, -10, 36, 0, "cup"), Arm(5.0, 13.5, 16.5, -0.05, 36, 38, 0, "lazy_point")),
}
"""Left and right arm of each rest pose; those that are not symmetric are mirrored half of the time."""
LOW: Final = frozenset({"down", "down_front", "down_back", "clasp_down", "pockets", "pocket_one"})
"""Rests with both hands down."""
HANGING: Final = frozenset({"down", "down_front", "down_back"})
"""Rests with both arms hanging free: they swing to and fro most."""
HANGING_WAYS: Final = (_DOWN, _BENT, _BACK, _FRONT)
"""How an arm may hang in any of them."""
STRAINED: Final = frozenset({"behind"})
"""Rests that leave a shoulder little room: each visit is nearly the same."""
TOUCHING: Final = frozenset(
    {"clasp_low", "clasp_down", "clasp_mid", "steeple", "hold_wrist", "hold_arm", "folded", "thinker"}
)
"""Rests in which one hand or arm holds the other: both move as one, or they would come apart or into each other."""
ASYMMETRIC: Final = frozenset(name for name, (left, right) in RESTS.items() if left != right)
