"""Hand shapes: how far each finger bends, spreads and opposes, as a library of named shapes and as rotations.

A shape is thirteen angles in degrees. Shapes between two shapes are their weighted sums, so a hand passes from any
shape to any other without leaving what fingers can do.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..rotations import from_rotvec, multiply
from ..skeleton import INDEX

FINGERS: Final = ("index", "middle", "ring", "pinky")
ANGLES: Final = 13
"""Per finger the bend at the knuckle and at the middle joint (8), spread; thumb across, opposed, bent; looseness."""

_TIP: Final = 0.6
"""How far the last joint follows the middle one: they share a tendon."""
LEAST: Final = np.array([-18.0, 0.0] * 4 + [-6.0, -25.0, -15.0, -8.0, -6.0])
MOST: Final = np.array([88.0, 98.0] * 4 + [22.0, 42.0, 55.0, 62.0, 12.0])


def _shape(index: _Bends, middle: _Bends, ring: _Bends, pinky: _Bends, spread: float, thumb: _Bends) -> Array:
    return np.array([*index, *middle, *ring, *pinky, spread, *thumb, 0.0], np.float64)


_Bends = tuple[float, ...]


SHAPES: Final[dict[str, Array]] = {
    "relaxed": _shape((15, 24), (21, 30), (26, 34), (29, 36), 1, (13, 14, 14)),
    "loose": _shape((26, 34), (34, 42), (40, 46), (42, 48), 0, (16, 18, 18)),
    "hanging": _shape((12, 30), (17, 38), (22, 42), (26, 44), 0, (16, 16, 18)),
    "flat": _shape((4, 8), (5, 10), (7, 12), (9, 14), 2, (10, 4, 6)),
    "open": _shape((0, 11), (4, 14), (8, 17), (11, 19), 8, (-6, 5, 8)),
    "wide": _shape((-5, 8), (-2, 10), (0, 12), (2, 14), 14, (-16, 2, 4)),
    "cup": _shape((28, 18), (30, 20), (32, 22), (34, 24), 4, (4, 30, 14)),
    "bowl": _shape((16, 30), (18, 32), (20, 34), (22, 36), 12, (-10, 34, 12)),
    "blade": _shape((7, 6), (8, 7), (10, 9), (12, 10), -2, (22, 8, 14)),
    "fist": _shape((72, 88), (76, 92), (78, 92), (78, 88), -3, (34, 36, 46)),
    "half_fist": _shape((48, 62), (54, 68), (58, 70), (58, 68), 0, (24, 28, 30)),
    "point": _shape((-2, 6), (62, 78), (68, 82), (70, 80), 0, (28, 34, 40)),
    "lazy_point": _shape((8, 18), (44, 54), (52, 62), (56, 62), 2, (16, 24, 28)),
    "two": _shape((-4, 4), (-2, 6), (66, 82), (70, 80), 12, (32, 40, 46)),
    "three": _shape((-4, 4), (-4, 4), (0, 8), (66, 80), 14, (34, 42, 48)),
    "four": _shape((-4, 4), (-4, 4), (-3, 5), (-2, 8), 12, (36, 44, 46)),
    "thumb_out": _shape((66, 82), (70, 86), (72, 86), (72, 82), -2, (-22, -6, -4)),
    "pinch": _shape((46, 42), (22, 26), (16, 22), (12, 20), 8, (12, 46, 26)),
    "ring": _shape((54, 50), (12, 16), (8, 14), (4, 12), 12, (16, 48, 30)),
    "purse": _shape((50, 34), (52, 36), (54, 38), (54, 40), -4, (12, 50, 22)),
    "grip": _shape((38, 48), (42, 52), (44, 54), (46, 52), 6, (-4, 46, 24)),
    "claw": _shape((-2, 58), (0, 60), (2, 60), (4, 58), 14, (-16, 22, 30)),
    "frame": _shape((-2, 8), (30, 34), (40, 44), (46, 48), 6, (-24, 8, 4)),
    "weigh": _shape((8, 26), (12, 28), (16, 30), (18, 32), 9, (-14, 18, 10)),
    "fan": _shape((-4, 13), (8, 19), (22, 27), (36, 34), 10, (-10, 8, 8)),
    "roll_in": _shape((40, 30), (28, 26), (16, 24), (6, 22), 8, (6, 26, 18)),
    "brush": _shape((24, 6), (24, 6), (26, 8), (28, 10), 4, (6, 8, 8)),
    "flick": _shape((4, 10), (36, 48), (24, 30), (16, 24), 6, (20, 44, 34)),
    "thumb_tuck": _shape((12, 16), (14, 18), (18, 20), (20, 22), 0, (30, 30, 36)),
    "pocket": _shape((18, 20), (20, 22), (22, 24), (24, 26), 0, (-8, 6, 8)),
    "clasp": _shape((34, 40), (36, 42), (38, 44), (38, 44), 4, (16, 24, 20)),
    "on_hip": _shape((32, 24), (34, 26), (36, 28), (38, 30), 0, (-22, -4, 4)),
}
NAMES: Final = tuple(SHAPES)
TABLE: Final = np.stack([SHAPES[n] for n in NAMES])
"""(32, 13) every shape, in the order of NAMES."""


def _about_z(degrees: Array) -> Array:
    out = np.zeros((*degrees.shape, 3))
    out[..., 2] = np.radians(degrees)
    return out


def hand_rotations(angles: Array, side: str) -> Array:
    """Local rotations (T, 15, 4) wxyz of one hand's joints for shape angles (T, 13) in degrees.

    Angles beyond what fingers can do are cut off. Joints are in the skeleton's order: index, middle, pinky, ring,
    thumb.
    """
    angles = np.clip(np.asarray(angles, np.float64), LEAST, MOST)
    out = np.empty((len(angles), 15, 4))
    first = INDEX["left_index1"]
    for k, finger in enumerate(FINGERS):
        at = INDEX[f"left_{finger}1"] - first
        knuckle, middle = angles[:, 2 * k], angles[:, 2 * k + 1]
        # Fingers spread less the more they bend: the ligaments tighten.
        apart = angles[:, 8] * (1.0, 0.15, -0.75, -1.5)[k] * np.clip(1.0 - knuckle / 80.0, 0.1, 1.2)
        sideways = np.zeros((len(angles), 3))
        sideways[:, 1] = -np.radians(apart)
        out[:, at] = multiply(from_rotvec(sideways), from_rotvec(_about_z(-knuckle)))
        out[:, at + 1] = from_rotvec(_about_z(-middle))
        out[:, at + 2] = from_rotvec(_about_z(-_TIP * middle))
    across, opposed, bent = np.radians(angles[:, 9:12]).T
    zero = np.zeros(len(angles))
    at = INDEX["left_thumb1"] - first
    out[:, at] = multiply(
        from_rotvec(np.stack([opposed, zero, zero], axis=1)), from_rotvec(np.stack([zero, across, zero], axis=1))
    )
    out[:, at + 1] = from_rotvec(np.stack([0.35 * bent, 0.55 * bent, zero], axis=1))
    out[:, at + 2] = from_rotvec(np.stack([0.2 * bent, 0.9 * bent, zero], axis=1))
    if side == "right":
        out = out * np.array([1.0, 1.0, -1.0, -1.0])
    return out
