"""What plays a face beside its ARKit weights: expressions, and the jaw and eye joints, which follow changes of them.

Sliders, pins and looks are laid over ARKit weights. What they change there, after minus before, is carried to the
expressions by the linear map of arkit_map, and to the joints by the angles that the weights stand for; what they leave
alone stays as the take has it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..arkit import ARKIT, COUNT
from ..arrays import Array
from ..mask import Mask, given_joint, nearness, same_columns
from ..performance import Performance
from ..residual import SHORTEST_REACH, anchor_frames, smooth_residual
from ..rotations import from_rotvec, to_rotvec
from ..skeleton import INDEX as JOINT
from ..smplx.arkit_map import eye_vectors, jaw_vectors

EXPRESSIONS: Final = 100
EYES: Final = {"Left": "left_eye_smplhf", "Right": "right_eye_smplhf"}
JOINTS: Final = ("jaw", *EYES.values())
CHANGED: Final = 0.002
"""Weight by which a channel must change to be told."""


@dataclass(frozen=True)
class Driven:
    """How a take's face plays on a target beside the weights themselves.

    to_expressions (E, 52) or None where no map is known; joints are those of jaw and eyes that tell the face;
    expressive: the target's face is made of expressions.
    """

    to_expressions: Array | None = None
    joints: frozenset[str] = frozenset()
    expressive: bool = False


UNDRIVEN: Final = Driven()
"""Only the weights: nothing follows."""


def turns_of(face: Array, joint: str) -> Array:
    """Rotation vectors (T, 3) that weights, or changes of weights, (T, 52) mean for the jaw or an eye."""
    if joint == "jaw":
        return jaw_vectors(face)
    return eye_vectors(face, "Left" if joint == EYES["Left"] else "Right")


def changed_names(before: Array, after: Array) -> frozenset[str]:
    """The weights that differ anywhere between two faces (T, 52)."""
    if before is after:
        return frozenset()
    worst = np.abs(after - before).max(axis=0, initial=0.0)
    return frozenset(name for name, size in zip(ARKIT, worst, strict=True) if size > CHANGED)


def follow(
    before: Performance, after: Performance, driven: Driven, given: Mask | None = None, fps: float = 30.0
) -> Performance:
    """`after` with its expressions and joints moved by what its weights differ from those of `before`.

    Joints that are given themselves (pins) stay there, and near it, as they are in `after`.
    """
    change = after.face.astype(np.float64) - before.face
    rows = np.flatnonzero(np.abs(change).max(axis=1, initial=0.0) > 0)
    if not len(rows):
        return after
    expressions = after.expressions
    if expressions is not None and driven.to_expressions is not None:
        expressions = np.array(expressions)
        count = min(expressions.shape[1], len(driven.to_expressions))
        expressions[rows, :count] += (change[rows] @ driven.to_expressions[:count].T).astype(np.float32)
    rotations = after.rotations
    for joint in driven.joints:
        turn = turns_of(change[rows], joint)
        free = 1.0 - nearness(given_joint(given, joint, after.frames), fps)[rows]
        if np.any(turn) and np.any(free):
            rotations = np.array(rotations) if rotations is after.rotations else rotations
            moved = to_rotvec(rotations[rows, JOINT[joint]].astype(np.float64)) + free[:, None] * turn
            rotations[rows, JOINT[joint]] = from_rotvec(moved)
    return replace(after, rotations=rotations, expressions=expressions)


def meet_expressions(performance: Performance, wanted: Array, times: Array | None = None) -> Performance:
    """Expressions met exactly where `wanted` (T, E) holds numbers (NaN is free), with a smooth local approach."""
    if performance.expressions is None or not len(wanted):
        return performance
    times = performance.times() if times is None else times
    out = np.array(performance.expressions)
    for columns, given in same_columns(np.isfinite(wanted[:, : out.shape[1]])):
        anchors = anchor_frames(given)
        delta = wanted[anchors][:, columns].astype(np.float64) - out[anchors][:, columns]
        out[:, columns] += smooth_residual(times[anchors], delta, times, 0.5 * SHORTEST_REACH).astype(np.float32)
        out[np.ix_(given, columns)] = wanted[np.ix_(given, columns)]
    return replace(performance, expressions=out)


def no_expressions(frames: int) -> Array:
    """(T, 100) of a face at rest."""
    return np.zeros((frames, EXPRESSIONS), np.float32)


def of_weights(face: Array, driven: Driven) -> Array | None:
    """Expressions (100,) that a whole pinned face (52,) stands for; None without a map."""
    if driven.to_expressions is None:
        return None
    out = np.full(EXPRESSIONS, np.nan)
    count = min(EXPRESSIONS, len(driven.to_expressions))
    out[:count] = driven.to_expressions[:count] @ face
    return out


def whole(channels: Array) -> bool:
    """Whether a pin's channels (52,) are a face and not some weights of it; a tongue may be missing."""
    return int(channels.sum()) >= COUNT - 4
