"""The names of the numbers that drive a talking anime head, each set in its published order."""

from __future__ import annotations

from typing import Final


def _pairs(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{side}" for name in names for side in ("left", "right"))


BROW_NUMBERS: Final = _pairs(
    *(f"eyebrow_{name}" for name in ("troubled", "angry", "lowered", "raised", "happy", "serious"))
)


FACE_NUMBERS: Final = (
    *BROW_NUMBERS,
    *_pairs(
        *(f"eye_{n}" for n in ("wink", "happy_wink", "surprised", "relaxed", "unimpressed", "raised_lower_eyelid")),
        "iris_small",
    ),
    *(f"mouth_{name}" for name in ("aaa", "iii", "uuu", "eee", "ooo", "delta")),
    *_pairs("mouth_lowered_corner", "mouth_raised_corner"),
    "mouth_smirk",
    "iris_rotation_x",
    "iris_rotation_y",
)


HEAD_NUMBERS: Final = ("head_x", "head_y", "neck_z")


BODY_NUMBERS: Final = ("body_y", "body_z", "breathing")


NUMBERS: Final[dict[str, tuple[str, ...]]] = {
    "6": (*HEAD_NUMBERS, "left_eye", "right_eye", "mouth"),
    "42": FACE_NUMBERS + HEAD_NUMBERS,
    "45": FACE_NUMBERS + HEAD_NUMBERS + BODY_NUMBERS,
}
"""Each set in the published order."""


TURN_SHAPES: Final = {
    "headNodDown": ("head_x", 1.0),
    "headNodUp": ("head_x", -1.0),
    "headTurnLeft": ("head_y", 1.0),
    "headTurnRight": ("head_y", -1.0),
    "headTiltRight": ("neck_z", 1.0),
    "headTiltLeft": ("neck_z", -1.0),
}
"""Shape keys that show the head's turns on a mesh without bones: which number, and which way of it. 1 is 15 degrees."""


def lowest(number: str) -> float:
    """The least value of a number: turns go both ways, all else is from 0."""
    return -1.0 if number in HEAD_NUMBERS + BODY_NUMBERS[:2] or "rotation" in number else 0.0
