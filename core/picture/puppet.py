"""A talking picture as one mesh: the picture on a grid, and behind it lids and a mouth that come forward to show.

Places are (x, y, z) in picture heights, upright, seen from -y. At rest the grid lies flat at y = 0 and everything else
behind it, so that what is seen is the picture itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..anime.names import TURN_SHAPES
from ..arrays import Array
from .marks import Marks, check_marks
from .warp import Eye, Face, face_of, features, smooth, turns

MATERIALS: Final = ("Picture", "Skin", "Line", "Mouth", "Teeth", "Tongue", "Front", "Behind")
SHEETS: Final = {"Picture": 0.0, "Front": -0.05, "Behind": 0.01}
"""Layers of the picture, and where they lie; what comes forward over the face stays behind the hair in front."""
GRID: Final = 72
"""Cells of the picture's longer side."""
_BEHIND: Final = 0.001
_BEFORE: Final = 0.0005
"""What lies on another piece lies so far in front of it."""
_FORWARD: Final = 0.04
"""How far jawOpen and eyeBlink bring their pieces forward; a twentieth of it is enough to be seen."""
_LID_ROWS: Final = (5, 3)
"""Rows of skin of the upper lid and of the lower one."""
_LID_COLUMNS: Final = 16
_LIP_COLUMNS: Final = 24
_BANDS: Final = (0.0, 0.2, 0.26, 0.62, 1.0)
"""Where teeth, the dark and the tongue begin between the upper lip and the lower."""


@dataclass(frozen=True)
class Puppet:
    """vertices (V, 3), quads (F, 4), uvs (V, 2), a material (F,) by MATERIALS, and shapes: name -> (V, 3)."""

    vertices: Array
    quads: Array
    uvs: Array
    materials: Array
    shapes: dict[str, Array]


class _Piece:
    """Vertices of a part, and how its shapes move them beside what the plane's warp does at `anchor` (V, 2)."""

    def __init__(self, rest: Array, depth: float, quads: Array, materials: Array, layer: str = "Picture") -> None:
        self.anchor = rest
        self.layer = layer
        self.rest = np.insert(rest, 1, depth, axis=1)
        self.quads, self.materials = quads, materials
        self.own: dict[str, Array] = {}
        self.stiff: set[str] = set()
        """Shapes of the plane that do not move this piece."""

    def warped(self, face: Face) -> dict[str, Array]:
        """How the plane moves it: name -> (V, 2). Hair follows the head alone."""
        turned = turns(face, self.anchor, self.layer)
        return {**features(face, self.anchor), **turned} if self.layer == "Picture" else turned

    def move(self, name: str, plane: Array, forward: float = 0.0) -> None:
        """A shape that brings the piece to `plane` (V, 2), and forward."""
        moved = np.insert(plane - self.anchor, 1, -forward, axis=1)
        self.own[name] = self.own.get(name, 0.0) + moved


def _sheet(rows: int, columns: int) -> Array:
    """Quads (F, 4) of a sheet of rows x columns vertices, row by row; they face -y."""
    k = np.arange(rows * columns).reshape(rows, columns)
    return np.stack([k[1:, :-1], k[1:, 1:], k[:-1, 1:], k[:-1, :-1]], axis=-1).reshape(-1, 4)


def _layer(name: str, width: float) -> _Piece:
    """The grid that a layer of the picture lies on, from its top row down; that of hair is coarser."""
    cells = GRID if name == "Picture" else GRID // 2
    columns = max(8, round(cells * min(1.0, width)))
    rows = max(8, round(cells * min(1.0, 1.0 / width)))
    z, x = np.meshgrid(np.linspace(1.0, 0.0, rows + 1), np.linspace(-width / 2, width / 2, columns + 1), indexing="ij")
    quads = _sheet(rows + 1, columns + 1)
    rest = np.stack([x.ravel(), z.ravel()], axis=1)
    return _Piece(rest, SHEETS[name], quads, np.full(len(quads), MATERIALS.index(name)), name)


