"""Orator mode: the published weights without the published flaws.

Windows start at the true time of their frame; the tail is kept and speech of any length works, because the speech is
padded with silence to whole windows; the body starts from a standing pose in a discarded lead-in window instead of a
T-pose; seams are blended where windows overlap; takes sample the classes; root, feet and eyes have layers of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...core.arrays import Array
from ...core.rotations import from_rotvec, to_rot6d, to_rotvec
from ...core.smplx.hands import from_mean
from ...core.stance import relaxed_rotations
from .codes import PART_JOINTS, TRAVEL_REACH, Channels, Codes, integrated
from .convolutions import decoder_reach
from .layout import HINT_WIDTH
from .network import BODY_PARTS, EmageNetwork, WindowOutput
from .sampling import SmoothGumbel, sampled
from .windows import Tick, Walk, Window, identity_hints, walk

SAMPLE_RATE = 16000
SAMPLES_A_WINDOW_FRAME = 533
"""A window's length in samples per frame, as the network was trained; its start is at the frame's true time."""
LEAD = 20
"""Frames of silence before the speech in which the body gets from a standing pose into motion; they are dropped."""
CHUNK = 900
"""Frames decoded at a time."""


@dataclass(frozen=True)
class Made:
    """axis_angle (T, 55, 3) radians, expressions (T, 100), path (T, 3) root translation as decoded, float32."""

    axis_angle: Array
    expressions: Array
    path: Array


def standing_hints(frames: int, mean: Array) -> Tensor:
    """(frames, 337): a relaxed standing pose, soles in contact; fingers count from the mean hands `mean` (30, 3)."""
    hints = identity_hints(frames)
    rotations = from_rotvec(from_mean(to_rotvec(relaxed_rotations()), mean))
    hints[:, :330] = torch.from_numpy(to_rot6d(rotations).astype(np.float32)).flatten()
    hints[:, 333:] = 1.0
    return hints


def window_samples(signal: Tensor, frame: int, frames: int) -> Tensor:
    """The samples of a window that starts at a frame's true time; silence before and after the speech."""
    start = round(frame * SAMPLE_RATE / 30)
    stop = start + frames * SAMPLES_A_WINDOW_FRAME
    found = signal[max(start, 0) : max(stop, 0)]
    before = min(max(-start, 0), stop - start)
    return F.pad(found, (before, stop - start - before - len(found)))


def blended(walked: Walk, windows: list[Window], books: Codes, frames: slice) -> dict[str, Tensor]:
    """Code vectors (T, width) by part of a range of frames; where windows overlap, the old fades into the new."""
    out = {}
    for part, index in walked.index.items():
        latent = books.vectors(part, index[frames])
        for window, edge in zip(windows[1:], walked.edge[part], strict=False):
            low, high = max(window.start, frames.start), min(window.start + len(edge), frames.stop)
            if low < high:
                old = books.vectors(part, edge)[low - window.start : high - window.start]
                weight = (torch.arange(low, high) - window.start + 1)[:, None] / (len(edge) + 1)
                span = slice(low - frames.start, high - frames.start)
                latent[span] = old * (1 - weight) + latent[span] * weight
        out[part] = latent
    return out


def chunks(frames: int, reach: int) -> Iterator[tuple[slice, slice]]:
    """Long work CHUNK frames at a time: what to work on, neighbours included, and which of the result to keep."""
    for start in range(0, frames, CHUNK):
        low, high = max(0, start - reach), min(frames, start + CHUNK + reach)
        yield slice(low, high), slice(start - low, min(frames, start + CHUNK) - low)


@torch.inference_mode()
def run_artist(
    network: EmageNetwork,
    codes: Codes,
    samples: Array,
    frames: int,
    hint_motion: Tensor | None,
    hint_mask: Tensor | None,
    seed: int,
    temperature: float,
    tick: Tick,
    mean: Array,
) -> Made:
    """Samples (N,) float32 at 16 kHz to `frames` frames; hints and mask (frames, 337), mask 1 = generate.

    Seed 0 takes the most likely classes, other seeds sample them. What is made and hinted counts fingers from the mean
    hands, `mean` (30, 3) rotation vectors.
    """
    config = network.config
    lead = min(LEAD, config.hop)
    windows = [Window(0, lead + config.seeds, lead)]
    windows += [Window(lead + k, config.window, config.hop) for k in range(0, frames, config.hop)]
    length = windows[-1].start + config.window
    motion, mask = standing_hints(length, mean), torch.ones(length, HINT_WIDTH)
    if hint_motion is not None and hint_mask is not None:
        motion[lead : lead + frames], mask[lead : lead + frames] = hint_motion, hint_mask
    signal = torch.from_numpy(np.ascontiguousarray(samples, np.float32))

    def hear(window: Window) -> Tensor:
        return window_samples(signal, window.start - lead, window.frames)

    noise = {part: SmoothGumbel(seed, k, config.codes) for k, part in enumerate(BODY_PARTS)}
    at = iter(windows)

    def choose(out: WindowOutput) -> dict[str, Tensor]:
        window = next(at)
        span = np.arange(window.start, window.start + window.frames)
        chosen = {}
        for part, latent in out.latent.items():
            logits = out.logits[part] if part in out.logits else codes.nearness(part, latent)
            if seed and part in noise:
                chosen[part] = sampled(logits, noise[part].at(span), temperature)
            else:
                chosen[part] = logits.argmax(dim=1)
        return chosen

    walked = walk(network, codes, windows, hear, motion, mask, choose, lambda fraction: tick(0.85 * fraction))
    angles, faces, lower = [], [], []
    for seen, kept in chunks(frames, max(decoder_reach(part) for part in PART_JOINTS)):
        latents = blended(walked, windows, codes, slice(lead + seen.start, lead + seen.stop))
        made = {part: codes.decode_latent(part, latent)[kept] for part, latent in latents.items()}
        channels = Channels(made)
        angles.append(channels.axis_angle())
        faces.append(channels.expressions())
        lower.append(made["lower"])
        tick(0.85 + 0.1 * sum(map(len, angles)) / frames)
    legs = torch.cat(lower)
    paths = [codes.velocity_and_height(legs[seen])[kept] for seen, kept in chunks(frames, TRAVEL_REACH)]
    return Made(torch.cat(angles).numpy(), torch.cat(faces).numpy(), integrated(torch.cat(paths)).numpy())
