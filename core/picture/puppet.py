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
from .brows import band
from .grain import TILE
from .hang import hanging
from .layers import BEHIND, BODY, FRONT
from .marks import Marks, check_marks
from .warp import Eye, Face, face_of, features, smooth, turns

MATERIALS: Final = ("Picture", "Skin", "Line", "Mouth", "Teeth", "Tongue", "Front", "Behind", "Body", "Brows", "Shade")
SHEETS: Final = {"Picture": 0.0, "Front": -0.05, "Behind": 0.01, "Body": 0.006, "Brows": -0.055, "Shade": 0.003}
"""Layers of the picture, and where they lie; what comes forward over the face stays behind the hair in front."""
GRID: Final = 72
"""Cells of the picture's longer side."""
_BEHIND: Final = 0.001
_BEFORE: Final = 0.0005
"""What lies on another piece lies so far in front of it."""
_FORWARD: Final = 0.03
"""How far jawOpen and eyeBlink bring their pieces forward; a twentieth of it is enough to be seen."""
_LOWER: Final = (0.12, 0.9)
"""How far forward eyeBlink brings the lower lid, and how far shut an eye shows it: the drawn lower line until then."""
_LID_ROWS: Final = (5, 3)
"""Rows of skin of the upper lid and of the lower one."""
_LID_COLUMNS: Final = 16
_LIP_COLUMNS: Final = 24
_BROW_CELLS: Final = (36, 4)
_SHADE_CELLS: Final = (24, 8)
_SHADE: Final = 0.045
"""How far below the chin its shade comes out, in heights from the eyes to the chin."""
_TEETH: Final = 0.22
"""Where teeth end between the upper lip and the lower."""
_HALF_OPEN: Final = 0.4
"""The opening, of jawOpen, that a turned head shows exactly; others nearly."""


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
        self.shaped = rest
        """Where the face's own shapes are read."""
        self.held = rest
        """Where turns of the head are read: a piece that opens is turned as it lies when open, not as a line."""
        self.layer = layer
        self.rest = np.insert(rest, 1, depth, axis=1)
        self.quads, self.materials = quads, materials
        self.own: dict[str, Array] = {}
        self.stiff: set[str] = set()
        """Shapes of the plane that do not move this piece."""

    def warped(self, face: Face, layers: Array | None) -> dict[str, Array]:
        """How the plane moves it: name -> (V, 2). Hair follows the head alone, and hangs."""
        if layers is not None and self.layer in ("Front", "Behind"):
            turned = hanging(face, self.held, np.isin(layers, (FRONT, BEHIND)), layers == BODY, self.layer)
        else:
            turned = turns(face, self.held, self.layer)
        return {**features(face, self.shaped), **turned} if self.layer == "Picture" else turned

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


def _band(name: str, low: Array, high: Array, cells: tuple[int, int]) -> _Piece:
    """A sheet of the picture from its lower left corner to its upper right one, so many cells wide and high."""
    z, x = np.meshgrid(
        np.linspace(high[1], low[1], cells[1] + 1), np.linspace(low[0], high[0], cells[0] + 1), indexing="ij"
    )
    quads = _sheet(cells[1] + 1, cells[0] + 1)
    rest = np.stack([x.ravel(), z.ravel()], axis=1)
    return _Piece(rest, SHEETS[name], quads, np.full(len(quads), MATERIALS.index(name)))


def _brows(face: Face, marks: Marks, width: int, height: int) -> _Piece:
    """Brows above the hair in front. A column moves as its brow's middle does, so that they stay as thick as drawn."""
    boxes = np.array([band(marks, side) for side in ("left", "right")])
    left, right, top, bottom = boxes[:, 0].min(), boxes[:, 1].max(), boxes[:, 2].min(), boxes[:, 3].max()
    low = np.array([(left - 2 + 0.5 - width / 2.0) / height, 1.0 - (bottom + 3) / height])
    high = np.array([(right + 2 + 0.5 - width / 2.0) / height, 1.0 - (top - 3) / height])
    piece = _band("Brows", low, high, _BROW_CELLS)
    piece.shaped = piece.rest[:, [0, 2]].copy()
    piece.shaped[:, 1] = np.where(piece.shaped[:, 0] > face.middle[0], face.brows["left"][1], face.brows["right"][1])
    return piece


