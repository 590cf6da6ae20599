"""Eyeballs, upper lashes and brows."""

from __future__ import annotations

import numpy as np

from ..arkit import ARKIT, LOOK_DEGREES
from ..arrays import Array
from ..skeleton import mirror_index
from .fields import Face
from .head import HeadMesh
from .head_surface import CENTRE, cast, head_distance
from .mesh import Part, merge, mirror_name, mirror_part, part
from .places import EYE, EYE_RADIUS
from .sdf import curve, gradient
from .shapes import skin_shapes
from .weights import rigid

LOOK = {
    "eyeLookUpLeft": (-LOOK_DEGREES, 0.0),
    "eyeLookDownLeft": (LOOK_DEGREES, 0.0),
    "eyeLookInLeft": (0.0, -LOOK_DEGREES),
    "eyeLookOutLeft": (0.0, LOOK_DEGREES),
}
"""Degrees the left eyeball turns at 1: down (about X), and to its left (about Z); as far as a look asks for."""

_RINGS = (0.0, 6.0, 11.5, 17.0, 23.0, 28.0, 30.5, 37.0, 45.0, 56.0, 68.0, 82.0, 98.0, 118.0, 145.0, 180.0)
_SECTORS = 32


def turn(p: Array, down: float, left: float) -> Array:
    """Points about the origin turned down about X, then to +X about Z; degrees."""
    a, b = np.radians(down), np.radians(left)
    y, z = np.cos(a) * p[:, 1] - np.sin(a) * p[:, 2], np.sin(a) * p[:, 1] + np.cos(a) * p[:, 2]
    return np.stack([np.cos(b) * p[:, 0] - np.sin(b) * y, np.sin(b) * p[:, 0] + np.cos(b) * y, z], axis=1)


