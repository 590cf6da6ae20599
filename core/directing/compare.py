"""How far two takes are apart, over time and by parts: what an artist who compares them wants to be led to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .. import skeleton
from ..arrays import Array
from ..performance import Performance
from ..rotations import angle_between

CELL: Final = 0.1
"""Seconds of a cell, whose furthest frame counts."""
BODY_PARTS: Final = ("upper", "hands", "lower")


@dataclass(frozen=True)
class Apart:
    """How far one take is from another where both play.

    start  seconds of the timeline of the first cell.
    body   (N,) degrees of the joint that is furthest apart in each cell (no finger), or centimetres of travel if more.
    face   (N,) of the face weight that is furthest apart.
    means  the mean over time of a part's furthest joint, degrees; of the face's furthest weight.
    """

    start: float
    body: Array
    face: Array
    means: dict[str, float]

    @property
    def same(self) -> bool:
        """Whether they are the same to the bit where both play."""
        return not self.body.any() and not self.face.any()


def apart(one: Performance, start: float, other: Performance, other_start: float) -> Apart | None:
    """Compare two performances of one rate, given the timeline seconds of their first frames; None without overlap."""
    fps = one.fps
    ahead = round((other_start - start) * fps)
    first, last = max(0, ahead), min(one.frames, other.frames + ahead)
    if first >= last:
        return None
    one, other = one.cut(first, last), other.cut(first - ahead, last - ahead)
    turned = angle_between(one.rotations, other.rotations)
    turned[(one.rotations == other.rotations).all(axis=-1)] = 0.0
    weights = np.abs(one.face.astype(float) - other.face).max(axis=1)
    means = {part: float(turned[:, list(skeleton.PART_JOINTS[part])].max(axis=1).mean()) for part in BODY_PARTS}
    body = turned[:, [j for part in ("upper", "lower") for j in skeleton.PART_JOINTS[part]]].max(axis=1)
    body = np.maximum(body, 100.0 * np.linalg.norm(one.translation - other.translation, axis=1))
    return Apart(start + first / fps, _cells(body, fps), _cells(weights, fps), {**means, "face": float(weights.mean())})


def _cells(values: Array, fps: float) -> Array:
    """The greatest value of each cell, (N,)."""
    cells = (np.arange(len(values)) / fps / CELL + 1e-6).astype(int)
    out = np.zeros(int(cells[-1]) + 1)
    np.maximum.at(out, cells, values)
    return out
