"""The 52 ARKit shapes as displacements of the skin. One-sided shapes are made for the left; the right is the mirror."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import Array
from .fields import Face, jaw_drop, move
from .head_grid import Lids
from .head_surface import mouth_line
from .places import MOUTH_HALF
from .sdf import bell, smoothstep

MM = 0.001

LID_STANDS: dict[str, Lids] = {
    "eyeBlinkLeft": Lids(0.0, 0.0),
    "eyeSquintLeft": Lids(0.72, 0.26),
    "eyeWideLeft": Lids(1.40, 1.20),
    "eyeLookUpLeft": Lids(1.16, 0.84),
    "eyeLookDownLeft": Lids(0.60, 1.18),
}
"""Left shapes that move the lids over the eyeball: how they stand at value 1."""


def jaw_open(f: Face) -> Array:
    w = f.jaw()
    d = jaw_drop(f.p) * w[:, None]
    # Cheeks are drawn in a little, and the corners with them.
    stretch = f.around(0.040, 1.548, 0.026, 0.030)
    d = d + move(f.lips(0.034, 0.020, 0.004) * (1 - f.low()), 0.0, 0.0, 1.2 * MM)
    return d + move(stretch, -1.8 * MM * np.sign(f.x), 1.0 * MM, -1.5 * MM)


def _jaw_and_lip(f: Face) -> Array:
    """The jaw when it slides: the upper lip comes most of the way, so that the lips stay together."""
    jaw = f.jaw()
    return jaw + (1 - jaw) * 0.8 * f.lips(0.040, 0.016, 0.030)


def jaw_forward(f: Face) -> Array:
    return move(_jaw_and_lip(f), 0.0, -7 * MM, 0.5 * MM)


def jaw_left(f: Face) -> Array:
    return move(_jaw_and_lip(f), 8 * MM, 0.6 * MM, 0.0)


def mouth_close(f: Face) -> Array:
    """Against jawOpen: the lips meet a third of the way down, the chin stays where the jaw put it."""
    opened = jaw_open(f)
    # What the lips at this x do when the jaw opens, from the two sides of the slit above and below each point.
    on_line = f.p.copy()
    z = f.z
    upper = jaw_open(Face(_on_lips(on_line), np.full(len(z), -1)))
    lower = jaw_open(Face(_on_lips(on_line), np.full(len(z), 1)))
    meet = 0.62 * upper + 0.38 * lower
    sign = np.where(f.side != 0, f.side, np.where(z > 0, -1, 1))
    wide = bell(np.clip(np.abs(f.x) / (1.7 * MOUTH_HALF), 0, 1) ** 2) * f.front()
    down = bell(z / 0.031) * wide
    up = bell(z / 0.017) * wide
    exact = np.abs(f.x) <= MOUTH_HALF
    own = np.where((sign > 0)[:, None], meet - lower, meet - upper)
    d = own * np.where(sign > 0, down, up)[:, None]
    at_slit = (f.side != 0) & exact
    d[at_slit] = (meet - opened)[at_slit]
    return d


def _on_lips(p: Array) -> Array:
    """Points moved along Z onto the line between the lips, Y as the lips have it at that x."""
    q = p.copy()
    q[:, 2] = mouth_line(p[:, 0])
    q[:, 1] = -0.0935 + 0.26 * np.minimum(np.abs(p[:, 0]), 0.05) + 8.0 * p[:, 0] ** 2 * (np.abs(p[:, 0]) < 0.05)
    return q


def _round(f: Face, gather: float, forward: float, open_up: float, open_down: float) -> Array:
    lips = f.lips(0.058, 0.028, 0.030)
    s = np.clip(np.abs(f.x) / MOUTH_HALF, 0, 1)
    profile = np.sqrt(np.clip(1 - s * s, 0, 1))
    low = f.low(0.020)
    dz = open_up * (1 - low) ** 1.2 * profile - open_down * low**1.2 * profile
    # Round: what gathers comes forward, most in the middle.
    return move(lips, -gather * f.x, -forward * (1 - 0.25 * s), dz)


def mouth_funnel(f: Face) -> Array:
    return _round(f, 0.32, 6.0 * MM, 4.5 * MM, 6.0 * MM)


def mouth_pucker(f: Face) -> Array:
    lips = f.lips(0.050, 0.026, 0.028)
    # Lips grow full above and below as they are gathered.
    full = move(bell((np.abs(f.z) - 0.006) / 0.009) * lips, 0.0, -1.5 * MM, 1.2 * MM * np.clip(f.z / 0.004, -1, 1))
    return _round(f, 0.42, 7.0 * MM, 0.0, 0.0) + full


def mouth_left(f: Face) -> Array:
    lips = f.lips(0.056, 0.028, 0.030)
    return move(lips, 9 * MM, 1.2 * MM * np.clip(f.x / 0.02, -1, 1), 1.5 * MM * f.left(0.02))


def mouth_smile(f: Face) -> Array:
    left = f.left(0.020)
    corner = f.corner(0.032)
    cheek = f.spot(0.041, 1.568, 0.026, 0.026)
    lips = f.lips(0.040) * left * smoothstep(np.abs(f.x), 0.0, MOUTH_HALF)
    d = move(corner, 8.0 * MM, 5.0 * MM, 11.0 * MM) + move(cheek, 1.4 * MM, -3.4 * MM, 5.0 * MM)
    return d + move(lips * (1 - corner), 3.0 * MM, 1.2 * MM, 1.6 * MM)


def mouth_frown(f: Face) -> Array:
    # One bow from the middle to the corner: lips that sag only at their ends look torn.
    bow = np.clip(f.x / MOUTH_HALF, 0.0, 1.0) ** 1.5 * f.lips(0.046, 0.024, 0.026)
    return move(bow, 1.2 * MM, 1.0 * MM, -10.5 * MM) + move(f.corner(0.016), 0.4 * MM, 0.4 * MM, -1.5 * MM)


def mouth_dimple(f: Face) -> Array:
    corner = f.corner(0.020)
    return move(corner, 3.6 * MM, 4.6 * MM, 1.0 * MM) + move(
        f.spot(0.036, 1.542, 0.016, 0.018), 1.4 * MM, -1.2 * MM, 0.0
    )


def mouth_stretch(f: Face) -> Array:
    corner = f.corner(0.030)
    lips = f.lips(0.042) * f.left(0.020) * smoothstep(np.abs(f.x), 0.0, MOUTH_HALF)
    return move(corner, 8.0 * MM, 4.6 * MM, -3.4 * MM) + move(lips * (1 - corner), 3.0 * MM, 0.8 * MM, -0.6 * MM)


def mouth_roll_lower(f: Face) -> Array:
    lips = f.lips(0.030, 0.002, 0.019) * smoothstep(f.low(0.01), 0.5, 0.7) * _between_corners(f)
    edge = bell(f.z / 0.0075)
    return move(lips, 0.0, 2.0 * MM + 3.0 * MM * edge, 3.0 * MM * (1 - edge)) + move(lips * edge, 0.0, 0.0, -0.6 * MM)


def mouth_roll_upper(f: Face) -> Array:
    lips = f.lips(0.030, 0.017, 0.002) * smoothstep(1 - f.low(0.01), 0.5, 0.7) * _between_corners(f)
    edge = bell(f.z / 0.0075)
    return move(lips, 0.0, 1.6 * MM + 3.0 * MM * edge, -2.6 * MM * (1 - edge))


def _between_corners(f: Face) -> Array:
    """1 in the middle of the mouth, 0 from the corners on."""
    return np.clip(1.0 - (f.x / MOUTH_HALF) ** 2, 0.0, 1.0)


def mouth_shrug_lower(f: Face) -> Array:
    low = f.low(0.016, 0.25)
    lip = f.lips(0.038, 0.010, 0.024)
    chin = f.spot(0.0, 1.513, 0.026, 0.022)
    # The lower lip pushes the upper one up: they keep meeting.
    return move(lip, 0.0, -2.6 * MM * low, 3.6 * MM) + move(chin, 0.0, -1.2 * MM, 3.4 * MM)


def mouth_shrug_upper(f: Face) -> Array:
    high = 1 - f.low(0.012, 0.5)
    return move(f.lips(0.036, 0.021, 0.006) * high, 0.0, -2.6 * MM, 3.2 * MM)


def mouth_press(f: Face) -> Array:
    left = f.left(0.012)
    lips = f.lips(0.040, 0.016, 0.018) * left
    squeeze = -np.clip(f.z, -0.010, 0.010) * 0.36
    return move(lips, 0.0, 1.7 * MM, squeeze) + move(f.corner(0.020), 1.6 * MM, 1.8 * MM, 0.6 * MM)


def mouth_lower_down(f: Face) -> Array:
    low = smoothstep(f.low(0.018), 0.5, 1.0)
    lips = f.lips(0.038, 0.003, 0.027) * f.left(0.014)
    return move(lips * low, 1.5 * MM, 0.4 * MM, -7.5 * MM)


def mouth_upper_up(f: Face) -> Array:
    high = smoothstep(1 - f.low(0.018), 0.5, 1.0)
    lips = f.lips(0.038, 0.024, 0.003) * f.left(0.014)
    fold = f.spot(0.026, 1.566, 0.018, 0.016)
    return move(lips * high, 1.0 * MM, 0.2 * MM, 6.5 * MM) + move(fold, 1.2 * MM, -1.2 * MM, 2.0 * MM)


def brow_down(f: Face) -> Array:
    inner = f.spot(0.017, 1.640, 0.024, 0.022)
    whole = f.spot(0.033, 1.643, 0.036, 0.024)
    return move(inner, -3.4 * MM, -1.8 * MM, -6.4 * MM) + move(whole, -1.0 * MM, -0.4 * MM, -4.2 * MM)


def brow_inner_up(f: Face) -> Array:
    spot = bell(np.hypot(np.clip(np.abs(f.x) - 0.013, 0, None) / 0.030, (f.p[:, 2] - 1.645) / 0.032)) * f.front()
    return move(spot, -1.0 * MM * np.sign(f.x) * smoothstep(np.abs(f.x), 0, 0.012), -0.6 * MM, 11.5 * MM)


def brow_outer_up(f: Face) -> Array:
    spot = f.spot(0.043, 1.647, 0.032, 0.030)
    return move(spot, 0.6 * MM, -0.3 * MM, 11.0 * MM)


def cheek_puff(f: Face) -> Array:
    cheek = f.around(0.044, 1.548, 0.036, 0.040)
    lips = f.lips(0.042, 0.017, 0.018)
    out = f.p - np.array([0.0, -0.035, 1.54])
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    return out * (cheek * 9 * MM)[:, None] * np.array([1.0, 0.9, 0.3]) + move(lips, 0.0, -1.8 * MM, 0.0)


def cheek_squint(f: Face) -> Array:
    return move(f.spot(0.039, 1.578, 0.027, 0.023), 0.4 * MM, -2.8 * MM, 6.0 * MM)


def nose_sneer(f: Face) -> Array:
    wing = f.spot(0.0135, 1.577, 0.0145, 0.018) * smoothstep(f.p[:, 0], 0.001, 0.009)
    fold = f.spot(0.024, 1.563, 0.018, 0.020)
    lip = f.lips(0.034, 0.020, 0.003) * smoothstep(1 - f.low(0.018), 0.5, 1.0) * f.left(0.012)
    brow = f.spot(0.014, 1.632, 0.016, 0.016)
    d = move(wing, 1.8 * MM, 0.6 * MM, 6.0 * MM) + move(fold, 0.8 * MM, -1.8 * MM, 4.0 * MM)
    return d + move(lip, 0.0, 0.0, 3.4 * MM) + move(brow, -1.0 * MM, -0.6 * MM, -2.2 * MM)


def tongue_out(f: Face) -> Array:
    """The lips part just enough for the tongue."""
    low = f.low(0.020)
    s = np.clip(np.abs(f.x) / MOUTH_HALF, 0, 1)
    profile = np.sqrt(np.clip(1 - s * s, 0, 1))
    lips = f.lips(0.040)
    return move(lips * profile, 0.0, -0.8 * MM, 3.4 * MM * (1 - low) - 6.0 * MM * low)


def lid_skin(f: Face, name: str) -> Array:
    """What the skin round the eye does beside the lids themselves."""
    if name == "eyeSquintLeft":
        return move(f.spot(0.034, 1.585, 0.028, 0.020), 0.0, -1.4 * MM, 2.6 * MM)
    if name == "eyeBlinkLeft":
        return move(f.spot(0.032, 1.642, 0.032, 0.018), 0.0, 0.0, -0.9 * MM)
    return np.zeros_like(f.p)


LEFT: dict[str, Callable[[Face], Array]] = {
    "jawLeft": jaw_left,
    "mouthLeft": mouth_left,
    "mouthSmileLeft": mouth_smile,
    "mouthFrownLeft": mouth_frown,
    "mouthDimpleLeft": mouth_dimple,
    "mouthStretchLeft": mouth_stretch,
    "mouthPressLeft": mouth_press,
    "mouthLowerDownLeft": mouth_lower_down,
    "mouthUpperUpLeft": mouth_upper_up,
    "browDownLeft": brow_down,
    "browOuterUpLeft": brow_outer_up,
    "cheekSquintLeft": cheek_squint,
    "noseSneerLeft": nose_sneer,
}
MIDDLE: dict[str, Callable[[Face], Array]] = {
    "jawForward": jaw_forward,
    "jawOpen": jaw_open,
    "mouthClose": mouth_close,
    "mouthFunnel": mouth_funnel,
    "mouthPucker": mouth_pucker,
    "mouthRollLower": mouth_roll_lower,
    "mouthRollUpper": mouth_roll_upper,
    "mouthShrugLower": mouth_shrug_lower,
    "mouthShrugUpper": mouth_shrug_upper,
    "browInnerUp": brow_inner_up,
    "cheekPuff": cheek_puff,
    "tongueOut": tongue_out,
}
LEFT_LIDS = (
    "eyeBlinkLeft",
    "eyeSquintLeft",
    "eyeWideLeft",
    "eyeLookUpLeft",
    "eyeLookDownLeft",
    "eyeLookInLeft",
    "eyeLookOutLeft",
)


def skin_shapes(f: Face) -> dict[str, Array]:
    """Every shape but the lids', for points of the skin or of what lies on it (brows): name -> (N, 3).

    The right shapes are computed as the left shapes of the mirrored points.
    """
    flip = np.array([-1.0, 1.0, 1.0])
    other = Face(f.p * flip, f.side)
    out = {name: make(f) for name, make in MIDDLE.items()}
    for name, make in LEFT.items():
        out[name] = make(f)
        right = name[:-4] + "Right"
        out[right] = make(other) * flip
    for name in LEFT_LIDS:
        out[name] = lid_skin(f, name)
        out[name[:-4] + "Right"] = lid_skin(other, name) * flip
    return out
