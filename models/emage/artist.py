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

from ...core.rotations import to_rot6d
from ...core.stance import relaxed_rotations
from .codes import PART_JOINTS, Channels, Codes
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

    axis_angle: np.ndarray
    expressions: np.ndarray
    path: np.ndarray


def standing_hints(frames: int) -> Tensor:
    """(frames, 337): a relaxed standing pose, soles in contact."""
    hints = identity_hints(frames)
    hints[:, :330] = torch.from_numpy(to_rot6d(relaxed_rotations()).astype(np.float32)).flatten()
    hints[:, 333:] = 1.0
    return hints


def heard(signal: Tensor, frame: int, frames: int) -> Tensor:
    """The samples of a window that starts at a frame's true time; silence before and after the speech."""
    start = round(frame * SAMPLE_RATE / 30)
    stop = start + frames * SAMPLES_A_WINDOW_FRAME
    found = signal[max(start, 0) : max(stop, 0)]
    before = min(max(-start, 0), stop - start)
    return F.pad(found, (before, stop - start - before - len(found)))


def blended(walked: Walk, windows: list[Window], books: Codes, first: int) -> dict[str, Tensor]:
    """Code vectors (T, width) by part from frame `first` on; where windows overlap, the old fades into the new."""
    out = {}
    for part, index in walked.index.items():
        latent = books.vectors(part, index)
        for window, edge in zip(windows[1:], walked.edge[part], strict=False):
            old = books.vectors(part, edge)
            weight = (torch.arange(1, len(old) + 1) / (len(old) + 1))[:, None]
            span = slice(window.start, window.start + len(old))
            latent[span] = old * (1 - weight) + latent[span] * weight
        out[part] = latent[first:]
    return out


def decoded(codes: Codes, latents: dict[str, Tensor]) -> Iterator[Channels]:
    """Channels of long code sequences, CHUNK frames at a time, each decoded with the neighbours it depends on."""
    frames = len(latents["face"])
    reach = max(decoder_reach(part) for part in PART_JOINTS)
    for start in range(0, frames, CHUNK):
        low, high = max(0, start - reach), min(frames, start + CHUNK + reach)
        stop = min(frames, start + CHUNK)
        made = {part: codes.decode_latent(part, latent[low:high]) for part, latent in latents.items()}
        yield Channels({part: value[start - low : stop - low] for part, value in made.items()})


@torch.inference_mode()
def run_artist(
    network: EmageNetwork,
    codes: Codes,
    samples: np.ndarray,
    frames: int,
    hint_motion: Tensor | None,
    hint_mask: Tensor | None,
    seed: int,
    temperature: float,
    tick: Tick,
) -> Made:
    """Samples (N,) float32 at 16 kHz to `frames` frames; hints and mask (frames, 337), mask 1 = generate.

    Seed 0 takes the most likely classes, other seeds sample them.
    """
    config = network.config
    lead = min(LEAD, config.hop)
    windows = [Window(0, lead + config.seeds, lead)]
    windows += [Window(lead + k, config.window, config.hop) for k in range(0, frames, config.hop)]
    length = windows[-1].start + config.window
    motion, mask = standing_hints(length), torch.ones(length, HINT_WIDTH)
    if hint_motion is not None and hint_mask is not None:
        motion[lead : lead + frames], mask[lead : lead + frames] = hint_motion, hint_mask
    signal = torch.from_numpy(np.ascontiguousarray(samples, np.float32))

    def hear(window: Window) -> Tensor:
        return heard(signal, window.start - lead, window.frames)

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
    latents = {part: value[:frames] for part, value in blended(walked, windows, codes, lead).items()}
    angles, faces, lower = [], [], []
    for channels in decoded(codes, latents):
        angles.append(channels.axis_angle())
        faces.append(channels.expressions())
        lower.append(channels.parts["lower"])
        tick(0.85 + 0.1 * sum(map(len, angles)) / frames)
    path = codes.travel(torch.cat(lower))
    return Made(torch.cat(angles).numpy(), torch.cat(faces).numpy(), path.numpy())
