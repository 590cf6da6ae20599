"""Hair as one sculpted solid, and the ears."""

from __future__ import annotations

import numpy as np

from ..skeleton import mirror_index
from .head_surface import skull
from .mesh import Part, merge, mirror_part, part
from .nets import surface
from .sdf import carve, chain, ellipsoid, join, mirrored
from .weights import head_weights, rigid


def hair_distance(p: np.ndarray) -> np.ndarray:
    q = mirrored(p)
    cap = skull(q) - 0.0085
    cap = join(cap, ellipsoid(q, (0.0, 0.030, 1.685), (0.084, 0.090, 0.085)), 0.02)
    # Away from the face and the nape.
    cap = carve(cap, ellipsoid(q, (0.0, -0.085, 1.585), (0.082, 0.085, 0.098)), 0.006)
    cap = carve(cap, ellipsoid(q, (0.085, -0.01, 1.585), (0.04, 0.035, 0.048)), 0.006)
    cap = carve(cap, ellipsoid(q, (0.0, 0.02, 1.43), (0.12, 0.13, 0.115)), 0.008)
    top = chain(
        p,
        [(0.045, -0.055, 1.715), (0.005, -0.085, 1.728), (-0.045, -0.068, 1.712), (-0.068, -0.03, 1.685)],
        [0.016, 0.024, 0.022, 0.012],
        0.02,
    )
    top = join(
        top,
        chain(p, [(0.05, -0.03, 1.735), (0.0, -0.05, 1.752), (-0.05, -0.03, 1.73)], [0.02, 0.026, 0.02], 0.02),
        0.02,
    )
    return join(cap, top, 0.012)


def build_hair() -> Part:
    v, f = surface(hair_distance, (-0.125, -0.14, 1.50), (0.125, 0.15, 1.82), (0.007, 0.007, 0.007))
    return part("Hair", v, f, "Hair", rigid(len(v), "head"))


def ear_distance(p: np.ndarray) -> np.ndarray:
    """The left ear."""
    # The ear's own frame: turned outwards and leaning back.
    q = p - np.array([0.0765, 0.016, 1.598])
    a, b = np.radians(24.0), np.radians(-10.0)
    x, y = np.cos(a) * q[:, 0] - np.sin(a) * q[:, 1], np.sin(a) * q[:, 0] + np.cos(a) * q[:, 1]
    y, z = np.cos(b) * y - np.sin(b) * q[:, 2], np.sin(b) * y + np.cos(b) * q[:, 2]
    q = np.stack([x, y, z], axis=1)
    d = ellipsoid(q, (0.0, 0.002, 0.004), (0.0085, 0.0190, 0.0265))
    d = join(d, ellipsoid(q, (-0.001, -0.004, -0.0195), (0.0060, 0.0100, 0.0120)), 0.010)
    d = carve(d, ellipsoid(q, (0.0085, -0.001, 0.004), (0.0070, 0.0118, 0.0175)), 0.005)
    return join(d, ellipsoid(q, (0.0005, -0.0125, -0.004), (0.0045, 0.0050, 0.0068)), 0.004)


def build_ears() -> Part:
    v, f = surface(ear_distance, (0.055, -0.02, 1.55), (0.105, 0.055, 1.65), (0.0034, 0.0036, 0.0040))
    left = part("Ears", v, f, "Skin", head_weights(v))
    return merge("Ears", [left, mirror_part(left, mirror_index())])
