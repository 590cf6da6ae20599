"""What an edition of Orator lacks: the small one runs its own networks by ONNX Runtime and leaves PyTorch out."""

from __future__ import annotations

import importlib.util
import sys
from typing import Final

FULL: Final = "Install Orator Full, the edition that brings PyTorch along (docs/install.md says which file)"


def installed(package: str) -> bool:
    """Whether a package can be found, without importing it."""
    if package in sys.modules:
        return sys.modules[package] is not None
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def without_torch(what: str) -> str:
    """'' where PyTorch is installed, else why `what` cannot run and what to do."""
    return "" if installed("torch") else f"{what} needs PyTorch, which this edition leaves out. {FULL}"
