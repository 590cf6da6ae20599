"""Trains EmoDiff on the face corpus.

python -m orator.models.training.face.train_emodiff [--minutes 35] [--simulated]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ....core.arkit import BROWS, COUNT, LIPS
from ....core.arrays import Array
from ...face.emodiff import EmoDiff, alpha_bar
from ...face.generate import OVERLAP, WINDOW
from ...face.inputs import pitch_octaves, speech_inputs
from ...face.sampling import CHANNELS, STEPS
from .corpus import FaceItem, make_item
from .data import Sample, load
from .fit import Schedule, arguments, fit, start_from
from .life import UPPER

SEED = 5
WEIGHT = torch.ones(CHANNELS)
WEIGHT[list(LIPS)] = 0.5
WEIGHT[COUNT:] = 2.0
WEIGHT[list(UPPER)] = 1.5
WEIGHT[list(BROWS)] = 3.0


@dataclass(frozen=True)
class Source:
    """A sample's speech inputs at 30 fps by kind, (T, 44)."""

    sample: Sample
    speech: tuple[Array, Array]


def prepare(sample: Sample) -> Source:
    frames = int(np.ceil(sample.features.seconds * 30 - 1e-6))
    pitch = pitch_octaves(sample.features.f0)
    real, sharp = (speech_inputs(sample.features, p, pitch, 0, frames) for p in (sample.real, sample.sharp))
    return Source(sample, (real.astype(np.float16), sharp.astype(np.float16)))


def target_of(item: FaceItem) -> Array:
    """Frames (T, 55) of a corpus item."""
    return np.concatenate([item.face, item.head], axis=1)


def batch(sources: list[Source], made: list[FaceItem], rng: np.random.Generator, size: int) -> tuple[torch.Tensor, ...]:
    """Crops of WINDOW frames: target (B, T, 55), speech, lips, emotion, known frames before with their mask."""
    lengths = np.array([len(m.face) for m in made], float)
    rows: list[list[Array]] = [[], [], [], [], []]
    for k in rng.choice(len(sources), size, p=lengths / lengths.sum()):
        item, source = made[k], sources[k]
        start = int(rng.integers(0, max(len(item.face) - WINDOW, 0) + 1))
        span = slice(start, start + WINDOW)
        target = target_of(item)[span]
        lips = target[:, list(LIPS)].copy()
        # The lip network errs a little; the diffusion must not trust it to the last digit.
        lips += rng.normal(0, 0.02, lips.shape)
        mask = np.zeros((len(target), 1))
        if rng.random() < 0.7:
            mask[: OVERLAP // 2] = 1.0
        parts = (target, source.speech[int(rng.random() < 0.35)][span], lips, item.emotion[span], mask)
        for store, part in zip(rows, parts, strict=True):
            store.append(np.pad(part.astype(np.float32), ((0, WINDOW - len(part)), (0, 0)), mode="edge"))
    return tuple(torch.from_numpy(np.stack(r)) for r in rows)


def loss_of(net: EmoDiff, data: tuple[torch.Tensor, ...], generator: torch.Generator) -> torch.Tensor:
    target, speech, lips, emotion, mask = data
    size = len(target)
    clean = (target - net.mean) / net.scale
    # More steps near pure noise: few-step sampling leans on them.
    step = ((1 - torch.rand(size, generator=generator) ** 1.5) * (STEPS - 1)).long()
    kept = alpha_bar(step)[:, None, None]
    noisy = kept.sqrt() * clean + (1 - kept).sqrt() * torch.randn(clean.shape, generator=generator)
    draw = torch.rand(size, 3, generator=generator)
    keep = torch.stack([draw[:, 0] > 0.12, (draw[:, 0] > 0.12) & (draw[:, 1] > 0.15), draw[:, 2] > 0.05], dim=1)
    before = torch.cat([clean * mask, mask], dim=-1)
    tokens = net.condition(speech, lips, emotion, before, keep)
    made = net(noisy, step, tokens)
    error = ((made - clean) ** 2 * WEIGHT).mean()
    moves = (((made[:, 1:] - made[:, :-1]) - (clean[:, 1:] - clean[:, :-1])) ** 2 * WEIGHT).mean()
    return error + 2.0 * moves


def train(
    minutes: float, simulated: bool = False, name: str = "emodiff", start: str | None = None, peak: float | None = None
) -> None:
    """Train for `minutes` of processor time."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    generator = torch.Generator().manual_seed(SEED)
    sources = [prepare(s) for s in load("train", simulated) if s.features.seconds > 3]
    made = [make_item(s.sample.id, s.sample.phones, s.sample.features, SEED) for s in sources]
    frames = np.concatenate([target_of(m) for m in made])
    net = EmoDiff()
    net.mean.copy_(torch.from_numpy(frames.mean(axis=0)))
    floor = np.r_[np.full(COUNT, 0.02), np.full(3, 0.01)]
    net.scale.copy_(torch.from_numpy(np.maximum(frames.std(axis=0), floor)))
    fresh = net.mean.clone(), net.scale.clone()
    start_from(net, start)
    # What is learned further may move further: its own statistics count, not those of the start.
    net.mean.copy_(fresh[0])
    net.scale.copy_(fresh[1])
    print(len(sources), "items", len(frames) / 1800, "minutes", sum(p.numel() for p in net.parameters()), flush=True)

    def loss(step: int) -> torch.Tensor:
        if step % 8 == 7:
            # New emotions and new chance for a few items at a time: the corpus never repeats itself.
            for j in rng.integers(0, len(sources), 3):
                s = sources[j].sample
                made[j] = make_item(s.id, s.phones, s.features, int(rng.integers(1 << 30)))
        return loss_of(net, batch(sources, made, rng, 20), generator)

    fit(net, loss, Schedule(peak or 1.2e-3, 150, 0.03, 0.997), minutes, name)


if __name__ == "__main__":
    given = arguments(__doc__.splitlines()[0], 35, "emodiff").parse_args()
    train(given.minutes, given.simulated, given.name, given.start, given.peak)
