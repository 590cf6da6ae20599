"""SMPL-X/FLAME expressions to ARKit weights and back: a linear map through what both do to the face's landmarks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from ..arkit import COUNT, INDEX, LOOK_DEGREES
from ..arrays import Array
from ..errors import OratorError
from ..rotations import from_rotvec, to_rotvec
from ..skeleton import INDEX as JOINT
from .face_points import arkit_effects
from .model_file import SmplxModel, read_model

JAW_OPEN: Final = np.radians(22.0)
JAW_SIDE: Final = np.radians(8.0)
LOOK: Final = np.radians(LOOK_DEGREES)
JAW_NAMES: Final = ("jawForward", "jawLeft", "jawRight", "jawOpen")
RIDGE: Final = 0.02
"""Share of the mean squared effect that keeps weights small where landmarks say little."""
NOT_SOLVED: Final = frozenset(JAW_NAMES)


@dataclass(frozen=True)
class ExpressionMap:
    """to_arkit (52, E) and to_expressions (E, 52); residuals are what the other set cannot show, as shares (RMS).

    expression_residual (E,) for each expression shown with ARKit shapes, arkit_residual (52,) for each ARKit shape
    shown with expressions (NaN where a shape moves no landmark).
    """

    to_arkit: Array
    to_expressions: Array
    expression_residual: Array
    arkit_residual: Array

    def summary(self) -> str:
        """One line for a report."""
        expressions, shapes = np.mean(self.expression_residual), np.nanmean(self.arkit_residual)
        return (
            f"Expressions as ARKit shapes: {100 * expressions:.0f}% of the landmarks' motion is not shown; "
            f"ARKit shapes as expressions: {100 * shapes:.0f}%."
        )


def _solve(basis: Array, wanted: Array) -> tuple[Array, Array]:
    """Ridge solution X of basis @ X = wanted, and each wanted column's unexplained share (RMS)."""
    square = basis.T @ basis
    ridge = RIDGE * np.trace(square) / max(np.count_nonzero(np.diag(square)), 1)
    solution = np.linalg.solve(square + ridge * np.eye(len(square)), basis.T @ wanted)
    size = np.linalg.norm(wanted, axis=0)
    missing = np.linalg.norm(basis @ solution - wanted, axis=0)
    return solution, np.where(size > 1e-9, missing / np.maximum(size, 1e-9), np.nan)


def solve_map(expression_effects: Array) -> ExpressionMap:
    """The map from the landmark displacements (51, 3, E) of unit expressions, metres.

    Displacements are compared about the face's middle, so that what moves the whole head counts for neither set.
    """
    ours = arkit_effects() * 0.001
    ours[..., [INDEX[name] for name in NOT_SOLVED]] = 0.0
    theirs = expression_effects - np.median(expression_effects, axis=0)
    ours_flat, theirs_flat = ours.reshape(-1, COUNT), theirs.reshape(-1, theirs.shape[-1])
    to_arkit, missed = _solve(ours_flat, theirs_flat)
    to_expressions, unshown = _solve(theirs_flat, ours_flat)
    return ExpressionMap(to_arkit, to_expressions, np.nan_to_num(missed), unshown)


def map_of(model: SmplxModel, count: int | None = None) -> ExpressionMap | None:
    """The map of a model, of its first `count` expressions when a body has only those; None without landmarks."""
    if model.landmarks is None:
        return None
    index, share = model.landmarks
    return solve_map(np.einsum("lkce,lk->lce", model.expressions[index][..., :count], share))


def jaw_weights(jaw: Array) -> Array:
    """ARKit weights (T, 52) of jaw rotations (T, 4) wxyz; only jawOpen, jawLeft and jawRight are set."""
    vector = to_rotvec(jaw)
    out = np.zeros((len(vector), COUNT), np.float32)
    out[:, INDEX["jawOpen"]] = np.clip(vector[:, 0] / JAW_OPEN, 0, 1)
    out[:, INDEX["jawLeft"]] = np.clip(vector[:, 1] / JAW_SIDE, 0, 1)
    out[:, INDEX["jawRight"]] = np.clip(-vector[:, 1] / JAW_SIDE, 0, 1)
    return out


def jaw_vectors(face: Array) -> Array:
    """Rotation vectors (T, 3) of the jaw for ARKit weights, or for changes of them, (T, 52)."""
    vector = np.zeros((len(face), 3))
    vector[:, 0] = JAW_OPEN * face[:, INDEX["jawOpen"]]
    vector[:, 1] = JAW_SIDE * (face[:, INDEX["jawLeft"]] - face[:, INDEX["jawRight"]])
    return vector


