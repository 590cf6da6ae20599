"""Hair as one sculpted solid, and the ears."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..skeleton import mirror_index
from .head_surface import skull
from .mesh import Part, merge, mirror_part, part
from .nets import surface
from .sdf import carve, chain, curve, ellipsoid, join, meet, mirrored, smoothstep
from .weights import head_weights, rigid

_HAIRLINE = np.array(  # azimuth in degrees from the front, height where the hair ends
    [(0, 1.694), (25, 1.692), (42, 1.682), (56, 1.660), (66, 1.636), (76, 1.606), (84, 1.603), (94, 1.628),
     (108, 1.622), (122, 1.585), (145, 1.546), (180, 1.535)]
)  # fmt: skip


def _lock(p: Array, points: list[tuple[float, float, float]], radii: list[float]) -> Array:
    """A lock of hair: a smooth tube through the points, thick in the middle, thin at the tip."""
    t = np.linspace(0.0, 1.0, len(points))
    fine = np.linspace(0.0, 1.0, 9)
    table = np.column_stack([t, points, radii])
    path = np.column_stack([curve(table, fine, c) for c in (1, 2, 3)])
    return chain(p, list(path), list(curve(table, fine, 4)))


def _locks(p: Array) -> Array:
    """The top, swept from a parting on the left over to the right, front to back."""
    low = [(0.046, -0.052, 1.706), (0.030, -0.080, 1.722), (-0.008, -0.093, 1.722), (-0.044, -0.082, 1.706)]
    high = [(0.044, -0.058, 1.726), (0.020, -0.082, 1.748), (-0.018, -0.090, 1.748), (-0.054, -0.074, 1.724)]
    d = join(
        _lock(p, [*low, (-0.070, -0.054, 1.676)], [0.007, 0.0135, 0.0165, 0.0130, 0.003]),
        _lock(p, [*high, (-0.076, -0.040, 1.686)], [0.008, 0.0165, 0.0180, 0.0135, 0.003]),
        0.0045,
    )
    rows = (
        (-0.046, 0.000, 0.0175), (-0.016, 0.003, 0.0180), (0.016, 0.000, 0.0180), (0.048, -0.012, 0.0170),
    )  # fmt: skip
    for y, up, thick in rows:
        lock = _lock(
            p,
            [(0.044, y, 1.742 + up), (0.016, y - 0.016, 1.766 + up), (-0.028, y - 0.020, 1.762 + up),
             (-0.062, y - 0.010, 1.732 + up), (-0.080, y + 0.012, 1.690 + up)],
            [0.010, thick, thick, thick * 0.8, 0.003],
        )  # fmt: skip
        d = join(d, lock, 0.0045)
    for y, up in ((-0.045, -0.012), (-0.010, 0.0), (0.028, 0.0), (0.060, -0.012)):
        lock = _lock(
            p,
            [(0.046, y - 0.008, 1.742 + up), (0.066, y - 0.004, 1.730 + up), (0.0795, y + 0.010, 1.698 + up),
             (0.083, y + 0.028, 1.662 + up)],
            [0.010, 0.0125, 0.0110, 0.003],
        )  # fmt: skip
        d = join(d, lock, 0.0045)
    return d


def hair_distance(p: Array) -> Array:
    """The cap that follows the skull down to the hairline, and the locks on top."""
    q = mirrored(p)
    cap = skull(q) - 0.0065
    cap = join(cap, ellipsoid(q, (0.0, 0.030, 1.682), (0.080, 0.084, 0.078)), 0.03)
    around = np.degrees(np.arctan2(q[:, 0], -(q[:, 1] - 0.012)))
    line = np.interp(around, _HAIRLINE[:, 0], _HAIRLINE[:, 1])
    # Combed back at the sides: shallow grooves that run along the head.
    cap = cap + 0.0011 * np.sin((p[:, 2] + 0.45 * p[:, 1]) * 2 * np.pi / 0.0195) * smoothstep(q[:, 0], 0.02, 0.05)
    cap = meet(cap, (line - p[:, 2]) * 0.75, 0.007)
    return join(cap, _locks(p), 0.008)


def build_hair() -> Part:
    """The hair, on the head bone."""
    v, f = surface(hair_distance, (-0.125, -0.14, 1.50), (0.125, 0.15, 1.82), (0.0082, 0.0080, 0.0080), smooth=3)
    return part("Hair", v, f, "Hair", rigid(len(v), "head"))


def ear_distance(p: Array) -> Array:
    """The left ear."""
    # The ear's own frame: turned outwards and leaning back.
    q = p - np.array([0.0800, 0.016, 1.598])
    a, b = np.radians(24.0), np.radians(-10.0)
    x, y = np.cos(a) * q[:, 0] - np.sin(a) * q[:, 1], np.sin(a) * q[:, 0] + np.cos(a) * q[:, 1]
    y, z = np.cos(b) * y - np.sin(b) * q[:, 2], np.sin(b) * y + np.cos(b) * q[:, 2]
    q = np.stack([x, y, z], axis=1)
    d = ellipsoid(q, (0.0, 0.002, 0.004), (0.0085, 0.0190, 0.0265))
    d = join(d, ellipsoid(q, (-0.001, -0.004, -0.0195), (0.0060, 0.0100, 0.0120)), 0.010)
    d = carve(d, ellipsoid(q, (0.0085, -0.001, 0.004), (0.0070, 0.0118, 0.0175)), 0.005)
    return join(d, ellipsoid(q, (0.0005, -0.0125, -0.004), (0.0045, 0.0050, 0.0068)), 0.004)


def build_ears() -> Part:
    """Both ears, set into the sides of the head."""
    v, f = surface(ear_distance, (0.055, -0.02, 1.55), (0.110, 0.055, 1.65), (0.0038, 0.0043, 0.0046))
    left = part("Ears", v, f, "Skin", head_weights(v))
    return merge("Ears", [left, mirror_part(left, mirror_index())])
