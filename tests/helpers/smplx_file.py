"""Writes a synthetic SMPL-X model file: the release's exact entries, sizes and types, with made-up geometry."""

from __future__ import annotations

import pickle
from collections.abc import Collection
from pathlib import Path

import numpy as np
from orator.core.skeleton import JOINT_COUNT, PARENTS, rest_positions

VERTICES, FACES, DIRECTIONS = 10475, 20908, 400


def face_points() -> np.ndarray:
    """(51, 3) metres: brows, nose, eyes and lips about the face of the rest skeleton, in iBUG's order."""

    def mirrored(half: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
        return [(-x, y, z) for x, y, z in reversed(half)] + half

    def ring(x: float, y: float, z: float, wide: float, high: float, steps: int) -> list[tuple[float, float, float]]:
        turn = np.pi - np.arange(steps) * 2 * np.pi / steps
        return [(x + wide * np.cos(t), y + high * np.sin(t), z) for t in turn]

    brows = mirrored([(0.012 + 0.01 * k, 0.05 + 0.002 * (2 - abs(k - 2)), 0.1 - 0.003 * k) for k in range(5)])
    nose = [(0.0, 0.035 - 0.011 * k, 0.105 + 0.005 * k) for k in range(4)]
    nose += [(-0.014 + 0.007 * k, -0.006, 0.11) for k in range(5)]
    eyes = ring(-0.03, 0.03, 0.09, 0.014, 0.006, 6) + ring(0.03, 0.03, 0.09, 0.014, 0.006, 6)
    lips = ring(0.0, -0.04, 0.105, 0.025, 0.01, 12) + ring(0.0, -0.04, 0.103, 0.02, 0.004, 8)
    head = rest_positions()[15]
    return np.array(brows + nose + eyes + lips) + head


def model_arrays(seed: int = 0, correctives: bool = False) -> dict[str, np.ndarray]:
    """Every entry of the release's .npz that holds numbers."""
    rng = np.random.default_rng(seed)
    places = rest_positions()
    owner = np.arange(VERTICES) % JOINT_COUNT
    template = places[owner] + rng.normal(0, 0.012, (VERTICES, 3))
    first = VERTICES - 51
    template[first:], owner[first:] = face_points(), 15
    # Each joint is the mean of its own vertices.
    moving = np.isin(owner, (15, 22, 23, 24)) & (np.arange(VERTICES) // JOINT_COUNT % 2 == 0)
    moving[first:] = True
    regressor = np.zeros((JOINT_COUNT, VERTICES))
    for j in range(JOINT_COUNT):
        mine = np.flatnonzero((owner == j) & (np.arange(VERTICES) < first) & ~moving)
        template[mine] += places[j] - template[mine].mean(axis=0)
        regressor[j, mine] = 1.0 / len(mine)
    weights = np.zeros((VERTICES, JOINT_COUNT))
    share = rng.uniform(0.0, 0.5, VERTICES)
    parents = np.maximum(np.array(PARENTS), 0)
    weights[np.arange(VERTICES), owner] = 1 - share
    weights[np.arange(VERTICES), parents[owner]] += share
    weights[first:] = 0.0
    weights[first:, 15] = 1.0
    directions = np.zeros((VERTICES, 3, DIRECTIONS), np.float32)
    waves = rng.normal(0, 1, (3, DIRECTIONS, 3)) * 2.0
    for k in range(DIRECTIONS):
        size = 0.01 / (1 + 0.05 * k) if k < 300 else 0.003
        directions[..., k] = size * np.sin(template @ waves[:, k].T * 3.0 + k)
    # As in the release, what expressions move is hardly what joints are regressed from.
    directions[..., 300:] *= moving[:, None, None]
    triangles = (np.arange(FACES)[:, None] * 3 + np.array([0, 55, 110])) % VERTICES
    landmark_faces = np.arange(51)
    triangles[landmark_faces] = np.stack([first + np.arange(51), np.arange(51), np.arange(51) + 55], axis=1)
    kin = np.array([[4294967295, *PARENTS[1:]], range(JOINT_COUNT)], np.uint32)
    return {
        "v_template": template,
        "shapedirs": directions,
        "posedirs": pose_directions(
            template, weights, places, tuple(PARENTS), (23, 24) if correctives else range(JOINT_COUNT)
        ),
        "J_regressor": regressor,
        "weights": weights,
        "kintree_table": kin,
        "f": triangles.astype(np.uint32),
        "hands_meanl": rng.normal(0, 0.2, 45),
        "hands_meanr": rng.normal(0, 0.2, 45),
        "hands_componentsl": np.eye(45),
        "hands_componentsr": np.eye(45),
        "hands_coeffsl": np.zeros((1554, 45)),
        "hands_coeffsr": np.zeros((1554, 45)),
        "lmk_faces_idx": landmark_faces.astype(np.int64),
        "lmk_bary_coords": np.tile([1.0, 0.0, 0.0], (51, 1)),
        "dynamic_lmk_faces_idx": np.zeros((79, 17), np.int64),
        "dynamic_lmk_bary_coords": np.full((79, 17, 3), 1 / 3),
        "vt": rng.uniform(0, 1, (11313, 2)),
        "ft": rng.integers(0, 11313, (FACES, 3)).astype(np.uint32),
    }


def pose_directions(
    template: np.ndarray, weights: np.ndarray, joints: np.ndarray, parents: tuple[int, ...], still: Collection[int]
) -> np.ndarray:
    """(V, 3, 9 * (J - 1)) metres: skin about a joint bulges when it bends, by up to 3 cm; not at `still` ones."""
    out = np.zeros((len(template), 3, 9 * (len(joints) - 1)), np.float32)
    for j in range(1, len(joints)):
        if j in still:
            continue
        away = template - joints[j]
        near = np.exp(-((np.linalg.norm(away, axis=1) / 0.06) ** 2)) * (weights[:, j] + weights[:, parents[j]] > 0)
        for k in range(9):
            lean = np.array([np.sin(k + 1.0), np.cos(2.0 * k + j), np.sin(3.0 * k - j)])
            out[..., 9 * (j - 1) + k] = near[:, None] * (0.015 * lean + 0.3 * away * np.cos(k + j))
    return out


def write_model(path: Path, seed: int = 0, correctives: bool = False) -> Path:
    """Write SMPLX_NEUTRAL.npz (with the release's two pickled tables) or .pkl, by the path's suffix."""
    arrays = model_arrays(seed, correctives)
    if path.suffix == ".pkl":
        path.write_bytes(pickle.dumps(arrays, protocol=4))
    else:
        tables = {name: np.array({"pelvis": 0}, dtype=object) for name in ("joint2num", "part2num")}
        np.savez(path, **arrays, **tables)
    return path
