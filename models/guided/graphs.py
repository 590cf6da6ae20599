"""The in-between diffusion as graphs of named arrays, for `models/runtime`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from ..body.graphs import TOKENS
from ..body.inputs import PHONES_WIDTH, RHYTHM_WIDTH
from ..body.parts import DOWN, JOINTS
from ..body.transformer import CONTROLS_WIDTH, WORDS_WIDTH, Hints
from ..body.weights import load_module
from ..runtime.graph import Function, Graph, Makers
from .inputs import STEP_WIDTH, TURNS_WIDTH
from .network import Guided


@lru_cache(maxsize=2)
def _guided(folder: Path | None) -> Guided:
    return load_module(Guided(), "guided", folder)


def _condition(net: Guided, rot6d: Tensor, joints: Tensor, root: Tensor, root_given: Tensor, *other: Tensor) -> object:
    made = net.condition(Hints(rot6d, joints, root, root_given), *other)
    return made.base, made.way, made.away


def _axes(names: tuple[str, ...], tokens: tuple[str, ...], rows: tuple[str, ...] = ()) -> dict[str, dict[int, str]]:
    counts = {name: {0: "rows", 1: "tokens" if name in tokens else "frames"} for name in names}
    return counts | {name: {0: "rows"} for name in rows}


def _make_condition(folder: Path | None) -> Graph:
    frames = TOKENS * DOWN
    widths = {"rot6d": (JOINTS, 6), "joints": (JOINTS,), "root": (3,), "root_given": ()}
    heard = {"rhythm": (RHYTHM_WIDTH,), "phones": (PHONES_WIDTH,), "words": (WORDS_WIDTH,)}
    example = {name: torch.zeros(1, frames, *width) for name, width in (widths | heard).items()}
    example |= {
        "controls": torch.zeros(1, TOKENS, CONTROLS_WIDTH),
        "partner": torch.zeros(1, frames, RHYTHM_WIDTH),
        "turns": torch.zeros(1, frames, TURNS_WIDTH),
        "heard": torch.ones(1),
    }
    names = (*(name for name in example if name != "heard"), "base", "way", "away")
    axes = _axes(names, ("controls", "base"), ("heard",))
    return Graph(Function(_guided(folder), _condition), example, axes, ("base", "way", "away"))


def _make_step(folder: Path | None) -> Graph:
    net = _guided(folder)
    example = {
        "state": torch.zeros(1, TOKENS * DOWN, net.shape.state),
        "moment": torch.zeros(1, STEP_WIDTH),
        "base": torch.zeros(1, TOKENS, net.shape.width),
    }
    axes = _axes(("state", "base", "change"), ("base",), ("moment",))
    return Graph(Function(net, Guided.forward), example, axes, ("change",))


GRAPHS: Makers = {"guided.condition": _make_condition, "guided.step": _make_step}