def _lid(eye: Eye, name: str, stroke: float) -> _Piece:
    """Lids that meet over the eye: rows of the upper one's skin, of the lower one's, then a line where the lashes are.

    Half shut, the eye is seen between them, under the lashes.
    """
    t = np.linspace(-1.0, 1.0, _LID_COLUMNS + 1)
    arch = np.sqrt(np.clip(1.0 - t**2, 0.0, 1.0))
    x = eye.centre[0] + 1.14 * eye.width * t
    top = eye.centre[1] + 1.2 * eye.height * arch
    low = eye.centre[1] - 1.22 * eye.height * arch
    meet = eye.centre[1] - 0.45 * eye.height * arch
    line = (0.35 + 0.65 * arch) * stroke
    upper, lower = _LID_ROWS
    skin = [top + (meet - top) * s for s in np.linspace(0.0, 1.0, upper)]
    skin += [meet + (low - meet) * s for s in np.linspace(0.0, 1.0, lower)]
    closed = np.concatenate([np.stack([x, z], axis=1) for z in (*skin, meet + line, meet - line)])
    count, rows = len(t), upper + lower
    quads = np.concatenate(
        [_sheet(upper, count), _sheet(lower, count) + upper * count, _sheet(2, count) + rows * count]
    )
    materials = np.concatenate([np.full((rows - 2) * _LID_COLUMNS, 1), np.full(_LID_COLUMNS, 2)])
    # Open, each lid lies in its own line, the lashes in the upper one.
    edges = [top] * upper + [low] * lower + [top] * 2
    rest = np.concatenate([np.stack([x, z], axis=1) for z in edges])
    piece = _Piece(rest, _BEHIND, quads, materials)
    piece.rest[rows * count :, 1] -= _BEFORE
    piece.move(f"eyeBlink{name}", closed, _FORWARD)
    piece.stiff = {f"eyeLook{look}{side}" for look in ("Up", "Down", "In", "Out") for side in ("Left", "Right")}
    return piece


def _cover(face: Face) -> _Piece:
    """Skin over the drawn mouth while another one is open in front of it."""
    half, high = 1.18 * face.mouth_half, 0.35 * face.mouth_half + 0.008
    t, s = np.linspace(-1, 1, 13), np.linspace(1, -1, 7)
    z, x = np.meshgrid(face.mouth[1] + high * s, face.mouth[0] + half * t, indexing="ij")
    rest = np.stack([x.ravel(), z.ravel()], axis=1)
    quads = _sheet(7, 13)
    piece = _Piece(rest, _BEHIND + _BEFORE, quads, np.full(len(quads), 1))
    piece.move("jawOpen", rest, _FORWARD)
    piece.move("mouthClose", rest, -_FORWARD)
    return piece


