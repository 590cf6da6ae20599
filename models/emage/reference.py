"""Reference mode: the published inference to the number, flaws included (artists get artist.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...core.arrays import Array
from ...core.errors import OratorError
from .codes import Codes
from .layout import HINT_WIDTH
from .network import EmageNetwork, WindowOutput
from .windows import Tick, Walk, Window, identity_hints, published_windows, walk

SAMPLES_A_FRAME = 533
"""What the published inference cuts per frame; 16000 / 30 is 533.33, so its audio runs ahead by 37 ms a minute."""


@dataclass(frozen=True)
class Reference:
    """As published: poses (T, 165) axis-angle radians, expressions (T, 100), trans (T, 3) metres, float32."""

    poses: Array
    expressions: Array
    trans: Array
    walk: Walk


def arg_max_codes(codes: Codes, out: WindowOutput) -> dict[str, Tensor]:
    """The published choice: arg-max class where the part has classes, else the nearest code."""
    return {
        part: out.logits[part].argmax(1) if part in out.logits else codes.nearest(part, latent)
        for part, latent in out.latent.items()
    }


def given_hints(frames: int, motion: Array | None, mask: Array | None) -> tuple[Tensor, Tensor]:
    """Hints and mask (frames, 337), filled up with the rest pose and "generate". Raises OratorError on other shapes."""
    full, ones = identity_hints(frames), torch.ones(frames, HINT_WIDTH)
    for name, values, target in (("hint_motion", motion, full), ("hint_mask", mask, ones)):
        if values is None:
            continue
        values = np.asarray(values, np.float32)
        if values.ndim != 2 or values.shape[1] != HINT_WIDTH or len(values) > frames:
            raise OratorError(
                f"{name} has shape {values.shape}; this speech takes at most ({frames}, {HINT_WIDTH}): "
                "330 rot6d, 3 translation and 4 contact numbers a frame."
            )
        if not np.isfinite(values).all():
            raise OratorError(f"{name} has values that are not numbers: export the hints again.")
        target[: len(values)] = torch.from_numpy(values)
    return full, ones


@torch.inference_mode()
def run_reference(
    network: EmageNetwork,
    codes: Codes,
    samples: Array,
    hint_motion: Array | None,
    hint_mask: Array | None,
    tick: Tick,
    watch: Callable[[WindowOutput], None] = lambda out: None,
) -> Reference:
    """Samples (N,) float32 at 16 kHz to the published result; `watch` is shown every window's output.

    Raises OratorError when there are too few frames.
    """
    frames = len(samples) * 30 // 16000
    windows = published_windows(frames, network.config)
    if not windows:
        need = 2 * network.config.seeds + 1
        raise OratorError(
            f"The speech has {frames} frames; reference mode needs {need} ({need / 30:.1f} s), as published. "
            "Use the orator mode for shorter speech."
        )
    motion, mask = given_hints(frames, hint_motion, hint_mask)
    signal = torch.from_numpy(np.ascontiguousarray(samples, np.float32))

    def audio(window: Window) -> Tensor:
        start = window.start * SAMPLES_A_FRAME
        return signal[start : start + window.frames * SAMPLES_A_FRAME]

    def choose(out: WindowOutput) -> dict[str, Tensor]:
        watch(out)
        return arg_max_codes(codes, out)

    result = walk(network, codes, windows, audio, motion, mask, choose, lambda fraction: tick(0.9 * fraction))
    channels = codes.decode(result.index)
    return Reference(
        channels.axis_angle().flatten(1).numpy(),
        channels.expressions().numpy(),
        codes.travel(channels.parts["lower"]).numpy(),
        result,
    )
