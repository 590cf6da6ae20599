"""The shapes on the head mesh: the skin's own, the lids' over the eyeball, and the pocket that hangs on the lips."""

from __future__ import annotations

import numpy as np

from ..arkit import ARKIT
from .fields import Face, jaw_drop
from .head import POCKET, HeadMesh
from .mesh import mirror_name
from .shapes import LID_STANDS, skin_shapes


def _pocket(head: HeadMesh, name: str, d: np.ndarray) -> None:
    """The pocket follows the lips at its edge and, deeper, the skull above and the jaw below."""
    inside = head.depth > 0
    if not inside.any():
        return
    own = POCKET[head.depth[inside] - 1, 4][:, None]
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


def head_keys(head: HeadMesh) -> dict[str, np.ndarray]:
    """ARKit name -> (N, 3), in Apple's order."""
    flip = np.array([-1.0, 1.0, 1.0])
    face = Face(head.vertices, head.mouth * (head.depth == 0))
    shapes = skin_shapes(face)
    for name, lids in LID_STANDS.items():
        moved = head.with_lids(lids)
        extra = shapes[name]
        on_rim = np.zeros(len(extra), bool)
        on_rim[head.upper_rim] = on_rim[head.lower_rim] = True
        near = _lid_hold(head)
        shapes[name] = moved + extra * near[:, None]
        shapes[mirror_name(name)] = (shapes[name] * flip)[head.mirror]
    out = {}
    for name in ARKIT:
        d = shapes[name].copy()
        # The insides of the lids move with the lids only, and the lids with nothing but their own shapes.
        if not name.startswith("eye"):
            d *= _lid_hold(head)[:, None]
            d *= _lid_hold(head)[head.mirror][:, None]
        _pocket(head, name, d)
        out[name] = d
    return out


def _lid_hold(head: HeadMesh) -> np.ndarray:
    """0 on the left lids' edges and rims, 1 away from them, so that skin shapes do not lift lids off the eyeball."""
    from .places import EYE, EYE_RADIUS, LID
    from .sdf import smoothstep

    away = np.linalg.norm(head.vertices - EYE, axis=1) - (EYE_RADIUS + LID)
    return smoothstep(away, 0.0006, 0.009)
