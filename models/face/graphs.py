"""The face's networks as graphs of named arrays, for `models/runtime`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn

from ...core.arkit import LIPS
from ...core.catalogue.emotions import LEARNED
from ..runtime.graph import Function, Graph, Makers
from ..weights import load_module
from .emodiff import SPEECH, EmoDiff
from .inputs import LIP_INPUTS
from .lips import LipNet, gate
from .sampling import CHANNELS, PATCH

FRAMES = 240


@lru_cache(maxsize=2)
def _diffusion(folder: Path | None) -> EmoDiff:
    return load_module(EmoDiff(), "face_diffusion", folder)


def _along(*names: str, counts: str = "frames") -> dict[str, dict[int, str]]:
    return {name: {0: "rows", 1: counts} for name in names}


def _lips(net: nn.Module, speech: Tensor, emotion: Tensor) -> Tensor:
    return gate(*net(speech, emotion))


def _make_lips(folder: Path | None) -> Graph:
    net = load_module(LipNet(), "face_lips", folder)
    example = {"speech": torch.zeros(1, FRAMES, LIP_INPUTS), "emotion": torch.zeros(1, FRAMES, len(LEARNED))}
    return Graph(Function(net, _lips), example, _along(*example, "mouth"), ("mouth",))


def _make_condition(folder: Path | None) -> Graph:
    widths = {"speech": SPEECH, "lips": len(LIPS), "emotion": len(LEARNED), "before": CHANNELS + 1}
    example = {name: torch.zeros(3, FRAMES, width) for name, width in widths.items()}
    axes = {**_along(*example), "keep": {0: "rows"}, **_along("condition", counts="tokens")}
    example["keep"] = torch.ones(3, 3)
    return Graph(Function(_diffusion(folder), _condition), example, axes, ("condition",))


def _condition(net: EmoDiff, speech: Tensor, lips: Tensor, emotion: Tensor, before: Tensor, keep: Tensor) -> Tensor:
    return net.condition(speech, lips, emotion, before, keep > 0.5)


def _make_step(folder: Path | None) -> Graph:
    net = _diffusion(folder)
    example = {
        "noisy": torch.zeros(3, FRAMES, CHANNELS),
        "step": torch.zeros(3, dtype=torch.int64),
        "condition": torch.zeros(3, FRAMES // PATCH, net.width),
    }
    axes = {**_along("noisy", "clean"), "step": {0: "rows"}, **_along("condition", counts="tokens")}
    return Graph(Function(net, lambda net, *inputs: net(*inputs)), example, axes, ("clean",))


GRAPHS: Makers = {
    "face_lips.mouth": _make_lips,
    "face_diffusion.condition": _make_condition,
    "face_diffusion.step": _make_step,
}
