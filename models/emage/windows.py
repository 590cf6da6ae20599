"""The published walk over a speech: windows of 64 frames, hop 60, the last four frames seeding the next window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import torch
from torch import Tensor

from .codes import Channels, Codes
from .convolutions import decoder_reach
from .layout import HINT_WIDTH, Config
from .network import BODY_PARTS, AudioMemory, EmageNetwork, HintMemory, WindowOutput
from .threads import Beat, Later, Worker, worker_thread

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
    """The chosen code indices (T,) by part, and for each window those of the frames that the next one starts with."""

    index: dict[str, Tensor]
    edge: dict[str, list[Tensor]]


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


def groups(windows: list[Window]) -> Iterator[list[Window]]:
    """Neighbours of one length, BATCH at most."""
    for _, run in groupby(windows, lambda window: window.frames):
        left = list(run)
        while left:
            yield left[:BATCH]
            left = left[BATCH:]


class Memories:
    """What windows hear and are given, encoded in groups, iterated window by window."""

    def __init__(
        self,
        network: EmageNetwork,
        windows: list[Window],
        audio: Callable[[Window], Tensor],
        motion: Tensor,
        mask: Tensor,
        worker: Worker,
        beat: Beat,
    ) -> None:
        self._network, self._audio, self._motion, self._mask = network, audio, motion, mask
        self._worker, self._beat, self._left = worker, beat, groups(windows)
        self._free: dict[int, HintMemory] = {}
        self._coming: tuple[list[Window], Later[AudioMemory], Later[HintMemory]] | None = None

    def prepare(self) -> None:
        """Have the next group encoded beside other work."""
        group = next(self._left, None) if self._coming is None else None
        if group is None:
            return
        network, pause, start = self._network, self._worker.give_way, partial(self._worker.start, soon=False)
        samples = torch.stack([self._audio(window) for window in group])
        face, body = (start(partial(network.audio, which, samples, pause)) for which in ("face", "body"))
        heard = start(lambda: network.audio_memory(face(self._beat), body(self._beat)))
        self._coming = group, heard, start(partial(self._hints, group))

    def __iter__(self) -> Iterator[tuple[Window, AudioMemory, HintMemory]]:
        self.prepare()
        while self._coming is not None:
            group, hearing, hinting = self._coming
            heard, hints = hearing(self._beat), hinting(self._beat)
            self._coming = None
            for k, window in enumerate(group):
                yield window, heard.window(k), hints.window(k)
            self.prepare()

    def _hints(self, group: list[Window]) -> HintMemory:
        seeds, spans = self._network.config.seeds, [slice(w.start, w.start + w.frames) for w in group]
        given = torch.stack([self._mask[span] for span in spans])
        given[:, :seeds] = 0
        motion = torch.stack([self._motion[span] for span in spans])
        if not bool((given[:, seeds:] == 1).all()):
            return self._network.hint_memory(motion, given)
        # Nothing is given after the seeds, whose part is brought up to date window by window: one serves them all.
        length = group[0].frames
        if length not in self._free:
            self._free[length] = self._network.hint_memory(motion[:1], given[:1])
        free = self._free[length]
        return HintMemory(*(value.expand(len(group), -1, -1) for value in (free.body, free.first, free.face)))


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
    index: dict[str, list[Tensor]] = {}
    edge: dict[str, list[Tensor]] = {}
    last, done = motion[:seeds], 0

    def beat() -> None:
        tick(done / len(windows))

    with worker_thread() as worker:
        memories = Memories(network, windows, audio, motion, mask, worker, beat)
        for window, heard, hints in memories:
            span = slice(window.start, window.start + window.frames)
            seeded, given = motion[span].clone(), mask[span].clone()
            seeded[:seeds] = torch.where(given[:seeds] == 0, seeded[:seeds], last)
            given[:seeds] = 0
            hints = network.with_seeds(hints, seeded[None], given[None])
            face = worker.start(partial(network.face, heard, hints))
            memories.prepare()
            parts = network.body(heard, hints, beat)
            later = {part: worker.start(partial(network.part, part, parts)) for part in BODY_PARTS[1:]}
            latent = {BODY_PARTS[0]: network.part(BODY_PARTS[0], parts)}
            latent |= {part: job(beat) for part, job in later.items()}
            chosen = choose(network.output({"face": face(beat), **latent}))
            done += 1
            if done < len(windows):
                last = seed_motion(codes, chosen, seeds)
            for part, value in chosen.items():
                index.setdefault(part, []).append(value[: window.kept])
                edge.setdefault(part, []).append(value[window.kept : window.kept + seeds])
            beat()
    return Walk({part: torch.cat(values) for part, values in index.items()}, edge)
