"""The shapes on the head mesh: the skin's own, the lids' over the eyeball, and the pocket that hangs on the lips."""

from __future__ import annotations

import numpy as np

from ..arkit import ARKIT
from ..arrays import Array
from .fields import Face, jaw_drop
from .head import POCKET, HeadMesh
from .mesh import mirror_name
from .places import EYE, EYE_RADIUS, LID
from .sdf import bell, smoothstep
from .shapes import LID_STANDS, skin_shapes

LID_DRIFT = {"eyeLookInLeft": -4.5, "eyeLookOutLeft": 4.5}
"""Degrees the lids are drawn along, about the eye's upright axis, when the left eye looks aside."""


def _pocket(head: HeadMesh, name: str, d: Array) -> None:
    """The pocket follows the lips at its edge and, deeper, the skull above and the jaw below."""
    inside = head.depth > 0
    if not inside.any():
        return
    own = POCKET[head.depth[inside] - 1, 4][:, None]
    if name == "mouthClose":
        own = own**0.4
    p = head.vertices[inside]
    lip = d[head.pocket[inside]]
    deep = np.zeros_like(lip)
    share = np.where(head.mouth[inside] > 0, 1.0, np.where(head.mouth[inside] < 0, 0.0, 0.45))[:, None]
    if name == "jawOpen":
        deep = jaw_drop(p) * share
    elif name.startswith("jaw"):
        far = d[head.lips_lower[0]]
        deep = far * share
    d[inside] = own * lip + (1 - own) * deep


def _lid_hold(head: HeadMesh) -> Array:
    """0 on the left lids' edges and rims, 1 away from them, so that skin shapes do not lift lids off the eyeball."""
    away = np.linalg.norm(head.vertices - EYE, axis=1) - (EYE_RADIUS + LID)
    return smoothstep(away, 0.0006, 0.009)


def _drift(head: HeadMesh, degrees: float) -> Array:
    """The left lids turned a little about the eye's upright axis, fading out round the eye."""
    q = head.vertices - EYE
    near = bell(np.hypot(q[:, 0] / 0.032, q[:, 2] / 0.028)) * (head.vertices[:, 1] < -0.03) * (head.vertices[:, 0] > 0)
    angle = np.radians(degrees) * near
    c, s = np.cos(angle), np.sin(angle)
    turned = np.stack([c * q[:, 0] - s * q[:, 1], s * q[:, 0] + c * q[:, 1], q[:, 2]], axis=1)
    return turned - q


def head_keys(head: HeadMesh) -> dict[str, Array]:
    """ARKit name -> (N, 3), in Apple's order."""
    flip = np.array([-1.0, 1.0, 1.0])
    shapes = skin_shapes(Face(head.vertices, head.mouth * (head.depth == 0)))
    hold = _lid_hold(head)
    for name, lids in LID_STANDS.items():
        shapes[name] = head.with_lids(lids) + shapes[name] * hold[:, None]
    for name, degrees in LID_DRIFT.items():
        shapes[name] = _drift(head, degrees)
    for name in (*LID_STANDS, *LID_DRIFT):
        shapes[mirror_name(name)] = (shapes[name] * flip)[head.mirror]
    out = {}
    for name in ARKIT:
        d = shapes[name].copy()
        if not name.startswith("eye"):
            d *= (hold * hold[head.mirror])[:, None]
        _pocket(head, name, d)
        out[name] = d
    return out
