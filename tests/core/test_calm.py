"""No pop around pins: what trembles near them is calmed as little as helps, and all else stays."""

import numpy as np
from helpers.motions import moving
from orator.core import skeleton
from orator.core.directing.calm import _measures, meet
from orator.core.mask import everything
from orator.core.performance import Performance, make_performance
from orator.core.regions import joints_of, regenerate_mask
from orator.core.rotations import angle_between, from_rotvec, multiply

AT = 150


def trembling(frames: int = 300) -> Performance:
    """Smooth motion with a tremor within a second around a frame, as a network leaves round a pin."""
    p = moving(frames)
    rng = np.random.default_rng(0)
    shake = 0.01 * rng.normal(size=(frames, 55, 3)) * np.exp(-(((np.arange(frames) - AT) / 12.0) ** 2))[:, None, None]
    return make_performance(multiply(p.rotations, from_rotvec(shake)), p.translation, p.face)


def pinned(p: Performance) -> tuple[Performance, object]:
    mask = everything(p.frames)
    mask.joints[AT, :22] = False
    rotations = np.array(p.rotations)
    rotations[AT, :22] = multiply(rotations[AT, :22], from_rotvec(np.full((22, 3), 0.2))).astype(np.float32)
    return Performance(rotations, p.translation, p.face), mask


def test_a_tremor_round_a_pin_goes_and_the_pin_is_hit() -> None:
    p = trembling()
    hints, mask = pinned(p)
    out = meet(p, hints, mask)
    usual, before, after = _measures(moving(300)), _measures(p.cut(120, 180)), _measures(out.cut(120, 180))
    assert before[0] > 3 * usual[0] and after[0] < 0.2 * before[0] and after[1] < 2.5 * usual[1]
    assert angle_between(out.rotations[AT, :22], hints.rotations[AT, :22]).max() < 1e-3
    assert np.array_equal(out.rotations[:90], p.rotations[:90])
    assert np.array_equal(out.rotations[-90:], p.rotations[-90:])


def test_what_is_calm_is_left_alone() -> None:
    from orator.core.residual import honour

    p = moving(300)
    hints, mask = p, everything(300)
    mask.joints[AT, :22] = False
    assert np.array_equal(meet(p, hints, mask).rotations, honour(p, hints, mask).rotations)


def test_given_ranges_and_parts_stay_to_the_bit() -> None:
    old, new = moving(360).cut(0, 300), moving(360).cut(60, 360)
    arm = joints_of(("right_arm",))
    for first, last in ((60, 120), (0, 40), (250, 300), (100, 103), (0, 300)):
        mask = regenerate_mask(300, ("right_arm",), first, last)
        out = meet(new, old, mask)
        assert np.array_equal(out.rotations[~mask.joints], old.rotations[~mask.joints])
        assert np.array_equal(out.face, old.face) and np.array_equal(out.translation, old.translation)
        if last - first < 300:
            joint = skeleton.INDEX["right_elbow"]
            step = angle_between(out.rotations[1:, joint], out.rotations[:-1, joint]) * 30
            seam = np.abs(np.diff(step))[max(0, first - 3) : last + 3]
            own = np.abs(np.diff(angle_between(old.rotations[1:, joint], old.rotations[:-1, joint]) * 30))
            assert seam.max() < own.max() + 25.0, "the speed of the elbow jumps at a join"
        assert np.flatnonzero((out.rotations != old.rotations).any(axis=(0, 2))).tolist() in (
            np.flatnonzero(arm).tolist(), [])  # fmt: skip
