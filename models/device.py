"""Which processor the networks run on, and with how many threads."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

from ..core.errors import OratorError

if TYPE_CHECKING:
    import torch

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

    'auto' is the CPU: the embedded networks are small, and a take is the same, bit for bit, wherever there is one.
    Raises OratorError for a device that is not there.
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
    name = "cpu" if name == "auto" else name
    if name not in available():
        raise OratorError(f"This machine has no {name.upper()} that PyTorch can use. Choose Auto in the preferences.")
    _chosen = name
    return name


def _moved(value: Any, where: str) -> Any:
    """The same value with every tensor in it on another device."""
    import torch

    if isinstance(value, torch.Tensor):
        return value.to(where)
    if isinstance(value, (tuple, list)):
        return type(value)(_moved(item, where) for item in value)
    if isinstance(value, dict):
        return {key: _moved(item, where) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(*(_moved(getattr(value, field.name), where) for field in fields(value)))
    return value


class Placed:
    """A network on another device that takes and gives tensors on the CPU, where sampling and its chance stay."""

    def __init__(self, network: torch.nn.Module, where: str) -> None:
        self._network, self._where = network.to(where), where

    def _call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        return _moved(function(*_moved(args, self._where), **_moved(kwargs, self._where)), "cpu")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(self._network, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._network, name)
        if callable(found):
            return lambda *args, **kwargs: self._call(found, *args, **kwargs)
        return _moved(found, "cpu")


def on_device(network: torch.nn.Module) -> Any:
    """The network where `use_device` said: itself on the CPU, else `Placed`."""
    return network.to("cpu") if _chosen == "cpu" else Placed(network, _chosen)
