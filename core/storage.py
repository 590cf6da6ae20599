"""A performance as compressed bytes and back, bit for bit: how a take keeps it inside a .blend file."""

from __future__ import annotations

import json
import struct
import zlib
from typing import Final

import numpy as np

from .errors import OratorError
from .performance import Performance

MAGIC: Final = b"ORATOR1\0"
_ARRAYS: Final = ("rotations", "translation", "face", "expressions")


def _squeeze(array: np.ndarray) -> bytes:
    """float32 (T, ...) compressed: bit patterns as differences over time, bytes of equal weight together."""
    bits = np.ascontiguousarray(array, np.float32).view(np.uint32).reshape(len(array), -1)
    steps = bits.copy()
    steps[1:] -= bits[:-1]
    return zlib.compress(steps.view(np.uint8).reshape(-1, 4).T.tobytes(), 1)


def _expand(data: bytes, shape: tuple[int, ...]) -> np.ndarray:
    count = int(np.prod(shape))
    planes = np.frombuffer(zlib.decompress(data), np.uint8).reshape(4, count)
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
    try:
        if data[: len(MAGIC)] != MAGIC:
            raise ValueError
        at = len(MAGIC) + 4
        (length,) = struct.unpack("<I", data[len(MAGIC) : at])
        header = json.loads(data[at : at + length])
        at += length
        arrays = {}
        for name, part in header["parts"].items():
            arrays[name] = _expand(data[at : at + part["bytes"]], tuple(part["shape"]))
            at += part["bytes"]
        return Performance(fps=float(header["fps"]), **arrays)
    except (ValueError, KeyError, TypeError, struct.error, zlib.error):
        raise OratorError("The stored performance of this take is damaged. Generate the take again.") from None
