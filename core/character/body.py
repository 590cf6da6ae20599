"""The clothed body: sweater, trousers and shoes, each a closed solid that the next one goes into."""

from __future__ import annotations

import numpy as np

from ..skeleton import mirror_index
from .mesh import Part, merge, mirror_part, part
from .nets import surface
from .places import joint
from .sdf import chain, cone, ellipsoid, join, mirrored, smoothstep, sphere
from .weights import body_weights

# Height, half width, half depth, middle along Y of the sweater's trunk.
_TRUNK = np.array(
    [
        (0.86, 0.150, 0.104, 0.012),
        (0.93, 0.153, 0.107, 0.012),
        (0.99, 0.147, 0.103, 0.010),
        (1.06, 0.138, 0.097, 0.006),
        (1.14, 0.143, 0.100, 0.003),
        (1.22, 0.155, 0.108, 0.000),
        (1.29, 0.158, 0.106, 0.004),
        (1.35, 0.142, 0.090, 0.012),
        (1.40, 0.108, 0.070, 0.018),
        (1.44, 0.066, 0.058, 0.018),
        (1.48, 0.050, 0.050, 0.016),
    ]
)
HEM, NECKLINE = 0.905, 1.4355


def _profile(z: np.ndarray, column: int) -> np.ndarray:
    """A smooth curve through the table (cubic Hermite, Catmull-Rom slopes)."""
    x, y = _TRUNK[:, 0], _TRUNK[:, column]
    slope = np.gradient(y, x)
    z = np.clip(z, x[0], x[-1])
    i = np.clip(np.searchsorted(x, z) - 1, 0, len(x) - 2)
    h = x[i + 1] - x[i]
    t = (z - x[i]) / h
    return (
        (1 + 2 * t) * (1 - t) ** 2 * y[i]
        + t * (1 - t) ** 2 * h * slope[i]
        + t * t * (3 - 2 * t) * y[i + 1]
        + t * t * (t - 1) * h * slope[i + 1]
    )


def _trunk(p: np.ndarray) -> np.ndarray:
    a, b, y = (_profile(p[:, 2], c) for c in (1, 2, 3))
    n = 2.3
    radial = (np.abs(p[:, 0] / a) ** n + np.abs((p[:, 1] - y) / b) ** n) ** (1 / n)
    return (radial - 1.0) * np.minimum(a, b) * 0.95


def _neckline(p: np.ndarray) -> np.ndarray:
    """Height above the neckline's plane, which dips at the front."""
    return (p[:, 2] - NECKLINE) - 0.42 * (p[:, 1] - 0.02)


def sweater(p: np.ndarray) -> np.ndarray:
    q = mirrored(p)
    shoulder, elbow, wrist = joint("left_shoulder"), joint("left_elbow"), joint("left_wrist")
    d = _trunk(q)
    d = join(d, cone(q, (0.03, 0.018, 1.418), (0.15, 0.016, 1.398), 0.040, 0.050), 0.045)
    start = shoulder + np.array([-0.02, 0.0, -0.010])
    end = wrist + np.array([-0.022, 0.0, 0.001])
    arm = chain(q, [start, (elbow + start) / 2, elbow, end], [0.063, 0.054, 0.0465, 0.0385], 0.02)
    d = join(d, arm, 0.05)
    # Loose cloth over the cuff, then the ribbed cuff itself.
    d = join(d, ellipsoid(q, end + np.array([-0.046, 0.0, -0.002]), (0.032, 0.0425, 0.0425)), 0.02)
    d = np.maximum(d, q[:, 0] - (end[0] - 0.012))
    cuff = np.maximum(cone(q, end - np.array([0.07, 0, 0]), end + np.array([0.05, 0, 0]), 0.0335, 0.0315), 0)
    cuff = np.maximum(
        cone(q, end - np.array([0.07, 0, 0]), end + np.array([0.05, 0, 0]), 0.0345, 0.0325),
        np.abs(q[:, 0] - (end[0] - 0.002)) - 0.020,
    )
    d = join(d, cuff, 0.004)
    # Loose cloth above the hem, the hem, the neckline.
    d = join(d, np.maximum(_trunk(q * np.array([0.985, 0.975, 1.0])), np.abs(q[:, 2] - 0.965) - 0.012), 0.04)
    d = np.maximum(d, HEM - q[:, 2])
    d = join(d, -np.minimum(-d, 1e9), 0.0)
    return np.maximum(d, _neckline(q))


def collar(p: np.ndarray) -> np.ndarray:
    """The ribbed ring round the neck."""
    height = _neckline(p)
    out = (np.sqrt((p[:, 0] / 1.0) ** 2 + ((p[:, 1] - 0.0165) / 0.95) ** 2)) - (0.0640 - 0.35 * height)
    return np.sqrt((out / 1.0) ** 2 + (np.maximum(np.abs(height + 0.001) - 0.008, 0.0)) ** 2) - 0.0075


