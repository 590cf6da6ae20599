"""A talking picture as one mesh: the picture on a grid, and behind it lids and a mouth that come forward to show.

Places are (x, y, z) in picture heights, upright, seen from -y. At rest the grid lies flat at y = 0 and everything else
behind it, so that what is seen is the picture itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..anime.names import TURN_SHAPES
from ..arrays import Array
from .brows import band, room_above
from .grain import TILE
from .layers import BROWS, FRONT
from .marks import Marks, check_marks
from .mouth import mouth_piece
from .pieces import Piece, cover, lid, sheet
from .sheets import order_of
from .stroke import LENGTH
from .warp import Face, face_of

MATERIALS: Final = ("Picture", "Skin", "Line", "Mouth", "Teeth", "Tongue", "Front", "Behind", "Body", "Brows", "Shade")
SHEETS: Final = {"Picture": 0.0, "Front": -0.05, "Behind": 0.01, "Body": 0.006, "Brows": -0.055, "Shade": 0.003}
"""Layers of the picture, and where they lie; what comes forward over the face stays behind the hair in front."""
GRID: Final = 72
"""Cells of the picture's longer side."""
_BENEATH: Final = -0.045
"""Where brows lie that the hair in front crosses."""
_MOUTH: Final = 4
_BROWS: Final = 8
"""Which of the pieces they are."""
_BROW_CELLS: Final = (36, 4)
_SHADE_CELLS: Final = (24, 8)
_SHADE: Final = 0.045
"""How far below the chin its shade comes out, in heights from the eyes to the chin."""


@dataclass(frozen=True)
class Puppet:
    """vertices (V, 3), quads (F, 4), uvs (V, 2), a material (F,) by MATERIALS, and shapes: name -> (V, 3)."""

    vertices: Array
    quads: Array
    uvs: Array
    materials: Array
    shapes: dict[str, Array]


def _layer(name: str, width: float) -> Piece:
    """The grid that a layer of the picture lies on, from its top row down; that of hair is coarser."""
    cells = GRID if name == "Picture" else GRID // 2
    columns = max(8, round(cells * min(1.0, width)))
    rows = max(8, round(cells * min(1.0, 1.0 / width)))
    z, x = np.meshgrid(np.linspace(1.0, 0.0, rows + 1), np.linspace(-width / 2, width / 2, columns + 1), indexing="ij")
    quads = sheet(rows + 1, columns + 1)
    rest = np.stack([x.ravel(), z.ravel()], axis=1)
    return Piece(rest, SHEETS[name], quads, np.full(len(quads), MATERIALS.index(name)), name)


def _band(name: str, low: Array, high: Array, cells: tuple[int, int], layer: str = "Picture") -> Piece:
    """A sheet of the picture from its lower left corner to its upper right one, so many cells wide and high."""
    z, x = np.meshgrid(
        np.linspace(high[1], low[1], cells[1] + 1), np.linspace(low[0], high[0], cells[0] + 1), indexing="ij"
    )
    quads = sheet(cells[1] + 1, cells[0] + 1)
    rest = np.stack([x.ravel(), z.ravel()], axis=1)
    return Piece(rest, SHEETS[name], quads, np.full(len(quads), MATERIALS.index(name)), layer)


def _brows(face: Face, marks: Marks, width: int, height: int) -> Piece:
    """Brows above the hair in front. A column moves as its brow's middle does, so that they stay as thick as drawn."""
    boxes = np.array([band(marks, side) for side in ("left", "right")])
    left, right, top, bottom = boxes[:, 0].min(), boxes[:, 1].max(), boxes[:, 2].min(), boxes[:, 3].max()
    low = np.array([(left - 2 + 0.5 - width / 2.0) / height, 1.0 - (bottom + 3) / height])
    high = np.array([(right + 2 + 0.5 - width / 2.0) / height, 1.0 - (top - 3) / height])
    piece = _band("Brows", low, high, _BROW_CELLS)
    piece.shaped = piece.rest[:, [0, 2]].copy()
    piece.shaped[:, 1] = np.where(piece.shaped[:, 0] > face.middle[0], face.brows["left"][1], face.brows["right"][1])
    return piece


def _shade(face: Face) -> Piece:
    """The chin's shade on the neck: beneath the face at rest, and a little lower when the head moves."""
    low = np.array([face.chin[0] - 1.1 * face.half, face.chin[1] - 0.3 * face.below])
    high = np.array([face.chin[0] + 1.1 * face.half, face.mouth[1]])
    piece = _band("Shade", low, high, _SHADE_CELLS, "Shade")
    # A head that bows hides it: a collar there is none of the neck.
    shares = dict.fromkeys(TURN_SHAPES, 1.0) | {"jawOpen": 0.7, "headNodDown": -1.0}
    for name, share in shares.items():
        piece.move(name, piece.anchor - (0.0, share * _SHADE * face.below))
    return piece


