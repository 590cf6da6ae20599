"""Rotations as Blender's Euler angles and axis-angle: continuous over time, so that curves do not jump."""

from __future__ import annotations

import warnings

import numpy as np
from scipy.spatial.transform import Rotation

from .arrays import Array
from .rotations import from_scipy, hemisphere_continuous, to_rotvec, to_scipy

ORDERS: tuple[str, ...] = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
"""Blender's Euler rotation modes: 'XYZ' turns about X first, then Y, then Z, all about the fixed axes."""


def to_euler(wxyz: Array, order: str) -> Array:
    """Quaternions (T, 4) to continuous angles (T, 3) x, y, z in radians.

    Each frame takes, of the two triples that mean the same rotation and all their whole turns, the one nearest to the
    frame before; at gimbal lock the sum is shared as the frame before had it.
    """
    axes = ["XYZ".index(letter) for letter in order]
    found = np.empty((len(wxyz), 3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns of gimbal lock, which is handled below
        found[:, axes] = to_scipy(wxyz).as_euler(order.lower())
    first, middle, last = axes
    other = found.copy()
    other[:, first] += np.pi
    other[:, middle] = np.pi - other[:, middle]
    other[:, last] += np.pi
    turn = 2.0 * np.pi

    def apart(a: Array, b: Array) -> Array:
        return np.abs(a - b - turn * np.round((a - b) / turn)).sum(axis=1)

    # Which of the two follows which, for all frames at once; then one walk through them.
    both = (found, other)
    nearer = [(apart(other[1:], x[:-1]) + 1e-9 < apart(found[1:], x[:-1])).tolist() for x in both]
    taken = [bool((apart(other[:1], np.zeros((1, 3))) + 1e-9 < apart(found[:1], np.zeros((1, 3))))[0])]
    for flips in zip(*nearer, strict=True):
        taken.append(flips[taken[-1]])
    chosen = np.where(np.array(taken)[:, None], other, found)
    chosen[0] -= turn * np.round(chosen[0] / turn)
    return np.unwrap(chosen, axis=0)


def from_euler(angles: Array, order: str) -> Array:
    """Angles (T, 3) x, y, z in radians to quaternions (T, 4) wxyz."""
    axes = ["XYZ".index(letter) for letter in order]
    angles = np.asarray(angles, np.float64)
    return from_scipy(Rotation.from_euler(order.lower(), angles[:, axes]), (len(angles),))


def to_axis_angle(wxyz: Array) -> Array:
    """Quaternions (T, 4) to Blender's axis-angle channels (T, 4): angle in radians, then a unit axis; continuous.

    The axis does not flip between frames; where there is no rotation the axis of the nearest rotating frame is kept.
    """
    vector = to_rotvec(hemisphere_continuous(wxyz))
    angle = np.linalg.norm(vector, axis=1)
    turning = np.flatnonzero(angle > 1e-5)
    if not len(turning):
        return np.tile([0.0, 0.0, 1.0, 0.0], (len(vector), 1))
    nearest = turning[np.searchsorted(turning, np.arange(len(vector))).clip(0, len(turning) - 1)]
    axis = vector[nearest] / angle[nearest, None]
    flips = np.sum(axis[1:] * axis[:-1], axis=1) < 0
    sign = np.concatenate([[1.0], np.where(np.cumsum(flips) % 2 == 1, -1.0, 1.0)])
    return np.column_stack([angle * sign, axis * sign[:, None]])


def from_axis_angle(channels: Array) -> Array:
    """Blender's axis-angle channels (T, 4) to quaternions (T, 4) wxyz; the axis need not be of unit length."""
    channels = np.asarray(channels, np.float64)
    axis = channels[:, 1:] / np.maximum(np.linalg.norm(channels[:, 1:], axis=1, keepdims=True), 1e-12)
    half = 0.5 * channels[:, :1]
    return np.concatenate([np.cos(half), np.sin(half) * axis], axis=1)
