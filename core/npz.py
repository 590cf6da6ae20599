"""Reading .npz files without trust: no pickles, bounded memory, clear sentences for whatever is wrong."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

import numpy as np

from .arrays import Array
from .errors import OratorError
from .reading import ordinary_file, room, sentence_for

_KINDS: Final = "fiubU"
_STEP: Final = 1 << 20
_MOST_AXES: Final = 8


def write_npz(stream: BinaryIO, arrays: Mapping[str, Array], compressed: bool = True) -> None:
    """Write arrays as an .npz. Unlike numpy's own writer it leaves nothing open when the disk is full.

    Raises OSError as the stream does.
    """
    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(stream, "w", kind, allowZip64=True) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)


def read_npz(path: Path, required: tuple[str, ...], what: str, also: Collection[str] = ()) -> dict[str, Array]:
    """The arrays `required`, and those of `also` that are there; `what` names the kind of file in messages.

    Nothing else in the file is looked at. Raises OratorError when the file is missing, damaged, holds objects where
    numbers belong, lacks one of `required`, or would unfold to more than `reading.room` allows.
    """
    path = ordinary_file(path, what)
    with sentence_for(f"'{path.name}' is damaged or not a {what} (.npz). Choose another file."):
        with path.open("rb") as stream:
            if stream.read(6) == b"\x93NUMPY":
                raise OratorError(f"'{path.name}' is a single array, not a {what} (.npz). Choose another file.")
        with zipfile.ZipFile(path) as archive:
            entries = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            missing = [name for name in required if name not in entries]
            if missing:
                text = f"'{path.name}' is not a {what}: it has no {', '.join(missing)}. Choose another file."
                raise OratorError(text)
            wanted = [name for name in (*required, *also) if name in entries]
            left = room(path.stat().st_size)
            arrays = {}
            for name in wanted:
                if not _plain(archive, entries[name], name in required, f"'{path.name}'", what):
                    continue
                left -= entries[name].file_size
                if left < 0:
                    raise OratorError(
                        f"'{path.name}' would unfold to far more than its {path.stat().st_size / 1e6:.1f} MB. It is "
                        f"damaged, or was made to harm: choose another {what}."
                    )
                arrays[name] = _array(archive, entries[name])
    return arrays


def npz_names(path: Path, what: str) -> tuple[str, ...]:
    """The names of a file's arrays, none of them read. Raises OratorError."""
    path = ordinary_file(path, what)
    said = f"'{path.name}' is damaged or not a {what} (.npz). Choose another file."
    with sentence_for(said), zipfile.ZipFile(path) as archive:
        return tuple(name.removesuffix(".npy") for name in archive.namelist())


def _plain(archive: zipfile.ZipFile, info: zipfile.ZipInfo, needed: bool, file: str, what: str) -> bool:
    """Whether an entry holds plain values. Raises for one that is needed."""
    try:
        with archive.open(info) as stream:
            _, _, dtype = _header(stream)
    except zlib.error:
        raise
    except Exception:
        if needed:
            raise
        return False
    if dtype.kind in _KINDS and dtype.itemsize > 0:
        return True
    if needed:
        raise OratorError(f"{file} holds objects or texts where a {what} has numbers; nothing in it was run.")
    return False


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    if version == (2, 0):
        return np.lib.format.read_array_header_2_0(stream)
    raise ValueError(f"version {version} of .npy")


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    """The array of an entry, whose header and size must agree; memory grows only with what is really there."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("compressed in a way that no .npz is")
    with archive.open(info) as stream:
        shape, fortran, dtype = _header(stream)
        if len(shape) > _MOST_AXES or any(n < 0 for n in shape):
            raise ValueError(f"an array of {shape}")
        size = math.prod(shape) * dtype.itemsize
        if dtype.itemsize > room(info.compress_size) or not 0 <= info.file_size - size <= _STEP:
            raise ValueError(f"{size} bytes promised, {info.file_size} there")
        data = bytearray()
        while piece := stream.read(_STEP):
            data += piece
            if len(data) > size:
                raise ValueError("more bytes than the array has")
    if len(data) != size:
        raise ValueError(f"{size} bytes promised, {len(data)} there")
    flat = np.frombuffer(data, dtype, count=math.prod(shape)) if size else np.zeros(0, dtype)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def scalar(array: Array, name: str, path: Path) -> float:
    """The one finite number in `array`. Raises OratorError otherwise."""
    try:
        value = float(np.asarray(array).reshape(()))
    except (TypeError, ValueError, OverflowError) as error:
        raise OratorError(f"In '{path.name}', {name} is not one number. Export the file again.") from error
    if not np.isfinite(value):
        raise OratorError(f"In '{path.name}', {name} is not a finite number. Export the file again.")
    return value