def _shade(face: Face) -> _Piece:
    """The chin's shade on the neck: beneath the face at rest, and a little lower when the head moves."""
    low = np.array([face.chin[0] - 1.1 * face.half, face.chin[1] - 0.3 * face.below])
    high = np.array([face.chin[0] + 1.1 * face.half, face.mouth[1]])
    piece = _band("Shade", low, high, _SHADE_CELLS)
    for name, share in (*((name, 1.0) for name in TURN_SHAPES), ("jawOpen", 0.7)):
        piece.move(name, piece.anchor - (0.0, share * _SHADE * face.below))
    return piece


def _lid(eye: Eye, name: str, lash: float) -> _Piece:
    """Lids that meet over the eye: rows of the upper one's skin, of the lower one's, then a line where the lashes are.

    Open, the upper one lies over the drawn lashes and its line is where they were, so that they come down with it.
    Half shut, the eye is seen below the lashes as it is drawn; the lower lid comes forward when it is nearly shut.
    """
    angle = np.linspace(np.pi, 0.0, _LID_COLUMNS + 1)
    t, arch = np.cos(angle), np.sin(angle)
    w, h = eye.width, eye.height
    lash = min(lash, 0.35 * h)

    def curve(wide: float, high: float) -> Array:
        return eye.centre + np.stack([wide * t, high * arch], axis=1)

    wide = 1.12 * w
    top, low = curve(wide, 1.18 * h), curve(wide, -1.1 * h)
    brim = curve(w - 0.7 * lash, h - 0.7 * lash)
    meet = curve(wide, -0.45 * h)
    upper, lower = _LID_ROWS
    share = np.linspace(0.0, 1.0, upper)
    line = np.stack([np.zeros_like(arch), (0.3 + 0.7 * arch) * 0.5 * lash], axis=1)
    shut = [top + (meet - top) * s for s in share]
    shut += [meet + (low - meet) * s for s in np.linspace(0.0, 1.0, lower)]
    open_ = [top + (brim - top) * s for s in share] + [low] * lower
    closed = np.concatenate([*shut, meet + line, meet - line])
    rest = np.concatenate([*open_, curve(w, h), curve(w - lash, h - lash)])
    count, rows = len(t), upper + lower
    quads = np.concatenate(
        [_sheet(upper, count), _sheet(lower, count) + upper * count, _sheet(2, count) + rows * count]
    )
    materials = np.concatenate([np.full((rows - 2) * _LID_COLUMNS, 1), np.full(_LID_COLUMNS, 2)])
    piece = _Piece(rest, _BEHIND, quads, materials)
    piece.held = closed
    piece.rest[rows * count :, 1] -= _BEFORE
    piece.move(f"eyeBlink{name}", closed, _FORWARD)
    below = slice(upper * count, rows * count)
    piece.rest[below, 1] = _LOWER[0] * _LOWER[1]
    piece.own[f"eyeBlink{name}"][below, 1] = -_LOWER[0]
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
    """The open mouth: an outline in the line's colour and the dark; when wide enough, teeth above and a tongue below.

    A little open, lips show a dark gap: teeth and tongue lie behind the dark, and come forward faster.
    """
    t = np.linspace(-1.0, 1.0, _LIP_COLUMNS + 1)
    half, tall = face.mouth_half, min(0.85 * face.mouth_half + 0.16 * face.below, 0.36 * face.below)
    round_ = 1.0 - np.abs(t) ** 2.4
    tongue = 0.62 + 0.38 * np.abs(t / 0.9) ** 2
    x0 = face.mouth[0] + half * t

    def opened(wide: float, up: float, down: float, lift: float = 0.0) -> Array:
        """Rows of the mouth at an opening: the outline's two, the dark's two, the teeth's two and the tongue's."""
        x = face.mouth[0] + (x0 - face.mouth[0]) * wide
        base = face.mouth[1] + lift * np.abs(t) ** 2 * tall
        upper, lower = base + up * tall * round_, base - down * tall * round_
        edge = 1.0 + stroke / max(half * wide, 1e-6)
        outer = face.mouth[0] + (x - face.mouth[0]) * edge
        rows = [np.stack([outer, upper + stroke], axis=1), np.stack([outer, lower - stroke], axis=1)]
        rows += [np.stack([x, upper + (lower - upper) * b], axis=1) for b in (0.0, 1.0, 0.0, _TEETH)]
        rows += [np.stack([x, upper + (lower - upper) * np.minimum(b, 1.0)], axis=1) for b in (tongue, 1.0)]
        return np.concatenate(rows)

    count = len(t)
    rest = opened(1.0, 0.0, 0.0)
    quads = np.concatenate([_sheet(2, count) + k * 2 * count for k in range(4)])
    piece = _Piece(rest, _BEHIND, quads, np.repeat((2, 3, 4, 5), _LIP_COLUMNS))
    wide_open = opened(0.92, 0.18, 1.0)
    piece.held = rest + _HALF_OPEN * (wide_open - rest)
    forward = np.full(len(rest), _FORWARD)
    for k, (behind, at) in enumerate(((0.0, 0.0), (-_BEFORE, 0.0), (2 * _BEFORE, 0.1), (4 * _BEFORE, 0.18))):
        part = slice(2 * k * count, 2 * (k + 1) * count)
        piece.rest[part, 1] += behind
        if at:
            # Level with the dark when so far open, and as far before it when wide open.
            forward[part] += (behind + _BEFORE) / at
    piece.move("jawOpen", wide_open)
    piece.own["jawOpen"][:, 1] = -forward
    piece.own["mouthClose"] = -piece.own["jawOpen"]
    piece.move("mouthFunnel", opened(0.68, 0.12, 0.16))
    piece.move("mouthPucker", opened(0.45, 0.02, 0.02))
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        mine = np.tile(smooth(0.5 + 0.5 * sign * t), 8)[:, None]
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


