"""Reading .npz files without trust: no pickles, clear sentences for missing, truncated and foreign files."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import OratorError


def write_npz(stream: BinaryIO, arrays: Mapping[str, np.ndarray], compressed: bool = True) -> None:
    """Write arrays as an .npz. Unlike numpy's own writer it leaves nothing open when the disk is full.

    Raises OSError as the stream does.
    """
    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(stream, "w", kind, allowZip64=True) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)


def read_npz(path: Path, required: tuple[str, ...], what: str) -> dict[str, np.ndarray]:
    """All arrays of an .npz; `what` names the kind of file in messages.

    Raises OratorError when the file is missing, damaged, holds objects, or lacks one of `required`.
    """
    path = Path(path)
    if not path.is_file():
        raise OratorError(f"The {what} '{path}' does not exist. Choose another file.")
    try:
        with np.load(path, allow_pickle=False) as data:
            if isinstance(data, np.ndarray):
                raise OratorError(f"'{path.name}' is a single array, not a {what} (.npz). Choose another file.")
            arrays = {name: data[name] for name in data.files if name in required or _is_plain(data, name)}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, NotImplementedError) as error:
        raise OratorError(f"'{path.name}' is damaged or not a {what} (.npz). Choose another file.") from error
    missing = [name for name in required if name not in arrays]
    if missing:
        raise OratorError(f"'{path.name}' is not a {what}: it has no {', '.join(missing)}. Choose another file.")
    return arrays


def _is_plain(data: np.lib.npyio.NpzFile, name: str) -> bool:
    """Whether an array can be read without pickles; foreign object arrays beside the needed ones are passed over."""
    try:
        return data[name].dtype != object
    except ValueError:
        return False


def scalar(array: np.ndarray, name: str, path: Path) -> float:
    """The one finite number in `array`. Raises OratorError otherwise."""
    try:
        value = float(np.asarray(array).reshape(()))
    except (TypeError, ValueError) as error:
        raise OratorError(f"In '{path.name}', {name} is not one number. Export the file again.") from error
    if not np.isfinite(value):
        raise OratorError(f"In '{path.name}', {name} is not a finite number. Export the file again.")
    return value
