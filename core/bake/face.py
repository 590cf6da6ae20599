"""Between a take's face and a target's: expressions where it has expression keys, ARKit weights where it has those.

A take's face is first converted to the channels that the target has. Then the artist's sliders and pins change its
ARKit weights, and what they drive follows (core/face/driven.py). At the end the report says what cannot be shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ..arkit import ARKIT, BLINK, EYE_LOOK, INDEX
from ..arrays import Array
from ..face.driven import JOINTS, Driven, no_expressions, turns_of
from ..rotations import IDENTITY, angle_between, from_rotvec
from ..skeleton import INDEX as JOINT
from ..smplx.arkit_map import ExpressionMap, to_arkit, to_expressions
from ..smplx.names import expression_number, plays_expressions

if TYPE_CHECKING:
    from ..mask import Mask
    from ..performance import Performance
    from ..rig.description import RigDescription
    from ..rig.motion import Coverage
    from ..rig.profile import RigProfile

ENOUGH: Final = 20
"""ARKit shapes from which a target shows ARKit faces itself; the same as for retargeting."""
SHOWN: Final = 0.75
"""A shape counts as shown by expressions when no more than this share of its motion is left over."""
_JAW: Final = ("jawOpen", "jawLeft", "jawRight")
_LOOKS: Final = tuple(name for name in ARKIT if name.startswith("eyeLook"))
_OWN: Final = (*_JAW, *(name for name in ARKIT if name.startswith("eye")))
"""What a face without an SMPL-X file still has: the jaw joint's share, blinks and gaze."""
_OTHERS: Final = [k for k, name in enumerate(ARKIT) if name not in _OWN]
_EYES: Final = [*BLINK, *EYE_LOOK]
_STILL: Final = 0.5
"""Degrees that a joint that nothing moves stays within."""
_CHOOSE: Final = "choose your SMPL-X file under Model and SMPL-X"


@dataclass(frozen=True)
class ConvertedFace:
    """A take in a target's language, before the artist's sliders and pins, and how its face plays there.

    had_expressions: it came with expressions; both: the target has expression keys and ARKit shapes.
    """

    performance: Performance
    driven: Driven
    mapping: ExpressionMap | None
    had_expressions: bool
    by_arkit: bool
    both: bool


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


def convert_face(
    performance: Performance, description: RigDescription, mapping: ExpressionMap | None, fully: bool = False
) -> ConvertedFace:
    """The performance in the language of a target: with expression keys, or with ARKit shapes.

    `mapping` is that of the target's own model, or of the artist's SMPL-X file; None when neither is known.
    `fully` gives it expressions, jaw and eyes whatever the target has, so that it can be mixed with a take that does.
    """
    names = [shape.name for mesh in description.meshes for shape in mesh.shapes]
    by_arkit, keys = shows_arkit(description), plays_expressions(names)
    had_expressions = performance.expressions is not None
    expressive = keys and (had_expressions or not by_arkit)
    face, expressions, rotations = performance.face, performance.expressions, performance.rotations
    if expressions is not None and mapping is not None and not face[:, _OTHERS].any():
        face = _completed(performance, expressions, mapping)
    moving = frozenset(joint for joint in JOINTS if not _still(performance.rotations, joint))
    if expressive or fully:
        for joint in (j for j in JOINTS if j not in moving):
            turns = turns_of(face, joint)
            if turns.any():
                rotations = np.array(rotations) if rotations is performance.rotations else rotations
                rotations[:, JOINT[joint]] = from_rotvec(turns)
        moving = frozenset(JOINTS)
        if not had_expressions and mapping is not None:
            expressions = _wide(to_expressions(face, mapping))
        elif not had_expressions and fully:
            expressions = no_expressions(performance.frames)
    elif not had_expressions:
        moving = frozenset()
    driven = Driven(mapping.to_expressions if mapping is not None else None, moving, expressive)
    converted = replace(performance, rotations=rotations, face=face, expressions=expressions)
    return ConvertedFace(converted, driven, mapping, had_expressions, by_arkit, keys and by_arkit)


