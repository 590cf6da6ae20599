"""Expressions and ARKit weights through the face's landmarks, both ways, with an honest residual."""

from __future__ import annotations

import numpy as np
from orator.core.arkit import ARKIT, COUNT, INDEX
from orator.core.rotations import IDENTITY, angle_between, from_rotvec
from orator.core.smplx.arkit_map import jaw_rotations, jaw_weights, solve_map, to_arkit, to_expressions
from orator.core.smplx.face_points import arkit_effects
from orator.core.smplx.names import expression_values, is_smplx_character

JAWS = ("jawForward", "jawLeft", "jawRight", "jawOpen")


def test_a_basis_made_of_arkit_shapes_is_found_again() -> None:
    shapes = ["mouthSmileLeft", "eyeBlinkRight", "browInnerUp", "mouthPucker"]
    effects = arkit_effects()[..., [INDEX[name] for name in shapes]] * 0.001
    mapping = solve_map(effects)
    for k, name in enumerate(shapes):
        face = to_arkit(np.eye(4)[k : k + 1], IDENTITY[None], mapping)[0]
        assert ARKIT[int(np.argmax(face))] == name and face.max() > 0.6
    back = to_expressions(np.eye(COUNT)[[INDEX["mouthPucker"]]], mapping)[0]
    assert int(np.argmax(back)) == 3 and back[3] > 0.8
    assert mapping.expression_residual.max() < 0.3


def test_the_residual_says_what_cannot_be_shown() -> None:
    rng = np.random.default_rng(0)
    mapping = solve_map(rng.normal(0, 0.003, (51, 3, 100)))
    assert mapping.expression_residual.mean() > 0.4
    assert "%" in mapping.summary()
    assert np.isnan(mapping.arkit_residual[INDEX["tongueOut"]])


def test_left_and_right_mirror() -> None:
    table = arkit_effects()
    for name in ("mouthSmile", "eyeBlink", "browOuterUp", "noseSneer"):
        left, right = (table[..., INDEX[f"{name}{side}"]].sum(axis=0) for side in ("Left", "Right"))
        assert left.any() and np.allclose(left, right * [-1, 1, 1])


def test_the_jaw_goes_both_ways() -> None:
    jaw = from_rotvec(np.array([[0.2, 0.05, 0.0], [0.0, -0.1, 0.0]]))
    assert float(angle_between(jaw_rotations(jaw_weights(jaw)), jaw).max()) < 0.2


def test_public_characters_are_recognised() -> None:
    from orator.core.skeleton import JOINTS

    assert is_smplx_character(JOINTS, ["Basis", "Shape000", "Exp009", "Pose001"])
    assert not is_smplx_character(JOINTS, ["Basis", "jawOpen"])
    assert not is_smplx_character(["Hips", "Spine"], ["Exp000"])
    values = expression_values(["Basis", "Exp002", "Exp150"], np.arange(200.0).reshape(2, 100))
    assert list(values) == ["Exp002"] and np.array_equal(values["Exp002"], [2.0, 102.0])
