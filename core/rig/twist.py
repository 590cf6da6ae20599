"""Twist bones: the share of a limb's twist each of them takes, so that skin is not wrung at one joint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..rotations import conjugate, from_rotvec, multiply
from .description import RigDescription
from .rest import twist_angle

_NEXT = {"shoulder": "elbow", "elbow": "wrist", "hip": "knee", "knee": "ankle"}
_BEFORE = {"shoulder": "collar", "hip": "pelvis"}


@dataclass(frozen=True)
class Twist:
    """One twist bone: its limb's joint, the limb's axis at rest (armature space) and its share of the twist, 0-1.

    For upper arms and thighs the twist is against the joint before and the share grows towards the elbow or knee; for
    forearms and shins it is of the hand or foot. `chain` bones sit between the limb's bone and the next one.
    """

    bone: str
    joint: str
    other: str
    axis: Array
    share: float
    chain: bool


def plan_twists(description: RigDescription, present: Mapping[str, str], twists: Mapping[str, str]) -> list[Twist]:
    """The twist bones of a rig that can act: their limb is mapped and no constraint moves them already."""
    out = []
    for bone, joint in twists.items():
        side, _, part = joint.partition("_")
        end = f"{side}_{_NEXT[part]}"
        other = f"{side}_{_BEFORE[part]}" if part == "shoulder" else _BEFORE.get(part, end)
        if part == "shoulder" and other not in present:
            other = "spine3"
        if bone not in description.by_name or any(j not in present for j in (joint, end, other)):
            continue
        if description.by_name[bone].constrained or description.by_name[bone].driven:
            continue
        head, tail = (description.by_name[present[j]].head for j in (joint, end))
        axis = tail - head
        length = float(np.linalg.norm(axis))
        if length < 1e-9:
            continue
        in_chain = bone in description.ancestors(present[end])
        siblings = [b for b, j in twists.items() if j == joint and b in description.ancestors(present[end])]
        if in_chain:
            siblings.sort(key=lambda b: len(description.ancestors(b)))
            share = (siblings.index(bone) + 1) / len(siblings) if part in _BEFORE else 0.5
        else:
            share = float(np.clip(np.dot(description.by_name[bone].head - head, axis) / length**2, 0.0, 1.0))
        out.append(Twist(bone, joint, other, axis / length, share, in_chain))
    return out


def twisted(twist: Twist, turns: Mapping[str, Array]) -> Array:
    """(T, 4) armature-space rotation of a twist bone; turns are those of the joints."""
    limb, other = turns[twist.joint], turns[twist.other]
    if twist.joint.endswith(("shoulder", "hip")):
        angle = -(1.0 - twist.share) * twist_angle(multiply(conjugate(other), limb), twist.axis)
    else:
        angle = twist.share * twist_angle(multiply(conjugate(limb), other), twist.axis)
    return multiply(limb, from_rotvec(angle[:, None] * twist.axis))


def untwisted(twist: Twist, turns: Mapping[str, Array]) -> Array:
    """(T, 4) the limb's own bone where twist bones follow in its chain: it bends, they twist."""
    limb, other = turns[twist.joint], turns[twist.other]
    angle = twist_angle(multiply(conjugate(other), limb), twist.axis)
    return multiply(limb, from_rotvec(-angle[:, None] * twist.axis))
