"""The networks behind one interface: arrays in, arrays out, run by PyTorch or by ONNX Runtime. Imports neither.

What samples, searches and plans is written on numpy arrays and calls `network(name).run(...)`. A name is the weight
file and, after a dot, which function of the network: 'face_diffusion.step'. The graphs are listed by `graphs.py` of the
rooms `models/body`, `models/face`, `models/phones` and `models/guided`.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from ...core.arrays import Array
from ...core.editions import installed
from ...core.errors import OratorError

RUNTIMES: Final = ("auto", "torch", "onnx")
USUAL: Final = (
    "phones.listen",
    *("face_lips.mouth", "face_diffusion.condition", "face_diffusion.step"),
)
"""What every generation without an artist's poses runs."""
NAMES: Final = {"torch": "PyTorch", "onnx": "ONNX Runtime"}
PACKAGES: Final = {"torch": "torch", "onnx": "onnxruntime"}


class Network(Protocol):
    """One function of a network."""

    def run(self, **arrays: Array) -> dict[str, Array]:
        """Outputs by name for inputs by name, float32 or int64; the axes are those of the graph's example."""
        ...


_wanted = "auto"
_threads = 0
_device = "cpu"
_broken: dict[str, str] = {}
_notes: list[str] = []


def configure(runtime: str = "auto", threads: int = 0, device: str = "cpu") -> None:
    """How networks that are asked for from now on run. Raises OratorError for a runtime that is not known."""
    global _wanted, _threads, _device
    if runtime not in RUNTIMES:
        raise OratorError(f"The runtime '{runtime}' is not known. Use one of {', '.join(RUNTIMES)}.")
    _wanted, _threads, _device = runtime, threads, device


def usable(runtime: str) -> str:
    """'' when a runtime loads here, else why not; imports it. The answer is remembered."""
    if runtime not in _broken:
        package = PACKAGES[runtime]
        _broken[runtime] = ""
        if not installed(package):
            _broken[runtime] = f"{NAMES[runtime]} is not installed for this Python"
        else:
            try:
                importlib.import_module(package)
            except Exception as error:  # a library that does not fit this machine raises OSError, and more
                first = (str(error) or type(error).__name__).strip().splitlines()[0]
                _broken[runtime] = f"{NAMES[runtime]} is installed, but does not load ({first[:160]})"
    return _broken[runtime]


def chosen() -> str:
    """'torch' or 'onnx': what the preference and this machine give. Automatic is PyTorch where it loads.

    Raises OratorError when nothing can run.
    """
    order = ("torch", "onnx") if _wanted == "auto" else (_wanted,)
    reasons = []
    for runtime in order:
        if _wanted == "auto" and runtime == "onnx" and not exported():
            reasons.append("this copy of Orator has no ONNX networks (make build writes them)")
            continue
        reason = usable(runtime)
        if not reason:
            if reasons and "does not load" in reasons[0]:
                _note(f"{reasons[0]}; {NAMES[runtime]} is used instead.")
            return runtime
        reasons.append(reason)
    raise OratorError(f"Nothing can be generated: {'; '.join(reasons)}. Install Orator again from its zip.")


def _note(sentence: str) -> None:
    if sentence not in _notes:
        _notes.append(sentence)


def notes() -> tuple[str, ...]:
    """Sentences for the artist about the runtime, each once."""
    said = tuple(_notes)
    _notes.clear()
    return said


def exported() -> bool:
    """Whether the ONNX graphs are beside the weights."""
    from ..weights import FOLDER

    return any(FOLDER.glob("*.onnx"))


def network(name: str, folder: Path | None = None) -> Network:
    """The network function `name`, read once; `folder` holds weights other than the embedded ones (PyTorch only).

    Raises OratorError when its files are missing or damaged, or no runtime loads.
    """
    runtime = "torch" if folder is not None else chosen()
    return _network(name, folder, runtime, _threads, _device if runtime == "torch" else "cpu")


@lru_cache(maxsize=64)
def _network(name: str, folder: Path | None, runtime: str, threads: int, device: str) -> Network:
    if runtime == "torch":
        from .torch_runtime import TorchNetwork

        return TorchNetwork(name, folder, device)
    from .onnx_runtime import OnnxNetwork

    return OnnxNetwork(name, threads)


@dataclass(frozen=True)
class Networks:
    """The networks of the embedded weights, or of a training folder's."""

    folder: Path | None = None

    def run(self, name: str, **arrays: Array) -> dict[str, Array]:
        """See `Network.run`."""
        return network(name, self.folder).run(**arrays)

    def array(self, weights: str, name: str) -> Array:
        """One array of a weight file, float32 where it is floating point: codebooks, means, scales."""
        return _array(weights, name, self.folder)


@lru_cache(maxsize=64)
def _array(weights: str, name: str, folder: Path | None) -> Array:
    from ..weights import damaged, load_weights, weights_path

    arrays, _ = load_weights(weights, folder)
    if name not in arrays:
        raise damaged(weights_path(weights, folder))
    return arrays[name].copy()
