"""How far apart two ways of moving are: the Frechet distance between Gaussians over posture, velocity and space.

FGD without a learned space (Yoon et al., 2020, use an autoencoder's): joints in the chest's frame, their velocities,
trunk, head and hands, each divided by its deviation over all sets.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.linalg import sqrtm

from ....core.arrays import Array
from ....core.performance import Performance
from ....core.rotations import conjugate, forward_kinematics, rotate
from ....core.skeleton import INDEX
from ....core.style.channels import channels_of

GROUPS: Final = {"posture": slice(0, 19), "velocity": slice(19, 25), "hands": slice(25, 31)}
WIDTH: Final = 31


def features(performance: Performance) -> Array:
    """(T, 31): wrists and elbows (12), bend, lean, head (5), stance (1), height of the hands' lower (1); velocities of
    the wrists (6); per hand supination, flexion and mean bend of the fingers (6)."""
    made = channels_of(performance)
    positions, world = forward_kinematics(performance.rotations.astype(float), performance.translation.astype(float))
    chest = INDEX["spine3"]
    joints = [INDEX[f"{side}_{name}"] for side in ("left", "right") for name in ("wrist", "elbow")]
    local = rotate(conjugate(world[:, chest])[:, None], positions[:, joints] - positions[:, chest : chest + 1])
    wrists = local[:, [0, 2]]
    velocity = np.gradient(wrists, axis=0) * 30.0 if len(wrists) > 1 else np.zeros_like(wrists)
    fingers = made.hands[:, :, :8].mean(axis=2)
    return np.concatenate(
        [
            local.reshape(len(local), -1), made.trunk[:, [0, 2]], made.head, made.feet[:, None],
            wrists[..., 1].min(axis=1, keepdims=True), velocity.reshape(len(local), -1),
            made.states[..., 4], made.states[..., 5], fingers,
        ],
        axis=1,
    )  # fmt: skip


def frechet(a: Array, b: Array, scale: Array) -> float:
    """Frechet distance between frames (N, D) and (M, D), each column divided by `scale` (D,)."""
    a, b = a / scale, b / scale
    first, second = np.cov(a.T), np.cov(b.T)
    root = sqrtm(first @ second)
    return float(((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum() + np.trace(first + second - 2.0 * np.real(root)))
