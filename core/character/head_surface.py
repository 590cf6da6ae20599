"""The sculpted surface of head and neck as one smooth signed distance, and rays onto it."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from .places import EYE, EYE_RADIUS, LID, MOUTH_HALF, MOUTH_Z
from .sdf import carve, chain, cone, ellipsoid, join, mirrored, sphere

CENTRE = np.array([0.0, 0.0, 1.60])
"""The rays of the face start here."""


WIDER = 1.065
"""How much wider than deep the head is than its plain sculpt: a rounder, friendlier face."""


def mouth_line(x: Array) -> Array:
    """Height of the closed lips at each x: a friendly line, corners a little up."""
    s = np.clip(np.abs(x) / MOUTH_HALF, 0.0, 1.3)
    return MOUTH_Z + 0.0029 * s**2


def skull(p: Array) -> Array:
    """Head and neck without the face's features; `p` folded to the left side. Hair and brows lie on this."""
    p = p * np.array([1.0 / WIDER, 1.0, 1.0])
    d = ellipsoid(p, (0.0, 0.014, 1.650), (0.0770, 0.094, 0.100))
    d = join(d, ellipsoid(p, (0.0, -0.026, 1.668), (0.0655, 0.062, 0.058)), 0.03)
    d = join(d, ellipsoid(p, (0.0, -0.018, 1.608), (0.0690, 0.0625, 0.052)), 0.03)
    face = ellipsoid(p, (0.0, -0.026, 1.574), (0.0620, 0.0585, 0.072))
    face = join(face, ellipsoid(p, (0.0, -0.060, 1.5165), (0.0235, 0.0255, 0.0235)), 0.04)
    face = join(face, ellipsoid(p, (0.026, -0.022, 1.542), (0.028, 0.038, 0.030)), 0.03)
    d = join(d, face, 0.03)
    d = join(d, ellipsoid(p, (0.036, -0.051, 1.577), (0.0275, 0.0265, 0.0255)), 0.028)
    neck = chain(p, [(0, 0.022, 1.36), (0, 0.018, 1.44), (0, 0.016, 1.53)], [0.052, 0.0425, 0.0430], 0.0)
    return join(d, neck, 0.026)


def head_distance(points: Array) -> Array:
    """Signed distance to the skin, lids closed over the eyes, for points (N, 3)."""
    p = mirrored(points)
    d = skull(p)
    # A soft brow bone, and the hollow between it and the lid.
    brow = [(0.0, -0.0815, 1.645), (0.015, -0.0805, 1.647), (0.034, -0.0765, 1.651), (0.053, -0.063, 1.645)]
    d = join(d, chain(p, brow, [0.0085, 0.0085, 0.0085, 0.0080], 0.004), 0.024)
    d = carve(d, ellipsoid(p, EYE + np.array([0.0, -0.0265, 0.012]), (0.0230, 0.0085, 0.0110)), 0.014)
    # Muzzle under the lips, nose.
    d = join(d, ellipsoid(p, (0.0, -0.067, 1.5405), (0.0315, 0.0242, 0.0240)), 0.020)
    nose = chain(p, [(0, -0.0795, 1.628), (0, -0.0885, 1.604), (0, -0.1010, 1.5860)], [0.0075, 0.0078, 0.0092], 0.004)
    nose = join(nose, sphere(p, (0.0, -0.1030, 1.5835), 0.0112), 0.008)
    nose = join(nose, ellipsoid(p, (0.0105, -0.0935, 1.5795), (0.0072, 0.0092, 0.0070)), 0.008)
    d = join(d, nose, 0.014)
    d = carve(d, ellipsoid(p, (0.0060, -0.0985, 1.5722), (0.0036, 0.0056, 0.0040)), 0.003)
    # Lids.
    d = join(d, sphere(p, EYE, EYE_RADIUS + LID), 0.007)
    # Philtrum, the fold under the lower lip, lips.
    z = MOUTH_Z
    d = carve(d, cone(p, (0, -0.0985, z + 0.022), (0, -0.0990, z + 0.011), 0.0026, 0.0034), 0.006)
    d = carve(d, ellipsoid(p, (0.0, -0.1030, z - 0.0165), (0.020, 0.0110, 0.0065)), 0.010)
    upper = chain(
        p,
        [
            (0.0, -0.0926, z + 0.0036),
            (0.006, -0.0922, z + 0.0044),
            (0.0145, -0.0868, z + 0.0040),
            (0.0235, -0.0780, z + 0.0036),
        ],
        [0.0042, 0.0043, 0.0035, 0.0018],
        0.002,
    )
    lower = chain(
        p,
        [
            (0.0, -0.0916, z - 0.0050),
            (0.008, -0.0902, z - 0.0044),
            (0.016, -0.0850, z - 0.0018),
            (0.0235, -0.0778, z + 0.0024),
        ],
        [0.0054, 0.0052, 0.0039, 0.0018],
        0.002,
    )
    return join(d, join(upper, lower, 0.0010), 0.0060)


def cast(origin: Array, direction: Array) -> Array:
    """Where rays out of the head (N, 3) + t (N, 3) meet the skin, the outermost place."""
    t = np.full(len(origin), 0.21)
    for _ in range(16):
        t = np.maximum(t - 0.93 * head_distance(origin + t[:, None] * direction), 0.0)
    before, d_before = t, head_distance(origin + t[:, None] * direction)
    t = np.maximum(t - 0.9 * d_before, 0.0)
    for _ in range(4):  # secant steps from the outside
        d = head_distance(origin + t[:, None] * direction)
        slope = (d - d_before) / np.where(np.abs(t - before) < 1e-10, 1.0, t - before)
        step = np.where(np.abs(slope) > 0.15, d / np.where(np.abs(slope) > 0.15, slope, 1.0), d)
        before, d_before = t, d
        t = np.maximum(t - np.clip(step, -0.004, 0.004), 0.0)
    return origin + t[:, None] * direction
