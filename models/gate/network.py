"""The gate network, small enough for plain matrix products: a residual dilated convolution over log-mel at 50 fps."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from ...core.arrays import Array
from ..runtime import Networks

WIDTH: Final = 40
DILATIONS: Final = (1, 2, 4, 8, 16, 32)
CLASSES: Final = ("speech", "music", "laughter")
CONTEXT: Final = 2 * (sum(DILATIONS) + 2)
"""Input frames (100 a second) on either side that an answer depends on."""
BLOCK: Final = 12000
OFFSET, SCALE = 8.0, 4.0


def scaled(mel: Array) -> Array:
    """Log-mel (N, 64) as the network takes it."""
    return (mel + np.float32(OFFSET)) / np.float32(SCALE)


@lru_cache(maxsize=1)
def _weights() -> dict[str, Array]:
    nets = Networks()
    names = ["enter.weight", "enter.bias", "leave.weight", "leave.bias"]
    for k in range(len(DILATIONS)):
        names += [f"blocks.{k}.{part}.{kind}" for part in ("conv", "mix") for kind in ("weight", "bias")]
    weights = {name: nets.array("gate", name) for name in names}
    # Every tap as a plain matrix that lies whole in memory: a strided one is multiplied many times slower.
    for name in [name for name in names if name.endswith("weight")]:
        weights[name] = np.ascontiguousarray(weights[name].transpose(2, 1, 0))
    return weights


def run_network(mel: Array) -> Array:
    """Probabilities (N, 3) of CLASSES at 100 fps for scaled log-mel (N, 64), in blocks, so that an hour stays small."""
    w, frames = _weights(), len(mel)
    out = np.empty((frames, len(CLASSES)), np.float32)
    for first in range(0, frames, BLOCK):
        last = min(first + BLOCK, frames)
        low = max(0, first - CONTEXT)
        low -= low % 2
        piece = mel[low : min(frames, last + CONTEXT)]
        made = np.repeat(_forward(w, piece), 2, axis=0)[first - low : last - low]
        out[first:last] = 1.0 / (1.0 + np.exp(-np.clip(made, -30.0, 30.0)))
    return out


def _forward(w: dict[str, Array], mel: Array) -> Array:
    """Logits (ceil(N / 2), 3) for scaled log-mel (N, 64)."""
    padded = np.pad(mel, ((2, 3 + len(mel) % 2), (0, 0)), mode="edge")
    columns = np.concatenate([padded[k : k + len(mel) + len(mel) % 2 : 2] for k in range(5)], axis=1)
    kernel = w["enter.weight"].reshape(-1, WIDTH)
    x = np.maximum(columns @ kernel + w["enter.bias"], 0.0)
    for k, dilation in enumerate(DILATIONS):
        near = np.pad(x, ((dilation, dilation), (0, 0)))
        taps = [near[j * dilation : j * dilation + len(x)] @ w[f"blocks.{k}.conv.weight"][j] for j in range(3)]
        hidden = np.maximum(sum(taps) + w[f"blocks.{k}.conv.bias"], 0.0)
        x = x + hidden @ w[f"blocks.{k}.mix.weight"][0] + w[f"blocks.{k}.mix.bias"]
    return x @ w["leave.weight"][0] + w["leave.bias"]
