"""Two-bone inverse kinematics that stays as near as it can to the pose it starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..rotations import multiply, normalise, rotate


def unit(v: Array) -> Array:
    """Vectors (..., 3) at length one."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)


def swings(a: Array, b: Array) -> Array:
    """(T, 4) wxyz, the shortest rotations of unit directions a (T, 3) onto b (T, 3)."""
    w = 1.0 + np.sum(a * b, axis=-1, keepdims=True)
    return normalise(np.concatenate([np.maximum(w, 1e-9), np.cross(a, b)], axis=-1))


@dataclass(frozen=True)
class Limb:
    """A limb over time in one space: root and target (T, 3), the turns (T, 4) of its two bones, their rest vectors.

    hinge  (3,) the axis at rest about which the limb bends the healthy way (right-handed, upper bone onto lower).
    """

    root: Array
    upper: Array
    lower: Array
    upper_rest: Array
    lower_rest: Array
    hinge: Array

    @property
    def length(self) -> float:
        return float(np.linalg.norm(self.upper_rest) + np.linalg.norm(self.lower_rest))

    def end(self) -> Array:
        """(T, 3) where the limb ends as it is."""
        return self.root + rotate(self.upper, self.upper_rest) + rotate(self.lower, self.lower_rest)

    def reach(self, target: Array) -> tuple[Array, Array]:
        """New turns (T, 4) of the two bones that end the limb at target (T, 3), in the plane it already bends in.

        A target out of reach is met by direction. The limb never bends against its hinge.
        """
        a, b = float(np.linalg.norm(self.upper_rest)), float(np.linalg.norm(self.lower_rest))
        first = unit(rotate(self.upper, self.upper_rest))
        second = unit(rotate(self.lower, self.lower_rest))
        natural = unit(rotate(self.upper, np.broadcast_to(self.hinge, first.shape)))
        bend = np.cross(first, second)
        healthy = np.sum(bend * natural, axis=-1, keepdims=True) > 0.0
        axis = np.where(healthy, bend, 0.0) + 0.05 * natural
        way = target - self.root
        distance = np.clip(np.linalg.norm(way, axis=-1, keepdims=True), abs(a - b) + 1e-6 * (a + b), (a + b) * 0.999999)
        way = unit(way)
        axis = unit(axis - np.sum(axis * way, axis=-1, keepdims=True) * way)
        cosine = np.clip((a * a + distance**2 - b * b) / (2.0 * a * distance), -1.0, 1.0)
        sine = np.sqrt(np.maximum(1.0 - cosine**2, 0.0))
        new_first = unit(cosine * way - sine * np.cross(axis, way))
        new_second = unit(distance * way - a * new_first)
        upper = multiply(swings(first, new_first), self.upper)
        lower = multiply(swings(second, new_second), self.lower)
        return normalise(upper), normalise(lower)