def _completed(performance: Performance, expressions: Array, mapping: ExpressionMap) -> Array:
    """The whole ARKit face (T, 52) of a take that was made without a map; blinks and gaze that it has stay."""
    face = performance.face
    whole = np.maximum(to_arkit(expressions, performance.rotations[:, JOINT["jaw"]], mapping), face)
    if face[:, _EYES].any():
        whole[:, _EYES] = face[:, _EYES]
    return whole


def _wide(expressions: Array) -> Array:
    """(T, 100): those that a model lacks are at rest."""
    out = no_expressions(len(expressions))
    out[:, : expressions.shape[1]] = expressions
    return out


def shows_arkit(description: RigDescription) -> bool:
    """Whether a target shows ARKit weights by shapes of its own."""
    from ..rig.faces import match_shapes

    return sum(len(match_shapes(mesh)) for mesh in description.meshes) >= ENOUGH


def _still(rotations: Array, joint: str) -> bool:
    return float(np.max(angle_between(rotations[:, JOINT[joint]].astype(np.float64), IDENTITY), initial=0.0)) < _STILL


def finish(
    converted: ConvertedFace,
    reshaped: Performance,
    description: RigDescription,
    profile: RigProfile | None = None,
    changed: frozenset[str] = frozenset(),
    given: Mask | None = None,
    fps: float = 30.0,
) -> FaceFit:
    """The converted performance after sliders and pins, as the target plays it, and what the report has to say.

    `changed` are the ARKit names that sliders and pins moved; `given` is False where a pin is met exactly.
    """
    if converted.driven.expressive:
        return _on_expressions(converted, reshaped, description, changed)
    if not converted.by_arkit or not converted.had_expressions:
        return FaceFit(reshaped)
    if profile is not None and profile.rest == "smplx":
        # The face's shapes open the mouth and turn the eyes: the joints show only what is left over.
        from ..rig.facing import face_joints, face_shapes

        _, shown, _ = face_shapes(reshaped, description, profile)
        reshaped = replace(
            reshaped,
            rotations=face_joints(reshaped.rotations, reshaped, shown, slice(None), given, fps).astype(np.float32),
        )
    if converted.mapping is None:
        known = bool(reshaped.face[:, _OTHERS].any())
        said = f"ARKit shapes show jaw, eyes and blinks of the expressions: {_CHOOSE} to get the rest"
        return FaceFit(reshaped, frozenset(), () if known else (said,))
    left = 100 * np.mean(converted.mapping.expression_residual)
    return FaceFit(reshaped, frozenset(), (f"expressions as ARKit shapes: {left:.0f}% of their motion is not shown",))


def _on_expressions(
    converted: ConvertedFace, reshaped: Performance, description: RigDescription, changed: frozenset[str]
) -> FaceFit:
    names = [shape.name for mesh in description.meshes for shape in mesh.shapes]
    shown = _shown(converted.mapping)
    notes = []
    if converted.performance.expressions is not None and converted.had_expressions:
        numbers = {n for n in map(expression_number, names) if n is not None}
        total = converted.performance.expressions.shape[1]
        notes.append(f"{sum(n < total for n in numbers)} of {total} expressions")
    elif converted.mapping is None and reshaped.face.any():
        notes.append(f"the face moves jaw and eyes alone: {_CHOOSE} to get expressions")
    elif converted.mapping is not None and reshaped.face.any():
        left = 100 * np.nanmean(converted.mapping.arkit_residual)
        notes.append(f"ARKit face as expressions: {left:.0f}% of its motion is not shown")
    lost = sorted(changed - shown)
    if lost:
        more = f" and {len(lost) - 4} more" if len(lost) > 4 else ""
        why = f"{_CHOOSE} to see it" if converted.mapping is None else "expressions have no such motion"
        notes.append(f"sliders and pins of {', '.join(lost[:4])}{more} are not shown: {why}")
    if converted.both:
        reshaped = replace(reshaped, face=np.zeros_like(reshaped.face))
    return FaceFit(reshaped, shown, tuple(notes))


def _shown(mapping: ExpressionMap | None) -> frozenset[str]:
    """ARKit names that expressions and the jaw and eye joints show."""
    if mapping is None:
        return frozenset((*_JAW, *_LOOKS))
    residual = np.nan_to_num(mapping.arkit_residual, nan=1.0)
    return frozenset((*_JAW, *_LOOKS, *(name for name in ARKIT if residual[INDEX[name]] <= SHOWN)))
