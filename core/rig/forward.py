"""The pose a rig takes when its bones have given values: forward kinematics as Blender does it, without Blender."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..arrays import Array
from ..rotations import conjugate, from_matrix, multiply, rotate
from .description import RigDescription
from .inverse import RigPose


def forward(
    description: RigDescription,
    rotations: Mapping[str, Array],
    locations: Mapping[str, Array],
    frames: int,
    only: frozenset[str] | None = None,
) -> RigPose:
    """The pose (`frames` moments) of bones with matrix_basis rotations (T, 4) and locations (T, 3); others at rest.

    `only` these bones, each with all above it; all without.
    Constraints, drivers and scale are not seen: for rigs that need those, Blender itself has to be asked.
    """
    still = np.zeros((frames, 4))
    still[:, 0] = 1.0
    turns: dict[str, Array] = {}
    heads: dict[str, Array] = {}
    for bone in description.bones:
        if only is not None and bone.name not in only:
            continue
        above = still if bone.parent is None else turns[bone.parent]
        follows = above if bone.inherit_rotation else still
        turns[bone.name] = follows
        if bone.name in rotations:
            rest = from_matrix(bone.rest[None, :3, :3])
            turns[bone.name] = multiply(follows, multiply(multiply(rest, rotations[bone.name]), conjugate(rest)))
        head = np.broadcast_to(bone.head, (frames, 3))
        if bone.parent is not None:
            before = description.by_name[bone.parent]
            head = heads[bone.parent] + rotate(above, bone.head - before.head)
        if bone.name in locations and not bone.connected:
            moved = np.asarray(locations[bone.name], np.float64)
            head = head + rotate(above, moved @ bone.rest[:3, :3].T if bone.local_location else moved)
        heads[bone.name] = head
    return RigPose(turns, heads, {})
