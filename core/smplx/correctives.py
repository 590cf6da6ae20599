"""Pose correctives: which shape keys they are, and how a bone's rotation drives them.

The pose features of SMPL-X and FLAME are the entries of R - I, R being a joint's rotation from flat hands, relative to
its parent, in SMPL-X axes: nine for each joint but the first, row by row (Loper et al., SIGGRAPH Asia 2015). A bone
turns by its quaternion about its own rest axes, so R = A L(q) E with two fixed rotations A and E, and every feature is
a quadratic form in (w, x, y, z): a sum of products, which Blender's drivers work out without running Python.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array

VARIABLES: Final = "wxyz"
LEAST: Final = 1e-7
"""Metres: directions that move no vertex further get no key."""
RANGE: Final = (-2.0, 1.0)
"""What an entry of R - I can be."""
_NOTHING: Final = 5e-7
_MONOMIALS: Final = ("xx", "yy", "zz", "xy", "xz", "yz", "wx", "wy", "wz")


def corrective_name(number: int) -> str:
    """The shape key of a pose feature."""
    return f"Pose{number:03d}"


def active(directions: Array) -> list[int]:
    """The numbers of the features whose directions (V, 3, P) move anything."""
    return [k for k in range(directions.shape[-1]) if np.abs(directions[..., k]).max(initial=0.0) > LEAST]


def joint_of(number: int) -> int:
    """The joint that drives a feature."""
    return 1 + number // 9


def _turn_terms() -> Array:
    """(10, 3, 3): a rotation matrix of a unit quaternion as a constant and the monomials' coefficients."""
    out = np.zeros((10, 3, 3))
    out[0] = np.eye(3)
    at = {name: k for k, name in enumerate(_MONOMIALS, 1)}
    for k, axis in enumerate("xyz"):
        for other in range(3):
            if other != k:
                out[at[axis * 2], other, other] = -2.0
        one, two = (k + 1) % 3, (k + 2) % 3
        pair = at["".join(sorted("xyz"[one] + "xyz"[two]))]
        out[pair, one, two] = out[pair, two, one] = 2.0
        out[at["w" + axis], two, one], out[at["w" + axis], one, two] = 2.0, -2.0
    return out


def feature_terms(before: Array, after: Array) -> Array:
    """(9, 10): the features of `before` (3, 3) @ L(q) @ `after` (3, 3), as a constant and the monomials' factors."""
    terms = before @ _turn_terms() @ after
    terms[0] -= np.eye(3)
    return terms.reshape(10, 9).T


def expression(terms: Array) -> str:
    """A driver's expression of one feature's terms (10,): under 200 of the 256 signs that Blender keeps."""
    sums: dict[str, list[str]] = {}
    for (first, second), factor in zip((sorted(pair, key="xyzw".index) for pair in _MONOMIALS), terms[1:], strict=True):
        if abs(factor) > _NOTHING:
            sums.setdefault(first, []).append(f"{factor:.6f}*{second}")
    parts = [f"{first}*({'+'.join(inner)})" for first, inner in sums.items()]
    if abs(terms[0]) > _NOTHING or not parts:
        parts.append(f"{terms[0]:.6f}")
    return "+".join(parts).replace("+-", "-")
