"""The clothed body: sweater, trousers and shoes, each a closed solid that the next one goes into."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..skeleton import mirror_index
from .mesh import Part, merge, mirror_part, part
from .nets import loft, surface
from .places import joint
from .sdf import chain, cone, curve, ellipsoid, join, limb, meet, mirrored, smoothstep, sphere
from .weights import body_weights

# Height, half width, half depth, middle along Y of the sweater's trunk.
_TRUNK = np.array(
    [
        (0.86, 0.164, 0.116, 0.014),
        (0.93, 0.166, 0.117, 0.013),
        (0.99, 0.158, 0.110, 0.011),
        (1.06, 0.146, 0.101, 0.006),
        (1.14, 0.147, 0.101, 0.003),
        (1.22, 0.156, 0.108, 0.000),
        (1.29, 0.158, 0.106, 0.004),
        (1.35, 0.142, 0.090, 0.012),
        (1.40, 0.108, 0.070, 0.018),
        (1.44, 0.066, 0.058, 0.018),
        (1.48, 0.050, 0.050, 0.016),
    ]
)
_ARM = np.array(  # x, middle along Y and Z, radius along Y and Z of the left sleeve
    [
        (0.080, 0.016, 1.372, 0.066, 0.064),
        (0.165, 0.016, 1.3755, 0.0590, 0.0540),
        (0.250, 0.026, 1.3680, 0.0540, 0.0515),
        (0.340, 0.038, 1.356, 0.0495, 0.0490),
        (0.425, 0.048, 1.342, 0.0460, 0.0460),
        (0.500, 0.052, 1.344, 0.0440, 0.0435),
        (0.565, 0.054, 1.346, 0.0420, 0.0410),
        (0.600, 0.055, 1.347, 0.0415, 0.0400),
        (0.630, 0.055, 1.349, 0.0360, 0.0340),
        (0.655, 0.055, 1.349, 0.0330, 0.0310),
    ]
)
_LEG = np.array(  # z, middle along X and Y, radius along X and Y of the left trouser leg
    [
        (0.090, 0.086, 0.052, 0.0500, 0.0560),
        (0.136, 0.087, 0.050, 0.0500, 0.0555),
        (0.250, 0.093, 0.044, 0.0520, 0.0575),
        (0.380, 0.102, 0.033, 0.0560, 0.0615),
        (0.495, 0.107, 0.020, 0.0585, 0.0610),
        (0.640, 0.101, 0.012, 0.0690, 0.0735),
        (0.760, 0.090, 0.010, 0.0750, 0.0850),
        (0.860, 0.080, 0.012, 0.0770, 0.0910),
        (0.960, 0.070, 0.012, 0.0720, 0.0900),
    ]
)
HEM, NECKLINE, SLEEVE_END = 0.905, 1.4355, 0.654


def _trunk(p: Array) -> Array:
    a, b, y = (curve(_TRUNK, p[:, 2], c) for c in (1, 2, 3))
    n = 2.3
    radial = (np.abs(p[:, 0] / a) ** n + np.abs((p[:, 1] - y) / b) ** n) ** (1 / n)
    return (radial - 1.0) * np.minimum(a, b) * 0.95


def _neckline(p: Array) -> Array:
    """Height above the neckline's plane, which dips at the front."""
    return (p[:, 2] - NECKLINE) - 0.42 * (p[:, 1] - 0.02)


def sweater(p: Array) -> Array:
    """Trunk, shoulders and sleeves down to the cuffs."""
    q = mirrored(p)
    d = _trunk(q)
    d = join(d, cone(q, (0.03, 0.018, 1.412), (0.14, 0.016, 1.380), 0.042, 0.046), 0.045)
    arm = np.maximum(limb(q, _ARM, 0), 0.06 - q[:, 0])
    d = join(d, arm, 0.055)
    d = meet(d, q[:, 0] - SLEEVE_END, 0.008)
    d = meet(d, HEM - q[:, 2], 0.010)
    return np.maximum(d, _neckline(q))


