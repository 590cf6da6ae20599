"""A pose pinned on any rig is shown by that rig again: legs that are solved, twist bones and jaws included."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.rigs.family_rigs import BUILDS, family_rig
from helpers.rigs.measure import heads
from helpers.rigs.plain_rigs import standing
from orator.core.bake.frames import sample_at
from orator.core.directing.directions import Directions, apply_directions
from orator.core.directing.pins import PosePin
from orator.core.rig.contacts import contact_phases
from orator.core.rig.detect import detect
from orator.core.rig.inverse import RigPose, read_back, with_missing_parents
from orator.core.rig.motion import RigMotion
from orator.core.rig.retarget import retarget
from orator.core.rotations import angle_between, conjugate, forward_kinematics, from_matrix, from_rotvec, multiply
from orator.core.skeleton import INDEX

FPS, AT = 24.0, 60


def posed(description, profile, seed: int = 3) -> tuple[RigMotion, RigPose]:
    """An artist's pose: every bone that plays a joint turned, the pelvis moved."""
    rng = np.random.default_rng(seed)
    scale = 0.05 / description.scale
    bones = set(profile.present(description).values())
    turned = {b: from_rotvec(0.35 * rng.normal(size=(1, 3))) for b in bones}
    moved = {b: scale * rng.normal(size=(1, 3)) for b in [profile.root or profile.present(description)["pelvis"]]}
    motion = RigMotion(np.zeros(1), turned, moved)
    at, world = heads(description, motion)
    rest = {b.name: from_matrix(b.rest[None, :3, :3]) for b in description.bones}
    turns = {name: multiply(q, conjugate(rest[name])) for name, q in world.items()}
    return motion, RigPose(turns, at, {})


def pin_of(description, profile, pose: RigPose, joints=None) -> PosePin:
    back = read_back(description, profile, pose)
    covered = back.joints if joints is None else np.isin(np.arange(55), [INDEX[j] for j in joints])
    made = back.performance
    return PosePin("Pin", AT / FPS, made.rotations[0], with_missing_parents(covered, back.joints), made.translation[0],
                   joints is None, np.zeros(52), np.zeros(52, bool))  # fmt: skip


def shown(description, profile, pin: PosePin) -> RigMotion:
    times = np.arange(120) / FPS
    directions = Directions(pins=(pin,))
    sampled = apply_directions(sample_at(standing(150, 5), times), times, directions)
    return retarget(sampled, description, profile, times, given=directions.given(times))


@pytest.mark.parametrize("name", BUILDS)
def test_a_whole_pose_is_shown_again(name: str) -> None:
    description = family_rig(BUILDS[name])
    profile = detect(description)
    _, pose = posed(description, profile)
    motion = shown(description, profile, pin_of(description, profile, pose))
    at, world = heads(description, motion)
    present = profile.present(description)
    rest = {b.name: from_matrix(b.rest[None, :3, :3]) for b in description.bones}
    for joint, bone in present.items():
        if bone in profile.aims:
            continue
        turn = multiply(world[bone][AT], conjugate(rest[bone][0]))
        assert angle_between(turn, pose.turns[bone][0]) < 0.01, (joint, bone)
    pelvis = present["pelvis"]
    assert np.linalg.norm(at[pelvis][AT] - pose.heads[pelvis][0]) * description.scale < 1e-4


@pytest.mark.parametrize("name", BUILDS)
def test_one_bone_is_shown_again_against_its_parent(name: str) -> None:
    description = family_rig(BUILDS[name])
    profile = detect(description)
    _, pose = posed(description, profile)
    present = profile.present(description)
    for joint in ("right_wrist", "left_knee", "spine3", "head"):
        bone = present.get(joint)
        if bone is None:
            continue
        motion = shown(description, profile, pin_of(description, profile, pose, (joint,)))
        _, world = heads(description, motion)
        follows = description.follows(bone)
        before = pose.turns[follows][0] if follows else np.array([1.0, 0, 0, 0])
        rest = {n: from_matrix(description.by_name[n].rest[None, :3, :3])[0] for n in (bone, follows) if n}
        now = multiply(world[bone][AT], conjugate(rest[bone]))
        base = multiply(world[follows][AT], conjugate(rest[follows])) if follows else np.array([1.0, 0, 0, 0])
        wanted = multiply(conjugate(before), pose.turns[bone][0])
        off = angle_between(multiply(conjugate(base), now), wanted)
        if follows in present.values() or follows is None:
            assert off < 0.01, (name, joint)


def test_feet_do_not_slide_about_a_pinned_stance() -> None:
    description = family_rig(BUILDS["mixamo"])
    profile = detect(description)
    times = np.arange(120) / FPS
    source = sample_at(standing(150, 5), times)
    pin = PosePin("Stand", AT / FPS, source.rotations[AT], np.ones(55, bool), source.translation[AT], True,
                  np.zeros(52), np.zeros(52, bool))  # fmt: skip
    motion = shown(description, profile, pin)
    at, _ = heads(description, motion)
    foot = at[profile.joints["left_foot"]] / 100.0  # this rig is in centimetres
    place = forward_kinematics(source.rotations, source.translation)[0][:, INDEX["left_foot"]]
    for first, last in contact_phases(place, FPS):
        step = np.linalg.norm(np.diff(foot[first:last], axis=0), axis=1)
        assert step.max() < 0.002, "a standing foot slides"
