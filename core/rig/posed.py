"""Where a rig's bones are in one neutral pose: for drawing a pose without posing the character."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..rotations import rotate, world_rotations
from .body import BodyRetarget
from .description import RigDescription
from .profile import RigProfile


def posed_bones(description: RigDescription, profile: RigProfile, rotations: Array, translation: Array) -> Array:
    """Head and tail, in turn, of every bone that plays a joint: (2 N, 3) in armature space.

    rotations (55, 4) wxyz local, translation (3,) metres: one frame of a performance.
    """
    body = BodyRetarget(description, profile)
    turns = body.bone_turns(body.joint_turns(world_rotations(rotations[None])), 1)
    names = tuple(body.played)
    heads = body.heads(names, body.travel(translation[None]), turns)
    points = []
    for name in names:
        bone = description.by_name[name]
        points += [heads[name][0], heads[name][0] + rotate(turns[name][0], bone.tail - bone.head)]
    return np.array(points).reshape(-1, 3)
