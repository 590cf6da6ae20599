"""The phone network as a graph of named arrays, for `models/runtime`."""

from __future__ import annotations

from pathlib import Path

import torch

from ...core.speech.features import MELS
from ..runtime.graph import Function, Graph, Makers
from ..weights import load_module
from .network import PhoneNetwork


def _make(folder: Path | None) -> Graph:
    net = load_module(PhoneNetwork(), "phones", folder)
    axes = {name: {0: "rows", 2: "frames"} for name in ("mel", "logits")}
    return Graph(Function(net, lambda net, mel: net(mel)), {"mel": torch.zeros(1, MELS, 200)}, axes, ("logits",))


GRAPHS: Makers = {"phones.listen": _make}