def trousers(p: Array) -> Array:
    """Seat and legs, from inside the sweater to the turn-ups."""
    q = mirrored(p)
    d = ellipsoid(q, (0.0, 0.012, 0.905), (0.140, 0.100, 0.092))
    d = join(d, sphere(q, (0.062, 0.040, 0.872), 0.074), 0.04)
    d = join(d, np.maximum(limb(q, _LEG, 2), q[:, 2] - 0.96), 0.030)
    d = np.maximum(d, 0.105 - q[:, 2])
    return np.maximum(d, q[:, 2] - 0.985)


def _shoe_frame(p: Array) -> Array:
    """Points in the left shoe's frame: x across, y from heel (0) to toe, z up."""
    ankle, ball = joint("left_ankle"), joint("left_foot")
    forward = np.array([ball[0] - ankle[0], ball[1] - ankle[1]])
    forward /= np.linalg.norm(forward)
    heel = ankle[:2] - forward * 0.058
    d = p[:, :2] - heel
    return np.stack([d @ np.array([-forward[1], forward[0]]), d @ forward, p[:, 2]], axis=1)


def _shoe_place(q: Array) -> Array:
    """Points of the shoe's frame back in their place."""
    ankle, ball = joint("left_ankle"), joint("left_foot")
    forward = np.array([ball[0] - ankle[0], ball[1] - ankle[1]])
    forward /= np.linalg.norm(forward)
    xy = ankle[:2] - forward * 0.058 + q[:, :1] * np.array([-forward[1], forward[0]]) + q[:, 1:2] * forward
    return np.hstack([xy, q[:, 2:]])


def _sole_outline(q: Array) -> Array:
    """Distance in the plane to the sole's outline."""
    flat = q * np.array([1.0, 1.0, 0.0])
    return chain(
        flat,
        [(0.0, 0.038, 0), (0.004, 0.12, 0), (0.004, 0.20, 0), (-0.004, 0.228, 0)],
        [0.035, 0.034, 0.045, 0.034],
        0.03,
    )


def shoe(p: Array) -> Array:
    q = _shoe_frame(p)
    d = chain(q, [(0, 0.048, 0.045), (0.002, 0.125, 0.040), (0.0, 0.205, 0.029)], [0.037, 0.036, 0.037], 0.03)
    d = join(d, chain(q, [(0, 0.052, 0.05), (0, 0.060, 0.088)], [0.037, 0.041], 0.01), 0.025)
    d = join(d, cone(q, (0, 0.105, 0.075), (0.001, 0.17, 0.052), 0.023, 0.017), 0.02)
    d = np.maximum(d, _sole_outline(q) + 0.001)
    return np.maximum(np.maximum(d, 0.018 - q[:, 2]), q[:, 2] - 0.102)


def _symmetric(vertices: Array) -> Array:
    """Vertices next to the middle plane exactly on it (the grid has a row of cells there)."""
    vertices = vertices.copy()
    vertices[np.abs(vertices[:, 0]) < 1e-6, 0] = 0.0
    return vertices


def _round(count: int) -> tuple[Array, Array]:
    """Cosine and sine round a loop."""
    angle = 2 * np.pi * (np.arange(count) + 0.5) / count
    return np.cos(angle), np.sin(angle)


def _collar() -> tuple[Array, Array]:
    """The ribbed ring round the neck: a tube whose section leans inwards."""
    c, s = _round(36)
    section = [(0.066, -0.013), (0.067, -0.004), (0.0635, 0.006), (0.060, 0.0105), (0.0555, 0.010), (0.053, 0.002),
               (0.053, -0.013)]  # fmt: skip
    loops = [
        np.stack([r * c, 0.0165 + r * 0.96 * s, NECKLINE + 0.42 * (0.96 * r * s - 0.0035) + high], 1)
        for r, high in section
    ]
    return loft(np.stack(loops))


