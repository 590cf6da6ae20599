"""BEAT2- and AMASS-style SMPL-X .npz: axis-angle poses, root translation, expressions."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .. import arkit, skeleton
from ..arrays import Array
from ..errors import OratorError
from ..files import write_atomically
from ..npz import npz_names, read_npz, scalar, write_npz
from ..performance import Performance, make_performance
from ..reading import sentence_for
from ..rotations import from_rotvec, to_rotvec
from ..smplx.hands import FLAT_HANDS, from_flat, from_mean

_RATES = (1.0, 1000.0)
_FPS_KEYS = ("mocap_frame_rate", "mocap_framerate", "fps")
_PARTS = ("root_orient", "pose_body", "pose_jaw", "pose_eye", "pose_hand")
_READ = ("poses", "expressions", "hand_mean", *_FPS_KEYS, *_PARTS)
_WIDEST_TURN = 1e4
"""Radians: some exports count whole turns; more is damage."""


def write_smplx(
    performance: Performance, path: Path, betas: Array | None = None, hand_mean: Array = FLAT_HANDS
) -> None:
    """Write poses (T, 165) axis-angle in radians, trans (T, 3), expressions (T, 100), betas (300), mocap_frame_rate.

    Fingers are counted from `hand_mean` (30, 3), as BEAT2 does it, which is written beside them. A performance without
    expressions writes zeros; the jaw's rotation is in the poses.
    """
    frames = performance.frames
    expressions = performance.expressions
    if expressions is None:
        expressions = np.zeros((frames, 100), np.float32)
    arrays = {
        "poses": from_mean(to_rotvec(performance.rotations), hand_mean).reshape(frames, 165).astype(np.float32),
        "hand_mean": hand_mean,
        "trans": performance.translation.astype(np.float32),
        "expressions": np.asarray(expressions, np.float32),
        "betas": np.zeros(300, np.float32) if betas is None else np.asarray(betas, np.float32),
        "gender": np.array("neutral"),
        "model": np.array("smplx2020"),
        "mocap_frame_rate": np.array(_plain_rate(performance.fps)),
    }
    write_atomically(Path(path), lambda stream: write_npz(stream, arrays, compressed=False))


def read_smplx(path: Path, hand_mean: Array = FLAT_HANDS) -> Performance:
    """Read an SMPL-X .npz: `poses` of 165 (SMPL-X), 156 (SMPL-H with hands) or 66 and more (body), or AMASS' parts.

    Files with expressions (BEAT2's, EMAGE's) count fingers from the model's mean hands, `hand_mean` (30, 3), unless
    they bring a `hand_mean` of their own; others (AMASS') from flat hands. By default they are read as they are.
    Frame 0 is second 0 of the speech. Face weights are zero: expressions stay beside them. Raises OratorError.
    """
    path = Path(path)
    data = read_npz(path, ("trans",), "SMPL-X motion file", _READ)
    with sentence_for(f"The arrays of '{path.name}' are damaged. Export it again."):
        return _motion(data, path, hand_mean)


def _motion(data: dict[str, Array], path: Path, hand_mean: Array) -> Performance:
    poses = _poses(data, path)
    fps = next((scalar(data[key], key, path) for key in _FPS_KEYS if key in data), 30.0)
    frames = len(poses)
    translation = data["trans"]
    if translation.shape != (frames, 3) or translation.dtype.kind not in "fiu":
        raise OratorError(f"In '{path.name}' trans has shape {translation.shape}, not ({frames}, 3). Export it again.")
    if not _RATES[0] <= fps <= _RATES[1]:
        raise OratorError(f"'{path.name}' has {fps:g} frames a second, which cannot be. Export it again.")
    expressions = data.get("expressions")
    if expressions is not None:
        if expressions.ndim != 2 or len(expressions) != frames or not _finite(expressions):
            raise OratorError(
                f"In '{path.name}' expressions have shape {expressions.shape} or are not all numbers; "
                f"({frames}, 100) was expected. Export it again."
            )
        full = np.zeros((frames, 100), np.float32)
        full[:, : min(100, expressions.shape[1])] = expressions[:, :100]
        expressions = full
    vectors = poses.reshape(frames, skeleton.JOINT_COUNT, 3)
    own = data.get("hand_mean")
    if own is not None and (own.shape != FLAT_HANDS.shape or not _finite(own)):
        raise OratorError(f"In '{path.name}' hand_mean has shape {own.shape}, not (30, 3) numbers. Export it again.")
    if own is not None or expressions is not None:
        vectors = from_flat(vectors, hand_mean if own is None else own)
    return make_performance(from_rotvec(vectors), translation, np.zeros((frames, arkit.COUNT)), fps, expressions)


def tells_hand_mean(path: Path) -> bool:
    """Whether a file that `read_smplx` reads says itself what its fingers count from: it was written by Orator."""
    return "hand_mean" in npz_names(path, "SMPL-X motion file")


def _finite(array: Array) -> bool:
    plain = array.dtype.kind in "fiu" and bool(np.isfinite(array).all())
    return plain and float(np.abs(array).max(initial=0)) <= _WIDEST_TURN


def _poses(data: dict[str, Array], path: Path) -> Array:
    if "poses" in data:
        poses = data["poses"]
        if poses.ndim == 3:
            poses = poses.reshape(len(poses), -1)
        if poses.ndim != 2 or len(poses) == 0 or not _finite(poses):
            raise OratorError(f"In '{path.name}' the poses are empty or not all numbers. Export it again.")
        poses = np.asarray(poses, np.float64)
        width = poses.shape[1]
        if width == 165:
            return poses
        if width == 156:
            # SMPL-H: body 22 joints, then both hands; no jaw and eyes.
            return np.concatenate([poses[:, :66], np.zeros((len(poses), 9)), poses[:, 66:]], axis=1)
        if width in (66, 69, 72):
            return np.concatenate([poses[:, :66], np.zeros((len(poses), 99))], axis=1)
        raise OratorError(f"In '{path.name}' the poses are {width} wide; SMPL-X has 165. Convert it first.")
    if "root_orient" in data and "pose_body" in data:
        frames = len(data["root_orient"]) if data["root_orient"].ndim else 0
        parts = [data["root_orient"], data["pose_body"]]
        parts += [data[k] if k in data else np.zeros((frames, n)) for k, n in (("pose_jaw", 3), ("pose_eye", 6))]
        parts.append(data["pose_hand"] if "pose_hand" in data else np.zeros((frames, 90)))
        if frames and all(_finite(p) and p.ndim and len(p) == frames for p in parts):
            poses = np.concatenate([np.asarray(p, np.float64).reshape(frames, -1) for p in parts], axis=1)
            if poses.shape[1] == 165:
                return poses
    raise OratorError(f"'{path.name}' has no SMPL-X poses. Choose a BEAT2 or AMASS SMPL-X file.")


def _plain_rate(fps: float) -> float | int:
    return int(fps) if float(fps).is_integer() else float(fps)
