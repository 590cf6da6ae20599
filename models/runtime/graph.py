"""A function of a PyTorch network with named inputs and outputs: what PyTorch runs and what is exported to ONNX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn


class Function(nn.Module):
    """A module whose forward is a function of another one, so that it can be traced by itself."""

    def __init__(self, net: nn.Module, function: Callable[..., object]) -> None:
        super().__init__()
        self.net, self._function = net, function

    def forward(self, *inputs: Tensor) -> object:
        return self._function(self.net, *inputs)


@dataclass(frozen=True)
class Graph:
    """`module(*example.values())` gives `outputs` in order; its parameters are called as in the weight file.

    example  an input by name, of any size that the network takes
    axes     which axes of inputs and outputs vary: name -> {axis: what it counts}
    """

    module: Function
    example: dict[str, Tensor]
    axes: dict[str, dict[int, str]]
    outputs: tuple[str, ...]


Makers = dict[str, Callable[[Path | None], Graph]]
"""Graph names of a room, each with what makes it, from the embedded weights or from a training folder's."""
