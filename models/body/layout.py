"""What `parts` does on arrays, on tensors for training: 6D rotations, and forward kinematics that carries gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from ...core.skeleton import PARENTS, REST_OFFSETS
from .parts import PART_JOINTS, ROOT_HEIGHT, ROOT_SCALE


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


def metric_root(values: Tensor) -> Tensor:
    """The inverse of `scaled_root`."""
    offset = torch.tensor([0.0, ROOT_HEIGHT, 0.0], dtype=values.dtype, device=values.device)
    return values / ROOT_SCALE + offset


def part_positions(part: str, features: Tensor) -> Tensor:
    """Joint positions (..., J, 3) of a part in its own frame: the pelvis for the trunk, each wrist for a hand.

    The lower part's include the root, so that its positions are in the model's space. The last joint of each chain
    also carries a short stick, so that its own rotation counts.
    """
    joints = PART_JOINTS[part]
    rotation = rot6d_matrices(features[..., : 6 * len(joints)].unflatten(-1, (len(joints), 6)))
    world: dict[int, Tensor] = {}
    place: dict[int, Tensor] = {}
    out = []
    offsets = torch.as_tensor(REST_OFFSETS, dtype=features.dtype, device=features.device)
    has_child = {PARENTS[j] for j in joints}
    stick = torch.tensor([0.06, 0.05, 0.06], dtype=features.dtype, device=features.device)
    for k, j in enumerate(joints):
        parent = PARENTS[j]
        if parent in world:
            world[j] = world[parent] @ rotation[..., k, :, :]
            place[j] = place[parent] + world[parent] @ offsets[j]
        else:
            world[j] = rotation[..., k, :, :]
            start = metric_root(features[..., 6 * len(joints) : 6 * len(joints) + 3]) if part == "lower" else 0.0
            place[j] = offsets[j] + start + torch.zeros_like(world[j][..., 0])
        out.append(place[j])
        if j not in has_child:
            out.append(place[j] + world[j] @ stick)
    return torch.stack(out, dim=-2)
