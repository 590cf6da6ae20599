"""The body's network as a graph of named arrays, for `models/runtime`."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ..runtime.graph import Function, Graph, Makers
from .between import WIDE, Between
from .inputs import PHONES_WIDTH, RHYTHM_WIDTH
from .parts import DOWN, JOINTS
from .transformer import CONTROLS_WIDTH, WORDS_WIDTH
from .weights import load_module

TOKENS = 64
"""Tokens of the examples; every graph takes any number, those with hints up to twice as many."""


def _frames(*widths: int) -> Tensor:
    return torch.zeros(1, TOKENS * DOWN, *widths)


def _speech() -> dict[str, Tensor]:
    widths = {"rhythm": RHYTHM_WIDTH, "phones": PHONES_WIDTH, "words": WORDS_WIDTH}
    return {
        **{name: _frames(width) for name, width in widths.items()},
        "controls": torch.zeros(1, TOKENS, CONTROLS_WIDTH),
    }


def _along(*names: str, counts: str = "frames") -> dict[str, dict[int, str]]:
    return {name: {0: "rows", 1: counts} for name in names}


def _make_between(folder: Path | None) -> Graph:
    net = load_module(Between(), "body_between", folder)
    example = {"way": _frames(WIDE), "joints": _frames(JOINTS), "root_given": _frames(), **_speech()}
    axes = _along(*(name for name in example if name != "controls"), "made")
    axes |= {**_along("controls", "expects", counts="tokens"), "heard": {0: "rows"}}
    return Graph(Function(net, Between.forward), example | {"heard": torch.ones(1)}, axes, ("made", "expects"))


GRAPHS: Makers = {"body_between.fill": _make_between}
