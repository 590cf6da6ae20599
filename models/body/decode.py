"""Iterative masked decoding of the body's tokens, window after window, and their latents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...core.arrays import Array
from ..runtime import Networks
from .inputs import Heard
from .parts import DOWN, PARTS

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
class Given:
    """Hints over frames: rot6d (T, 55, 6), joints (T, 55), root (T, 3), root_given (T,); tokens (N, 3), -1: free.

    latents (N, C) a part with known tokens: what the encoder makes of the given values.
    """

    rot6d: Array
    joints: Array
    root: Array
    root_given: Array
    tokens: Array
    latents: dict[str, Array]


def codebook(nets: Networks, part: str) -> Array:
    """The first-level codes (codes, C) of a part."""
    return nets.array(f"body_{part}", "quantiser.codes0")


def nearest(codes: Array, latents: Array) -> Array:
    """Indices (...,) of the nearest codes (K, C) for latents (..., C)."""
    flat = latents.reshape(-1, latents.shape[-1])
    distance = np.square(codes).sum(axis=1) - 2.0 * flat @ codes.T
    return distance.argmin(axis=1).reshape(latents.shape[:-1])


def sample(logits: Array, temperature: float, random: np.random.Generator) -> tuple[Array, Array]:
    """Codes (K,) drawn from the top-p part of logits (K, C), and their log probabilities."""
    # The top 64 hold nearly all the mass, and sorting 64 is cheap.
    scores = logits / np.float32(max(temperature, 1e-3))
    order = np.argpartition(scores, -64, axis=1)[:, -64:] if scores.shape[1] > 64 else np.arange(scores.shape[1])[None]
    order = np.take_along_axis(order, np.argsort(-np.take_along_axis(scores, order, 1), axis=1, kind="stable"), 1)
    values = np.take_along_axis(scores, order, 1).astype(np.float64)
    probability = np.exp(values - values[:, :1])
    probability /= probability.sum(axis=1, keepdims=True)
    before = probability.cumsum(axis=1) - probability
    # One uniform number a position, inverted through the cumulative sum: reproducible.
    total = np.where(before < TOP_P, probability, 0.0).cumsum(axis=1)
    draw = random.random(len(total))[:, None] * total[:, -1:]
    rank = np.minimum((total < draw).sum(axis=1, keepdims=True), total.shape[1] - 1)
    chance = np.take_along_axis(probability, rank, 1)[:, 0]
    return np.take_along_axis(order, rank, 1)[:, 0], np.log(np.maximum(chance, 1e-9))


def _piece(array: Array, first: int, last: int) -> Array:
    return np.ascontiguousarray(array[first:last], dtype=np.float32)[None]


def decode_tokens(
    nets: Networks,
    heard: Heard,
    given: Given | None,
    temperature: float,
    seed: int,
    tick: Callable[[float], None],
    guidance: float,
) -> dict[str, Array]:
    """Latents (N, C) a part for the whole speech. The cost grows with the length, the memory does not."""
    count = len(heard.controls)
    random = np.random.default_rng(int(seed) & 0x7FFFFFFFFFFFFFFF)
    codes = {p: codebook(nets, p) for p in PARTS}
    blank = len(codes[PARTS[0]])
    tokens = np.full((count, len(PARTS)), blank, np.int64)
    if given is not None:
        tokens = np.where(given.tokens >= 0, given.tokens, tokens)
    latents = {p: np.empty((count, codes[p].shape[1]), np.float32) for p in PARTS}
    first = 0
    while True:
        last = min(first + WINDOW, count)
        contexts = _contexts(nets, heard, given, first, last, guidance)
        window = Window(nets, contexts, guidance, temperature, blank, first / count, count)
        known = window.fill(tokens[first:last].copy(), random, tick)
        tokens[first:last] = known
        coarse = {p: codes[p][known[:, k]] for k, p in enumerate(PARTS)}
        fine = nets.run("body_gesture.refine", base=contexts[0][0], **{p: coarse[p][None] for p in PARTS})
        # Tokens near the window's end see no future: the next window overwrites them.
        keep = 0 if first == 0 else OVERLAP // 2
        for k, part in enumerate(PARTS):
            own = coarse[part] + fine[f"{part}_fine"][0]
            if given is not None and part in given.latents:
                sure = given.tokens[first:last, k] >= 0
                own[sure] = given.latents[part][first:last][sure]
            latents[part][first + keep : last] = own[keep:]
        if last == count:
            return latents
        # All but the overlap is final; the end of the overlap is drawn again with its future in sight.
        again = last - OVERLAP // 2
        free = np.ones((last - again, len(PARTS)), bool) if given is None else given.tokens[again:last] < 0
        tokens[again:last][free] = blank
        first = last - OVERLAP


Context = tuple[Array, Array]
"""What does not change while a window is decoded: (added to every position, the speech to attend to), (1, N, D)."""


def _contexts(
    nets: Networks, heard: Heard, given: Given | None, first: int, last: int, guidance: float
) -> tuple[Context, ...]:
    """The context of a window and, where words ask for a gesture, the one without words to be guided away from."""
    a, b = first * DOWN, last * DOWN
    inputs = {name: _piece(getattr(heard, name), a, b) for name in ("rhythm", "phones", "words")}
    inputs["controls"] = _piece(heard.controls, first, last)
    name = "body_gesture.context"
    if given is not None and (given.joints[a:b].any() or given.root_given[a:b].any()):
        name = "body_gesture.context_hinted"
        inputs |= {key: _piece(getattr(given, key), a, b) for key in ("rot6d", "joints", "root", "root_given")}
    many = [inputs]
    if guidance != 1.0 and heard.words[a:b, :-3].any():
        many.append({**inputs, "words": np.zeros_like(inputs["words"])})
    made = [nets.run(name, **one) for one in many]
    return tuple((one["base"], one["speech"]) for one in made)


@dataclass(frozen=True)
class Window:
    """A window that is being decoded; `done` is the share of the speech before it, `count` the tokens of the speech."""

    nets: Networks
    contexts: tuple[Context, ...]
    guidance: float
    temperature: float
    blank: int
    done: float
    count: int

    def logits(self, known: Array) -> Array:
        """(N, 3, codes) for tokens (N, 3); what words change is taken further: gestures land on their words."""
        base, speech = (np.concatenate(arrays) for arrays in zip(*self.contexts, strict=True))
        rows = np.repeat(known[None], len(base), axis=0)
        made = self.nets.run("body_gesture.step", tokens=rows, base=base, speech=speech)["logits"]
        return made[0] if len(made) == 1 else made[1] + np.float32(self.guidance) * (made[0] - made[1])

    def fill(self, known: Array, random: np.random.Generator, tick: Callable[[float], None]) -> Array:
        """Tokens (N, 3) with every blank drawn, the surest first, in a few whole-window steps."""
        known = known.copy()
        flat = known.reshape(-1)
        total = int((flat == self.blank).sum())
        for step in range(STEPS):
            tick(self.done + len(known) / max(self.count, 1) * step / STEPS)
            if total == 0:
                break
            wanted = np.flatnonzero(flat == self.blank)
            drawn, sure = sample(self.logits(known).reshape(len(flat), -1)[wanted], self.temperature, random)
            noise = -np.log(-np.log(np.clip(random.random(len(sure)), 1e-6, 1 - 1e-6)))
            sure = sure + CHANCE * self.temperature * (1.0 - (step + 1) / STEPS) * noise
            keep = total - int(total * np.cos(0.5 * np.pi * (step + 1) / STEPS)) - (total - len(wanted))
            keep = len(wanted) if step == STEPS - 1 else min(keep, len(wanted))
            if keep > 0:
                best = np.argsort(-sure, kind="stable")[:keep]
                flat[wanted[best]] = drawn[best]
        return known


def decode_frames(nets: Networks, latents: dict[str, Array], first: int, last: int) -> dict[str, Array]:
    """Features (T, W) a part for tokens first..last, with enough neighbours that pieces join without a seam."""
    margin = 12
    a, b = max(0, first - margin), min(len(latents["upper"]), last + margin)
    out = {}
    for part in PARTS:
        features = nets.run(f"body_{part}.decode", latents=latents[part][a:b][None])["features"][0]
        out[part] = features[(first - a) * DOWN : (last - a) * DOWN]
    return out
