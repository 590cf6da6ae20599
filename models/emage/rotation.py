"""EMAGE's rotation forms in torch: rot6d rows, matrices, quaternions and axis-angle, differentiable in no one's need.

The published results depend on which of the equal rotations is written (angles up to 2 pi, small-angle series), so the
conversions keep those conventions; they follow from the formulas (Zhou et al., CVPR 2019, for rot6d).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

SMALL_ANGLE = 1e-6


def matrix_from_rot6d(rows: Tensor) -> Tensor:
    """Two rows (..., 6) to rotation matrices (..., 3, 3) by Gram-Schmidt."""
    x = F.normalize(rows[..., :3], dim=-1)
    y = rows[..., 3:]
    y = F.normalize(y - (x * y).sum(-1, keepdim=True) * x, dim=-1)
    return torch.stack([x, y, torch.linalg.cross(x, y, dim=-1)], dim=-2)


def quaternion_from_matrix(m: Tensor) -> Tensor:
    """(..., 3, 3) to wxyz (..., 4): magnitudes from the diagonal, signs from the skew part, w not negative."""
    a, b, c = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    size = torch.stack([1 + a + b + c, 1 + a - b - c, 1 - a + b - c, 1 - a - b + c], dim=-1).clamp(min=0).sqrt() * 0.5
    skew = torch.stack([m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]], dim=-1)
    return torch.cat([size[..., :1], torch.where(skew < 0, -size[..., 1:], size[..., 1:])], dim=-1)


def _sine_ratio(angle: Tensor) -> Tensor:
    """sin(angle / 2) / angle, with its series near zero."""
    small = angle.abs() < SMALL_ANGLE
    return torch.where(small, 0.5 - angle * angle / 48, torch.sin(angle / 2) / torch.where(small, 1.0, angle))


def axis_angle_from_quaternion(q: Tensor) -> Tensor:
    """wxyz (..., 4) to rotation vectors (..., 3), radians."""
    angle = 2 * torch.atan2(q[..., 1:].norm(dim=-1, keepdim=True), q[..., :1])
    return q[..., 1:] / _sine_ratio(angle)


def axis_angle_from_rot6d(rows: Tensor) -> Tensor:
    """(..., 6) to rotation vectors (..., 3), radians."""
    return axis_angle_from_quaternion(quaternion_from_matrix(matrix_from_rot6d(rows)))


def rot6d_from_axis_angle(vector: Tensor) -> Tensor:
    """Rotation vectors (..., 3) to the first two matrix rows (..., 6)."""
    angle = vector.norm(dim=-1, keepdim=True)
    q = torch.cat([torch.cos(angle / 2), vector * _sine_ratio(angle)], dim=-1)
    w, x, y, z = q.unbind(-1)
    two = 2 / (q * q).sum(-1)
    return torch.stack(
        [
            1 - two * (y * y + z * z),
            two * (x * y - z * w),
            two * (x * z + y * w),
            two * (x * y + z * w),
            1 - two * (x * x + z * z),
            two * (y * z - x * w),
        ],
        dim=-1,
    )