def trousers(p: np.ndarray) -> np.ndarray:
    q = mirrored(p)
    hip, knee, ankle = joint("left_hip"), joint("left_knee"), joint("left_ankle")
    top = hip + np.array([0.028, 0.002, -0.01])
    d = ellipsoid(q, (0.0, 0.012, 0.90), (0.145, 0.100, 0.095))
    d = join(d, sphere(q, (0.065, 0.042, 0.875), 0.077), 0.04)
    leg = chain(
        q,
        [top, knee + np.array([-0.006, 0.0, 0.19]), knee, ankle + np.array([0.0, 0.0, 0.035])],
        [0.086, 0.074, 0.061, 0.050],
        0.03,
    )
    d = join(d, leg, 0.035)
    d = join(d, ellipsoid(q, knee + np.array([-0.012, 0.022, -0.12]), (0.052, 0.05, 0.10)), 0.04)
    d = np.maximum(d, (ankle[2] + 0.012) - q[:, 2])
    d = np.maximum(d, 0.0035 - q[:, 0]) if np.all(q[:, 2] < 0.6) else d
    return np.maximum(d, q[:, 2] - 0.985)


def _shoe_frame(p: np.ndarray) -> np.ndarray:
    """Points in the left shoe's frame: x across, y from heel (0) to toe, z up."""
    ankle, ball = joint("left_ankle"), joint("left_foot")
    forward = np.array([ball[0] - ankle[0], ball[1] - ankle[1]])
    forward /= np.linalg.norm(forward)
    heel = ankle[:2] - forward * 0.058
    d = p[:, :2] - heel
    return np.stack([d @ np.array([-forward[1], forward[0]]), d @ forward, p[:, 2]], axis=1)


def _sole_outline(q: np.ndarray) -> np.ndarray:
    """Distance in the plane to the sole's outline."""
    flat = q * np.array([1.0, 1.0, 0.0])
    return chain(
        flat,
        [(0.0, 0.038, 0), (0.004, 0.12, 0), (0.004, 0.20, 0), (-0.004, 0.228, 0)],
        [0.035, 0.034, 0.045, 0.034],
        0.03,
    )


def sole(p: np.ndarray) -> np.ndarray:
    q = _shoe_frame(p)
    lift = 0.010 * smoothstep(q[:, 1], 0.20, 0.275)
    tall = np.abs(q[:, 2] - 0.0135 - lift) - 0.0105
    out = _sole_outline(q)
    return np.minimum(np.maximum(out, tall), 0) + np.hypot(np.maximum(out, 0), np.maximum(tall, 0)) - 0.003


def shoe(p: np.ndarray) -> np.ndarray:
    q = _shoe_frame(p)
    d = chain(q, [(0, 0.048, 0.045), (0.002, 0.125, 0.040), (0.0, 0.205, 0.029)], [0.037, 0.036, 0.037], 0.03)
    d = join(d, chain(q, [(0, 0.052, 0.05), (0, 0.060, 0.088)], [0.037, 0.041], 0.01), 0.025)
    d = join(d, cone(q, (0, 0.105, 0.075), (0.001, 0.17, 0.052), 0.023, 0.017), 0.02)
    d = np.maximum(d, _sole_outline(q) + 0.001)
    return np.maximum(np.maximum(d, 0.018 - q[:, 2]), q[:, 2] - 0.102)


def _symmetric(vertices: np.ndarray) -> np.ndarray:
    """Vertices next to the middle plane exactly on it (the grid has a row of cells there)."""
    vertices = vertices.copy()
    vertices[np.abs(vertices[:, 0]) < 1e-6, 0] = 0.0
    return vertices


def build_body() -> Part:
    """Sweater, collar, trousers and shoes as one part."""
    cell = 0.0135
    half = cell * 50.5
    parts = []
    v, f = surface(sweater, (-half, -0.16, 0.89), (half + cell / 2, 0.16, 1.49), (cell, 0.0125, 0.0125))
    v = _symmetric(v)
    top = part("Sweater", v, f, "Sweater", body_weights(v))
    middle = v[f].mean(axis=1)
    end = joint("left_wrist")[0] - 0.022
    ribbed = (np.abs(middle[:, 0]) > end - 0.026) | (middle[:, 2] < HEM + 0.022)
    parts.append(Part(top.name, v, f, ("Sweater", "Ribbing"), ribbed.astype(np.int32), top.weights))
    v, f = surface(collar, (-0.1005, -0.09, 1.36), (0.105, 0.115, 1.50), (0.0067, 0.0065, 0.0045))
    parts.append(part("Collar", _symmetric(v), f, "Ribbing", body_weights(v)))
    v, f = surface(trousers, (-cell * 16.5, -0.15, 0.06), (cell * 17, 0.19, 1.01), (cell, 0.0125, 0.016))
    v = _symmetric(v)
    parts.append(part("Trousers", v, f, "Trousers", body_weights(v)))
    swap = mirror_index()
    low, high = (0.02, -0.21, -0.02), (0.21, 0.14, 0.13)
    for name, distance, step in (("Shoe", shoe, 0.009), ("Sole", sole, 0.0085)):
        v, f = surface(distance, low, high, (step, step, step * 0.8))
        left = part(name, v, f, name, body_weights(v))
        parts += [left, mirror_part(left, swap)]
    return merge("Body", parts)
