"""The neutral face in talk, measured: mean and deviation of what is held and bent; written by
`python -m orator.models.training.style.neutral`."""

from __future__ import annotations

from typing import Final

NEUTRAL_FACE: Final = {
    "eyeSquintLeft": (0.177, 0.149),
    "eyeWideLeft": (0.086, 0.122),
    "eyeSquintRight": (0.180, 0.151),
    "eyeWideRight": (0.085, 0.120),
    "browDownLeft": (0.169, 0.178),
    "browDownRight": (0.146, 0.154),
    "browInnerUp": (0.184, 0.163),
    "browOuterUpLeft": (0.118, 0.116),
    "browOuterUpRight": (0.104, 0.107),
    "cheekPuff": (0.000, 0.000),
    "cheekSquintLeft": (0.077, 0.087),
    "cheekSquintRight": (0.076, 0.083),
    "noseSneerLeft": (0.085, 0.079),
    "noseSneerRight": (0.092, 0.097),
    "jawForward": (0.006, 0.012),
    "mouthSmileLeft": (0.127, 0.173),
    "mouthSmileRight": (0.127, 0.173),
    "mouthFrownLeft": (0.043, 0.103),
    "mouthFrownRight": (0.043, 0.103),
    "mouthDimpleLeft": (0.031, 0.039),
    "mouthDimpleRight": (0.031, 0.040),
    "mouthStretchLeft": (0.097, 0.104),
    "mouthStretchRight": (0.096, 0.103),
    "mouthShrugLower": (0.034, 0.054),
    "mouthShrugUpper": (0.005, 0.012),
}
