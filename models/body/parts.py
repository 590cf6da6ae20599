"""The parts of a body as the networks see them, on arrays: 6D rotations, a scaled root. No torch."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...core.arrays import Array
from ...core.skeleton import HANDS, JOINT_COUNT, LOWER, UPPER

JOINTS: Final = JOINT_COUNT
PARTS: Final = ("upper", "hands", "lower")
PART_JOINTS: Final[dict[str, tuple[int, ...]]] = {"upper": UPPER, "hands": HANDS, "lower": LOWER}
DOWN: Final = 4
"""Frames a token: 0.133 s."""
ROOT_SCALE: Final = 5.0
"""Metres times this in the features, so that centimetres count as much as degrees."""
ROOT_HEIGHT: Final = 1.31
ROOT_OFFSET: Final = np.array([0.0, ROOT_HEIGHT, 0.0], np.float32)


def rot6d(quaternions: Array) -> Array:
    """(..., 4) wxyz to (..., 6) float32: the matrices' first two rows."""
    q = np.asarray(quaternions, np.float32)
    q = q / np.maximum(np.linalg.norm(q, axis=-1, keepdims=True), 1e-8)
    w, x, y, z = np.moveaxis(q, -1, 0)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
    ]  # fmt: skip
    return np.stack(rows, axis=-1)


def rot6d_matrices(values: Array) -> Array:
    """(..., 6) to (..., 3, 3) float32 by Gram-Schmidt (Zhou et al., CVPR 2019)."""

    def unit(v: Array) -> Array:
        return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)

    values = np.asarray(values, np.float32)
    a, b = values[..., :3], values[..., 3:]
    x = unit(a)
    y = unit(b - (x * b).sum(axis=-1, keepdims=True) * x)
    return np.stack([x, y, np.cross(x, y)], axis=-2)


def matrix_quaternions(m: Array) -> Array:
    """(..., 3, 3) to (..., 4) wxyz, float32, without scipy's copies: Shepperd's choice of the largest component."""
    m = np.asarray(m, np.float32)
    trace = m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2]
    d0, d1, d2 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    candidates = np.stack([1 + trace, 1 + 2 * d0 - trace, 1 + 2 * d1 - trace, 1 + 2 * d2 - trace], axis=-1)
    a, b, c = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    p, q, r = m[..., 1, 0] + m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0], m[..., 2, 1] + m[..., 1, 2]
    rows = np.stack(
        [
            np.stack([candidates[..., 0], a, b, c], axis=-1),
            np.stack([a, candidates[..., 1], p, q], axis=-1),
            np.stack([b, p, candidates[..., 2], r], axis=-1),
            np.stack([c, q, r, candidates[..., 3]], axis=-1),
        ],
        axis=-2,
    )
    best = candidates.argmax(axis=-1)
    chosen = np.take_along_axis(rows, best[..., None, None], axis=-2)[..., 0, :]
    return chosen / np.maximum(np.linalg.norm(chosen, axis=-1, keepdims=True), 1e-9)


def scaled_root(translation: Array) -> Array:
    """Root translation (..., 3) in metres to features, float32."""
    return (np.asarray(translation, np.float32) - ROOT_OFFSET) * np.float32(ROOT_SCALE)


def metric_root(values: Array) -> Array:
    """The inverse of `scaled_root`."""
    return np.asarray(values, np.float32) / np.float32(ROOT_SCALE) + ROOT_OFFSET
