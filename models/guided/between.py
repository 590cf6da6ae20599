"""Draws what a body does between given poses: a few deterministic steps of diffusion, window after window.

The sampler is DDIM (Song et al., ICLR 2021) with the network's x0, on noise as smooth as motion. What is given is
clamped in every step: the state is a residual over the straight way from pose to pose, and none is let in there. What
it draws slowly is guesswork, so at the end its quick part rides on the likely motion (`beside.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...core.arrays import Array
from ...core.rotations import slerp
from ..body.inputs import RHYTHM_WIDTH, Heard
from ..body.likely import Poses, given_bits, likely_motion, padded, wide_bits
from ..body.parts import DOWN, JOINTS, matrix_quaternions, metric_root, rot6d, rot6d_matrices, scaled_root
from ..runtime import Networks
from .beside import beside_the_likely
from .inputs import TURNS_WIDTH, moments

WINDOW: Final = 64
"""Tokens a window, 8.5 s, as in training."""
OVERLAP: Final = 16
"""Tokens that two windows share; they go over into each other there."""
STEPS: Final = 6
NOISE: Final = 1.6
"""How much of the training's noise a draw has."""
SMOOTH: Final = 2.0
WHITE: Final = 0.12
"""The noise: a Gaussian of so many frames, and this share of white variance; as in training."""


@dataclass(frozen=True)
class Voices:
    """What is heard: the own voice and controls; the partner's rhythm (T, 9) and the turns (T, 2), zero without one.

    known  False: nobody knows whether there is a voice, as for motion without sound
    """

    own: Heard
    partner: Array
    turns: Array
    known: bool = True


def voices_of(own: Heard, partner: Array | None = None, turns: Array | None = None) -> Voices:
    """The own voice, with or without a partner."""
    frames = len(own.rhythm)
    nobody = np.zeros((frames, RHYTHM_WIDTH), np.float32), np.zeros((frames, TURNS_WIDTH), np.float32)
    return Voices(own, nobody[0] if partner is None else partner, nobody[1] if turns is None else turns)


@dataclass(frozen=True)
class Scales:
    """How far the voices and the guides count over a motion without them; 1 is as trained: one pass a step."""

    voices: float = 1.0
    guides: float = 1.0


def draw_between(
    nets: Networks,
    voices: Voices,
    guides: Poses,
    seed: int,
    tick: Callable[[float], None],
    variety: float = 1.0,
    scales: Scales | None = None,
    steps: int = STEPS,
) -> tuple[Array, Array]:
    """Rotations (T, 55, 4) and translation (T, 3) for the guides' T frames; what is given is met but for rounding.

    `variety` scales what is drawn beside the likely motion; the same seed gives the same bits.
    `tick(fraction)` may raise to stop.
    """
    total, frames = len(voices.own.controls) * DOWN, len(guides.root)
    rotations, path = np.zeros((frames, JOINTS, 4), np.float32), np.zeros((frames, 3), np.float32)
    share = np.zeros(frames, np.float32)
    likely = likely_motion(nets, voices.own, guides, _part(tick, 0.0, 0.2), voices.known)
    noise = np.float32(NOISE) * smooth_noise(total, nets.array("guided", "into").shape[1], seed)
    for first in range(0, max(total - OVERLAP * DOWN, 1), (WINDOW - OVERLAP) * DOWN):
        rows = slice(first, min(first + WINDOW * DOWN, total))
        stop = min(rows.stop, frames)
        span = (0.2 + 0.8 * first / total, 0.8 * (rows.stop - first) / total)
        drawn, way = _window(nets, voices, guides, rows, noise[rows], scales or Scales(), steps, _part(tick, *span))
        made = beside_the_likely(drawn, way, given_bits(guides, rows), likely.cut(rows), variety)[: stop - first]
        # Where windows overlap, each counts from 0 at its edge to 1 at the other's.
        edge = np.minimum(np.arange(1, len(made) + 1), np.arange(rows.stop - first, 0, -1)[: len(made)])
        ramp = np.minimum(edge / (OVERLAP * DOWN), 1.0).astype(np.float32)
        before = share[first:stop]
        mix = (ramp / (ramp + before))[:, None]
        turns = matrix_quaternions(rot6d_matrices(made[:, :-3].reshape(-1, JOINTS, 6)))
        there = before > 0
        rotations[first:stop] = np.where(there[:, None, None], slerp(rotations[first:stop], turns, mix), turns)
        path[first:stop] += mix * (metric_root(made[:, -3:]) - path[first:stop])
        share[first:stop] = before + ramp
    return rotations, path


