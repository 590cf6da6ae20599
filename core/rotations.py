"""Rotation helpers on scipy's Rotation. Quaternions are wxyz, as in Blender and the neutral performance."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from .arrays import Array
from .skeleton import JOINT_COUNT, PARENTS, REST_OFFSETS

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])


def to_scipy(wxyz: Array) -> Rotation:
    """Quaternions (..., 4) wxyz as a flat scipy Rotation of prod(...) rotations."""
    return Rotation.from_quat(np.asarray(wxyz, dtype=np.float64).reshape(-1, 4)[:, [1, 2, 3, 0]])


def from_scipy(rotation: Rotation, shape: tuple[int, ...]) -> Array:
    """A flat scipy Rotation as quaternions (*shape, 4) wxyz, float64."""
    return rotation.as_quat()[:, [3, 0, 1, 2]].reshape(*shape, 4)


def normalise(wxyz: Array) -> Array:
    """Unit quaternions; zero-length ones become the identity."""
    wxyz = np.asarray(wxyz)
    norm = np.linalg.norm(wxyz, axis=-1, keepdims=True)
    return np.where(norm > 1e-12, wxyz / np.maximum(norm, 1e-12), IDENTITY.astype(wxyz.dtype))


def multiply(a: Array, b: Array) -> Array:
    """Hamilton product a·b of wxyz quaternions, broadcasting over leading axes."""
    a, b = np.asarray(a), np.asarray(b)
    aw, ax, ay, az = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bw, bx, by, bz = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    real = aw * bw - ax * bx - ay * by - az * bz
    out = np.empty((*np.shape(real), 4), real.dtype)
    out[..., 0] = real
    out[..., 1] = aw * bx + ax * bw + ay * bz - az * by
    out[..., 2] = aw * by - ax * bz + ay * bw + az * bx
    out[..., 3] = aw * bz + ax * by - ay * bx + az * bw
    return out


def conjugate(q: Array) -> Array:
    """The inverse of unit quaternions (..., 4) wxyz."""
    return np.asarray(q) * np.array([1.0, -1.0, -1.0, -1.0], dtype=np.asarray(q).dtype)


def rotate(q: Array, v: Array) -> Array:
    """Vectors (..., 3) turned by unit quaternions (..., 4) wxyz, broadcasting."""
    q, v = np.asarray(q), np.asarray(v)
    u = q[..., 1:]
    t = 2.0 * np.cross(u, v)
    return v + q[..., :1] * t + np.cross(u, t)


def hemisphere_continuous(wxyz: Array) -> Array:
    """Signs chosen along axis 0 so that neighbouring frames' dot products are not negative; (T, ..., 4)."""
    wxyz = np.array(wxyz)
    if len(wxyz) < 2:
        return wxyz
    flips = np.sum(wxyz[1:] * wxyz[:-1], axis=-1) < 0
    sign = np.where(np.cumsum(flips, axis=0) % 2 == 1, -1.0, 1.0).astype(wxyz.dtype)
    wxyz[1:] *= sign[..., None]
    return wxyz


def slerp(a: Array, b: Array, t: Array) -> Array:
    """Spherical interpolation of unit quaternions (..., 4) on the shorter way; t (...) in [0, 1], broadcasting."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    dot = np.sum(a * b, axis=-1)
    b = np.where(dot[..., None] < 0, -b, b)
    dot = np.clip(np.abs(dot), 0.0, 1.0)
    theta = np.arccos(dot)
    sin = np.sin(theta)
    t = np.asarray(t, dtype=np.float64)
    near = sin < 1e-6
    safe = np.where(near, 1.0, sin)
    wa = np.where(near, 1.0 - t, np.sin((1.0 - t) * theta) / safe)
    wb = np.where(near, t, np.sin(t * theta) / safe)
    return normalise(wa[..., None] * a + wb[..., None] * b)


def angle_between(a: Array, b: Array) -> Array:
    """Angle in degrees between rotations (..., 4), accurate for tiny angles."""
    d = multiply(conjugate(np.asarray(a, np.float64)), np.asarray(b, np.float64))
    return np.degrees(2.0 * np.arctan2(np.linalg.norm(d[..., 1:], axis=-1), np.abs(d[..., 0])))


def to_rotvec(wxyz: Array) -> Array:
    """Rotation vectors (..., 3), radians."""
    return to_scipy(wxyz).as_rotvec().reshape(*np.shape(wxyz)[:-1], 3)


def from_rotvec(rotvec: Array) -> Array:
    """Quaternions (..., 4) wxyz from rotation vectors (..., 3), radians."""
    rotvec = np.asarray(rotvec, dtype=np.float64)
    return from_scipy(Rotation.from_rotvec(rotvec.reshape(-1, 3)), rotvec.shape[:-1])


def to_matrix(wxyz: Array) -> Array:
    """Rotation matrices (..., 3, 3)."""
    return to_scipy(wxyz).as_matrix().reshape(*np.shape(wxyz)[:-1], 3, 3)


def from_matrix(matrix: Array) -> Array:
    """Quaternions (..., 4) wxyz from rotation matrices (..., 3, 3)."""
    matrix = np.asarray(matrix, dtype=np.float64)
    return from_scipy(Rotation.from_matrix(matrix.reshape(-1, 3, 3)), matrix.shape[:-2])


def to_rot6d(wxyz: Array) -> Array:
    """The first two rows of the rotation matrices, (..., 6), as EMAGE and PyTorch3D order them."""
    return to_matrix(wxyz)[..., :2, :].reshape(*np.shape(wxyz)[:-1], 6)


def from_rot6d(d6: Array) -> Array:
    """Quaternions (..., 4) wxyz from (..., 6), by Gram-Schmidt (Zhou et al., CVPR 2019)."""
    d6 = np.asarray(d6, dtype=np.float64)
    a, b = d6[..., :3], d6[..., 3:]
    x = a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), 1e-12)
    y = b - np.sum(x * b, axis=-1, keepdims=True) * x
    y = y / np.maximum(np.linalg.norm(y, axis=-1, keepdims=True), 1e-12)
    return from_matrix(np.stack([x, y, np.cross(x, y)], axis=-2))


def world_rotations(local: Array) -> Array:
    """Local rotations (T, 55, 4) to model-space rotations (T, 55, 4)."""
    out = np.empty_like(np.asarray(local, dtype=np.float64))
    for j, parent in enumerate(PARENTS):
        out[:, j] = local[:, j] if parent < 0 else multiply(out[:, parent], local[:, j])
    return out


def forward_kinematics(local: Array, translation: Array, offsets: Array = REST_OFFSETS) -> tuple[Array, Array]:
    """Joint positions (T, 55, 3) metres and model-space rotations (T, 55, 4) of a performance's body."""
    world = world_rotations(local)
    positions = np.empty((len(world), JOINT_COUNT, 3))
    for j, parent in enumerate(PARENTS):
        if parent < 0:
            positions[:, j] = offsets[j] + translation
        else:
            positions[:, j] = positions[:, parent] + rotate(world[:, parent], offsets[j])
    return positions, world
