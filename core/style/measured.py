"""What pieces of motion have in common: where strokes end and how long they are, which hand, how a body is held."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..body.styled import SLOW
from ..learned_style import Measured, OwnRest, OwnStroke
from .channels import FPS, Channels
from .events import resting, rests_of, speeds, strokes_of

LONG_PIECE: Final = 8.0
"""Seconds: how often hands gesture and rest cannot be told from shorter pieces."""
_TALKS: Final = 3
"""Strokes from which a piece is one of talking; how often hands gesture cannot be told from an idle either."""


def _moments(rows: list[Array], width: int) -> tuple[Array, Array]:
    if not rows:
        return np.zeros(width), np.ones(width)
    table = np.array(rows)
    return table.mean(axis=0), table.std(axis=0)


def measure(pieces: Iterable[Channels], labels: Iterable[tuple[tuple[float, str], ...]] = ()) -> Measured:
    """The measures of pieces; `labels` (seconds, kind) of gestures that are known, a tuple a piece."""
    pieces = list(pieces)
    known = list(labels) or [()] * len(pieces)
    strokes: list[OwnStroke] = []
    rests: list[OwnRest] = []
    long, struck, still = 0.0, 0, 0.0
    for piece, told in zip(pieces, known, strict=True):
        own = strokes_of(piece, told)
        strokes += own
        rests += rests_of(piece)
        if piece.seconds >= LONG_PIECE and len(own) >= _TALKS:
            long, struck = long + piece.seconds, struck + len(own)
            still += float(resting(speeds(piece)).sum()) / FPS
    ends = [s.end[k] for s in strokes for k in range(2) if s.side in (k, 2)]
    shapes = [s.shape[k] for s in strokes for k in range(2) if s.side in (k, 2)]
    trunk = np.concatenate([p.trunk for p in pieces])
    # How a head is held, and how it nods; each piece by itself, so that joints between pieces are no motion.
    held = [gaussian_filter1d(p.head, SLOW, axis=0, mode="nearest") for p in pieces]
    quick = np.concatenate([p.head - slow for p, slow in zip(pieces, held, strict=True)])
    slow = np.concatenate(held)
    sides = [s.side for s in strokes]
    return Measured(
        float(sum(p.seconds for p in pieces)), long, len(strokes), sides.count(0), sides.count(1), sides.count(2),
        *_moments(ends, 8), *_moments(shapes, 13),
        float(np.mean([s.span for s in strokes])) if strokes else 0.0,
        float(np.mean([s.seconds / (0.33 + 0.5 * s.span) for s in strokes])) if strokes else 1.0,
        float(np.median([min(s.hold, 2.0) for s in strokes])) if strokes else 0.0,
        60.0 * struck / long if long else 0.0, still / long if long else 0.0,
        trunk.mean(axis=0), trunk.std(axis=0), slow.mean(axis=0), slow.std(axis=0), quick.std(axis=0),
        float(np.median(np.concatenate([p.feet for p in pieces]))), tuple(strokes), tuple(rests),
    )  # fmt: skip
