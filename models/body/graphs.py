"""The body's networks as graphs of named arrays, for `models/runtime`."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

import torch
from torch import Tensor, nn

from ..runtime.graph import Function, Graph, Makers
from .between import Between
from .inputs import PHONES_WIDTH, RHYTHM_WIDTH
from .parts import DOWN, JOINTS, PARTS, WIDTH
from .transformer import CONTROLS_WIDTH, WORDS_WIDTH, BodyTransformer, Hints
from .vq import PartVq
from .weights import load_module

TOKENS = 64
"""Tokens of the examples; every graph takes any number, those with hints up to twice as many."""


@lru_cache(maxsize=8)
def _transformer(folder: Path | None) -> BodyTransformer:
    return load_module(BodyTransformer(), "body_gesture", folder)


@lru_cache(maxsize=8)
def _vq(part: str, folder: Path | None) -> PartVq:
    return load_module(PartVq(part), f"body_{part}", folder)


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


def _context(
    net: BodyTransformer, rhythm: Tensor, phones: Tensor, words: Tensor, controls: Tensor, *hints: Tensor
) -> object:
    given = Hints(*hints) if hints else None
    return net.context(rhythm, phones, words, given, controls, torch.ones_like(controls[:, 0, 0]))


def _make_context(folder: Path | None, hinted: bool = False) -> Graph:
    example = {**_speech(), **(_hints() if hinted else {})}
    axes = _along(*(name for name in example if name != "controls"))
    return Graph(
        Function(_transformer(folder), _context), example,
        {**axes, **_along("controls", "base", "speech", counts="tokens")}, ("base", "speech"),
    )  # fmt: skip


def _step(net: nn.Module, tokens: Tensor, base: Tensor, speech: Tensor) -> Tensor:
    logits = net(tokens, base, speech)
    return torch.stack([logits[part] for part in PARTS], dim=2)


def _make_step(folder: Path | None) -> Graph:
    net = _transformer(folder)
    stream = torch.zeros(1, TOKENS, net.shape.width)
    example = {
        "tokens": torch.zeros(1, TOKENS, len(PARTS), dtype=torch.int64),
        "base": stream,
        "speech": stream.clone(),
    }
    return Graph(Function(net, _step), example, _along(*example, "logits", counts="tokens"), ("logits",))


def _refine(net: BodyTransformer, base: Tensor, *latents: Tensor) -> tuple[Tensor, ...]:
    made = net.refine(dict(zip(PARTS, latents, strict=True)), base)
    return tuple(made[part] for part in PARTS)


def _make_refine(folder: Path | None) -> Graph:
    net = _transformer(folder)
    example = {"base": torch.zeros(1, TOKENS, net.shape.width)}
    example |= {part: torch.zeros(1, TOKENS, _vq(part, folder).shape.code) for part in PARTS}
    outputs = tuple(f"{part}_fine" for part in PARTS)
    return Graph(Function(net, _refine), example, _along(*example, *outputs, counts="tokens"), outputs)


def _make_encode(folder: Path | None, part: str) -> Graph:
    axes = _along("features") | _along("latents", counts="tokens")
    return Graph(Function(_vq(part, folder), PartVq.encode), {"features": _frames(WIDTH[part])}, axes, ("latents",))


def _make_decode(folder: Path | None, part: str) -> Graph:
    net = _vq(part, folder)
    axes = _along("features") | _along("latents", counts="tokens")
    example = {"latents": torch.zeros(1, TOKENS, net.shape.code)}
    return Graph(Function(net, PartVq.decode), example, axes, ("features",))


def _between(net: nn.Module, rhythm: Tensor, phones: Tensor, words: Tensor, controls: Tensor, *hints: Tensor) -> object:
    return net(Hints(*hints), rhythm, phones, words, controls)


def _make_between(folder: Path | None) -> Graph:
    net = load_module(Between(), "body_between", folder)
    example = {**_speech(), **_hints()}
    axes = _along(*(name for name in example if name != "controls"), "turns", "walk")
    return Graph(Function(net, _between), example, {**axes, **_along("controls", counts="tokens")}, ("turns", "walk"))


GRAPHS: Makers = {
    "body_gesture.context": _make_context,
    "body_gesture.context_hinted": partial(_make_context, hinted=True),
    "body_gesture.step": _make_step,
    "body_gesture.refine": _make_refine,
    **{f"body_{part}.encode": partial(_make_encode, part=part) for part in PARTS},
    **{f"body_{part}.decode": partial(_make_decode, part=part) for part in PARTS},
    "body_between.fill": _make_between,
}
