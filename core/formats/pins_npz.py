"""PINS.npz: pins on disk, at 30 fps."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from .. import arkit, skeleton
from ..arrays import Array
from ..errors import OratorError
from ..files import write_atomically
from ..npz import read_npz, write_npz
from ..reading import sentence_for
from .pins import Pins

_LAST_FRAME: Final = 2.0**31
_SAME_TURN: Final = 1.0 - 1e-6
_FURTHEST: Final = 1e6


def write_pins(pins: Pins, path: Path) -> None:
    """Write the arrays of `Pins` under their own names. Raises OratorError."""
    write_atomically(Path(path), lambda stream: write_npz(stream, vars(pins)))


def read_pins(path: Path) -> Pins:
    """Read pins; kinds of values that the file leaves out are not pinned. Raises OratorError for anything else."""
    path = Path(path)
    also = ("rotations", "joints", "translation", "translation_pinned", "face", "face_pinned")
    data = read_npz(path, ("frames",), "pins file", also)
    with sentence_for(f"The arrays of '{path.name}' are damaged. Write the pins again."):
        return _pins(data, path)


def _pins(data: dict[str, Array], path: Path) -> Pins:
    frames = np.atleast_1d(data["frames"])
    count = len(frames)
    plain = frames.ndim == 1 and frames.dtype.kind in "fiu" and bool(np.isfinite(frames).all())
    if not plain or np.abs(frames.astype(np.float64)).max(initial=0) > _LAST_FRAME:
        raise OratorError(f"In '{path.name}' the frames must be a list of whole numbers.")
    if np.abs(frames - np.round(frames)).max(initial=0) > 1e-6:
        raise OratorError(f"In '{path.name}' the frames must be whole frames at 30 fps.")
    shapes = {
        "rotations": (count, skeleton.JOINT_COUNT, 4),
        "joints": (count, skeleton.JOINT_COUNT),
        "translation": (count, 3),
        "translation_pinned": (count,),
        "face": (count, arkit.COUNT),
        "face_pinned": (count, arkit.COUNT),
    }
    arrays = {}
    for name, shape in shapes.items():
        pinned = name in ("joints", "translation_pinned", "face_pinned")
        array = np.asarray(data[name] if name in data else np.zeros(shape, bool if pinned else np.float32))
        if array.shape != shape:
            raise OratorError(f"In '{path.name}' {name} has shape {array.shape}, not {shape}. Write the pins again.")
        if array.dtype.kind not in "fiub" or not (pinned or _sensible(array)):
            raise OratorError(f"In '{path.name}' {name} holds values that are not numbers. Write the pins again.")
        arrays[name] = array.astype(bool) if pinned else array.astype(np.float32)
    norm = np.linalg.norm(arrays["rotations"], axis=-1)
    if (arrays["joints"] & (np.abs(norm - 1.0) > 0.05)).any():
        raise OratorError(f"In '{path.name}' some pinned rotations are not unit quaternions (w x y z).")
    return _joined(Pins(np.round(frames).astype(int), **arrays))


def _joined(pins: Pins) -> Pins:
    """The pins with those of one frame that agree made one; those that do not stay, so that they can be named."""
    order = np.argsort(pins.frames, kind="stable")
    kept: list[int] = []
    arrays = {name: np.array(value) for name, value in vars(pins).items()}
    rotations, joints, path, root, face, channels = (
        arrays[name] for name in ("rotations", "joints", "translation", "translation_pinned", "face", "face_pinned")
    )
    for k in order:
        if not kept or pins.frames[kept[-1]] != pins.frames[k]:
            kept.append(int(k))
            continue
        a = kept[-1]
        same = np.abs(np.sum(rotations[a] * rotations[k], axis=-1)) > _SAME_TURN
        apart = (joints[a] & joints[k] & ~same).any() or (channels[a] & channels[k] & (face[a] != face[k])).any()
        if apart or (root[a] and root[k] and (path[a] != path[k]).any()):
            kept.append(int(k))
            continue
        rotations[a, joints[k]], face[a, channels[k]] = rotations[k, joints[k]], face[k, channels[k]]
        path[a] = path[k] if root[k] else path[a]
        joints[a] |= joints[k]
        channels[a] |= channels[k]
        root[a] |= root[k]
    return Pins(**{name: value[kept] for name, value in arrays.items()})


def _sensible(array: Array) -> bool:
    """Whether all values are numbers that a pose can have."""
    return bool(np.isfinite(array).all()) and float(np.abs(array).max(initial=0)) <= _FURTHEST