def _mouth(face: Face, stroke: float) -> _Piece:
    """The open mouth: an outline in the line's colour, the dark, teeth above and a tongue below."""
    t = np.linspace(-1.0, 1.0, _LIP_COLUMNS + 1)
    half, tall = face.mouth_half, min(0.85 * face.mouth_half + 0.16 * face.below, 0.36 * face.below)
    round_ = 1.0 - np.abs(t) ** 2.4
    x0 = face.mouth[0] + half * t

    def opened(wide: float, up: float, down: float, lift: float = 0.0) -> Array:
        """Rows of the mouth at an opening: the outline's two rows, then the bands'."""
        x = face.mouth[0] + (x0 - face.mouth[0]) * wide
        base = face.mouth[1] + lift * np.abs(t) ** 2 * tall
        upper, lower = base + up * tall * round_, base - down * tall * round_
        edge = 1.0 + stroke / max(half * wide, 1e-6)
        outer = face.mouth[0] + (x - face.mouth[0]) * edge
        rows = [np.stack([outer, upper + stroke], axis=1), np.stack([outer, lower - stroke], axis=1)]
        rows += [np.stack([x, upper + (lower - upper) * b], axis=1) for b in _BANDS]
        return np.concatenate(rows)

    count = len(t)
    rest = opened(1.0, 0.0, 0.0)
    quads = np.concatenate([_sheet(2, count), _sheet(len(_BANDS), count) + 2 * count])
    bands = (4, 3, 3, 5)
    materials = np.concatenate([np.full(_LIP_COLUMNS, 2), *(np.full(_LIP_COLUMNS, m) for m in bands)])
    piece = _Piece(rest, _BEHIND, quads, materials)
    piece.rest[2 * count :, 1] -= _BEFORE
    piece.move("jawOpen", opened(0.92, 0.18, 1.0), _FORWARD)
    piece.own["mouthClose"] = -piece.own["jawOpen"]
    piece.move("mouthFunnel", opened(0.68, 0.12, 0.16))
    piece.move("mouthPucker", opened(0.45, 0.02, 0.02))
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        mine = np.tile(smooth(0.5 + 0.5 * sign * t), len(_BANDS) + 2)[:, None]
        for name, shape in (
            ("mouthLowerDown", opened(1.0, 0.0, 0.12)),
            ("mouthUpperUp", opened(1.0, 0.12, 0.0)),
            ("mouthSmile", opened(1.12, 0.0, 0.0, 0.28)),
            ("mouthFrown", opened(1.0, 0.0, 0.0, -0.28)),
            ("mouthStretch", opened(1.2, 0.0, 0.0)),
        ):
            piece.move(f"{name}{side}", rest + (shape - rest) * mine)
    piece.stiff = {*piece.own, "jawOpen"}
    return piece


def build(marks: Marks, width: int, height: int, layered: bool = True) -> Puppet:
    """The mesh of a picture of width x height pixels. Raises OratorError for marks that cannot be.

    `layered`: with sheets for hair in front and behind; pictures of older files have none. The number of vertices and
    their order depend on the picture's proportions alone, so that marks can be moved later.
    """
    check_marks(marks, width, height)
    face = face_of(marks, width, height)
    stroke = 0.006 * max(face.below / 0.25, 0.6)
    pieces = [_layer("Picture", width / height)]
    pieces += [_lid(face.eyes[side], name, stroke * 1.4) for side, name in (("left", "Left"), ("right", "Right"))]
    pieces += [_cover(face), _mouth(face, stroke * 0.8)]
    if layered:
        pieces += [_layer(name, width / height) for name in ("Front", "Behind")]
    shapes: dict[str, list[Array]] = {}
    warps = [piece.warped(face) for piece in pieces]
    names = list(dict.fromkeys(n for piece, warp in zip(pieces, warps, strict=True) for n in (*piece.own, *warp)))
    names = [n for n in names if n not in TURN_SHAPES] + list(TURN_SHAPES)
    for name in names:
        for piece, warp in zip(pieces, warps, strict=True):
            moved = np.zeros_like(piece.rest)
            if name in warp and name not in piece.stiff:
                moved[:, [0, 2]] += warp[name]
            shapes.setdefault(name, []).append(moved + piece.own.get(name, 0.0))
    firsts = np.cumsum([0, *(len(piece.rest) for piece in pieces)])
    rest = np.concatenate([piece.rest for piece in pieces])
    uvs = np.stack([rest[:, 0] * height / width + 0.5, rest[:, 2]], axis=1)
    closed = rest + sum(np.concatenate(shapes[f"eyeBlink{side}"]) for side in ("Left", "Right"))
    lids = slice(firsts[1], firsts[3])
    uvs[lids] = np.stack([closed[lids, 0] * height / width + 0.5, closed[lids, 2]], axis=1)
    return Puppet(
        rest,
        np.concatenate([piece.quads + first for piece, first in zip(pieces, firsts, strict=False)]),
        uvs,
        np.concatenate([piece.materials for piece in pieces]),
        {name: np.concatenate(parts) for name, parts in shapes.items()},
    )
