"""Teeth, gums and tongue."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from .fields import Face, jaw_drop
from .mesh import Part, merge, part
from .places import MOUTH_Z
from .sdf import smoothstep
from .shapes import jaw_forward, jaw_left
from .weights import rigid

FRONT = -0.0882
"""Y of the front of the upper incisors."""
# Half angles along the arch of the teeth, and their sizes: half width, half height.
_TEETH = ((0.0042, 0.0054), (0.0036, 0.0048), (0.0037, 0.0051), (0.0038, 0.0044), (0.0041, 0.0042), (0.0045, 0.0040))


def _arch(t: Array, width: float, depth: float, front: float) -> Array:
    """Points (N, 2) in XY of the dental arch; t = 0 in front, +-1 at the back."""
    angle = np.asarray(t) * np.radians(86.0)
    return np.stack([width * np.sin(angle), front + depth * (1 - np.cos(angle)) ** 1.4], axis=-1)


def _lattice() -> tuple[Array, Array]:
    """A rounded cube of 26 points and 24 quads, half size 1."""
    ids: dict[tuple[int, int, int], int] = {}
    faces = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for sign in (-1, 1):
            for a in (-1, 0):
                for b in (-1, 0):
                    ring = []
                    for da, db in ((0, 0), (1, 0), (1, 1), (0, 1)):
                        c = [0, 0, 0]
                        c[axis], c[u], c[v] = sign, a + da, b + db
                        ring.append(ids.setdefault(tuple(c), len(ids)))  # type: ignore[arg-type]
                    faces.append(ring if sign > 0 else ring[::-1])
    p = np.array(list(ids), np.float64)
    return p / (np.abs(p) ** 3.2).sum(axis=1, keepdims=True) ** (1 / 3.2), np.array(faces)


def _teeth(upper: bool) -> list[Part]:
    cube, quads = _lattice()
    scale, front = (1.0, FRONT) if upper else (0.93, FRONT + 0.0026)
    width, depth = 0.0255 * scale, 0.031 * scale
    along = np.linspace(0, 1, 400)
    path = _arch(along, width, depth, front)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    points, faces = [], []
    at = 0.0
    for half, tall in _TEETH:
        half = half * scale * (1.0 if upper else 0.88)
        t = float(np.interp(at + half, length, along))
        at += 2 * half
        for side in (1, -1):
            centre = _arch(np.array([side * t]), width, depth, front)[0]
            ahead = _arch(np.array([side * (t + 0.01)]), width, depth, front)[0] - centre
            ahead *= side / np.linalg.norm(ahead)
            out = np.array([ahead[1], -ahead[0]])
            q = cube * np.array([half * 0.985, 0.0030, tall])
            # Side teeth stand back from the slit, or they are seen beside the lips when the corners part.
            aside = float(smoothstep(np.array([t]), 0.25, 0.80)[0])
            edge = MOUTH_Z - 0.0012 + 0.0016 * aside if upper else MOUTH_Z - 0.0016 - 0.0042 * aside
            z = edge + (tall + q[:, 2] if upper else -tall * 0.9 + q[:, 2] * 0.9)
            xy = centre + q[:, :1] * ahead + (-q[:, 1:2] + 0.0030) * -out
            points.append(np.stack([xy[:, 0], xy[:, 1], z], axis=1))
            faces.append(quads + 26 * (len(points) - 1))
    joint_name = "head" if upper else "jaw"
    p = np.concatenate(points)
    teeth = part("Teeth", p, np.concatenate(faces), "Teeth", rigid(len(p), joint_name))

    # The gum: a tube along the arch.
    n, sides = 17, 8
    along = np.linspace(-1.02, 1.02, n)
    centre = _arch(along, width, depth, front)
    angle = 2 * np.pi * np.arange(sides) / sides
    tangent = np.gradient(centre, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    z0 = MOUTH_Z + 0.0112 if upper else MOUTH_Z - 0.0118
    xy = centre[:, None] + normal[:, None] * (-0.0036 + 0.0042 * np.cos(angle))[None, :, None]
    z = np.broadcast_to(z0 + 0.0040 * np.sin(angle), (n, sides))
    q = np.concatenate([xy, z[..., None]], axis=-1).reshape(-1, 3)
    k = np.arange(sides)
    after = (k + 1) % sides
    tube = np.concatenate(
        [
            np.stack([i * sides + k, i * sides + after, (i + 1) * sides + after, (i + 1) * sides + k], 1)
            for i in range(n - 1)
        ]
    )
    return [teeth, part("Gums", q, tube[:, ::-1], "Gums", rigid(len(q), joint_name))]


def _tongue() -> Part:
    rings, sides = 12, 12
    t = np.linspace(0.0, 1.0, rings)
    y = -0.030 - 0.0475 * t
    z = MOUTH_Z - 0.0098 + 0.0052 * np.sin(np.pi * np.clip(t * 0.9, 0, 1)) + 0.0012 * t
    half = (
        0.0160
        * np.sqrt(np.clip(1 - (np.clip(t - 0.35, 0, 1) / 0.66) ** 2.4, 0.0, 1))
        * (0.85 + 0.15 * smoothstep(t, 0, 0.4))
    )
    half[-1] = 0.0045
    thick = 0.0062 * np.sqrt(half / half.max())
    angle = 2 * np.pi * np.arange(sides) / sides
    x = half[:, None] * np.cos(angle)
    groove = 0.0013 * np.exp(-((np.cos(angle) / 0.3) ** 2)) * (np.sin(angle) > 0)
    p = np.stack(
        [
            x,
            np.repeat(y[:, None], sides, 1),
            z[:, None] + thick[:, None] * np.sin(angle) - groove * (half / 0.016)[:, None],
        ],
        -1,
    ).reshape(-1, 3)
    p = np.concatenate([p, [[0, y[-1] - 0.0022, z[-1]], [0, y[0] + 0.002, z[0]]]])
    k = np.arange(sides)
    after = (k + 1) % sides
    faces = [
        np.stack([i * sides + k, i * sides + after, (i + 1) * sides + after, (i + 1) * sides + k], 1)
        for i in range(rings - 1)
    ]
    last = (rings - 1) * sides
    faces.append(np.stack([last + k, last + after, np.full(sides, len(p) - 2), np.full(sides, -1)], 1))
    faces.append(np.stack([after, k, np.full(sides, len(p) - 1), np.full(sides, -1)], 1))
    one = part("Tongue", p, np.concatenate(faces), "Tongue", rigid(len(p), "jaw"))
    along = np.concatenate([np.repeat(t, sides), [1.0, 0.0]])
    out = np.zeros_like(p)
    reach = smoothstep(along, 0.05, 1.0)
    # Over the lower teeth from a third on, so that a th shows it between the teeth.
    out[:, 1] = -0.042 * reach
    out[:, 2] = 0.0095 * smoothstep(along, 0.0, 0.75)
    one.keys["tongueOut"] = out
    return one


def build_mouth() -> Part:
    """Upper teeth on the head, lower teeth and tongue on the jaw, with the jaw's shapes and tongueOut."""
    lower = [*_teeth(False), _tongue()]
    for one in lower:
        p = one.vertices
        chin = Face(np.array([[0.0, -0.09, MOUTH_Z - 0.012]]), np.zeros(1, int))
        mirror = np.array([-1.0, 1.0, 1.0])
        left = jaw_left(chin)
        one.keys["jawOpen"] = jaw_drop(p)
        one.keys["jawForward"] = np.tile(jaw_forward(chin), (len(p), 1))
        one.keys["jawLeft"] = np.tile(left, (len(p), 1))
        one.keys["jawRight"] = np.tile(left * mirror, (len(p), 1))
    return merge("Mouth", [*_teeth(True), *lower])
