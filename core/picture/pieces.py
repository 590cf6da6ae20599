"""Parts of a talking picture's mesh: lids that come forward to show, and how the warp moves each."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .hang import hanging
from .layers import BEHIND, BODY, FRONT
from .warp import Eye, Face, features, turns

BACK: Final = 0.001
BEFORE: Final = 0.0005
"""What lies on another piece lies so far in front of it."""
FORWARD: Final = 0.03
"""How far jawOpen and eyeBlink bring their pieces forward; a twentieth of it is enough to be seen."""
_LOWER: Final = (0.12, 0.9)
"""How far forward eyeBlink brings the lower lid, and how far shut an eye shows it: the drawn lower line until then."""
_LID_ROWS: Final = (5, 3)
"""Rows of skin of the upper lid and of the lower one."""
_LID_COLUMNS: Final = 16
_ENDS: Final = 0.25
"""Where lashes begin and end, in radians of the lid's half round."""


class Piece:
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
        self.strokes: list[tuple[slice, Array]] = []
        """Rows that a line's strip lies on: which vertices, and their places along it, in heights, and across it."""
        self.stiff: set[str] = set()
        """Shapes of the plane that do not move this piece."""

    def warped(self, face: Face, layers: Array | None) -> dict[str, Array]:
        """How the plane moves it: name -> (V, 2). Hair follows the head alone, and hangs."""
        if self.layer == "Shade":
            # It lies on the neck, which goes less far to the side, and is as high as the chin.
            neck, head = turns(face, self.held, "Body"), turns(face, self.held)
            turned = {name: np.stack([neck[name][:, 0], head[name][:, 1]], axis=1) for name in head}
            return {**features(face, self.shaped), **turned}
        if layers is not None and self.layer in ("Front", "Behind"):
            hair = np.isin(layers, (FRONT, BEHIND))
            turned = hanging(face, self.held, hair, layers == BODY, self.layer, layers == FRONT)
        else:
            turned = turns(face, self.held, self.layer)
        return {**features(face, self.shaped), **turned} if self.layer == "Picture" else turned

    def move(self, name: str, plane: Array, forward: float = 0.0) -> None:
        """A shape that brings the piece to `plane` (V, 2), and forward."""
        moved = np.insert(plane - self.anchor, 1, -forward, axis=1)
        self.own[name] = self.own.get(name, 0.0) + moved


def sheet(rows: int, columns: int) -> Array:
    """Quads (F, 4) of a sheet of rows x columns vertices, row by row; they face -y."""
    k = np.arange(rows * columns).reshape(rows, columns)
    return np.stack([k[1:, :-1], k[1:, 1:], k[:-1, 1:], k[:-1, :-1]], axis=-1).reshape(-1, 4)


def normals(curve: Array) -> Array:
    """What is left of a curve (N, 2) as it goes: (N, 2), each 1 long."""
    way = np.gradient(curve, axis=0)
    way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
    return np.stack([-way[:, 1], way[:, 0]], axis=1)


def lengths(curve: Array) -> Array:
    """How far (N,) each place of a curve (N, 2) is from its beginning, along it."""
    out: Array = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    return out


def _stroke(curve: Array, thick: float, end: float) -> Array:
    """Two rows (2 N, 2) beside a curve that goes to the right, the upper first: so thick, its ends round by `end`."""
    along = lengths(curve)
    near = np.clip(np.minimum(along, along[-1] - along) / max(end, 1e-9), 0.0, 1.0)
    side = 0.5 * thick * np.sqrt(1.0 - (1.0 - near) ** 2)[:, None] * normals(curve)
    return np.concatenate([curve + side, curve - side])