def _hem() -> tuple[Array, Array]:
    """The band at the bottom of the sweater."""
    c, s = _round(48)
    power = 2 / 2.3
    c, s = np.sign(c) * np.abs(c) ** power, np.sign(s) * np.abs(s) ** power
    section = [(-0.012, 0.900), (-0.003, 0.893), (0.0025, 0.896), (0.0038, 0.906), (0.0030, 0.924), (-0.001, 0.932),
               (-0.008, 0.933)]  # fmt: skip
    loops = []
    for more, z in section:
        a, b, y = (float(curve(_TRUNK, np.array([0.915]), k)[0]) for k in (1, 2, 3))
        loops.append(np.stack([(a + more) * c, y + (b + more) * s, np.full(len(c), z)], 1))
    return loft(np.stack(loops))


def _cuff() -> tuple[Array, Array]:
    """The band at the end of the left sleeve."""
    c, s = _round(24)
    section = [(0.625, 0.0345), (0.627, 0.0392), (0.636, 0.0395), (0.658, 0.0378), (0.666, 0.0355), (0.667, 0.0315),
               (0.650, 0.0290)]  # fmt: skip
    loops = [np.stack([np.full(len(c), x), 0.055 + r * c, 1.349 + 0.94 * r * s], 1) for x, r in section]
    return loft(np.stack(loops))


def _turn_up() -> tuple[Array, Array]:
    """The turned-up end of the left trouser leg."""
    c, s = _round(28)
    section = [(0.106, -0.006), (0.096, -0.002), (0.093, 0.003), (0.096, 0.0062), (0.112, 0.0062), (0.127, 0.0052),
               (0.130, 0.0025), (0.129, -0.004)]  # fmt: skip
    loops = []
    for z, more in section:
        x, y, a, b = (float(curve(_LEG, np.array([0.12]), k)[0]) for k in (1, 2, 3, 4))
        loops.append(np.stack([x + (a + more) * c, y + (b + more) * s, np.full(len(c), z)], 1))
    return loft(np.stack(loops))


def _sole() -> tuple[Array, Array]:
    """The left sole: its outline, found along rays from its middle, drawn in at the top and the bottom."""
    c, s = _round(44)
    middle = np.array([0.002, 0.12, 0.0])
    reach = np.zeros(len(c))
    ray = np.stack([c, s * 1.9, 0 * c], axis=1)
    ray /= np.linalg.norm(ray, axis=1, keepdims=True)
    for _ in range(24):
        reach -= _sole_outline(middle + reach[:, None] * ray)
    outline = middle + reach[:, None] * ray
    lift = 0.011 * smoothstep(outline[:, 1], 0.19, 0.275)
    out = outline - middle
    section = [(0.5, 0.000), (0.95, 0.0), (0.995, 0.003), (1.005, 0.012), (1.005, 0.021), (0.985, 0.0255),
               (0.93, 0.0265), (0.60, 0.0265)]  # fmt: skip
    loops = []
    for scale, z in section:
        q = middle + out * scale
        q[:, 2] = z + lift
        loops.append(_shoe_place(q))
    return loft(np.stack(loops))


def build_body() -> Part:
    """Sweater, trousers, shoes and their bands as one part."""
    cell = 0.0188
    half = cell * 36.5
    swap = mirror_index()
    parts = []

    def add(name: str, shape: tuple[Array, Array], material: str, mirror: bool) -> None:
        v, f = shape
        one = part(name, v if mirror else _symmetric(v), f, material, body_weights(v))
        parts.extend([one, mirror_part(one, swap)] if mirror else [one])

    grid = (cell, 0.0175, 0.0175)
    add("Sweater", surface(sweater, (-half, -0.16, 0.885), (half + cell / 2, 0.16, 1.49), grid), "Sweater", False)
    tall = (cell, 0.0175, 0.0215)
    low, high = (-cell * 12.5, -0.15, 0.07), (cell * 13, 0.19, 1.01)
    add("Trousers", surface(trousers, low, high, tall), "Trousers", False)
    add("Shoe", surface(shoe, (0.02, -0.21, -0.02), (0.21, 0.14, 0.13), (0.011, 0.011, 0.009)), "Shoe", True)
    add("Sole", _sole(), "Sole", True)
    add("Collar", _collar(), "Ribbing", False)
    add("Hem", _hem(), "Ribbing", False)
    add("Cuff", _cuff(), "Ribbing", True)
    add("Turn-up", _turn_up(), "Trousers", True)
    return merge("Body", parts)
