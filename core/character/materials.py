"""Colours of the character's materials, linear RGB, and how they shine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Material:
    """`colour` linear RGB, `roughness` 0 - 1, `subsurface` 0 - 1; `tinted` materials multiply the mesh's tint in."""

    colour: tuple[float, float, float]
    roughness: float = 0.6
    subsurface: float = 0.0
    tinted: bool = False


MATERIALS: Final[dict[str, Material]] = {
    "Skin": Material((0.68, 0.35, 0.225), 0.48, 0.12, True),
    "Lips": Material((0.50, 0.165, 0.130), 0.38, 0.10, True),
    "Mouth": Material((0.075, 0.014, 0.014), 0.6),
    "Eye White": Material((0.88, 0.86, 0.83), 0.10),
    "Iris": Material((0.19, 0.085, 0.028), 0.06),
    "Iris Rim": Material((0.030, 0.012, 0.006), 0.06),
    "Pupil": Material((0.004, 0.003, 0.003), 0.04),
    "Lashes": Material((0.012, 0.008, 0.007), 0.6),
    "Brows": Material((0.040, 0.018, 0.010), 0.7),
    "Hair": Material((0.048, 0.020, 0.011), 0.62),
    "Teeth": Material((0.80, 0.76, 0.68), 0.22),
    "Gums": Material((0.46, 0.13, 0.12), 0.35),
    "Tongue": Material((0.50, 0.12, 0.12), 0.40),
    "Sweater": Material((0.030, 0.165, 0.190), 0.85),
    "Ribbing": Material((0.020, 0.105, 0.125), 0.85),
    "Trousers": Material((0.060, 0.058, 0.075), 0.85),
    "Shoe": Material((0.62, 0.56, 0.47), 0.6),
    "Sole": Material((0.78, 0.76, 0.72), 0.6),
}
