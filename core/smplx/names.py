"""Names of SMPL-X characters: the shape keys of the public SMPL-X add-on, which Orator's own bodies and heads use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ..arrays import Array
from ..skeleton import JOINTS

BODY_FAMILY: Final = "smplx_body"
"""The profile family of a true SMPL-X body: rotations and translation are played as they are, unscaled."""
REST_PROPERTY: Final = "orator_smplx_rest"
"""Custom property of an armature made from a model file: JSON of its rest joints and what betas do to them."""
HANDS_PROPERTY: Final = "orator_smplx_hands"
"""Custom property of an SMPL-X body: JSON of the hands that it rests with and of its model's mean hands."""
FLAME_FAMILY: Final = "flame_head"
FLAME_PLAYS: Final = {
    "neck": "global", "head": "neck", "jaw": "jaw", "left_eye_smplhf": "left_eye", "right_eye_smplhf": "right_eye",
}  # fmt: skip
"""Joint -> the bone of a FLAME head that plays it: FLAME's 'global' turns with the neck, its 'neck' with the head."""
_EXPRESSION: Final = re.compile(r"^Exp(\d{3})$")
_SHAPE: Final = re.compile(r"^Shape(\d{3})$")


def expression_name(number: int) -> str:
    """The shape key of an expression coefficient."""
    return f"Exp{number:03d}"


def shape_name(number: int) -> str:
    """The shape key of a beta."""
    return f"Shape{number:03d}"


def expression_number(name: str) -> int | None:
    """Which coefficient a shape key plays, or None."""
    found = _EXPRESSION.match(name)
    return int(found[1]) if found and int(found[1]) < 100 else None


def is_smplx_character(bones: Iterable[str], shapes: Iterable[str]) -> bool:
    """Whether bones and shape keys are those of an SMPL-X character: its joints' names, and Shape000 or Exp000 keys."""
    have = set(bones)
    body = sum(name in have for name in JOINTS[:22])
    return body >= 20 and has_shape_keys(shapes)


def has_shape_keys(shapes: Iterable[str]) -> bool:
    """Whether there are Shape000 or Exp000 keys."""
    return any(_EXPRESSION.match(name) or _SHAPE.match(name) for name in shapes)


def plays_expressions(shapes: Iterable[str]) -> bool:
    """Whether shape keys show expression coefficients."""
    return any(expression_number(name) is not None for name in shapes)


def expression_values(shapes: Iterable[str], expressions: Array | None) -> dict[str, Array]:
    """Values (T,) of the shape keys that expressions (T, E) play."""
    if expressions is None:
        return {}
    numbers = {name: expression_number(name) for name in shapes}
    return {name: expressions[:, n] for name, n in numbers.items() if n is not None and n < expressions.shape[1]}
