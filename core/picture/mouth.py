"""The open mouth of a talking picture: one closed line about it, and within that line the dark, teeth and a tongue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array
from .pieces import BACK, BEFORE, FORWARD, Piece, lengths, normals, sheet
from .warp import Face, smooth

_LIP_COLUMNS: Final = 24
_TEETH: Final = 0.28
"""Where teeth end between the upper lip and the lower."""
_WIDE: Final = (0.92, 0.18, 1.0, 0.0)
"""How wide a mouth is that is open, and how far its lips are up, down, and lifted at the corners."""
_HALF_OPEN: Final = 0.4
"""The opening, of jawOpen, that a turned head shows exactly, and where a line is as thick as drawn; others nearly."""
_PART_OPEN: Final = (1.0 + _HALF_OPEN * (_WIDE[0] - 1.0), *(_HALF_OPEN * v for v in _WIDE[1:]))
_SHAPES: Final = {
    "mouthLowerDown": (1.0, 0.0, 0.12, 0.0), "mouthUpperUp": (1.0, 0.12, 0.0, 0.0),
    "mouthSmile": (1.12, 0.0, 0.0, 0.28), "mouthFrown": (1.0, 0.0, 0.0, -0.28), "mouthStretch": (1.2, 0.0, 0.0, 0.0),
}  # fmt: skip
"""As _WIDE, of a mouth that is half open."""
_TIP: Final = 0.8
"""How far a line goes on at a corner, in what its strip is wide to either side."""


def _beside(curve: Array, other: Array, off: Array, sign: float) -> Array:
    """Places (N, 2) `off` beside one lip's curve, outwards; it ends in a tip at its corners, where the other's does."""
    out = curve + sign * off[:, None] * normals(curve)
    for end, inner in ((0, 1), (-1, -2)):
        ways = np.stack([c[end] - c[inner] for c in (curve, other)])
        middle = (ways / np.maximum(np.hypot(ways[:, 0], ways[:, 1]), 1e-9)[:, None]).sum(axis=0)
        out[end] = curve[end] + _TIP * abs(off[end]) * middle / max(float(np.hypot(*middle)), 1e-9)
    return out


@dataclass(frozen=True)
class _Mouth:
    """How a picture's mouth opens: columns (N,) from -1 to 1, and how far its line lies to either side of the lips."""

    face: Face
    columns: Array
    over: Array

    @classmethod
    def of(cls, face: Face, width: float, lips: bool) -> _Mouth:
        t = np.sin(np.linspace(-np.pi / 2.0, np.pi / 2.0, _LIP_COLUMNS + 1))
        return cls(face, t, 0.5 * width * (1.0 - 0.8 * lips * t**4))

    def opened(self, wide: float, up: float, down: float, lift: float) -> Array:
        """Rows (10 N, 2) at an opening: two of each line's, the dark's, the teeth's and the tongue's."""
        face, t = self.face, self.columns
        tall = min(0.85 * face.mouth_half + 0.16 * face.below, 0.36 * face.below)
        round_ = 1.0 - np.abs(t) ** 2.4
        tongue = np.minimum(0.62 + 0.38 * np.abs(t / 0.9) ** 2, 1.0)
        # Beside the corners it is dark.
        teeth = _TEETH * smooth((1.0 - np.abs(t)) / 0.2)
        x = face.mouth[0] + face.mouth_half * t * wide
        base = face.mouth[1] + lift * np.abs(t) ** 2 * tall
        upper = np.stack([x, base + up * tall * round_], axis=1)
        lower = np.stack([x, base - down * tall * round_], axis=1)
        rows = [_beside(upper, lower, self.over, 1.0), _beside(upper, lower, -self.over, 1.0)]
        rows += [_beside(lower, upper, -self.over, -1.0), _beside(lower, upper, self.over, -1.0)]
        for share in (0.0, 1.0, 0.0, teeth, tongue, 1.0):
            rows.append(upper + (lower - upper) * np.broadcast_to(share, t.shape)[:, None])
        return np.concatenate(rows)

    def shaped(self, wide: float, up: float, down: float, lift: float) -> Array:
        """How a shape moves a mouth that is half open, (10 N, 2)."""
        others = (part + more for part, more in zip(_PART_OPEN[1:], (up, down, lift), strict=True))
        return self.opened(_PART_OPEN[0] + wide - 1.0, *others) - self.opened(*_PART_OPEN)


