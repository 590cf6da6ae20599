"""Comping: a take built from ranges of other takes, blended at the joins."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..arrays import Array
from ..errors import OratorError
from ..performance import Performance, make_performance
from ..regions import joints_of
from ..rotations import slerp


@dataclass(frozen=True)
class Piece:
    """A range of a take: `regions` of `performance` from `start` to `end` seconds; `source` names the take."""

    performance: Performance
    source: str
    start: float
    end: float
    regions: tuple[str, ...]
    blend: float = 0.25
    """Seconds of cross-fade, centred on each end of the range."""
    origin: dict[str, object] = field(default_factory=dict)
    """JSON-like: what is known of the take it comes from, its id, seed and models."""


def comp(base: Performance, pieces: tuple[Piece, ...]) -> Performance:
    """`base` with each piece laid over it in order; later pieces win. Outside the pieces `base` stays to the bit.

    Either all of them have expressions or none (smplx.at_bake.tell): a face is mixed in one language.
    Raises OratorError when a piece is empty, outside the base, or of another length or rate.
    """
    rotations, translation, face = (np.array(a) for a in (base.rotations, base.translation, base.face))
    expressions = None if base.expressions is None else np.array(base.expressions)
    times = base.times()
    for piece in pieces:
        other = piece.performance
        if other.frames != base.frames or abs(other.fps - base.fps) > 1e-9:
            raise OratorError(f"'{piece.source}' is of another length than the take: only takes of one speech combine.")
        if piece.end <= piece.start or piece.start >= base.seconds or piece.end <= 0:
            raise OratorError(f"The range of '{piece.source}' is empty or outside the speech. Set its start and end.")
        weight = piece_weight(times, piece, base.seconds)
        on = np.flatnonzero(weight > 0)
        w = weight[on]
        joints = np.flatnonzero(joints_of(piece.regions))
        block = np.ix_(on, joints)
        mixed = slerp(rotations[block], other.rotations[block], w[:, None])
        full = w[:, None, None] >= 1.0
        rotations[block] = np.where(full, other.rotations[block], mixed)
        if "root" in piece.regions or "lower" in piece.regions:
            translation[on] = _mix(translation[on], other.translation[on], w)
        if "face" in piece.regions:
            face[on] = _mix(face[on], other.face[on], w)
            if expressions is not None and other.expressions is not None:
                expressions[on] = _mix(expressions[on], other.expressions[on], w)
    return make_performance(rotations, translation, face, base.fps, expressions)


def piece_weight(times: Array, piece: Piece, seconds: float) -> Array:
    """How much of the piece shows at each time, 0 - 1: smooth steps at its ends, none at the clip's own."""
    half = max(piece.blend, 1e-6) / 2.0
    rise = np.ones(len(times)) if piece.start <= 0 else _smooth((times - (piece.start - half)) / (2 * half))
    fall = np.ones(len(times)) if piece.end >= seconds - 1e-6 else _smooth(((piece.end + half) - times) / (2 * half))
    return np.minimum(rise, fall)


def _smooth(x: Array) -> Array:
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (x * (6.0 * x - 15.0) + 10.0)


def _mix(a: Array, b: Array, w: Array) -> Array:
    return np.where(w[:, None] >= 1.0, b, a * (1.0 - w[:, None]) + b * w[:, None])


def provenance(
    base: str, pieces: tuple[Piece, ...], origin: dict[str, object] | None = None
) -> list[dict[str, object]]:
    """JSON-like rows for the take's meta: where each piece came from; the first is what they were laid over."""
    return [{"source": base, "start": 0.0, "end": None, "regions": ["all"], **(origin or {})}] + [
        {"source": p.source, "start": p.start, "end": p.end, "regions": list(p.regions), "blend": p.blend, **p.origin}
        for p in pieces
    ]
