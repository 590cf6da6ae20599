"""The embedded weights: safetensors files with a card each, read with a check."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import OratorError

if TYPE_CHECKING:
    import torch

FOLDER = Path(__file__).parent


def weights_path(name: str) -> Path:
    """The file of the embedded weights `name`. Raises OratorError when it is missing."""
    path = FOLDER / f"{name}.safetensors"
    if not path.is_file():
        raise OratorError(f"Orator's weight file '{path.name}' is missing. Install the extension again.")
    return path


def load_weights(name: str) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Tensors (as stored) and metadata of the embedded weights `name`.

    Raises OratorError when the file is missing, cut off or damaged.
    """
    from safetensors import SafetensorError, safe_open

    path = weights_path(name)
    try:
        with safe_open(str(path), framework="pt", device="cpu") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}
            return tensors, dict(file.metadata() or {})
    except (SafetensorError, OSError, ValueError) as error:
        raise OratorError(f"Orator's weight file '{path.name}' is damaged. Install the extension again.") from error


@lru_cache(maxsize=16)
def _digest(path: Path, size: int, modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def weights_version(name: str) -> str:
    """The first 12 hex digits of the file's SHA-256: which weights made a take."""
    path = weights_path(name)
    stat = path.stat()
    return _digest(path, stat.st_size, stat.st_mtime_ns)
