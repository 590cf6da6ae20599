"""Writes a synthetic FLAME model: the release's entries, sizes and types, with made-up geometry."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
from helpers.smplx_file import face_points, pose_directions
from orator.core.skeleton import rest_positions

VERTICES, FACES, DIRECTIONS = 5023, 9976, 400
JOINTS = np.array([[0.0, -0.09, -0.02], [0.0, 0.0, 0.0], [0.0, -0.01, 0.03], [0.03, 0.03, 0.06], [-0.03, 0.03, 0.06]])


def head_arrays(seed: int = 0, correctives: bool = False) -> dict[str, np.ndarray]:
    """Every entry of the release's file that holds numbers."""
    rng = np.random.default_rng(seed)
    owner = np.arange(VERTICES) % 5
    template = JOINTS[owner] + rng.normal(0, 0.02, (VERTICES, 3))
    first = VERTICES - 51
    template[first:], owner[first:] = face_points() - rest_positions()[15], 1
    regressor = np.zeros((5, VERTICES))
    moving = np.arange(VERTICES) // 5 % 2 == 0
    moving[first:] = True
    for j in range(5):
        mine = np.flatnonzero((owner == j) & ~moving)
        template[mine] += JOINTS[j] - template[mine].mean(axis=0)
        regressor[j, mine] = 1.0 / len(mine)
    weights = np.zeros((VERTICES, 5))
    share = rng.uniform(0.0, 0.5, VERTICES)
    weights[np.arange(VERTICES), owner] = 1 - share
    weights[np.arange(VERTICES), np.array([0, 0, 1, 1, 1])[owner]] += share
    directions = np.empty((VERTICES, 3, DIRECTIONS))
    waves = rng.normal(0, 10.0, (3, DIRECTIONS, 3))
    for k in range(DIRECTIONS):
        directions[..., k] = (0.003 if k < 300 else 0.001) * np.sin(template @ waves[:, k].T + k)
    directions[..., 300:] *= moving[:, None, None]
    triangles = (np.arange(FACES)[:, None] * 3 + np.array([0, 5, 10])) % VERTICES
    triangles[:51] = np.stack([first + np.arange(51), np.arange(51), np.arange(51) + 5], axis=1)
    return {
        "v_template": template,
        "shapedirs": directions,
        "posedirs": pose_directions(template, weights, JOINTS, (-1, 0, 1, 1, 1), (3, 4) if correctives else range(5)),
        "J_regressor": regressor,
        "weights": weights,
        "kintree_table": np.array([[4294967295, 0, 1, 1, 1], range(5)], np.uint32),
        "f": triangles.astype(np.uint32),
        "J": JOINTS,
    }


def write_head(path: Path, seed: int = 0, landmarks: bool = True, correctives: bool = False) -> Path:
    """Write FLAME_NEUTRAL.pkl (or .npz) and, beside it, flame_static_embedding.pkl."""
    arrays = head_arrays(seed, correctives)
    if path.suffix == ".pkl":
        words = {"bs_style": "lbs", "bs_type": "lrotmin"}
        path.write_bytes(pickle.dumps(arrays | words, protocol=2))
    else:
        np.savez(path, **arrays)
    if landmarks:
        embedding = {"lmk_face_idx": np.arange(51, dtype=np.uint32), "lmk_b_coords": np.tile([1.0, 0.0, 0.0], (51, 1))}
        (path.parent / "flame_static_embedding.pkl").write_bytes(pickle.dumps(embedding, protocol=2))
    return path
