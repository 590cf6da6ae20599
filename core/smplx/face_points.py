"""What each ARKit shape does to the 51 face landmarks of iBUG's scheme (brows, nose, eyes, lips), in millimetres.

Our own table for an adult face, written from what each shape's name says (Apple's ARFaceAnchor documentation describes
them). The jaw's own turning is left out: it is a joint in SMPL-X. Axes are SMPL-X's: x to the person's left, y up,
z forward.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arkit import COUNT, INDEX
from ..arrays import Array

POINTS: Final = 51

# Landmarks of the person's left side; `_MIRROR` gives the right ones.
_LEFT: Final[dict[str, tuple[int, ...]]] = {
    "brow in": (5, 6), "brow mid": (7,), "brow out": (8, 9),
    "lid up": (26, 27), "lid low": (29, 30), "eye in": (25,), "eye out": (28,),
    "nostril": (17, 18), "corner": (37, 47), "upper": (35, 36, 46), "lower": (38, 39, 48),
}  # fmt: skip
_MIDDLE: Final[dict[str, tuple[int, ...]]] = {
    "upper mid": (34, 45), "lower mid": (40, 49), "nose": (10, 11, 12, 13), "nose base": (16,),
}  # fmt: skip
_MIRROR: Final[dict[int, int]] = {
    5: 4, 6: 3, 7: 2, 8: 1, 9: 0, 25: 22, 26: 21, 27: 20, 28: 19, 29: 24, 30: 23, 17: 15, 18: 14,
    37: 31, 47: 43, 35: 33, 36: 32, 46: 44, 38: 42, 39: 41, 48: 50,
}  # fmt: skip

Effect = dict[str, tuple[float, float, float]]

# One side of each pair; the other is its mirror image.
_SIDED: Final[dict[str, Effect]] = {
    "eyeBlink": {"lid up": (0, -9, -1), "lid low": (0, 1, 0)},
    "eyeSquint": {"lid up": (0, -2, 0), "lid low": (0, 3, 0), "eye out": (0, 0.5, 0)},
    "eyeWide": {"lid up": (0, 3, 0), "lid low": (0, -0.7, 0)},
    "mouthSmile": {"corner": (7, 8, -4), "upper": (3, 3, -1.5), "lower": (3, 3, -1.5), "lid low": (0, 1, 0)},
    "mouthFrown": {"corner": (2, -7, -1), "upper": (0.5, -2, 0), "lower": (0.5, -2.5, 0)},
    "mouthDimple": {"corner": (4, 1, -4), "upper": (1.5, 0, -1), "lower": (1.5, 0, -1)},
    "mouthStretch": {"corner": (6, -4, -4), "upper": (2, -0.5, -1), "lower": (2.5, -2.5, -1)},
    "mouthPress": {"corner": (1, 1.5, -1), "upper": (0, -2, -1), "lower": (0, 2, -1), "upper mid": (0, -0.8, -0.5),
                   "lower mid": (0, 0.8, -0.5)},
    "mouthLowerDown": {"lower": (1, -7, 1), "lower mid": (0, -3.5, 0.5), "corner": (0, -0.7, 0)},
    "mouthUpperUp": {"upper": (0.5, 6, 0.5), "upper mid": (0, 3, 0), "nostril": (0.7, 1, 0), "corner": (0, 0.7, 0)},
    "browDown": {"brow in": (-2, -6, 1), "brow mid": (-1, -5, 0.5), "brow out": (0, -3, 0), "lid up": (0, -1, 0)},
    "browOuterUp": {"brow out": (0, 8, 0), "brow mid": (0, 5, 0), "brow in": (0, 1, 0)},
    "cheekSquint": {"lid low": (0, 2.5, 0.5), "eye out": (0, 0.7, 0), "corner": (0.5, 0.7, 0)},
    "noseSneer": {"nostril": (1.5, 3.5, 0.5), "upper": (0, 2, 0), "brow in": (-0.5, -1.5, 0.5),
                  "nose base": (0, 0.7, 0)},
}  # fmt: skip
_WHOLE: Final[dict[str, Effect]] = {
    "browInnerUp": {"brow in": (-0.5, 8, 0), "brow mid": (0, 3.5, 0)},
    "mouthClose": {"lower": (0, 12, 1), "lower mid": (0, 14, 1), "corner": (0, 4, 0)},
    "mouthFunnel": {"corner": (-6, 0, 5), "upper": (-2, 4, 7), "lower": (-2, -4, 7), "upper mid": (0, 4.5, 8),
                    "lower mid": (0, -4.5, 8)},
    "mouthPucker": {"corner": (-11, 0, 5), "upper": (-4, 0.5, 7), "lower": (-4, -0.5, 7), "upper mid": (0, 0.5, 8),
                    "lower mid": (0, -0.5, 8)},
    "mouthRollLower": {"lower": (0, 3.5, -4), "lower mid": (0, 4, -4.5)},
    "mouthRollUpper": {"upper": (0, -3, -4), "upper mid": (0, -3.5, -4.5)},
    "mouthShrugLower": {"lower": (0, 5, 2), "lower mid": (0, 6, 2.5), "upper": (0, 1.5, 0.5), "corner": (0, -1, 0)},
    "mouthShrugUpper": {"upper": (0, 4, 2), "upper mid": (0, 4.5, 2.5)},
}  # fmt: skip
_SWUNG: Final[dict[str, tuple[float, float, float]]] = {"mouthLeft": (8, 0, -1), "mouthRight": (-8, 0, -1)}
"""The whole mouth moves as one."""


def _add(table: Array, shape: str, effect: Effect, sides: str) -> None:
    column = table[..., INDEX[shape]]
    for group, (x, y, z) in effect.items():
        if group in _MIDDLE:
            for point in _MIDDLE[group]:
                column[point] += (0.0, y, z)
            continue
        for point in _LEFT[group]:
            if "L" in sides:
                column[point] += (x, y, z)
            if "R" in sides:
                column[_MIRROR[point]] += (-x, y, z)


def arkit_effects() -> Array:
    """(51, 3, 52) millimetres: landmark displacements of each shape at 1, without the jaw's joint."""
    table = np.zeros((POINTS, 3, COUNT))
    for name, effect in _SIDED.items():
        _add(table, f"{name}Left", effect, "L")
        _add(table, f"{name}Right", effect, "R")
    for name, effect in _WHOLE.items():
        _add(table, name, effect, "LR")
    mouth = [p for g in ("corner", "upper", "lower") for p in _LEFT[g]]
    mouth += [_MIRROR[p] for p in mouth] + [p for g in ("upper mid", "lower mid") for p in _MIDDLE[g]]
    for name, shift in _SWUNG.items():
        table[mouth, :, INDEX[name]] += shift
    return table
