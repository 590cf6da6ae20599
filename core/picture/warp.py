"""How places of a drawn face move: smooth displacements of the picture plane, so that nothing tears.

Everything is in the puppet's plane: x to the right of the picture, z up, in picture heights; the character's left is at
larger x. Each function takes places (V, 2) and gives displacements (V, 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array
from .marks import Marks

TURN: Final = np.radians(15.0)
"""What a turn's shape at 1 shows."""
_NECK: Final = 0.4
"""How much of the head's way the upper end of the neck goes, under the jaw."""


@dataclass(frozen=True)
class Eye:
    centre: Array
    width: float
    height: float


@dataclass(frozen=True)
class Face:
    """Marks in the puppet's plane; sizes are halves."""

    eyes: dict[str, Eye]
    brows: dict[str, Array]
    mouth: Array
    mouth_half: float
    middle: Array
    half: float
    chin: Array
    lift: float = 0.12
    """How far a brow goes, of the height from the eyes to the chin."""

    @property
    def below(self) -> float:
        """From the eyes down to the chin."""
        return float(self.middle[1] - self.chin[1])


def face_of(marks: Marks, width: int, height: int) -> Face:
    """The marks of a picture in the puppet's plane: its middle at x = 0, its lower edge at z = 0, 1 high."""

    def place(name: str) -> Array:
        x, y = marks.at(name)
        return np.array([(x + 0.5 - width / 2.0) / height, 1.0 - (y + 0.5) / height])

    eyes = {}
    for side in ("left", "right"):
        w, h = marks.eye_size(side)
        eyes[side] = Eye(place(f"eye_{side}"), w / height, h / height)
    middle, half, _ = marks.face
    return Face(
        eyes,
        {side: place(f"brow_{side}") for side in ("left", "right")},
        place("mouth"),
        float(place("mouth_left")[0] - place("mouth_right")[0]) / 2.0,
        np.array([(middle[0] + 0.5 - width / 2.0) / height, 1.0 - (middle[1] + 0.5) / height]),
        half / height,
        place("chin"),
    )


