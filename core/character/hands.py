"""Hands with five fingers, and the bit of forearm that is inside the sleeve."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..skeleton import mirror_index
from .mesh import Part, merge, mirror_part, part
from .nets import surface
from .places import joint
from .sdf import chain, cone, ellipsoid, join
from .weights import finger_chain, hand_weights

_RADII = {
    "index": (0.0094, 0.0086, 0.0079, 0.0066),
    "middle": (0.0094, 0.0087, 0.0080, 0.0067),
    "ring": (0.0089, 0.0082, 0.0075, 0.0063),
    "pinky": (0.0080, 0.0073, 0.0067, 0.0057),
    "thumb": (0.0125, 0.0110, 0.0097, 0.0076),
}


def left_hand(p: Array) -> Array:
    """Signed distance to the left hand at rest (palm down, fingers along +X)."""
    wrist = joint("left_wrist")
    palm = None
    across = {"index": -0.012, "middle": -0.004, "ring": 0.005, "pinky": 0.013}
    for finger, offset in across.items():
        root = wrist + np.array([0.012, offset, -0.001])
        knuckle = joint(f"left_{finger}1") + np.array([-0.004, 0.0, -0.002])
        bone = cone(p, root, knuckle, 0.0150, 0.0112 if finger != "pinky" else 0.0100)
        palm = bone if palm is None else join(palm, bone, 0.016)
    assert palm is not None
    palm = join(palm, ellipsoid(p, wrist + np.array([0.058, 0.004, -0.006]), (0.046, 0.034, 0.0125)), 0.012)
    palm = join(palm, ellipsoid(p, wrist + np.array([0.04, 0.034, -0.010]), (0.032, 0.012, 0.0115)), 0.015)
    forearm = np.array([-0.09, 0.0, -0.001])
    arm = ellipsoid(
        p * np.array([1.0, 1.0, 1.12]) + np.array([0, 0, -0.12 * wrist[2]]),
        wrist + np.array([-0.04, 0, 0]),
        (0.085, 0.0262, 0.0262),
    )
    arm = join(arm, cone(p, wrist + forearm, wrist, 0.026, 0.0205), 0.01)
    d = join(palm, arm, 0.022)
    thumb = finger_chain("thumb")
    heel = joint("left_wrist") + np.array([0.018, -0.008, -0.010])
    d = join(d, cone(p, heel, thumb[0] + np.array([0.004, 0.002, -0.001]), 0.0155, 0.0145), 0.018)
    d = join(d, chain(p, list(thumb), list(_RADII["thumb"]), 0.004), 0.010)
    fingers = None
    for finger in across:
        points = finger_chain(finger)
        points[0] = points[0] + (points[0] - points[1]) * 0.3
        one = chain(p, list(points), list(_RADII[finger]), 0.003)
        fingers = one if fingers is None else np.minimum(fingers, one)
    assert fingers is not None
    return join(d, fingers, 0.0065)


def build_hands() -> Part:
    """Both hands as one part; the right one is the exact mirror image."""
    v, f = surface(left_hand, (0.57, -0.055, 1.27), (0.90, 0.145, 1.40), (0.0068, 0.0035, 0.0047), smooth=3)
    left = part("Hands", v, f, "Skin", hand_weights(v))
    return merge("Hands", [left, mirror_part(left, mirror_index())])
