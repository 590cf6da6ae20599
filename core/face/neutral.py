"""The neutral face in talk, measured: mean and deviation of what is held and bent; written by
`python -m orator.models.training.style.neutral`."""

from __future__ import annotations

from typing import Final

NEUTRAL_FACE: Final = {
    "eyeSquintLeft": (0.177, 0.149),
    "eyeWideLeft": (0.086, 0.121),
    "eyeSquintRight": (0.181, 0.151),
    "eyeWideRight": (0.085, 0.119),
    "browDownLeft": (0.170, 0.178),
    "browDownRight": (0.147, 0.154),
    "browInnerUp": (0.184, 0.163),
    "browOuterUpLeft": (0.118, 0.116),
    "browOuterUpRight": (0.104, 0.107),
    "cheekPuff": (0.000, 0.000),
    "cheekSquintLeft": (0.077, 0.087),
    "cheekSquintRight": (0.076, 0.083),
    "noseSneerLeft": (0.085, 0.079),
    "noseSneerRight": (0.092, 0.098),
    "jawForward": (0.006, 0.012),
    "mouthSmileLeft": (0.127, 0.173),
    "mouthSmileRight": (0.127, 0.173),
    "mouthFrownLeft": (0.043, 0.103),
    "mouthFrownRight": (0.043, 0.103),
    "mouthDimpleLeft": (0.031, 0.039),
    "mouthDimpleRight": (0.031, 0.040),
    "mouthStretchLeft": (0.097, 0.103),
    "mouthStretchRight": (0.095, 0.103),
    "mouthShrugLower": (0.035, 0.054),
    "mouthShrugUpper": (0.005, 0.012),
}
