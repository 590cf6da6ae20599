"""Iterative masked decoding of the body's tokens, window after window, and their latents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from .layout import DOWN, PARTS
from .transformer import BodyTransformer, Hints
from .vq import PartVq

WINDOW: Final = 64
"""Tokens a window, 8.5 s."""
OVERLAP: Final = 16
"""Tokens of the window before that are given to the next one."""
STEPS: Final = 7
TOP_P: Final = 0.95
CHANCE: Final = 60.0
"""How far chance, against sureness, decides which tokens are settled first. Standing still is always the surest:
settling it first makes bodies that hardly move (measured: wrists 0.20 against 0.33 m/s, coupling z 11 against 22)."""


@dataclass(frozen=True)
class Heard:
    """Network inputs of a whole speech: arrays over frames (T, ...) float32, T a multiple of 4; controls (N, 7)."""

    rhythm: np.ndarray
    phones: np.ndarray
    words: np.ndarray
    controls: np.ndarray


@dataclass(frozen=True)
class Given:
    """Hints over frames: rot6d (T, 55, 6), joints (T, 55), root (T, 3), root_given (T,); tokens (N, 3), -1: free.

    latents (N, C) a part with known tokens: what the encoder makes of the given values.
    """

    rot6d: np.ndarray
    joints: np.ndarray
    root: np.ndarray
    root_given: np.ndarray
    tokens: np.ndarray
    latents: dict[str, np.ndarray]


def sample(logits: Tensor, temperature: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Codes (...,) drawn from the top-p part of logits (..., C), and their log probabilities."""
    # The top 64 hold nearly all the mass, and sorting 64 is cheap.
    values, order = (logits / max(temperature, 1e-3)).topk(64, dim=-1)
    probability = values.softmax(-1)
    before = probability.cumsum(-1) - probability
    kept = torch.where(before < TOP_P, probability, torch.zeros_like(probability))
    # One uniform number a position, inverted through the cumulative sum: reproducible.
    total = kept.cumsum(-1)
    draw = torch.rand(total.shape[:-1], generator=generator)[..., None] * total[..., -1:]
    rank = (total < draw).sum(-1, keepdim=True).clamp_max(total.shape[-1] - 1)
    return order.gather(-1, rank)[..., 0], probability.gather(-1, rank)[..., 0].clamp_min(1e-9).log()


def _piece(array: np.ndarray, first: int, last: int) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array[first:last], dtype=np.float32))[None]


@torch.inference_mode()
def decode_tokens(
    model: BodyTransformer,
    vqs: dict[str, PartVq],
    heard: Heard,
    given: Given | None,
    temperature: float,
    seed: int,
    tick: Callable[[float], None],
    guidance: float,
) -> dict[str, np.ndarray]:
    """Latents (N, C) a part for the whole speech. The cost grows with the length, the memory does not."""
    count = len(heard.controls)
    generator = torch.Generator().manual_seed(int(seed) & 0x7FFFFFFFFFFFFFFF)
    tokens = np.full((count, len(PARTS)), model.blank, np.int64)
    if given is not None:
        tokens = np.where(given.tokens >= 0, given.tokens, tokens)
    latents = {p: np.empty((count, vqs[p].shape.code), np.float32) for p in PARTS}
    first = 0
    while True:
        last = min(first + WINDOW, count)
        a, b = first * DOWN, last * DOWN
        hints = None
        if given is not None and (given.joints[a:b].any() or given.root_given[a:b].any()):
            hints = Hints(*(_piece(x, a, b) for x in (given.rot6d, given.joints, given.root, given.root_given)))
        inputs = [_piece(x, a, b) for x in (heard.rhythm, heard.phones, heard.words)]
        controls = _piece(heard.controls, first, last)
        base, speech = model.context(*inputs, hints, controls, torch.ones(1))
        # Where words ask for a gesture, what they change is taken further: gestures land on their words.
        plain = None
        if guidance != 1.0 and heard.words[a:b, :-3].any():
            plain = model.context(inputs[0], inputs[1], torch.zeros_like(inputs[2]), hints, controls, torch.ones(1))
        known = torch.from_numpy(tokens[None, first:last].copy())
        known = _fill(model, known, base, speech, plain, guidance, temperature, generator, tick, first / count, count)
        tokens[first:last] = known[0].numpy()
        coarse = {p: vqs[p].quantiser.codes(0)[known[..., k]] for k, p in enumerate(PARTS)}
        fine = model.refine(coarse, base)
        # Tokens near the window's end see no future: the next window overwrites them.
        keep = 0 if first == 0 else OVERLAP // 2
        for k, part in enumerate(PARTS):
            own = (coarse[part] + fine[part])[0].numpy()
            if given is not None and part in given.latents:
                sure = given.tokens[first:last, k] >= 0
                own[sure] = given.latents[part][first:last][sure]
            latents[part][first + keep : last] = own[keep:]
        if last == count:
            return latents
        # All but the overlap is final; the end of the overlap is drawn again with its future in sight.
        again = last - OVERLAP // 2
        free = np.ones((last - again, len(PARTS)), bool) if given is None else given.tokens[again:last] < 0
        tokens[again:last][free] = model.blank
        first = last - OVERLAP


def _fill(
    model: BodyTransformer,
    known: Tensor,
    base: Tensor,
    speech: Tensor,
    plain: tuple[Tensor, Tensor] | None,
    guidance: float,
    temperature: float,
    generator: torch.Generator,
    tick: Callable[[float], None],
    done: float,
    count: int,
) -> Tensor:
    """Tokens (1, N, 3) with every blank drawn, the surest first, in a few whole-window steps."""
    hidden = known == model.blank
    total = int(hidden.sum())
    share = known.shape[1] / max(count, 1)
    for step in range(STEPS):
        tick(done + share * step / STEPS)
        if total == 0:
            break
        if plain is None:
            logits = model(known, base, speech)
        else:
            pair = (torch.cat([base, plain[0]]), torch.cat([speech, plain[1]]))
            both = model(known.expand(2, -1, -1), *pair)
            logits = {p: x[1:] + guidance * (x[:1] - x[1:]) for p, x in both.items()}
        wanted = hidden.flatten().nonzero()[:, 0]
        flat = torch.stack([logits[p] for p in PARTS], dim=2).flatten(0, 2)[wanted]
        drawn, sure = sample(flat, temperature, generator)
        noise = -torch.log(-torch.log(torch.rand(sure.shape, generator=generator).clamp(1e-6, 1 - 1e-6)))
        sure = sure + CHANCE * temperature * (1.0 - (step + 1) / STEPS) * noise
        keep = total - int(total * np.cos(0.5 * np.pi * (step + 1) / STEPS)) - (total - int(hidden.sum()))
        if step == STEPS - 1:
            keep = len(wanted)
        if keep <= 0:
            continue
        best = sure.topk(min(keep, len(wanted))).indices
        filled = known.flatten().clone()
        filled[wanted[best]] = drawn[best]
        known = filled.view_as(known)
        hidden = known == model.blank
    return known


@torch.inference_mode()
def decode_frames(
    vqs: dict[str, PartVq], latents: dict[str, np.ndarray], first: int, last: int
) -> dict[str, np.ndarray]:
    """Features (T, W) a part for tokens first..last, with enough neighbours that pieces join without a seam."""
    margin = 12
    a, b = max(0, first - margin), min(len(latents["upper"]), last + margin)
    out = {}
    for part in PARTS:
        features = vqs[part].decode(torch.from_numpy(latents[part][a:b])[None])[0].numpy()
        out[part] = features[(first - a) * DOWN : (last - a) * DOWN]
    return out