def _pieces(
    marks: Marks,
    width: int,
    height: int,
    strokes: tuple[float, float],
    spread: float,
    lip: float = 0.0,
    lash_end: float = 0.0,
) -> tuple[Face, list[Piece]]:
    """The marks in the puppet's plane, and all its parts. Raises OratorError for marks that cannot be."""
    check_marks(marks, width, height)
    face = face_of(marks, width, height)
    usual = 0.006 * max(face.below / 0.25, 0.6)
    lash, lips = (
        float(np.clip(px / height, 0.8 * thick, 3.5 * thick)) if px else 2.0 * thick
        for px, thick in zip(strokes, (1.4 * usual, 0.8 * usual), strict=True)
    )
    pieces = [_layer("Picture", width / height)]
    pieces += [
        lid(face.eyes[side], name, lash, spread, lips / lash, lash_end)
        for side, name in (("left", "Left"), ("right", "Right"))
    ]
    pieces += [cover(face), mouth_piece(face, lip / height or lips, spread, lip > 0.0)]
    pieces += [_layer(name, width / height) for name in ("Front", "Behind", "Body")]
    pieces += [_brows(face, marks, width, height), _shade(face)]
    return face, pieces


def vertex_count(marks: Marks, width: int, height: int) -> int:
    """How many vertices a picture of width x height pixels has. Raises OratorError for marks that cannot be."""
    return sum(len(piece.rest) for piece in _pieces(marks, width, height, (0.0, 0.0), 1.0)[1])


def _shapes(pieces: list[Piece], face: Face, layers: Array | None, apart: bool) -> dict[str, list[Array]]:
    """Of every shape how the vertices (N, 3) of each piece move; `apart`: brows are the brow piece's alone."""
    shapes: dict[str, list[Array]] = {}
    warps = [piece.warped(face, layers) for piece in pieces]
    names = list(dict.fromkeys(n for piece, warp in zip(pieces, warps, strict=True) for n in (*piece.own, *warp)))
    names = [n for n in names if n not in TURN_SHAPES] + list(TURN_SHAPES)
    for name in names:
        for k, (piece, warp) in enumerate(zip(pieces, warps, strict=True)):
            moved = np.zeros_like(piece.rest)
            others = apart and name.startswith("brow") and k != _BROWS
            if name in warp and name not in piece.stiff and not others:
                moved[:, [0, 2]] += warp[name]
            shapes.setdefault(name, []).append(moved + piece.own.get(name, 0.0))
    return shapes


def build(
    marks: Marks,
    width: int,
    height: int,
    strokes: tuple[float, float] = (0.0, 0.0),
    layers: Array | None = None,
    spread: float = 1.0,
    lip: float = 0.0,
    lash_end: float = 0.0,
) -> Puppet:
    """The mesh of a picture of width x height pixels. Raises OratorError for marks that cannot be.

    `strokes`: how thick the picture's upper lashes and its mouth's line are, in pixels; 0 for usual ones. `layers`
    (height, width): what each pixel is, with the body, so that hair hangs as it is drawn. `spread`: how many times as
    wide as a line the strip is that it lies on. `lip`: how thick a line would be for drawn lips, in pixels, whose strip
    is the upper half of the lines' image; 0 without. `lash_end`: how far below the eyes' middles the upper lashes are
    drawn, in radians. The number of vertices and their order depend on the picture's proportions alone, so that marks
    can be moved later.
    """
    face, pieces = _pieces(marks, width, height, strokes, spread, lip, lash_end)
    if layers is not None and order_of(layers)[0] == FRONT:
        pieces[_BROWS].rest[:, 1] = _BENEATH
        # Rather less than until they are gone, or what a fringe has of them stays behind.
        room = room_above(layers == BROWS, layers == FRONT, marks) / height
        face = replace(face, lift=float(np.clip(0.7 * room / face.below + 0.01, 0.015, face.lift)))
    # Brows that are pieces of their own leave skin, glasses and lashes about them as they are.
    apart = layers is not None and bool((layers == BROWS).any())
    shapes = _shapes(pieces, face, layers, apart)
    firsts = np.cumsum([0, *(len(piece.rest) for piece in pieces)])
    rest = np.concatenate([piece.rest for piece in pieces])
    uvs = np.stack([rest[:, 0] * height / width + 0.5, rest[:, 2]], axis=1)
    closed = rest + sum(np.concatenate(shapes[f"eyeBlink{side}"]) for side in ("Left", "Right"))
    mouth = slice(firsts[4], firsts[5])
    # A tile of grain a time, in the picture's pixels, as it lies on the open mouth.
    uvs[mouth] = (rest + np.concatenate(shapes["jawOpen"]))[mouth][:, [0, 2]] * height / TILE
    lids = slice(firsts[1], firsts[3])
    uvs[lids] = np.stack([closed[lids, 0] * height / width + 0.5, closed[lids, 2]], axis=1)
    for first, piece in zip(firsts, pieces, strict=False):
        for part, (along, across) in ((s, places.T) for s, places in piece.strokes):
            if lip:
                across = 0.5 * (across + (piece is pieces[_MOUTH]))
            uvs[first + part.start : first + part.stop] = np.stack([along * height / LENGTH, across], axis=1)
    return Puppet(
        rest,
        np.concatenate([piece.quads + first for piece, first in zip(pieces, firsts, strict=False)]),
        uvs,
        np.concatenate([piece.materials for piece in pieces]),
        {name: np.concatenate(parts) for name, parts in shapes.items()},
    )
