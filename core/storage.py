"""A performance as compressed bytes and back, bit for bit: how a take keeps it inside a .blend file."""

from __future__ import annotations

import json
import math
import struct
import zlib
from typing import Final

import numpy as np

from .arkit import COUNT
from .arrays import Array
from .performance import Performance
from .reading import room, sentence_for, unzipped
from .skeleton import JOINT_COUNT

MAGIC: Final = b"ORATOR1\0"
_ARRAYS: Final = ("rotations", "translation", "face", "expressions")


def _squeeze(array: Array) -> bytes:
    """float32 (T, ...) compressed: bit patterns as differences over time, bytes of equal weight together."""
    bits = np.ascontiguousarray(array, np.float32).view(np.uint32).reshape(len(array), -1)
    steps = bits.copy()
    steps[1:] -= bits[:-1]
    return zlib.compress(steps.view(np.uint8).reshape(-1, 4).T.tobytes(), 1)


def _expand(data: bytes, shape: tuple[int, ...]) -> Array:
    count = math.prod(shape)
    planes = np.frombuffer(unzipped(data, 4 * count), np.uint8).reshape(4, count)
    steps = np.ascontiguousarray(planes.T).view(np.uint32).reshape(shape[0], -1)
    return np.cumsum(steps, axis=0, dtype=np.uint32).view(np.float32).reshape(shape)


def pack(performance: Performance) -> bytes:
    """The performance as bytes."""
    parts, blobs = {}, []
    for name in _ARRAYS:
        array = getattr(performance, name)
        if array is not None:
            blobs.append(_squeeze(array))
            parts[name] = {"shape": list(array.shape), "bytes": len(blobs[-1])}
    header = json.dumps({"fps": performance.fps, "parts": parts}).encode()
    return MAGIC + struct.pack("<I", len(header)) + header + b"".join(blobs)


def unpack(data: bytes) -> Performance:
    """The performance that `pack` was given. Raises OratorError when the bytes are damaged."""
    with sentence_for("The stored performance of this take is damaged. Generate the take again."):
        if data[: len(MAGIC)] != MAGIC:
            raise ValueError
        at = len(MAGIC) + 4
        (length,) = struct.unpack("<I", data[len(MAGIC) : at])
        header = json.loads(data[at : at + length])
        at += length
        parts = {name: header["parts"][name] for name in _ARRAYS if name in header["parts"]}
        shapes = {name: tuple(int(n) for n in part["shape"]) for name, part in parts.items()}
        if any(n < 1 for shape in shapes.values() for n in shape):
            raise ValueError
        if 4 * sum(math.prod(shape) for shape in shapes.values()) > room(len(data)):
            raise ValueError
        arrays = {}
        for name, part in parts.items():
            arrays[name] = _expand(data[at : at + int(part["bytes"])], shapes[name])
            at += int(part["bytes"])
        return _checked(float(header["fps"]), arrays)


def _checked(fps: float, arrays: dict[str, Array]) -> Performance:
    """The arrays to the bit, once they are what a performance can be. Raises ValueError."""
    frames = len(arrays["rotations"])
    wanted = {"rotations": (frames, JOINT_COUNT, 4), "translation": (frames, 3), "face": (frames, COUNT)}
    spoken = arrays.get("expressions")
    right = all(arrays[name].shape == shape for name, shape in wanted.items())
    right &= spoken is None or (spoken.ndim == 2 and len(spoken) == frames)
    if not right or not 0.0 < fps < 1e6 or not all(np.isfinite(array).all() for array in arrays.values()):
        raise ValueError("no performance")
    return Performance(fps=fps, **arrays)
