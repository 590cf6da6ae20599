"""What `parts` does on arrays, on tensors for training: 6D rotations and the scaled root."""

from __future__ import annotations

import torch
from torch import Tensor

from .parts import ROOT_HEIGHT, ROOT_SCALE


def matrices(quaternions: Tensor) -> Tensor:
    """(..., 4) wxyz to (..., 3, 3)."""
    q = quaternions / quaternions.norm(dim=-1, keepdim=True).clamp_min(1e-8)
    w, x, y, z = q.unbind(-1)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(rows, dim=-1).reshape(*q.shape[:-1], 3, 3)


def rot6d(quaternions: Tensor) -> Tensor:
    """(..., 4) wxyz to (..., 6): the matrices' first two rows."""
    return matrices(quaternions)[..., :2, :].flatten(-2)


def rot6d_matrices(values: Tensor) -> Tensor:
    """(..., 6) to (..., 3, 3) by Gram-Schmidt (Zhou et al., CVPR 2019)."""
    a, b = values[..., :3], values[..., 3:]
    x = torch.nn.functional.normalize(a, dim=-1)
    y = torch.nn.functional.normalize(b - (x * b).sum(-1, keepdim=True) * x, dim=-1)
    return torch.stack([x, y, torch.cross(x, y, dim=-1)], dim=-2)


def scaled_root(translation: Tensor) -> Tensor:
    """Root translation (..., 3) in metres to features."""
    offset = torch.tensor([0.0, ROOT_HEIGHT, 0.0], dtype=translation.dtype, device=translation.device)
    return (translation - offset) * ROOT_SCALE