def _part(tick: Callable[[float], None], start: float, share: float) -> Callable[[float], None]:
    return lambda fraction: tick(min(start + share * fraction, 1.0))


def smooth_noise(frames: int, width: int, seed: int) -> Array:
    """(frames, width) of unit variance, the same at a frame whatever follows it."""
    random = np.random.default_rng((int(seed) & 0xFFFFFFFF, 53))
    reach = int(4 * SMOOTH)
    noise = random.standard_normal((frames + 2 * reach, 2, width), dtype=np.float32)
    slow = gaussian_filter1d(noise[:, 0], SMOOTH, axis=0, truncate=4.0)[reach : reach + frames]
    slow *= np.float32(np.sqrt((1.0 - WHITE) * 2.0 * np.sqrt(np.pi) * SMOOTH))
    return slow + np.float32(np.sqrt(WHITE)) * noise[reach : reach + frames, 1]


def _window(
    nets: Networks,
    voices: Voices,
    guides: Poses,
    rows: slice,
    state: Array,
    scales: Scales,
    steps: int,
    tick: Callable[[float], None],
) -> tuple[Array, Array]:
    """One window's frames (T, 333) as drawn, 6D rotations and the scaled root, and the straight way."""
    passes = _conditions(nets, voices, guides, rows, scales)
    into = nets.array("guided", "into")
    times = np.cos(np.linspace(0.0, 0.5 * np.pi, steps + 1))
    made = np.zeros(0)
    for k, (now, then) in enumerate(pairwise(times.tolist())):
        tick(k / steps)
        made, way = _guess(nets, passes, state, now)
        clean = (made - way) @ into
        signal, sigma = np.cos(0.5 * np.pi * now), np.sin(0.5 * np.pi * now)
        left = (state - signal * clean) / sigma
        state = (np.cos(0.5 * np.pi * then) * clean + np.sin(0.5 * np.pi * then) * left).astype(np.float32)
    return made, way


Pass = tuple[float, dict[str, Array]]
"""A weight in the sum of guesses, and the condition under which it is made."""


def _conditions(nets: Networks, voices: Voices, guides: Poses, rows: slice, scales: Scales) -> list[Pass]:
    """The condition with everything first; those with something left out only where a scale asks for them."""
    tokens = slice(rows.start // DOWN, rows.stop // DOWN)
    bits, root_bits = given_bits(guides, rows)
    given = {
        "rot6d": rot6d(padded(guides.rotations, rows)) * bits[..., None], "joints": bits,
        "root": scaled_root(padded(guides.translation, rows)) * root_bits[:, None], "root_given": root_bits,
        "rhythm": voices.own.rhythm[rows], "phones": voices.own.phones[rows], "words": voices.own.words[rows],
        "controls": voices.own.controls[tokens], "partner": voices.partner[rows], "turns": voices.turns[rows],
    }  # fmt: skip
    silent = {"partner": 0.0 * given["partner"], "turns": 0.0 * given["turns"]}
    alone = {name: 0.0 * given[name] for name in ("rot6d", "joints", "root", "root_given")}

    def condition(weight: float, change: dict[str, Array], heard: float) -> Pass:
        arrays = {name: np.asarray(value, np.float32)[None] for name, value in (given | change).items()}
        return weight, nets.run("guided.condition", **arrays, heard=np.array([heard], np.float32))

    sound = float(voices.known)
    out = [condition(scales.voices, {}, sound)]
    if scales.voices != 1.0:
        out.append(condition(scales.guides - scales.voices, silent, 0.0))
    elif scales.guides != 1.0:
        out[0] = (scales.guides, out[0][1])
    if scales.guides != 1.0:
        nothing = (silent | alone, 0.0) if scales.voices != 1.0 else (alone, sound)
        out.append(condition(1.0 - scales.guides, *nothing))
    return out


def _guess(nets: Networks, passes: list[Pass], state: Array, time: float) -> tuple[Array, Array]:
    """x0 (T, 333) by all passes, and the straight way of the first; given frames are on that way."""
    moment = moments(np.array([time]))
    way, free = passes[0][1]["way"][0], passes[0][1]["away"][0]
    wide = wide_bits(free[:, :-1], free[:, -1])
    made = np.zeros_like(way)
    for weight, condition in passes:
        change = nets.run("guided.step", state=state[None], moment=moment, base=condition["base"])["change"][0]
        made += np.float32(weight) * (condition["way"][0] + change)
    return way + wide * (made - way), way
