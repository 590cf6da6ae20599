"""The embedded weights: safetensors files with a card each, read with a check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ...core.arrays import Array
from ...core.errors import OratorError
from .checksums import FOLDER, check, sum_of

if TYPE_CHECKING:
    from torch import nn

_Module = TypeVar("_Module", bound="nn.Module")

__all__ = ["FOLDER", "damaged", "load_module", "load_weights", "weights_path", "weights_version"]


def weights_path(name: str, folder: Path | None = None) -> Path:
    """The file of the embedded weights `name`, or of a training folder's.

    Raises OratorError when it is missing, or an embedded one is not the one that it should be.
    """
    path = (folder or FOLDER) / f"{name}.safetensors"
    if not path.is_file():
        raise OratorError(f"Orator's weight file '{path.name}' is missing. Install the extension again.")
    if folder is None:
        check(path)
    return path


def load_weights(name: str, folder: Path | None = None) -> tuple[dict[str, Array], dict[str, str]]:
    """Arrays, floating point in single precision, and metadata of the embedded weights `name`, or of a folder's.

    Raises OratorError when the file is missing, cut off, damaged or holds values that are not numbers.
    """
    from safetensors import SafetensorError, safe_open

    path = weights_path(name, folder)
    try:
        with safe_open(str(path), framework="np") as file:
            arrays = {key: file.get_tensor(key) for key in file.keys()}
            metadata = dict(file.metadata() or {})
    except (SafetensorError, OSError, ValueError) as error:
        raise damaged(path) from error
    arrays = {key: value.astype(np.float32) if value.dtype.kind == "f" else value for key, value in arrays.items()}
    if not all(np.isfinite(value).all() for value in arrays.values() if value.dtype.kind == "f"):
        raise damaged(path)
    return arrays, metadata


def load_module(module: _Module, name: str, folder: Path | None = None) -> _Module:
    """The PyTorch module with the embedded weights `name` (or those of a training folder), in evaluation mode.

    Raises OratorError when the file is missing, damaged or of another network.
    """
    import torch

    arrays, _ = load_weights(name, folder)
    try:
        found = module.load_state_dict({key: torch.from_numpy(value) for key, value in arrays.items()}, strict=False)
    except RuntimeError as error:  # a tensor of another size
        raise damaged(weights_path(name, folder)) from error
    # Counts of training batches are not kept.
    if found.unexpected_keys or any(not key.endswith("num_batches_tracked") for key in found.missing_keys):
        raise damaged(weights_path(name, folder))
    return module.eval()


def damaged(path: Path) -> OratorError:
    """What is said of a weight or network file that cannot be used."""
    return OratorError(f"Orator's weight file '{path.name}' is damaged. Install the extension again.")


def weights_version(name: str) -> str:
    """The first 12 hex digits of the file's SHA-256: which weights made a take."""
    return sum_of(weights_path(name))[:12]
