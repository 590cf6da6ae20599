"""At bake a face becomes what the target can show: expressions or ARKit weights, and the residual is said."""

from __future__ import annotations

import numpy as np
from orator.core.arkit import ARKIT, COUNT, INDEX
from orator.core.bake.face import FaceFit, convert_face, finish
from orator.core.performance import make_performance
from orator.core.rig.description import MeshDescription, RigDescription, Shape
from orator.core.rig.motion import Coverage
from orator.core.rotations import IDENTITY, from_rotvec, to_rotvec
from orator.core.skeleton import INDEX as JOINT
from orator.core.smplx.arkit_map import ExpressionMap, solve_map
from orator.core.smplx.face_points import arkit_effects

FRAMES = 5


def rig(*names: str) -> RigDescription:
    return RigDescription("Rig", (), (MeshDescription("Body", tuple(Shape(name, -10, 10) for name in names)),))


EXPRESSIONS = rig(*(f"Exp{k:03d}" for k in range(COUNT)))
SHAPES = rig(*ARKIT)


def mapping() -> ExpressionMap:
    return solve_map(arkit_effects() * 0.001)


def performance(face: np.ndarray, expressions: np.ndarray | None = None, jaw: float = 0.0):
    turns = np.tile(IDENTITY, (FRAMES, 55, 1))
    turns[:, JOINT["jaw"]] = from_rotvec(np.array([jaw, 0.0, 0.0]))
    return make_performance(turns, np.zeros((FRAMES, 3)), face, 30.0, expressions)


def weights(**values: float) -> np.ndarray:
    face = np.zeros((FRAMES, COUNT))
    for name, value in values.items():
        face[:, INDEX[name]] = value
    return face


def fit_face(made, target: RigDescription, mapping: ExpressionMap | None) -> FaceFit:
    """A take that nobody changed."""
    converted = convert_face(made, target, mapping)
    return finish(converted, converted.performance, target)


def test_an_arkit_face_plays_on_expression_keys() -> None:
    face = weights(mouthSmileLeft=0.8, jawOpen=0.5, eyeLookOutLeft=1.0)
    fitted = fit_face(performance(face), EXPRESSIONS, mapping())
    made = fitted.performance
    assert int(np.argmax(made.expressions[2])) == INDEX["mouthSmileLeft"] and made.expressions[2].max() > 0.5
    assert np.isclose(to_rotvec(made.rotations[2, JOINT["jaw"]].astype(float))[0], np.radians(11.0), atol=1e-3)
    assert to_rotvec(made.rotations[2, JOINT["left_eye_smplhf"]].astype(float))[1] > 0.3
    report = fitted.added_to(Coverage(joints=55, missing_shapes=ARKIT))
    assert report.shapes > 30 and "mouthSmileLeft" not in report.missing_shapes and "tongueOut" in report.missing_shapes
    assert "%" in report.notes[0]


def test_without_a_model_the_jaw_moves_and_it_is_said() -> None:
    fitted = fit_face(performance(weights(jawOpen=1.0, mouthPucker=1.0)), EXPRESSIONS, None)
    assert fitted.performance.expressions is None and "SMPL-X file" in fitted.notes[0]
    assert to_rotvec(fitted.performance.rotations[0, JOINT["jaw"]].astype(float))[0] > 0.3


def test_expressions_play_on_arkit_shapes() -> None:
    expressions = np.zeros((FRAMES, COUNT), np.float32)
    expressions[:, INDEX["browInnerUp"]] = 1.0
    blink = weights(eyeBlinkLeft=1.0)
    fitted = fit_face(performance(blink, expressions, jaw=np.radians(11.0)), SHAPES, mapping())
    face = fitted.performance.face[0]
    assert face[INDEX["browInnerUp"]] > 0.6 and face[INDEX["eyeBlinkLeft"]] == 1.0
    assert abs(face[INDEX["jawOpen"]] - 0.5) < 0.01 and "%" in fitted.notes[0]
    full = performance(weights(mouthFrownLeft=0.3), expressions)
    assert fit_face(full, SHAPES, mapping()).performance.face is full.face


def test_what_the_target_speaks_already_is_left_alone() -> None:
    both = performance(weights(jawOpen=0.5), np.ones((FRAMES, COUNT), np.float32))
    made = fit_face(both, EXPRESSIONS, mapping()).performance
    assert made.expressions is both.expressions
    plain = performance(weights(jawOpen=0.5))
    made = fit_face(plain, SHAPES, mapping()).performance
    assert made.rotations is plain.rotations and made.face is plain.face and made.expressions is None
    assert fit_face(plain, rig(), None).notes == ()
