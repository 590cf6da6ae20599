"""Writing the body's weights: half precision on disk."""

from __future__ import annotations

import os
from pathlib import Path

from torch import nn

from ..weights import load_module

__all__ = ["load_module", "save_module"]


def save_module(module: nn.Module, path: Path) -> None:
    """Writes a module's state, floating point halved."""
    from safetensors.torch import save_file

    state = {k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in module.state_dict().items()}
    partial = path.with_suffix(".partial")
    save_file(state, str(partial))
    os.replace(partial, path)
