"""Networks run by PyTorch, on the CPU or a graphics card."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final

import numpy as np
import torch

from ...core.arrays import Array
from .graph import Graph

ROOMS: Final = ("body", "face", "phones", "guided")


def graph_names() -> tuple[str, ...]:
    """Every graph of the embedded networks."""
    return tuple(name for room in ROOMS for name in import_module(f"...{room}.graphs", __name__).GRAPHS)


def make_graph(name: str, folder: Path | None = None) -> Graph:
    """The graph `name` with its weights. Raises OratorError for weights that are missing or damaged."""
    for room in ROOMS:
        makers = import_module(f"...{room}.graphs", __name__).GRAPHS
        if name in makers:
            return makers[name](folder)
    raise KeyError(name)


class TorchNetwork:
    """See `Network`."""

    def __init__(self, name: str, folder: Path | None, device: str) -> None:
        graph = make_graph(name, folder)
        fold = getattr(graph.module.net, "fold", None)
        if fold is not None:
            fold()
        self._module = graph.module.to(device)
        self._order, self._outputs, self._device = tuple(graph.example), graph.outputs, device

    @torch.inference_mode()
    def run(self, **arrays: Array) -> dict[str, Array]:
        inputs = [torch.from_numpy(np.ascontiguousarray(arrays[name])).to(self._device) for name in self._order]
        made = self._module(*inputs)
        made = made if isinstance(made, tuple) else (made,)
        return {name: value.cpu().numpy() for name, value in zip(self._outputs, made, strict=True)}
