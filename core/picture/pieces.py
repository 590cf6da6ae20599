"""Parts of a talking picture's mesh: lids and a mouth that come forward to show, and how the warp moves each."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .hang import hanging
from .layers import BEHIND, BODY, FRONT
from .warp import Eye, Face, features, smooth, turns

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
_TEETH: Final = 0.22
"""Where teeth end between the upper lip and the lower."""
_HALF_OPEN: Final = 0.4
"""The opening, of jawOpen, that a turned head shows exactly; others nearly."""


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
            turned = hanging(face, self.held, np.isin(layers, (FRONT, BEHIND)), layers == BODY, self.layer)
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


def lid(eye: Eye, name: str, lash: float, spread: float = 1.0, finer: float = 1.0) -> Piece:
    """Lids that meet over the eye: rows of the upper one's skin, of the lower one's, then a line where the lashes are.

    Open, the upper one lies over the drawn lashes and its line is where they were, so that they come down with it.
    Half shut, the eye is seen below the lashes as it is drawn; the lower lid comes forward when it is nearly shut.
    `finer`: how many times as thick as the lashes the mouth's line is, whose stroke they have.
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
    line = np.stack([np.zeros_like(arch), (0.3 + 0.7 * arch) * 0.5 * spread * lash], axis=1)
    shut = [top + (meet - top) * s for s in share]
    shut += [meet + (low - meet) * s for s in np.linspace(0.0, 1.0, lower)]
    open_ = [top + (brim - top) * s for s in share] + [low] * lower
    closed = np.concatenate([*shut, meet + line, meet - line])
    rest = np.concatenate([*open_, curve(w, h), curve(w - lash, h - lash)])
    count, rows = len(t), upper + lower
    quads = np.concatenate([sheet(upper, count), sheet(lower, count) + upper * count, sheet(2, count) + rows * count])
    materials = np.concatenate([np.full((rows - 2) * _LID_COLUMNS, 1), np.full(_LID_COLUMNS, 2)])
    piece = Piece(rest, _BEHIND, quads, materials)
    piece.held = closed
    piece.rest[rows * count :, 1] -= _BEFORE
    piece.move(f"eyeBlink{name}", closed, _FORWARD)
    across = np.repeat((0.0, 1.0), count)
    piece.strokes.append((slice(rows * count, len(rest)), np.stack([np.tile(finer * meet[:, 0], 2), across], axis=1)))
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
    piece = Piece(rest, _BEHIND + _BEFORE, quads, np.full(len(quads), 1))
    piece.move("jawOpen", rest, _FORWARD)
    piece.move("mouthClose", rest, -_FORWARD)
    return piece


def mouth_piece(face: Face, stroke: float, spread: float = 1.0) -> Piece:
    """The open mouth: the dark, a line along either lip before it; when wide enough, teeth above and a tongue below.

    A little open, lips show a dark gap: teeth and tongue lie behind the dark, and come forward faster.
    """
    t = np.linspace(-1.0, 1.0, _LIP_COLUMNS + 1)
    half, tall = face.mouth_half, min(0.85 * face.mouth_half + 0.16 * face.below, 0.36 * face.below)
    round_ = 1.0 - np.abs(t) ** 2.4
    tongue = 0.62 + 0.38 * np.abs(t / 0.9) ** 2
    x0 = face.mouth[0] + half * t

    def opened(wide: float, up: float, down: float, lift: float = 0.0) -> Array:
        """Rows of the mouth at an opening: two of each line's, the dark's, the teeth's and the tongue's."""
        x = face.mouth[0] + (x0 - face.mouth[0]) * wide
        base = face.mouth[1] + lift * np.abs(t) ** 2 * tall
        upper, lower = base + up * tall * round_, base - down * tall * round_
        edge = 1.0 + stroke / max(half * wide, 1e-6)
        outer = face.mouth[0] + (x - face.mouth[0]) * edge
        over, within = 0.5 * (1.0 + spread) * stroke, 0.5 * (1.0 - spread) * stroke
        rows = [np.stack([outer, upper + over], axis=1), np.stack([x, upper + within], axis=1)]
        rows += [np.stack([x, lower - within], axis=1), np.stack([outer, lower - over], axis=1)]
        rows += [np.stack([x, upper + (lower - upper) * b], axis=1) for b in (0.0, 1.0, 0.0, _TEETH)]
        rows += [np.stack([x, upper + (lower - upper) * np.minimum(b, 1.0)], axis=1) for b in (tongue, 1.0)]
        return np.concatenate(rows)

    count = len(t)
    rest = opened(1.0, 0.0, 0.0)
    quads = np.concatenate([sheet(2, count) + k * 2 * count for k in range(5)])
    piece = Piece(rest, _BEHIND, quads, np.repeat((2, 2, 3, 4, 5), _LIP_COLUMNS))
    wide_open = opened(0.92, 0.18, 1.0)
    piece.held = rest + _HALF_OPEN * (wide_open - rest)
    forward = np.full(len(rest), _FORWARD)
    # The lines lie before all else, and teeth and tongue come out from behind the dark.
    for k, (behind, at) in enumerate(((-_BEFORE, 0.0), (2 * _BEFORE, 0.1), (4 * _BEFORE, 0.18)), start=2):
        part = slice(2 * k * count, 2 * (k + 1) * count)
        piece.rest[part, 1] += behind
        if at:
            # Level with the dark when so far open, and as far before it when wide open.
            forward[part] += (behind + _BEFORE) / at
    forward[: 4 * count] = forward.max() + 2 * _BEFORE
    ends = np.concatenate([np.tile(wide_open[:count, 0], 2), np.tile(wide_open[:count, 0] + face.mouth_half, 2)])
    piece.strokes.append((slice(0, 4 * count), np.stack([ends, np.repeat((0.0, 1.0, 0.0, 1.0), count)], axis=1)))
    piece.move("jawOpen", wide_open)
    piece.own["jawOpen"][:, 1] = -forward
    piece.own["mouthClose"] = -piece.own["jawOpen"]
    piece.move("mouthFunnel", opened(0.68, 0.12, 0.16))
    piece.move("mouthPucker", opened(0.45, 0.02, 0.02))
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        mine = np.tile(smooth(0.5 + 0.5 * sign * t), 10)[:, None]
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
