"""The sculpted surface of head and neck as one smooth signed distance, and rays onto it."""

from __future__ import annotations

import numpy as np

from .places import EYE, EYE_RADIUS, LID, MOUTH_HALF, MOUTH_Z
from .sdf import bell, carve, chain, cone, ellipsoid, join, mirrored, sphere

CENTRE = np.array([0.0, 0.0, 1.60])
"""The rays of the face start here."""


def mouth_line(x: np.ndarray) -> np.ndarray:
    """Height of the closed lips at each x: a friendly line, corners a little up, the middle a little down."""
    s = np.clip(np.abs(x) / MOUTH_HALF, 0.0, 1.3)
    return MOUTH_Z + 0.0021 * s**2 - 0.0006 * bell(s / 0.35)


def skull(p: np.ndarray) -> np.ndarray:
    """Head and neck without the face's features; `p` folded to the left side. Hair and brows lie on this."""
    d = ellipsoid(p, (0.0, 0.014, 1.648), (0.0765, 0.094, 0.100))
    d = join(d, ellipsoid(p, (0.0, -0.026, 1.668), (0.064, 0.062, 0.058)), 0.03)
    face = ellipsoid(p, (0.0, -0.026, 1.570), (0.0615, 0.059, 0.074))
    face = join(face, ellipsoid(p, (0.0, -0.062, 1.512), (0.025, 0.025, 0.0235)), 0.04)
    face = join(face, ellipsoid(p, (0.030, -0.022, 1.538), (0.030, 0.038, 0.032)), 0.03)
    d = join(d, face, 0.035)
    d = join(d, ellipsoid(p, (0.037, -0.054, 1.574), (0.026, 0.0245, 0.024)), 0.022)
    neck = chain(p, [(0, 0.022, 1.36), (0, 0.018, 1.44), (0, 0.018, 1.53)], [0.056, 0.0465, 0.047], 0.03)
    return join(d, neck, 0.026)


def head_distance(points: np.ndarray) -> np.ndarray:
    """Signed distance to the skin, lids closed over the eyes, for points (N, 3)."""
    p = mirrored(points)
    d = skull(p)
    # Brow bone, and the socket under it.
    d = join(
        d,
        chain(p, [(0.010, -0.0845, 1.636), (0.03, -0.0815, 1.643), (0.05, -0.067, 1.638)], [0.0095, 0.0105, 0.009]),
        0.016,
    )
    d = carve(d, ellipsoid(p, EYE + np.array([0.001, -0.018, 0.001]), (0.0225, 0.0105, 0.0165)), 0.014)
    # Muzzle under the lips, nose.
    d = join(d, ellipsoid(p, (0.0, -0.069, 1.5385), (0.0305, 0.0245, 0.0245)), 0.018)
    nose = chain(p, [(0, -0.0795, 1.628), (0, -0.0925, 1.600), (0, -0.1055, 1.5815)], [0.0085, 0.0085, 0.0098], 0.006)
    nose = join(nose, sphere(p, (0.0, -0.1075, 1.5795), 0.0112), 0.008)
    nose = join(nose, ellipsoid(p, (0.0115, -0.0965, 1.5755), (0.0078, 0.0098, 0.0076)), 0.007)
    d = join(d, nose, 0.013)
    d = carve(d, ellipsoid(p, (0.0062, -0.1015, 1.5685), (0.0036, 0.0058, 0.0040)), 0.003)
    # Lids.
    d = join(d, sphere(p, EYE, EYE_RADIUS + LID), 0.005)
    # Philtrum, the fold under the lower lip, lips.
    d = carve(d, cone(p, (0, -0.0985, 1.5605), (0, -0.0995, 1.5475), 0.0028, 0.0034), 0.006)
    d = carve(d, ellipsoid(p, (0.0, -0.0975, 1.5225), (0.017, 0.0062, 0.0042)), 0.010)
    z = MOUTH_Z
    upper = chain(
        p,
        [
            (0.0, -0.0925, z + 0.0032),
            (0.006, -0.0922, z + 0.0042),
            (0.0145, -0.0870, z + 0.0034),
            (0.0225, -0.0790, z + 0.0026),
        ],
        [0.0043, 0.0043, 0.0038, 0.0024],
        0.002,
    )
    lower = chain(
        p,
        [
            (0.0, -0.0915, z - 0.0048),
            (0.008, -0.0900, z - 0.0044),
            (0.016, -0.0850, z - 0.0024),
            (0.0225, -0.0788, z + 0.0012),
        ],
        [0.0052, 0.0050, 0.0040, 0.0024],
        0.002,
    )
    lips = join(upper, lower, 0.0012)
    d = join(d, lips, 0.0055)
    # Corners sit in small dimples.
    d = carve(d, sphere(p, (MOUTH_HALF + 0.0012, -0.0850, z + 0.0022), 0.0022), 0.006)
    return d


def cast(origin: np.ndarray, direction: np.ndarray) -> np.ndarray:
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
