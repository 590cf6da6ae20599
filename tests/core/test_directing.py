"""Pins in the scene's own time, soft pulls, held poses and look-at ranges."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.motions import moving
from orator.core import arkit, skeleton
from orator.core.directing.directions import Directions
from orator.core.directing.pins import LookPin, PosePin, check_pose_pins, direct
from orator.core.directing.splice import cut_of, spliced
from orator.core.errors import OratorError
from orator.core.performance import rest_performance, sample
from orator.core.rotations import angle_between, forward_kinematics, from_rotvec, multiply, rotate
from orator.core.smplx.arkit_map import eye_vectors
from orator.core.stance import relaxed_performance


def pin(seconds: float, seed: int = 1, **more) -> PosePin:
    rng = np.random.default_rng(seed)
    values = dict(
        name=f"Pin {seed}",
        seconds=seconds,
        rotations=from_rotvec(rng.normal(size=(55, 3)) * 0.4),
        joints=np.ones(55, bool),
        translation=rng.normal(size=3) * 0.1,
        root=True,
        face=rng.uniform(size=52),
        channels=np.ones(52, bool),
    )
    return PosePin(**{**values, **more})


@pytest.mark.parametrize("fps", [24.0, 25.0, 30000 / 1001, 60.0])
def test_pins_are_exact_on_the_scene_frames(fps: float) -> None:
    motion = moving(frames=300)
    times = np.arange(int(10 * fps)) / fps
    wanted = pin(97 / fps)
    out = direct(sample(motion, times), times, (wanted,))
    assert angle_between(out.rotations[97], wanted.rotations).max() < 0.01
    assert np.abs(out.translation[97] - wanted.translation).max() < 1e-4
    assert np.abs(out.face[97] - wanted.face).max() < 1e-4


def test_a_hold_keeps_the_pose_and_a_soft_pin_goes_part_of_the_way() -> None:
    motion = moving(frames=300)
    times = motion.times()
    held = direct(motion, times, (pin(3.0, hold=1.0),))
    assert angle_between(held.rotations[90:121], held.rotations[90]).max() < 1e-3
    soft = pin(3.0, strength=0.5, falloff=0.8)
    out = direct(motion, times, (soft,))
    far, near = angle_between(motion.rotations[90], soft.rotations), angle_between(out.rotations[90], soft.rotations)
    assert np.allclose(near, far / 2, atol=0.5)
    assert np.array_equal(out.rotations[:60], motion.rotations[:60])


def test_looking_at_a_point_turns_head_and_eyes_there() -> None:
    motion = relaxed_performance(120)
    target = np.array([2.0, 1.6, 1.5])
    out = direct(motion, motion.times(), (), (LookPin("look", 1.0, 3.0, target),))
    positions, world = forward_kinematics(out.rotations, out.translation)
    head = skeleton.INDEX["head"]
    facing = rotate(world[60, head], np.array([0, 0, 1.0]))
    wanted = target - positions[60, head]
    angle = np.degrees(np.arccos(facing @ wanted / np.linalg.norm(wanted)))
    before = np.degrees(np.arccos(np.array([0, 0, 1.0]) @ wanted / np.linalg.norm(wanted)))
    assert angle < 0.35 * before
    assert out.face[60, arkit.INDEX["eyeLookOutLeft"]] > 0.2 and out.face[60, arkit.INDEX["eyeLookInLeft"]] == 0
    assert np.array_equal(out.rotations[:15], motion.rotations[:15])


@pytest.mark.parametrize("degrees", [8.0, 20.0, 40.0])
def test_a_look_asked_for_some_degrees_gives_them(degrees: float) -> None:
    """Head and what eye bones show of the eyeLook weights, together; 22.4 of 20 when they did not count alike."""
    motion = rest_performance(120)
    positions, _ = forward_kinematics(motion.rotations, motion.translation)
    eyes = positions[60, [skeleton.INDEX[f"{side}_eye_smplhf"] for side in ("left", "right")]].mean(axis=0)
    angle = np.radians(degrees)
    target = eyes + 50.0 * np.array([np.sin(angle), 0.0, np.cos(angle)])
    out = direct(motion, motion.times(), (), (LookPin("look", 1.0, 3.0, target),))
    _, world = forward_kinematics(out.rotations, out.translation)
    head = world[60, skeleton.INDEX["head"]]
    for turned in (from_rotvec(eye_vectors(out.face, side))[60] for side in ("Left", "Right")):
        gaze = rotate(multiply(head, turned), np.array([0.0, 0.0, 1.0]))
        assert np.degrees(np.arctan2(gaze[0], gaze[2])) == pytest.approx(degrees, abs=0.3)


def test_contradictions_are_named() -> None:
    with pytest.raises(OratorError, match="'Pin 1' and 'Pin 2'"):
        check_pose_pins((pin(1.0, 1), pin(1.0, 2)), 10)
    with pytest.raises(OratorError, match="outside the speech"):
        check_pose_pins((pin(11.0),), 10)
    check_pose_pins((pin(1.0, 1), pin(1.0, 2, strength=0.5, falloff=0.3)), 10)


def test_a_look_across_a_cut_stays_one_look() -> None:
    look = LookPin("bird", 2.0, 3.0, np.array([0.5, 1.6, 2.0]))
    other = replace(look, name="cat", start=2.5, end=4.0)
    before = Directions(looks=(look, other))
    for start, end in ((2.4, 5.0), (0.0, 2.4), (2.2, 2.6), (2.0, 3.0)):
        assert spliced(before, before, cut_of(("face",), start, end)).looks == (look, other)
    longer = replace(look, end=3.6)
    assert spliced(before, Directions(looks=(longer,)), cut_of(("head",), 1.0, 5.0)).looks == (longer,)
    moved = replace(look, target=np.array([-0.5, 1.6, 2.0]))
    pieces = spliced(Directions(looks=(look,)), Directions(looks=(moved,)), cut_of(("head",), 2.5, 5.0)).looks
    assert [pin.target[0] for pin in pieces] == [0.5, -0.5], "two things to look at are two looks"
