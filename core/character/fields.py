"""Soft regions of the face that the shapes are made of: how strongly each point follows the jaw, a lip, a cheek."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from .head_surface import mouth_line
from .places import JAW, MOUTH_HALF, MOUTH_Z
from .sdf import bell, smoothstep

JAW_OPEN = np.radians(19.0)


def rotate_x(p: Array, centre: Array, angle: float | Array) -> Array:
    """Points turned about the X axis through `centre`; positive lowers what is in front (-Y)."""
    q = p - centre
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([q[:, 0], c * q[:, 1] - s * q[:, 2], s * q[:, 1] + c * q[:, 2]], axis=1) + centre


def jaw_drop(p: Array, amount: float = 1.0) -> Array:
    """Displacement (N, 3) of points that are fixed to the jaw when it opens."""
    return rotate_x(p, JAW, JAW_OPEN * amount) - p


@dataclass(frozen=True)
class Face:
    """Points of the face with the side of the mouth's slit they are on (-1 upper, +1 lower, 0: by their place)."""

    p: Array
    side: Array

    @property
    def x(self) -> Array:
        return self.p[:, 0]

    @property
    def z(self) -> Array:
        """Height above the line of the closed mouth."""
        return self.p[:, 2] - mouth_line(self.p[:, 0])

    def front(self) -> Array:
        """1 on the face, 0 at the back of the head."""
        return smoothstep(self.p[:, 1], 0.0, -0.035)

    def low(self, reach: float = 0.026, corner: float = 0.5) -> Array:
        """0 above the mouth, 1 below, a clean step across the slit, softer towards the corners and the cheeks."""
        s = np.abs(self.x) / MOUTH_HALF
        step = np.sqrt(np.clip(1.0 - s * s, 0.0, 1.0))
        sign = np.where(self.side != 0, self.side, np.where(self.z > 0, -1, 1))
        away = smoothstep(np.abs(self.z), 0.0, reach * (1.0 + 0.35 * np.clip(s - 1, 0, 2)))
        value = sign * (step + (1.0 - step) * away)
        # The corner itself goes `corner` of the way.
        return np.where(value > 0, corner + (1 - corner) * value, corner + corner * value)

    def jaw(self) -> Array:
        """How much each point follows the jaw."""
        p = self.p
        # In front of the ear's foot, fading up the cheek and into the neck.
        behind = smoothstep(p[:, 1] + 0.35 * np.abs(p[:, 0]), 0.035, -0.035)
        throat = smoothstep((p[:, 2] - 1.474) + 0.75 * (-0.028 - p[:, 1]), -0.006, 0.022)
        return self.low(corner=0.60) * behind * throat * smoothstep(p[:, 2], 1.585, 1.545)

    def around(self, x: float, z: float, wide: float, high: float) -> Array:
        """A soft spot on both sides at (|x|, z) metres, absolute height, on the front only."""
        d = np.hypot((np.abs(self.x) - x) / wide, (self.p[:, 2] - z) / high)
        return bell(d) * self.front()

    def spot(self, x: float, z: float, wide: float, high: float) -> Array:
        """A soft spot at (x, z) metres on the front, one side only."""
        d = np.hypot((self.x - x) / wide, (self.p[:, 2] - z) / high)
        return bell(d) * self.front()

    def lips(self, wide: float = 0.040, up: float = 0.020, down: float = 0.022) -> Array:
        """1 along the lips, fading to the nose, chin and cheeks."""
        high = np.where(self.z > 0, up, down)
        along = bell(np.clip(np.abs(self.x) - 0.012, 0, None) / (wide - 0.012))
        return along * bell(self.z / high) * self.front()

    def corner(self, reach: float = 0.026) -> Array:
        """1 at the left corner of the mouth."""
        return self.spot(MOUTH_HALF, MOUTH_Z + 0.002, reach, reach)

    def left(self, soft: float = 0.010) -> Array:
        """1 on the left, 0 on the right; the two sides add up to 1."""
        return smoothstep(self.x, -soft, soft)


def move(amount: Array, x: float | Array = 0.0, y: float | Array = 0.0, z: float | Array = 0.0) -> Array:
    """(N, 3) displacement: `amount` times (x, y, z)."""
    return np.stack([amount * x, amount * y, amount * z], axis=1)
