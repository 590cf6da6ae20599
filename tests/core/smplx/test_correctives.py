"""Drivers' expressions are the pose features, whatever the bone's own axes and whatever the hands rest as."""

from __future__ import annotations

import numpy as np
from orator.core.smplx.correctives import VARIABLES, active, corrective_name, expression, feature_terms, joint_of
from scipy.spatial.transform import Rotation


def test_expressions_are_the_entries_of_the_rotation() -> None:
    rng = np.random.default_rng(0)
    for _ in range(10):
        before, turn, after = Rotation.random(3, random_state=int(rng.integers(1000)))
        x, y, z, w = turn.as_quat()
        wanted = (before.as_matrix() @ turn.as_matrix() @ after.as_matrix() - np.eye(3)).ravel()
        texts = [expression(row) for row in feature_terms(before.as_matrix(), after.as_matrix())]
        for sign in (1, -1):
            given = dict(zip(VARIABLES, (sign * w, sign * x, sign * y, sign * z), strict=True))
            assert np.abs([eval(text, {}, given) for text in texts] - wanted).max() < 1e-5
        assert max(map(len, texts)) < 200 and not any("e" in text for text in texts)


def test_a_bone_at_rest_mends_nothing() -> None:
    turn = Rotation.random(random_state=3).as_matrix()
    for row in feature_terms(turn.T, turn):
        assert eval(expression(row), {}, {"w": 1.0, "x": 0.0, "y": 0.0, "z": 0.0}) == 0.0


def test_numbers_are_the_public_add_on_s() -> None:
    directions = np.zeros((4, 3, 486))
    directions[2, 1, [8, 200]] = 0.01
    assert active(directions) == [8, 200]
    assert corrective_name(8) == "Pose008" and joint_of(8) == 1 and joint_of(9) == 2 and joint_of(485) == 54
