"""All parts of the character together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..arrays import Array
from ..skeleton import INDEX
from .body import build_body
from .eyes import build_brows, build_eyes, build_lashes
from .fields import Face
from .hair import build_ears, build_hair
from .hands import build_hands
from .head import HeadMesh, build_head
from .head_grid import MOUTH_CORNER
from .head_shapes import head_keys
from .mesh import Part, merge
from .mouth import build_mouth
from .places import MOUTH_Z
from .sdf import bell
from .weights import head_weights, normalised

UPPER_LIP, LOWER_LIP = 0.0078, 0.0094
"""Heights of the lips in the middle, metres along the rows of the head."""


@dataclass(frozen=True)
class Character:
    """The parts, one mesh object each; "Head" has all 52 shapes, others those that move them."""

    parts: tuple[Part, ...]
    head: HeadMesh


def _head_part(head: HeadMesh) -> Part:
    p = head.vertices
    weights = head_weights(p).astype(np.float64)
    jaw = Face(p, head.mouth).jaw()
    inside = head.depth > 0
    jaw[inside] = np.where(head.mouth[inside] > 0, 1.0, np.where(head.mouth[inside] < 0, 0.0, 0.45))
    edge = inside & (head.depth < 4)
    lip = Face(p[head.pocket[edge]], head.mouth[head.pocket[edge]]).jaw()
    keep = np.array([0.97, 0.8, 0.4])[head.depth[edge] - 1]
    jaw[edge] = keep * lip + (1 - keep) * jaw[edge]
    weights[:, INDEX["jaw"]] = weights[:, INDEX["head"]] * jaw
    weights[:, INDEX["head"]] *= 1 - jaw

    materials = ("Skin", "Lips", "Mouth")
    tint, lips = _tint(head)
    f = head.faces
    corners = np.where(f >= 0, f, f[:, :1])
    material = np.where(lips[corners].mean(axis=1) > 0.9, 1, 0)
    material[(head.depth[corners] >= 2).any(axis=1)] = 2
    return Part("Head", p, f, materials, material, normalised(weights), tint, head_keys(head))


def _tint(head: HeadMesh) -> tuple[Array, Array]:
    """(N, 3) colour multiplied into the skin, and (N,) how much of a lip each vertex is."""
    p = head.vertices
    n = len(head.grid.height)
    away = np.full(len(head.left_of), np.inf)
    away[:n] = np.where(head.grid.azimuth < MOUTH_CORNER + 1e-6, head.grid.height - MOUTH_Z, np.inf)
    half = np.where(away > 0, away < UPPER_LIP, away > -LOWER_LIP).astype(np.float64)
    lips = np.zeros(len(p))
    lips[head.mirror[head.left_of]] = half
    lips[head.left_of] = half
    lips = np.maximum(lips, (head.depth > 0) & (head.depth < 3))
    tint = np.ones_like(p)
    blush = bell(np.hypot((np.abs(p[:, 0]) - 0.042) / 0.030, (p[:, 2] - 1.570) / 0.026)) * (p[:, 1] < -0.02)
    nose = bell(np.linalg.norm(p - np.array([0, -0.108, 1.578]), axis=1) / 0.024)
    for amount, colour in ((blush * 0.55, (1.0, 0.70, 0.66)), (nose * 0.45, (1.0, 0.72, 0.68))):
        tint *= 1 + amount[:, None] * (np.array(colour) - 1)
    tint *= 1 + lips[:, None] * (np.array([0.90, 0.67, 0.69]) - 1)
    return tint, lips


@lru_cache(maxsize=1)
def build() -> Character:
    """Builds the character (about two seconds, once): the same arrays every time."""
    head = build_head()
    skin = _head_part(head)
    return Character(
        (
            build_body(),
            build_hands(),
            merge("Head", [skin, build_ears()]),
            build_eyes(),
            build_lashes(head, skin.keys),
            build_brows(),
            build_mouth(),
            build_hair(),
        ),
        head,
    )