def _eyeball() -> Part:
    angle = np.radians(np.array(_RINGS[1:-1]))
    round_ = 2 * np.pi * np.arange(_SECTORS) / _SECTORS
    # The iris lies a little flat, as behind a cornea.
    radius = EYE_RADIUS * (1.0 - 0.012 * (np.degrees(angle) < 28.5))
    ring = np.stack(
        [
            np.outer(np.sin(angle) * radius, np.cos(round_)),
            np.repeat((-np.cos(angle) * radius)[:, None], _SECTORS, axis=1),
            np.outer(np.sin(angle) * radius, np.sin(round_)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    p = np.concatenate([ring, [[0, -EYE_RADIUS * 0.985, 0], [0, EYE_RADIUS, 0]]])
    rings = len(angle)
    k = np.arange(_SECTORS)
    after = (k + 1) % _SECTORS
    faces = [np.stack([np.full(_SECTORS, len(p) - 2), k, after, np.full(_SECTORS, -1)], axis=1)]
    for r in range(rings - 1):
        a, b = r * _SECTORS, (r + 1) * _SECTORS
        faces.append(np.stack([a + k, b + k, b + after, a + after], axis=1))
    last = (rings - 1) * _SECTORS
    faces.append(np.stack([np.full(_SECTORS, len(p) - 1), last + after, last + k, np.full(_SECTORS, -1)], axis=1))
    ends = [_RINGS[r + 1] for r in range(rings + 1)]
    kind = [0 if e <= 12.0 else 1 if e <= 28.5 else 2 if e <= 31.0 else 3 for e in ends]
    keys = {name: turn(p, *angles) - p for name, angles in LOOK.items()}
    return Part(
        "Eyes",
        p + EYE,
        np.concatenate(faces),
        ("Pupil", "Iris", "Iris Rim", "Eye White"),
        np.repeat(kind, _SECTORS),
        rigid(len(p), "left_eye_smplhf"),
        None,
        keys,
    )


def build_eyes() -> Part:
    """Both eyeballs, each on its eye joint, with the eyeLook shapes."""
    left = _eyeball()
    return merge("Eyes", [left, mirror_part(left, mirror_index())])


def _lash(rim: Array) -> Array:
    """A wedge along the upper lid's edge, thicker and longer towards the outer corner; 3 rows of points."""
    n = len(rim)
    s = np.linspace(0.0, 1.0, n)
    out = (rim - EYE) / np.linalg.norm(rim - EYE, axis=1, keepdims=True)
    body = np.sin(np.pi * np.clip(s * 0.96 + 0.02, 0, 1)) ** 0.6
    length = (0.0012 + 0.0036 * s**1.3) * np.clip(body + 0.35 * s, 0, 1.1)
    aim = out + np.stack([0.55 * (s - 0.35), 0 * s, 0.28 + 0.15 * s], axis=1)
    aim /= np.linalg.norm(aim, axis=1, keepdims=True)
    thick = 0.0011 * body + 0.0002
    up = np.array([0.0, 0.0, 1.0])
    base = rim - out * 0.0007
    return np.concatenate([base + up * thick[:, None], base - up * thick[:, None] * 0.35, rim + aim * length[:, None]])


def build_lashes(head: HeadMesh, keys: dict[str, Array]) -> Part:
    """Upper lashes that follow the lids' edges through every shape that moves them."""
    rim = head.vertices[head.upper_rim]
    p = _lash(rim)
    n = len(rim)
    k = np.arange(n - 1)
    faces = np.concatenate(
        [np.stack([a * n + k, b * n + k, b * n + k + 1, a * n + k + 1], axis=1) for a, b in ((0, 1), (1, 2), (2, 0))]
    )
    shapes = {}
    for name, d in keys.items():
        at = d[head.upper_rim]
        if np.abs(at).max() > 2e-5:
            shapes[name] = _lash(rim + at) - p
    left = part("Lashes", p, faces, "Lashes", rigid(len(p), "head"))
    left = Part(left.name, p, left.faces, left.materials, left.material, left.weights, None, shapes)
    return merge("Lashes", [left, mirror_part(left, mirror_index())])


_BROW = np.array(  # station, x, z, half thickness along the skin, height off the skin
    [
        (0.00, 0.0125, 1.6462, 0.0030, 0.0020),
        (0.12, 0.0175, 1.6474, 0.0044, 0.0032),
        (0.35, 0.0275, 1.6494, 0.0046, 0.0035),
        (0.60, 0.0385, 1.6498, 0.0041, 0.0033),
        (0.82, 0.0480, 1.6464, 0.0030, 0.0026),
        (1.00, 0.0550, 1.6415, 0.0012, 0.0013),
    ]
)


def build_brows() -> Part:
    """Solid brows that lie on the brow bone and move with the skin under them."""
    stations, sides = 15, 8
    at = np.linspace(0, 1, stations)
    x, z, half, high = (curve(_BROW, at, c) for c in (1, 2, 3, 4))
    aim = np.stack([x, np.full(stations, -0.088) + 4.0 * x**2, z], axis=1) - CENTRE
    aim /= np.linalg.norm(aim, axis=1, keepdims=True)
    centre = cast(np.tile(CENTRE, (stations, 1)), aim)
    normal = gradient(head_distance, centre, 1e-3)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    along = np.gradient(centre, axis=0)
    across = np.cross(along, normal)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    angle = 2 * np.pi * np.arange(sides) / sides
    ring = (
        centre[:, None]
        + across[:, None] * (half[:, None] * np.sin(angle))[..., None]
        + normal[:, None] * (high[:, None] * (np.cos(angle) * 0.75 + 0.10))[..., None]
    ).reshape(-1, 3)
    p = np.concatenate(
        [ring, centre[:1] + normal[:1] * high[0] * 0.2 - along[:1] * 0.25, centre[-1:] + along[-1:] * 0.3]
    )
    k = np.arange(sides)
    after = (k + 1) % sides
    faces = [np.stack([np.full(sides, len(p) - 2), after, k, np.full(sides, -1)], axis=1)]
    for s in range(stations - 1):
        a, b = s * sides, (s + 1) * sides
        faces.append(np.stack([a + k, a + after, b + after, b + k], axis=1))
    last = (stations - 1) * sides
    faces.append(np.stack([np.full(sides, len(p) - 1), last + k, last + after, np.full(sides, -1)], axis=1))
    shapes = skin_shapes(Face(p, np.zeros(len(p), int)))
    keys = {name: shapes[name] for name in ARKIT if np.abs(shapes[name]).max() > 2e-4}
    both = {mirror_name(n) for n in keys} | set(keys)
    keys = {name: shapes[name] for name in ARKIT if name in both}
    base = part("Brows", p, np.concatenate(faces), "Brows", rigid(len(p), "head"))
    left = Part(base.name, p, base.faces, base.materials, base.material, base.weights, None, keys)
    return merge("Brows", [left, mirror_part(left, mirror_index())])