def jaw_rotations(face: Array) -> Array:
    """Jaw rotations (T, 4) wxyz of ARKit weights (T, 52)."""
    return from_rotvec(jaw_vectors(face))


def eye_vectors(face: Array, side: str) -> Array:
    """Rotation vectors (T, 3) of the 'Left' or 'Right' eye for weights, or for changes of them, (T, 52)."""
    up, down, inward, outward = (face[:, INDEX[f"eyeLook{way}{side}"]] for way in ("Up", "Down", "In", "Out"))
    left = outward - inward if side == "Left" else inward - outward
    return LOOK * np.stack([down - up, left, np.zeros_like(up)], axis=1)


def eye_rotations(face: Array, side: str) -> Array:
    """Rotations (T, 4) wxyz of the 'Left' or 'Right' eye joint that look where the weights (T, 52) look."""
    return from_rotvec(eye_vectors(face, side))


def look_weights(turns: Array, side: str) -> Array:
    """ARKit weights (T, 52) of rotations (T, 4) of the 'Left' or 'Right' eye; only its eyeLook weights are set."""
    vector = to_rotvec(turns) / LOOK
    outward = vector[:, 1] if side == "Left" else -vector[:, 1]
    out = np.zeros((len(vector), COUNT), np.float32)
    for way, value in (("Down", vector[:, 0]), ("Up", -vector[:, 0]), ("Out", outward), ("In", -outward)):
        out[:, INDEX[f"eyeLook{way}{side}"]] = np.clip(value, 0, 1)
    return out


def to_arkit(expressions: Array, jaw: Array, mapping: ExpressionMap | None) -> Array:
    """ARKit weights (T, 52) in [0, 1] of expressions (T, E) and jaw rotations (T, 4); without a map the jaw alone."""
    out = jaw_weights(jaw)
    if mapping is not None:
        count = min(expressions.shape[1], mapping.to_arkit.shape[1])
        out += (expressions[:, :count] @ mapping.to_arkit[:, :count].T).astype(np.float32)
    return np.clip(out, 0.0, 1.0)


def to_expressions(face: Array, mapping: ExpressionMap) -> Array:
    """Expressions (T, E) of ARKit weights (T, 52); the jaw's part is `jaw_rotations`."""
    return (np.asarray(face) @ mapping.to_expressions.T).astype(np.float32)


def model_places(folder: Path | None, chosen: str = "") -> Iterator[Path]:
    """The artist's SMPL-X files, the first choice first: the chosen one, the one in ORATOR_SMPLX, those beside the
    checkpoint, and where the published tools keep them.
    """
    places = [Path(name).expanduser() for name in (chosen, os.environ.get("ORATOR_SMPLX", "")) if name]
    if folder is not None:
        folder = folder.expanduser()
        places += [folder, folder / "smplx_models", folder / "smplx_models" / "smplx"]
    for place in places:
        if place.is_file():
            yield place
        elif place.is_dir():
            yield from sorted(place.glob("SMPLX_NEUTRAL*.npz"))[:1]


def find_model(folder: Path | None, chosen: str = "") -> Path | None:
    """The first of `model_places`, or None."""
    return next(model_places(folder, chosen), None)


@lru_cache(maxsize=4)
def _map_of_file(path: Path, _stamp: float, count: int | None) -> ExpressionMap | None:
    return map_of(read_model(path), count)


def map_of_file(path: Path, count: int | None = None) -> ExpressionMap | None:
    """The map of a model file (see map_of), kept while the file stays as it is. Raises OratorError for other files."""
    try:
        stamp = path.stat().st_mtime
    except OSError:
        raise OratorError(f"There is no file '{path}': choose your SMPL-X or FLAME model file again.") from None
    return _map_of_file(path, stamp, count)


def performance_face(rotations: Array, expressions: Array, folder: Path, chosen: str = "") -> Array:
    """ARKit weights (T, 52) of an EMAGE result: rotations (T, 55, 4) and expressions (T, 100).

    With the artist's SMPL-X file at hand (find_model) all shapes; without it the jaw's.
    """
    return to_arkit(expressions, rotations[:, JOINT["jaw"]], map_beside(folder, chosen))


def map_beside(folder: Path, chosen: str = "") -> ExpressionMap | None:
    """The map of the artist's SMPL-X file (find_model), or None without one."""
    path = find_model(Path(folder), chosen)
    return map_of_file(path) if path is not None else None
