"""The body's network as a graph of named arrays, for `models/runtime`."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ..runtime.graph import Function, Graph, Makers
from .between import Between
from .inputs import PHONES_WIDTH, RHYTHM_WIDTH
from .parts import DOWN, JOINTS
from .transformer import CONTROLS_WIDTH, WORDS_WIDTH, Hints
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


def _hints() -> dict[str, Tensor]:
    return {"rot6d": _frames(JOINTS, 6), "joints": _frames(JOINTS), "root": _frames(3), "root_given": _frames()}


def _along(*names: str, counts: str = "frames") -> dict[str, dict[int, str]]:
    return {name: {0: "rows", 1: counts} for name in names}


def _between(net: nn.Module, rhythm: Tensor, phones: Tensor, words: Tensor, controls: Tensor, *hints: Tensor) -> object:
    return net(Hints(*hints), rhythm, phones, words, controls)


def _make_between(folder: Path | None) -> Graph:
    net = load_module(Between(), "body_between", folder)
    example = {**_speech(), **_hints()}
    axes = _along(*(name for name in example if name != "controls"), "turns", "walk")
    return Graph(Function(net, _between), example, {**axes, **_along("controls", counts="tokens")}, ("turns", "walk"))


GRAPHS: Makers = {"body_between.fill": _make_between}