def lid(eye: Eye, name: str, lash: float, spread: float = 1.0, finer: float = 1.0, ends_at: float = 0.0) -> Piece:
    """Lids that meet over the eye: rows of the upper one's skin, of the lower one's, then a line where the lashes are.

    Open, the upper one lies over the drawn lashes and its line is where they were, so that they come down with it.
    Half shut, the eye is seen below the lashes as it is drawn; the lower lid comes forward when it is nearly shut.
    `finer`: how many times as thick as the lashes the mouth's line is, whose stroke they have. `ends_at`: how far below
    the eye's middle the drawn lashes end, in radians of its round.
    """
    angle = np.linspace(np.pi + ends_at, -ends_at, _LID_COLUMNS + 1)
    w, h = eye.width, eye.height
    lash = min(lash, 0.35 * h)

    # Lashes end a little before the corners, where lids would turn upwards.
    dense = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, _LID_COLUMNS + 1))
    ends = np.pi - _ENDS - (np.pi - 2.0 * _ENDS) * dense

    def curve(wide: float, high: float, at: Array = angle) -> Array:
        return eye.centre + np.stack([wide * np.cos(at), high * np.sin(at)], axis=1)

    def shut_curve(at: Array) -> Array:
        # Half way down from the lashes' round it is a flat arc: as an ellipse its ends would be hooks.
        up = np.sin(at)
        # Beside the corners skin stays on the drawn ends of the lashes.
        down = np.where(up < 0.0, up, np.minimum(0.14 + 0.245 * up**2 - 0.835 * up, 0.0))
        return eye.centre + np.stack([wide * np.cos(at), h * down], axis=1)

    wide = 1.12 * w
    top, low = curve(wide, 1.18 * h), curve(wide, -1.1 * h, np.clip(angle, 0.0, np.pi))
    # Skin ends at the line's lower edge: what a rough one leaves bare is skin, as it is drawn.
    brim = curve(w - 0.85 * lash, h - 0.85 * lash)
    meet = shut_curve(angle)
    upper, lower = _LID_ROWS
    share = np.linspace(0.0, 1.0, upper)
    lashes = shut_curve(ends)
    shut = [top + (meet - top) * s for s in share]
    shut += [meet + (low - meet) * s for s in np.linspace(0.0, 1.0, lower)]
    open_ = [top + (brim - top) * s for s in share] + [low] * lower
    line = _stroke(lashes, spread * lash, 0.5 * lash)
    half = _stroke(0.5 * (lashes + curve(w - 0.5 * lash, h - 0.5 * lash, ends)), spread * lash, 0.5 * lash)
    closed = np.concatenate([*shut, line])
    # Half way down the line is as thick and as round as shut; open, what leads there lies behind the picture.
    rest = np.concatenate([*open_, 2.0 * half - line])
    count, rows = len(angle), upper + lower
    quads = np.concatenate([sheet(upper, count), sheet(lower, count) + upper * count, sheet(2, count) + rows * count])
    materials = np.concatenate([np.full((rows - 2) * _LID_COLUMNS, 1), np.full(_LID_COLUMNS, 2)])
    piece = Piece(rest, BACK, quads, materials)
    piece.held = closed
    piece.rest[rows * count :, 1] -= BEFORE
    piece.move(f"eyeBlink{name}", closed, FORWARD)
    across = np.repeat((0.0, 1.0), count)
    along = np.tile(finer * lengths(lashes), 2)
    piece.strokes.append((slice(rows * count, len(rest)), np.stack([along, across], axis=1)))
    below = slice(upper * count, rows * count)
    piece.rest[below, 1] = _LOWER[0] * _LOWER[1]
    piece.own[f"eyeBlink{name}"][below, 1] = -_LOWER[0]
    piece.stiff = {f"eyeLook{look}{side}" for look in ("Up", "Down", "In", "Out") for side in ("Left", "Right")}
    return piece


def cover(face: Face) -> Piece:
    """Skin over the drawn mouth while another one is open in front of it."""
    half, high = 1.18 * face.mouth_half, 0.35 * face.mouth_half + 0.008
    t, s = np.linspace(-1, 1, 13), np.linspace(1, -1, 7)
    z, x = np.meshgrid(face.mouth[1] + high * s, face.mouth[0] + half * t, indexing="ij")
    rest = np.stack([x.ravel(), z.ravel()], axis=1)
    quads = sheet(7, 13)
    piece = Piece(rest, BACK + BEFORE, quads, np.full(len(quads), 1))
    piece.move("jawOpen", rest, FORWARD)
    piece.move("mouthClose", rest, -FORWARD)
    return piece