def mouth_piece(face: Face, stroke: float, spread: float = 1.0, lips: bool = False) -> Piece:
    """The open mouth: the dark, a line about it before it; when wide enough, teeth above and a tongue below.

    `lips`: the line is lips, which are thinner towards the corners. A little open, they show a dark gap: teeth and
    tongue lie behind the dark, and come forward faster.
    """
    mouth = _Mouth.of(face, spread * stroke, lips)
    count = len(mouth.columns)
    closed, wide_open = mouth.opened(1.0, 0.0, 0.0, 0.0), mouth.opened(*_WIDE)
    quads = np.concatenate([sheet(2, count) + k * 2 * count for k in range(5)])
    piece = Piece(closed, BACK, quads, np.repeat((2, 2, 3, 4, 5), _LIP_COLUMNS))
    piece.held = closed + _HALF_OPEN * (wide_open - closed)
    forward = _come_forward(piece, count)
    piece.strokes.append((slice(0, 4 * count), _line_places(mouth.opened(*_PART_OPEN), count)))
    piece.move("jawOpen", wide_open)
    piece.own["jawOpen"][:, 1] = -forward
    piece.own["mouthClose"] = -piece.own["jawOpen"]
    piece.move("mouthFunnel", closed + mouth.shaped(0.68, 0.12, 0.16, 0.0))
    piece.move("mouthPucker", closed + mouth.shaped(0.45, 0.02, 0.02, 0.0))
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        mine = np.tile(smooth(0.5 + 0.5 * sign * mouth.columns), 10)[:, None]
        for name, shape in _SHAPES.items():
            piece.move(f"{name}{side}", closed + mouth.shaped(*shape) * mine)
    piece.stiff = {*piece.own, "jawOpen"}
    return piece


def _come_forward(piece: Piece, count: int) -> Array:
    """How far each vertex comes forward as the mouth opens; teeth and tongue are put behind the dark at rest."""
    forward = np.full(len(piece.rest), FORWARD)
    # The lines lie before all else, and teeth and tongue come out from behind the dark.
    for k, (behind, at) in enumerate(((-BEFORE, 0.0), (2 * BEFORE, 0.23), (4 * BEFORE, 0.37)), start=2):
        part = slice(2 * k * count, 2 * (k + 1) * count)
        piece.rest[part, 1] += behind
        if at:
            # Level with the dark when so far open, and as far before it when wide open.
            forward[part] += (behind + BEFORE) / at
    forward[: 4 * count] = forward.max() + 2 * BEFORE
    # Where the lines meet at the corners, one lies over the other.
    forward[: 2 * count] += 0.5 * BEFORE
    return forward


def _line_places(usual: Array, count: int) -> Array:
    """Where the lines' vertices (4 count, 2) lie along and across the stroke: there as long as on the usual mouth."""
    paths = [
        lengths(0.5 * (usual[k * count : (k + 1) * count] + usual[(k + 1) * count : (k + 2) * count])) for k in (0, 2)
    ]
    paths[1] = paths[0][-1] + paths[1][-1] - paths[1]
    along = np.concatenate([paths[0], paths[0], paths[1], paths[1]])
    across = np.tile(np.array([0.0, 1.0, 0.0, 1.0])[:, None], count)
    # To its tip a line is as thick as it is.
    across[:, [0, -1]] = 0.5
    return np.stack([along, across.ravel()], axis=1)