def build(
    marks: Marks,
    width: int,
    height: int,
    strokes: tuple[float, float] = (0.0, 0.0),
    layers: Array | None = None,
) -> Puppet:
    """The mesh of a picture of width x height pixels. Raises OratorError for marks that cannot be.

    `strokes`: how thick the picture's upper lashes and its mouth's line are, in pixels; 0 for usual ones. `layers`
    (height, width): what each pixel is, with the body, so that hair hangs as it is drawn. The number of
    vertices and their order depend on the picture's proportions alone, so that marks can be moved later.
    """
    check_marks(marks, width, height)
    face = face_of(marks, width, height)
    usual = 0.006 * max(face.below / 0.25, 0.6)
    lash, lips = (
        float(np.clip(px / height, 0.8 * thick, 3.5 * thick)) if px else 2.0 * thick
        for px, thick in zip(strokes, (1.4 * usual, 0.8 * usual), strict=True)
    )
    pieces = [_layer("Picture", width / height)]
    pieces += [_lid(face.eyes[side], name, lash) for side, name in (("left", "Left"), ("right", "Right"))]
    pieces += [_cover(face), _mouth(face, 0.5 * lips)]
    pieces += [_layer(name, width / height) for name in ("Front", "Behind", "Body")]
    pieces += [_brows(face, marks, width, height), _shade(face)]
    shapes: dict[str, list[Array]] = {}
    warps = [piece.warped(face, layers) for piece in pieces]
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
    mouth = slice(firsts[4], firsts[5])
    # A tile of grain a time, in the picture's pixels, as it lies on the open mouth.
    uvs[mouth] = (rest + np.concatenate(shapes["jawOpen"]))[mouth][:, [0, 2]] * height / TILE
    lids = slice(firsts[1], firsts[3])
    uvs[lids] = np.stack([closed[lids, 0] * height / width + 0.5, closed[lids, 2]], axis=1)
    return Puppet(
        rest,
        np.concatenate([piece.quads + first for piece, first in zip(pieces, firsts, strict=False)]),
        uvs,
        np.concatenate([piece.materials for piece in pieces]),
        {name: np.concatenate(parts) for name, parts in shapes.items()},
    )
