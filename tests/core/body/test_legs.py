"""Legs: feet that stay, knees that bend forward."""

from __future__ import annotations

import numpy as np
from orator.core.body import legs
from orator.core.body.plausible import arm_points, clear_torso, elbow_flexion, knee_flexion, limit_joints, torso_depth
from orator.core.body.steps import wander
from orator.core.rotations import angle_between, from_rotvec, multiply
from orator.core.skeleton import INDEX, REST_OFFSETS, SOLE_BELOW_ANKLE
from orator.core.stance import relaxed_performance


def swaying(frames: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """A body whose pelvis sways, turns and dips."""
    base = relaxed_performance(frames)
    t = np.linspace(0.0, 4.0 * np.pi, frames)
    rotations = base.rotations.astype(np.float64)
    rotations[:, 0] = from_rotvec(np.stack([0.05 * np.sin(t), 0.2 * np.sin(t / 2), 0.04 * np.cos(t)], axis=1))
    translation = base.translation + np.stack([0.06 * np.sin(t), 0.03 * np.cos(t) - 0.03, 0.03 * np.sin(t)], axis=1)
    return rotations, translation


def stand(frames: int) -> tuple[np.ndarray, np.ndarray]:
    ankles = np.tile(np.array([[0.1, SOLE_BELOW_ANKLE, -0.02], [-0.1, SOLE_BELOW_ANKLE, 0.03]]), (frames, 1, 1))
    return ankles, legs.level_feet(np.tile([0.1, -0.1], (frames, 1)))


def test_feet_stay_exactly_where_they_stand() -> None:
    rotations, translation = swaying()
    ankles, feet = stand(len(rotations))
    planted, root = legs.plant(rotations, translation, ankles, feet)
    found, turned = legs.foot_state(planted, root)
    assert np.abs(found - ankles).max() < 1e-6
    assert angle_between(turned, feet).max() < 1e-4


def test_knees_bend_forward_and_never_pop() -> None:
    rotations, translation = swaying()
    ankles, feet = stand(len(rotations))
    planted, _ = legs.plant(rotations, translation + np.array([0.0, 0.03, 0.0]), ankles, feet)
    for side in legs.SIDES:
        flexion = np.degrees(knee_flexion(planted, side))
        assert flexion.min() > 0.0
        assert np.abs(np.diff(flexion)).max() < 8.0


def test_a_pelvis_too_high_comes_down_instead_of_stretching_the_legs() -> None:
    rotations, translation = swaying(10)
    ankles, feet = stand(10)
    planted, root = legs.plant(rotations, translation + np.array([0.0, 0.3, 0.0]), ankles, feet)
    assert np.abs(legs.foot_state(planted, root)[0] - ankles).max() < 0.002
    assert (root[:, 1] < translation[:, 1] + 0.3).all()


def test_elbows_do_not_bend_backwards() -> None:
    rotations = relaxed_performance(3).rotations.astype(np.float64)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        rotations[:, INDEX[f"{side}_elbow"]] = from_rotvec(np.array([0.0, sign * np.radians(40.0), 0.0]))
    limited = limit_joints(rotations)
    assert all(np.degrees(elbow_flexion(limited, side)).min() > 1.0 for side in ("left", "right"))


def test_a_wrist_beyond_its_limit_is_brought_back_and_a_normal_one_is_not_touched() -> None:
    rotations = relaxed_performance(2).rotations.astype(np.float64)
    wrist = INDEX["left_wrist"]
    rotations[0, wrist] = from_rotvec(np.radians([0.0, 0.0, 120.0]))
    rotations[1, wrist] = from_rotvec(np.radians([10.0, 0.0, 30.0]))
    limited = limit_joints(rotations)
    identity = np.array([1.0, 0.0, 0.0, 0.0])
    assert angle_between(limited[0, wrist], identity) < 80.0
    assert angle_between(limited[1, wrist], rotations[1, wrist]) < 0.1


def test_hands_come_out_of_the_torso() -> None:
    rotations = np.tile(relaxed_performance(1).rotations.astype(np.float64), (60, 1, 1))
    swing = np.sin(np.linspace(0, np.pi, 60))[:, None] * np.radians([0.0, -100.0, 0.0])
    rotations[:, INDEX["left_elbow"]] = multiply(rotations[:, INDEX["left_elbow"]], from_rotvec(swing))
    turn = np.sin(np.linspace(0, np.pi, 60))[:, None] * np.radians([0.0, 0.0, -20.0])
    rotations[:, INDEX["left_shoulder"]] = multiply(from_rotvec(turn), rotations[:, INDEX["left_shoulder"]])
    before = (torso_depth(arm_points(rotations)).max(axis=(1, 2)) > 0).mean()
    cleared = clear_torso(rotations)
    after = (torso_depth(arm_points(cleared)).max(axis=(1, 2)) > 0.01).mean()
    assert after == 0.0 or after < 0.3 * before


def test_walking_about_steps_with_one_foot_at_a_time() -> None:
    frames = 900
    root, feet = wander(np.ones(frames), 30.0, 3)
    moving = np.linalg.norm(np.diff(feet, axis=0), axis=-1) > 1e-4
    assert np.linalg.norm(np.ptp(root, axis=0)) > 0.2
    assert not moving.all(axis=1).any()
    # The pelvis stays over the feet.
    assert np.abs(root[:, [0, 2]] - feet[:, :, [0, 2]].mean(axis=1)).max() < 0.3
    assert np.isfinite(REST_OFFSETS).all()
