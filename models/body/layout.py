"""How the networks see a body: three parts as 6D rotations, and forward kinematics that carries gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from ...core.skeleton import HANDS, JOINT_COUNT, LOWER, PARENTS, REST_OFFSETS, UPPER

PARTS: Final = ("upper", "hands", "lower")
PART_JOINTS: Final[dict[str, tuple[int, ...]]] = {"upper": UPPER, "hands": HANDS, "lower": LOWER}
EXTRA: Final = {"upper": 0, "hands": 0, "lower": 5}
"""Besides rotations the lower part has the root translation (3) and the contacts of both feet (2)."""
WIDTH: Final = {name: 6 * len(joints) + EXTRA[name] for name, joints in PART_JOINTS.items()}
DOWN: Final = 4
"""Frames a token: 0.133 s."""
ROOT_SCALE: Final = 5.0
"""Metres times this in the features, so that centimetres count as much as degrees."""
ROOT_HEIGHT: Final = 1.31


@dataclass(frozen=True)
class BodyFeatures:
    """Rotations as matrices' first two rows (T, 55, 6) and the scaled root (T, 3), float32."""

    rot6d: np.ndarray
    root: np.ndarray


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


def matrix_quaternions(m: np.ndarray) -> np.ndarray:
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


def scaled_root(translation: Tensor) -> Tensor:
    """Root translation (..., 3) in metres to features."""
    offset = torch.tensor([0.0, ROOT_HEIGHT, 0.0], dtype=translation.dtype, device=translation.device)
    return (translation - offset) * ROOT_SCALE


def metric_root(values: Tensor) -> Tensor:
    """The inverse of `scaled_root`."""
    offset = torch.tensor([0.0, ROOT_HEIGHT, 0.0], dtype=values.dtype, device=values.device)
    return values / ROOT_SCALE + offset


def part_features(part: str, all6d: Tensor, root: Tensor, contacts: Tensor) -> Tensor:
    """The features (..., WIDTH[part]) of one part; all6d (..., 55, 6), root (..., 3) scaled, contacts (..., 2)."""
    own = all6d[..., list(PART_JOINTS[part]), :].flatten(-2)
    return torch.cat([own, root, contacts], dim=-1) if part == "lower" else own


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


JOINTS: Final = JOINT_COUNT
