"""Reading and writing the body's weights: half precision on disk, single in memory."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import nn

from ...core.errors import OratorError
from ..weights import load_weights


def save_module(module: nn.Module, path: Path) -> None:
    """Writes a module's state, floating point halved."""
    from safetensors.torch import save_file

    state = {k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in module.state_dict().items()}
    partial = path.with_suffix(".partial")
    save_file(state, str(partial))
    os.replace(partial, path)


def load_module(module: nn.Module, name: str, folder: Path | None = None) -> nn.Module:
    """The module with the embedded weights `name` (or those of a training folder), in evaluation mode.

    Raises OratorError when the file is missing, damaged or of another network.
    """
    from safetensors.torch import load_file

    tensors = load_weights(name)[0] if folder is None else load_file(str(folder / f"{name}.safetensors"))
    state = {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}
    finite = all(bool(torch.isfinite(v).all()) for v in state.values() if v.is_floating_point())
    try:
        module.load_state_dict(state)
    except RuntimeError:
        finite = False
    if not finite:
        raise OratorError(f"Orator's weight file '{name}.safetensors' is damaged. Install the extension again.")
    return module.eval()
