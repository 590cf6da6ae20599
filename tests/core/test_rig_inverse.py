"""A pose read back from a rig is the pose that retargeting put there."""

import numpy as np
from helpers.motions import moving
from orator.core import arkit, skeleton
from orator.core.rig.body import BodyRetarget
from orator.core.rig.description import Bone, MeshDescription, RigDescription, Shape
from orator.core.rig.inverse import RigPose, read_back
from orator.core.rig.profile import RigProfile
from orator.core.rig.retarget import retarget
from orator.core.rotations import angle_between, from_rotvec, to_matrix, world_rotations

SWAP = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])


def odd_rig() -> tuple[RigDescription, RigProfile]:
    """Every SMPL-X joint under another name, with its own bone axes, in centimetres, arms a little down."""
    rng = np.random.default_rng(4)
    heads = skeleton.rest_positions() @ SWAP.T * 100
    bones = []
    for j, name in enumerate(skeleton.JOINTS):
        rest = np.eye(4)
        rest[:3, :3] = to_matrix(from_rotvec(rng.normal(size=3)))
        rest[:3, 3] = heads[j]
        parent = skeleton.PARENTS[j]
        bones.append(Bone(f"b_{name}", f"b_{skeleton.JOINTS[parent]}" if parent >= 0 else None, rest, 5.0))
    face = MeshDescription("Head", tuple(Shape(n) for n in arkit.ARKIT[:30]))
    profile = RigProfile(joints={n: f"b_{n}" for n in skeleton.JOINTS})
    return RigDescription("Odd", tuple(bones), (face,)), profile


def test_read_back_is_the_inverse_of_retargeting() -> None:
    description, profile = odd_rig()
    motion = moving()
    body = BodyRetarget(description, profile)
    turns = body.bone_turns(body.joint_turns(world_rotations(motion.rotations)), motion.frames)
    heads = {"b_pelvis": description.by_name["b_pelvis"].head + body.travel(motion.translation)}
    shapes = dict(retarget(motion, description, profile).shapes)
    back = read_back(description, profile, RigPose(turns, heads, shapes))
    assert back.joints.all() and back.root and back.face.sum() == 30
    assert angle_between(back.performance.rotations, motion.rotations).max() < 0.005
    assert np.abs(back.performance.translation - motion.translation).max() < 1e-5
    assert np.abs(back.performance.face[:, :30] - motion.face[:, :30]).max() < 1e-5
