"""Comping and regenerating touch what they name, and join without a seam."""

import numpy as np
import pytest
from helpers.motions import moving
from orator.core import skeleton
from orator.core.directing.comp import Piece, comp
from orator.core.errors import OratorError
from orator.core.performance import Performance
from orator.core.regions import joints_of, regenerate_mask
from orator.core.residual import honour
from orator.core.rotations import angle_between


def two() -> tuple[Performance, Performance]:
    whole = moving(frames=400)
    return whole.cut(0, 300), whole.cut(100, 400)


def test_a_piece_shows_inside_and_the_base_stays_outside() -> None:
    a, b = two()
    out = comp(a, (Piece(b, "Take 2", 3.1, 7.0, ("right_arm",), 0.3),))
    arm = joints_of(("right_arm",))
    assert np.array_equal(out.rotations[110:200, arm], b.rotations[110:200, arm])
    assert np.array_equal(out.rotations[:85], a.rotations[:85])
    assert np.array_equal(out.rotations[:, ~arm], a.rotations[:, ~arm])
    assert np.array_equal(out.face, a.face)
    joint = skeleton.INDEX["right_elbow"]
    step = angle_between(out.rotations[1:, joint], out.rotations[:-1, joint])
    own = angle_between(a.rotations[1:, joint], a.rotations[:-1, joint])
    gap = angle_between(a.rotations[93, joint], b.rotations[93, joint])
    assert step.max() < own.max() + 2.2 * gap / 9, "the join jumps"


def test_the_face_of_another_take() -> None:
    a, b = two()
    out = comp(a, (Piece(b, "Take 2", 0.0, 99.0, ("face",)),))
    assert np.array_equal(out.face, b.face) and np.array_equal(out.translation, a.translation)


def test_regenerating_keeps_all_else_to_the_bit() -> None:
    old, new = two()
    mask = regenerate_mask(300, ("right_arm",), 60, 120)
    out = honour(new, old, mask)
    arm = joints_of(("right_arm",))
    assert np.array_equal(out.rotations[:, ~arm], old.rotations[:, ~arm])
    assert np.array_equal(out.rotations[:60], old.rotations[:60])
    assert np.array_equal(out.rotations[120:], old.rotations[120:])
    assert np.array_equal(out.face, old.face) and np.array_equal(out.translation, old.translation)
    changed = angle_between(out.rotations[80:100, arm], old.rotations[80:100, arm])
    assert changed.mean() > 1.0


def test_bad_ranges_are_said() -> None:
    a, b = two()
    with pytest.raises(OratorError, match="empty or outside"):
        comp(a, (Piece(b, "Take 2", 5.0, 5.0, ("face",)),))
    with pytest.raises(OratorError, match="another length"):
        comp(a, (Piece(b.cut(0, 50), "Take 2", 1.0, 5.0, ("face",)),))
    with pytest.raises(OratorError, match="outside the take"):
        regenerate_mask(300, ("head",), 400, 500)
    with pytest.raises(OratorError, match="no region"):
        regenerate_mask(300, ("tail",), 0, 50)
