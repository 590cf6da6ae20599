"""The 52 ARKit face weights: Apple's names in Apple's order, and the groups the networks and layers use."""

from __future__ import annotations

from typing import Final

ARKIT: Final[tuple[str, ...]] = tuple(
    (
        "eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft "
        "eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight eyeWideRight "
        "jawForward jawLeft jawRight jawOpen "
        "mouthClose mouthFunnel mouthPucker mouthLeft mouthRight mouthSmileLeft mouthSmileRight mouthFrownLeft "
        "mouthFrownRight mouthDimpleLeft mouthDimpleRight mouthStretchLeft mouthStretchRight mouthRollLower "
        "mouthRollUpper mouthShrugLower mouthShrugUpper mouthPressLeft mouthPressRight mouthLowerDownLeft "
        "mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight "
        "browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight "
        "cheekPuff cheekSquintLeft cheekSquintRight noseSneerLeft noseSneerRight tongueOut"
    ).split()
)
COUNT: Final = 52
INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(ARKIT)}

JAW: Final[tuple[int, ...]] = tuple(i for i, n in enumerate(ARKIT) if n.startswith("jaw"))
MOUTH: Final[tuple[int, ...]] = tuple(i for i, n in enumerate(ARKIT) if n.startswith("mouth"))
TONGUE: Final[tuple[int, ...]] = (INDEX["tongueOut"],)
LIPS: Final[tuple[int, ...]] = JAW + MOUTH + TONGUE
"""What lip refinement may change: jaw 4, mouth 23, tongueOut."""
EYE_LOOK: Final[tuple[int, ...]] = tuple(i for i, n in enumerate(ARKIT) if n.startswith("eyeLook"))
LOOK_DEGREES: Final = 30.0
"""How far an eyeLook weight of 1 turns an eye: eye bones, eye joints, gaze and look-at pins all count by it."""
BLINK: Final[tuple[int, ...]] = (INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"])
BROWS: Final[tuple[int, ...]] = tuple(i for i, n in enumerate(ARKIT) if n.startswith("brow"))
UPPER_FACE: Final[tuple[int, ...]] = tuple(i for i in range(COUNT) if i not in LIPS)


def mirror_index() -> tuple[int, ...]:
    """For each weight the weight of the other side (middle weights: themselves)."""

    def other(name: str) -> str:
        if name.endswith("Left"):
            return name[:-4] + "Right"
        return name[:-5] + "Left" if name.endswith("Right") else name

    return tuple(INDEX[other(name)] for name in ARKIT)
