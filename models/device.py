"""Which processor the networks run on, and with how many threads."""

from __future__ import annotations

from typing import Final

from ..core.errors import OratorError

DEVICES: Final = ("auto", "cpu", "cuda", "mps")
_chosen = "cpu"


def available() -> tuple[str, ...]:
    """Devices that the installed torch can use here; 'cpu' always. Imports torch."""
    import torch

    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return tuple(found)


def use_device(name: str = "auto", threads: int = 0) -> str:
    """Choose the device of this process's networks, and torch's threads (0: as torch likes); returns the device.

    'auto' takes CUDA where there is one, else the CPU. Raises OratorError for a device that is not there.
    """
    global _chosen
    try:
        import torch
    except ImportError:
        raise OratorError(
            "PyTorch is not installed for this Python, so nothing can be generated. Install Orator from its extension "
            "zip, which brings it along."
        ) from None
    if threads > 0:
        torch.set_num_threads(threads)
    there = available()
    if name == "auto":
        name = "cuda" if "cuda" in there else "cpu"
    if name not in there:
        raise OratorError(f"This machine has no {name.upper()} that PyTorch can use. Choose Auto in the preferences.")
    _chosen = name
    return name


def device() -> str:
    """The chosen device, for networks to be moved to."""
    return _chosen
