"""Between a take's face and a target's: expressions where it has expression keys, ARKit weights where it has those."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ..arkit import ARKIT, INDEX
from ..rotations import IDENTITY, angle_between
from ..skeleton import INDEX as JOINT
from .arkit_map import ExpressionMap, eye_rotations, jaw_rotations, to_arkit, to_expressions
from .names import expression_number, plays_expressions

if TYPE_CHECKING:
    from ..performance import Performance
    from ..rig.description import RigDescription
    from ..rig.motion import Coverage

ENOUGH: Final = 20
"""ARKit shapes from which a target shows ARKit faces itself; the same as for retargeting."""
SHOWN: Final = 0.75
"""A shape counts as shown by expressions when no more than this share of its motion is left over."""
_JAW: Final = ("jawOpen", "jawLeft", "jawRight")
_EYES: Final = {"Left": "left_eye_smplhf", "Right": "right_eye_smplhf"}
_LOOKS: Final = tuple(name for name in ARKIT if name.startswith("eyeLook"))
_OWN: Final = (*_JAW, *(name for name in ARKIT if name.startswith("eye")))
"""What a face without an SMPL-X file still has: the jaw joint's share, blinks and gaze."""
_STILL: Final = 0.5
"""Degrees that a joint that nothing moves stays within."""


@dataclass(frozen=True)
class FaceFit:
    """A performance whose face speaks the target's language, the ARKit names that it shows so, and notes."""

    performance: Performance
    shown: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def added_to(self, coverage: Coverage) -> Coverage:
        """The bake's report with what was converted."""
        if not self.shown and not self.notes:
            return coverage
        missing = tuple(name for name in coverage.missing_shapes if name not in self.shown)
        shapes = len(ARKIT) - len(missing)
        return replace(coverage, shapes=shapes, missing_shapes=missing, notes=(*coverage.notes, *self.notes))


def fit_face(performance: Performance, description: RigDescription, mapping: ExpressionMap | None) -> FaceFit:
    """The performance for a target with expression keys, or with ARKit shapes, when the take has only the other kind.

    `mapping` is that of the target's own model, or of the artist's SMPL-X file; None when neither is known.
    """
    names = [shape.name for mesh in description.meshes for shape in mesh.shapes]
    by_arkit = sum(name in INDEX for name in names) >= ENOUGH
    if plays_expressions(names) and not by_arkit:
        if performance.expressions is not None:
            played = sum((expression_number(name) or 0) < performance.expressions.shape[1] for name in names
                         if expression_number(name) is not None)  # fmt: skip
            note = f"{played} of {performance.expressions.shape[1]} expressions"
            return FaceFit(performance, _shown(mapping), (note,))
        if performance.face.any():
            return _as_expressions(performance, mapping)
    elif by_arkit and performance.expressions is not None and mapping is not None:
        return _as_arkit(performance, mapping)
    return FaceFit(performance)


def _shown(mapping: ExpressionMap | None) -> frozenset[str]:
    """ARKit names that expressions and the jaw and eye joints show."""
    if mapping is None:
        return frozenset((*_JAW, *_LOOKS))
    residual = np.nan_to_num(mapping.arkit_residual, nan=1.0)
    return frozenset((*_JAW, *_LOOKS, *(name for name in ARKIT if residual[INDEX[name]] <= SHOWN)))


def _still(rotations: np.ndarray, joint: str) -> bool:
    return float(np.max(angle_between(rotations[:, JOINT[joint]].astype(np.float64), IDENTITY), initial=0.0)) < _STILL


def _as_expressions(performance: Performance, mapping: ExpressionMap | None) -> FaceFit:
    """An ARKit face as expressions, with the jaw and eye joints that carry the rest of it."""
    face = performance.face
    rotations = np.array(performance.rotations)
    if _still(rotations, "jaw"):
        rotations[:, JOINT["jaw"]] = jaw_rotations(face)
    for side, joint in _EYES.items():
        if _still(rotations, joint):
            rotations[:, JOINT[joint]] = eye_rotations(face, side)
    if mapping is None:
        said = "the face moves jaw and eyes alone: choose your SMPL-X file under Model and SMPL-X to get expressions"
        return FaceFit(replace(performance, rotations=rotations), _shown(None), (said,))
    made = replace(performance, rotations=rotations, expressions=to_expressions(face, mapping))
    left = 100 * np.nanmean(mapping.arkit_residual)
    return FaceFit(made, _shown(mapping), (f"ARKit face as expressions: {left:.0f}% of its motion is not shown",))


def _as_arkit(performance: Performance, mapping: ExpressionMap) -> FaceFit:
    """Expressions as ARKit weights, unless the take's face has them already."""
    left = (
        f"expressions as ARKit shapes: {100 * np.mean(mapping.expression_residual):.0f}% of their motion is not shown"
    )
    others = [k for k, name in enumerate(ARKIT) if name not in _OWN]
    if performance.face[:, others].any():
        return FaceFit(performance, frozenset(), (left,))
    face = to_arkit(performance.expressions, performance.rotations[:, JOINT["jaw"]], mapping)
    return FaceFit(replace(performance, face=np.maximum(face, performance.face)), frozenset(), (left,))
