"""The published walk over a speech: windows of 64 frames, hop 60, the last four frames seeding the next window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

from .codes import Channels, Codes
from .convolutions import decoder_reach
from .layout import HINT_WIDTH, Config
from .network import AudioMemory, EmageNetwork, HintMemory, WindowOutput

Tick = Callable[[float], None]
Choose = Callable[[WindowOutput], dict[str, Tensor]]
"""From a window's output to the code index (T,) of each part."""
BATCH = 4
"""Windows whose audio and hints are encoded together: enough to be fast, few enough to bound memory."""


@dataclass(frozen=True)
class Window:
    """Frames [start, start + frames); `kept` of them belong to the result."""

    start: int
    frames: int
    kept: int


@dataclass(frozen=True)
class Walk:
    """Per frame of the result: latents and logits by part, and the chosen code indices."""

    latent: dict[str, Tensor]
    logits: dict[str, Tensor]
    index: dict[str, Tensor]
    edge: dict[str, list[Tensor]]
    """For each window the indices (seeds,) by part that it chose for the frames that the next one starts with."""


def published_windows(frames: int, config: Config) -> list[Window]:
    """The windows that the published inference runs; a remainder of at most `seeds` frames is dropped, as there."""
    rounds, rest = divmod(frames - config.seeds, config.hop)
    windows = [Window(i * config.hop, config.window, config.hop) for i in range(max(rounds, 0))]
    if rounds >= 0 and rest > config.seeds:
        windows.append(Window(rounds * config.hop, config.seeds + rest, config.seeds + rest))
    return windows


def seed_motion(codes: Codes, index: dict[str, Tensor], seeds: int) -> Tensor:
    """(seeds, 337) hints of the last frames of a window, decoding no more frames than those depend on."""
    reach = max(decoder_reach(part) for part in index)
    tail = {part: value[-(seeds + reach) :] for part, value in index.items()}
    channels = codes.decode(tail)
    return Channels({part: value[-seeds:] for part, value in channels.parts.items()}).as_hints()


def identity_hints(frames: int) -> Tensor:
    """(frames, 337): the rest pose, no translation, no contact."""
    hints = torch.zeros(frames, HINT_WIDTH)
    rows = hints[:, :330].unflatten(-1, (55, 6))
    rows[..., 0] = 1.0
    rows[..., 4] = 1.0
    return hints


def batches(
    network: EmageNetwork,
    windows: list[Window],
    audio: Callable[[Window], Tensor],
    motion: Tensor,
    mask: Tensor,
    beat: Callable[[], None],
) -> Iterator[tuple[Window, AudioMemory, HintMemory]]:
    """Each window with its memories, encoded in batches of neighbours of one length."""
    seeds = network.config.seeds
    for length, run in groupby(windows, lambda window: window.frames):
        left = list(run)
        while left:
            group, left = left[:BATCH], left[BATCH:]
            features = []
            for window in group:
                beat()
                features.append(network.audio(audio(window)))
            face, body = (torch.stack(half) for half in zip(*features, strict=True))
            heard = network.audio_memory(face, body)
            beat()
            given = torch.stack([mask[w.start : w.start + length] for w in group])
            given[:, :seeds] = 0
            hints = _hints(network, torch.stack([motion[w.start : w.start + length] for w in group]), given)
            for k, window in enumerate(group):
                yield window, heard.window(k), hints.window(k)


def _hints(network: EmageNetwork, motion: Tensor, given: Tensor) -> HintMemory:
    """Hint memories of windows (N, T, 337); where nothing is given after the seeds, one serves them all."""
    seeds = network.config.seeds
    if len(motion) > 1 and bool((given[:, seeds:] == 1).all()):
        # The seeds' part is brought up to date window by window in any case.
        one = network.hint_memory(motion[:1], given[:1])
        return HintMemory(*(value.expand(len(motion), -1, -1) for value in (one.body, one.first, one.face)))
    return network.hint_memory(motion, given)


def walk(
    network: EmageNetwork,
    codes: Codes,
    windows: list[Window],
    audio: Callable[[Window], Tensor],
    motion: Tensor,
    mask: Tensor,
    choose: Choose,
    tick: Tick,
) -> Walk:
    """Run the windows in order. `motion`, `mask` (T, 337); `audio(window)` gives its samples.

    The first window's seed frames are those of `motion`, whatever the mask says; a later window's are the end of the
    window before it, except where the mask gives them.
    """
    seeds = network.config.seeds
    latent: dict[str, list[Tensor]] = {}
    logits: dict[str, list[Tensor]] = {}
    index: dict[str, list[Tensor]] = {}
    edge: dict[str, list[Tensor]] = {}
    last, done = motion[:seeds], [0.0]

    def beat() -> None:
        tick(done[0])

    for number, (window, heard, hints) in enumerate(batches(network, windows, audio, motion, mask, beat)):
        span = slice(window.start, window.start + window.frames)
        seeded, given = motion[span].clone(), mask[span].clone()
        seeded[:seeds] = torch.where(given[:seeds] == 0, seeded[:seeds], last)
        given[:seeds] = 0
        hints = network.with_seeds(hints, seeded[None], given[None])
        out = network.window(heard, hints, beat)
        chosen = choose(out)
        if number + 1 < len(windows):
            last = seed_motion(codes, chosen, seeds)
        for store, values in ((latent, out.latent), (logits, out.logits), (index, chosen)):
            for part, value in values.items():
                store.setdefault(part, []).append(value[: window.kept])
        for part, value in chosen.items():
            edge.setdefault(part, []).append(value[window.kept : window.kept + seeds])
        done[0] = (number + 1) / len(windows)
        beat()
    joined = ({part: torch.cat(values) for part, values in store.items()} for store in (latent, logits, index))
    return Walk(*joined, edge)