def smooth(x: Array) -> Array:
    """0 below 0, 1 above 1, smooth between."""
    t = np.clip(x, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _bump(p: Array, centre: Array, wide: float, high: float) -> Array:
    d = ((p - centre) / (wide, high)) ** 2
    return np.exp(-d.sum(axis=1))


def _lids(eye: Eye, p: Array) -> Array:
    """How places (V, 2) go with the lids, 1 up with the upper one, -1 down with the lower: lashes go as they are."""
    u, v = ((p - eye.centre) / (eye.width, eye.height)).T
    away = np.abs(v) / np.sqrt(np.clip(1.0 - u**2, 0.3, 1.0))
    out: Array = np.sign(v) * smooth(away / 0.75) * smooth((2.3 - away) / 1.1) * smooth((1.8 - np.abs(u)) / 0.9)
    return out


def _only_z(value: Array) -> Array:
    return np.stack([np.zeros_like(value), value], axis=1)


def _head(face: Face, p: Array, layer: str) -> Array:
    """How much places (V, 2) of a layer follow the head: 1 above, 0 below. The face is whole down to its chin, the neck
    follows a little, the body not, and hair hangs down from the head."""
    if layer == "Body":
        return _NECK * smooth((p[:, 1] - (face.chin[1] - 0.4 * face.below)) / (0.6 * face.below))
    if layer != "Picture":
        return smooth((p[:, 1] - (face.chin[1] - 0.75 * face.below)) / (0.85 * face.below))
    whole = smooth((p[:, 1] - (face.chin[1] - 0.45 * face.below)) / (0.4 * face.below))
    beside = smooth((p[:, 1] - (face.chin[1] - 0.5 * face.below)) / (0.7 * face.below))
    aside = smooth((np.abs(p[:, 0] - face.chin[0]) / face.half - 1.0) / 0.5)
    return whole + (beside - whole) * aside


def turns(face: Face, p: Array, layer: str = "Picture", whole: bool = False) -> dict[str, Array]:
    """Displacements of the six head turns at 15 degrees, parallax by a depth that bulges in the face.

    `whole`: as if all places were on the head.

    Hair in front ("Front") lies before the forehead; hair behind ("Behind") stays back the more the lower it hangs.
    From the crown to the eyes all are one, so that no edge opens there.
    """
    top = face.middle[1] + 1.3 * face.below
    centre = np.array([face.middle[0], (top + face.chin[1]) / 2.0])
    high = (top - face.chin[1]) / 2.0
    wide = 1.25 * face.half
    u, v = ((p - centre) / (wide, high)).T
    bulge = np.clip(1.0 - (0.55 * u) ** 2 - (0.55 * v) ** 2, -0.2, 1.0)
    features = 0.22 * _bump(
        p, np.array([face.middle[0], face.mouth[1] * 0.45 + face.middle[1] * 0.55]), 0.35 * face.half, 0.5 * face.below
    )
    if layer == "Front":
        fringe = np.array([face.middle[0], face.middle[1] + 0.45 * face.below])
        depth = bulge + 0.16 * _bump(p, fringe, 0.7 * face.half, 0.4 * face.below)
    elif layer == "Behind":
        depth = bulge * (1.0 - 0.75 * smooth((face.middle[1] - 0.1 * face.below - p[:, 1]) / face.below))
    else:
        depth = bulge + features
    far = smooth(2.4 - np.maximum(np.abs(u), np.abs(v)))
    weight = np.ones(len(p)) if whole else _head(face, p, layer) * far
    side = np.sin(TURN) * face.half * 1.05 * depth * weight
    narrow = (np.cos(TURN) - 1.0) * (p[:, 0] - centre[0]) * weight
    up = np.sin(TURN) * high * 0.62 * depth * weight
    flat = (np.cos(TURN) - 1.0) * (p[:, 1] - centre[1]) * weight
    pivot = np.array([face.middle[0], face.chin[1] - 0.1 * face.below])
    out = {
        "headTurnLeft": np.stack([side + narrow, np.zeros(len(p))], axis=1),
        "headTurnRight": np.stack([-side + narrow, np.zeros(len(p))], axis=1),
        "headNodUp": np.stack([np.zeros(len(p)), up + flat], axis=1),
        "headNodDown": np.stack([np.zeros(len(p)), -up + flat], axis=1),
    }
    for name, sign in (("headTiltLeft", -1.0), ("headTiltRight", 1.0)):
        c, s = np.cos(TURN), sign * np.sin(TURN)
        d = p - pivot
        turned = np.stack([c * d[:, 0] - s * d[:, 1], s * d[:, 0] + c * d[:, 1]], axis=1)
        out[name] = (turned - d) * weight[:, None]
    return out


def features(face: Face, p: Array) -> dict[str, Array]:
    """Displacements of the picture for ARKit's shapes: brows, irises, corners and lips while closed, chin, cheeks."""
    out: dict[str, Array] = {}
    jaw = smooth((face.mouth[1] - p[:, 1]) / (0.5 * (face.mouth[1] - face.chin[1]) + 1e-6))
    near = _bump(p, np.array([face.mouth[0], face.chin[1]]), 0.9 * face.half, 0.5 * face.below)
    out["jawOpen"] = _only_z(-0.09 * face.below * jaw * near)
    for side, name in (("left", "Left"), ("right", "Right")):
        sign = 1.0 if side == "left" else -1.0
        corner = _bump(
            p, face.mouth + np.array([sign * face.mouth_half, 0.0]), 0.8 * face.mouth_half, 0.16 * face.below
        )
        rise = 0.075 * face.below
        out[f"mouthSmile{name}"] = corner[:, None] * (sign * 0.12 * face.mouth_half, rise)
        out[f"mouthFrown{name}"] = corner[:, None] * (0.0, -rise)
        out[f"mouthStretch{name}"] = corner[:, None] * (sign * 0.22 * face.mouth_half, 0.0)
        eye, brow = face.eyes[side], face.brows[side]
        gap = max(brow[1] - eye.centre[1] - eye.height, 0.2 * eye.height)
        lift = face.lift * face.below
        outer = _bump(p, brow + np.array([sign * 0.6 * eye.width, 0.0]), 0.9 * eye.width, 0.8 * gap + 0.02 * face.below)
        whole = _bump(p, brow, 1.6 * eye.width, 0.8 * gap + 0.02 * face.below)
        inner = _bump(p, brow - np.array([sign * 0.6 * eye.width, 0.0]), 0.9 * eye.width, 0.8 * gap + 0.02 * face.below)
        # The skin at the lashes stays, so that they are as thick as drawn.
        free = smooth((p[:, 1] - eye.centre[1] - eye.height - 0.1 * gap) / (0.6 * gap))
        outer, whole, inner = outer * free, whole * free, inner * free
        # A drawn brow tilts: what lowers it lowers most its end at the nose, what raises that end lowers the other.
        out[f"browOuterUp{name}"] = _only_z(1.1 * lift * outer)
        out[f"browDown{name}"] = _only_z(min(lift, 1.1 * gap) * (0.22 * outer - 0.25 * whole - 0.85 * inner))
        up = out.get("browInnerUp", np.zeros_like(p))
        out["browInnerUp"] = up + _only_z(lift * (0.3 * whole + 0.9 * inner - 0.3 * outer))
        inside = smooth(1.25 * (1.0 - np.sqrt(((p - eye.centre) / (eye.width, eye.height)) ** 2 @ np.ones(2))))
        for look, shift in (("Up", (0, 0.3)), ("Down", (0, -0.3)), ("In", (-sign * 0.4, 0)), ("Out", (sign * 0.4, 0))):
            out[f"eyeLook{look}{name}"] = inside[:, None] * np.array(shift) * (eye.width, eye.height)
        ring = _bump(p, eye.centre, 1.3 * eye.width, 1.3 * eye.height)
        out[f"eyeWide{name}"] = _only_z(0.24 * eye.height * _lids(eye, p))
        out[f"eyeSquint{name}"] = ring[:, None] * (p - eye.centre) * (0.0, -0.3)
        low = _bump(p, eye.centre - np.array([0.0, 1.1 * eye.height]), 1.2 * eye.width, 0.5 * eye.height)
        out[f"cheekSquint{name}"] = _only_z(0.35 * eye.height * low)
        wing = _bump(p, (2.0 * face.mouth + face.middle) / 3.0, 0.3 * face.half, 0.16 * face.below)
        # A sneer is a drawn nose and half of the upper lip that go up, with narrow eyes.
        lip = _bump(
            p, face.mouth + np.array([sign * 0.45 * face.mouth_half, 0.0]), 0.6 * face.mouth_half, 0.12 * face.below
        )
        out[f"noseSneer{name}"] = _only_z(face.below * (0.03 * wing + 0.06 * lip)) + 0.5 * out[f"eyeSquint{name}"]
    lips = _bump(p, face.mouth, 1.3 * face.mouth_half, 0.15 * face.below)
    out["mouthPucker"] = lips[:, None] * (face.mouth - p) * (0.55, 0.0)
    out["mouthFunnel"] = lips[:, None] * (face.mouth - p) * (0.35, 0.0)
    out["mouthLeft"] = lips[:, None] * (0.25 * face.mouth_half, 0.0)
    out["mouthRight"] = lips[:, None] * (-0.25 * face.mouth_half, 0.0)
    return out
