"""Pins are hit exactly, smoothly and locally; contradictions are said."""

import numpy as np
import pytest
from helpers.motions import moving
from orator.core import skeleton
from orator.core.directing.pins import unreachable_pins
from orator.core.errors import OratorError
from orator.core.formats.pins import Pins, posed
from orator.core.formats.pins_npz import read_pins, write_pins
from orator.core.mask import everything
from orator.core.request.generation import given_by_pins
from orator.core.residual import honour, smooth_residual
from orator.core.rotations import angle_between, forward_kinematics, from_rotvec

WRIST = skeleton.INDEX["right_wrist"]


def pins_at(frames: list[int], seed: int = 0, joints: tuple[int, ...] = tuple(range(55)), size: float = 0.5) -> Pins:
    rng = np.random.default_rng(seed)
    count = len(frames)
    covers = np.zeros((count, 55), bool)
    covers[:, list(joints)] = True
    return Pins(
        np.array(frames),
        from_rotvec(rng.normal(size=(count, 55, 3)) * size).astype(np.float32),
        covers,
        rng.normal(size=(count, 3)).astype(np.float32) * 0.1,
        np.ones(count, bool),
        rng.uniform(size=(count, 52)).astype(np.float32),
        np.ones((count, 52), bool),
    )


def hinted(pins: Pins, frames: int):
    """What solvers take: given values and mask."""
    return given_by_pins(posed(pins), (), frames / 30.0).parts()


def test_pins_are_hit_and_far_frames_are_untouched() -> None:
    motion = moving(frames=300)
    pins = pins_at([60, 75, 200])
    result = honour(motion, *hinted(pins, 300))
    assert angle_between(result.rotations[pins.frames], pins.rotations).max() < 0.01
    assert np.abs(result.translation[pins.frames] - pins.translation).max() < 1e-4
    assert np.abs(result.face[pins.frames] - pins.face).max() < 1e-4
    assert np.array_equal(result.rotations[:20], motion.rotations[:20])
    assert np.abs(result.rotations[-20:] @ np.ones(4) - motion.rotations[-20:] @ np.ones(4)).max() < 1e-6


def test_only_pinned_joints_move() -> None:
    motion = moving(frames=120)
    pins = pins_at([50], joints=(WRIST,))
    pins.translation_pinned[:] = False
    pins.face_pinned[:] = False
    result = honour(motion, *hinted(pins, 120))
    others = [j for j in range(55) if j != WRIST]
    assert np.array_equal(result.rotations[:, others], motion.rotations[:, others])
    assert np.array_equal(result.face, motion.face)


def test_no_pop_around_a_pin() -> None:
    motion = moving(frames=240)
    result = honour(motion, *hinted(pins_at([120], size=0.3), 240))
    for joint in (skeleton.INDEX["left_shoulder"], WRIST):
        speed = angle_between(result.rotations[1:, joint], result.rotations[:-1, joint]) * 30
        jump = np.abs(np.diff(speed)).max()
        assert jump < 60, "the joint's speed jumps at the pin"
    positions, _ = forward_kinematics(result.rotations, result.translation)
    assert np.isfinite(positions).all()


def test_a_kept_range_stays_to_the_bit_and_joins_in_speed() -> None:
    motion, other = moving(frames=200), moving(frames=240).cut(40, 240)
    hints, mask = other, everything(200)
    mask.joints[:80] = False
    mask.root[:80] = False
    result = honour(motion, hints, mask)
    assert np.array_equal(result.rotations[:80], hints.rotations[:80])
    positions, _ = forward_kinematics(result.rotations, result.translation)
    velocity = np.linalg.norm(np.diff(positions[:, WRIST], axis=0), axis=-1) * 30
    inside = np.abs(np.diff(velocity))
    assert inside[77:82].max() < 1.5 * max(np.percentile(inside[:70], 99), np.percentile(inside[110:], 99), 0.02)


def test_hundreds_of_pins_are_solved() -> None:
    centres = np.arange(0, 3600, 7.0) + 0.1
    values = np.random.default_rng(0).normal(size=(len(centres), 3))
    out = smooth_residual(centres, values, centres, 0.8)
    assert np.abs(out - values).max() < 1e-9


def test_bad_pins_are_said() -> None:
    with pytest.raises(OratorError, match="outside the speech"):
        hinted(pins_at([400]), 300)
    with pytest.raises(OratorError, match=r"at frame 30.*at frame 30.*ask different poses"):
        hinted(pins_at([30, 30]), 300)
    assert "snap" in unreachable_pins(posed(pins_at([10, 11], size=1.5)))[0]


def test_pins_file_round_trip_and_damage(tmp_path) -> None:
    pins = pins_at([3, 9])
    write_pins(pins, tmp_path / "p.npz")
    back = read_pins(tmp_path / "p.npz")
    assert all(np.array_equal(getattr(back, k), getattr(pins, k)) for k in vars(pins))
    np.savez(tmp_path / "q.npz", frames=np.array([1, 2]), rotations=np.zeros((1, 55, 4)))
    with pytest.raises(OratorError, match="rotations has shape"):
        read_pins(tmp_path / "q.npz")
