"""Trains the lip network on the face corpus.

python -m orator.models.training.face.train_lips [--minutes 25] [--simulated]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from ....core.arkit import INDEX, LIPS
from ....core.arrays import Array
from ....core.face.feeling import perform
from ....core.face.prosody import prosody_of
from ...face.inputs import LIP_FPS, lip_inputs
from ...face.lips import CLOSE, JAW, PARTING, LipNet, gate
from .corpus import DOUBLE_FPS, item_rng, random_emotion, soft_onehot
from .data import Sample, load
from .emotions import bend_mouth
from .fit import Schedule, arguments, fit, start_from
from .measures import LIPLESS, openness
from .visemes import BILABIALS, loudness_scale, mouth

SEED = 4
CROP = 240
FELT = 6
UNSURE = 0.6
"""Share of crops that are heard as a stranger's."""
HOTTEST = 3.0
"""The most that a stranger's posteriors are flattened by, as a temperature."""
CHANNEL_WEIGHT = torch.ones(len(LIPS))
CHANNEL_WEIGHT[[JAW, CLOSE, *PARTING]] = 2.5


@dataclass(frozen=True)
class Prepared:
    """A sample's network inputs by kind, its neutral mouth (T2, 52) and masks (T2, 4) at 60 fps, performed emotions.

    masks: lips closed, teeth on the lip, pause, and phones that must stay open.
    felt: some random emotion tracks (T, 8) at 30 fps as this speech performs them.
    """

    name: str
    inputs: dict[str, Array]
    speech: Array
    masks: Array
    felt: tuple[Array, ...]


def prepare(sample: Sample) -> Prepared:
    features = sample.features
    speech = mouth(sample.phones, features.seconds, DOUBLE_FPS, loudness_scale(features.energy))
    frames = len(speech)
    noisy = soft_onehot(sample.phones, features.frames, item_rng(sample.id, 2))
    inputs = {
        kind: lip_inputs(p, features.energy, features.voicing, features.onset, frames).astype(np.float16)
        for kind, p in (("real", sample.real), ("sharp", sample.sharp), ("noisy", noisy))
    }
    times = np.arange(frames) / DOUBLE_FPS
    bilabial, keep_open = np.zeros(frames, bool), np.zeros(frames, bool)
    for phone in sample.phones:
        low, high = np.searchsorted(times, (phone.start - 0.02, phone.end + 0.02))
        if phone.name in BILABIALS:
            bilabial[low:high] = True
        elif phone.name in LIPLESS and phone.end - phone.start > 0.02:
            keep_open[low + 2 : max(high - 2, low + 3)] = True
    shut = openness(speech) < 0.02
    masks = np.stack([shut & bilabial, speech[:, INDEX["mouthRollLower"]] > 0.2, shut & ~bilabial,
                      keep_open & (openness(speech) > 0.1)], axis=1)  # fmt: skip
    half = (frames + 1) // 2
    heard, rng = prosody_of(features, half), item_rng(sample.id, 3)
    felt = tuple(perform(random_emotion(half, rng), heard).astype(np.float32) for _ in range(FELT))
    return Prepared(sample.id, inputs, speech.astype(np.float32), masks, felt)


def torch_openness(lips: torch.Tensor) -> torch.Tensor:
    """o of mouths (..., 28)."""
    gap = (lips[..., JAW] - lips[..., CLOSE]).clamp_min(0)
    return gap + 0.175 * lips[..., PARTING].sum(dim=-1)


def unsure(posteriors: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Posteriors (B, T, 40) as of voices that the phone network never heard: it is surer of those it learned from."""
    count = len(posteriors)
    heat = np.where(rng.random(count) < UNSURE, np.exp(rng.uniform(0.0, np.log(HOTTEST), count)), 1.0)
    power = torch.from_numpy((1.0 / heat).astype(np.float32))[:, None, None]
    soft = posteriors.clamp_min(1e-4) ** power
    soft = soft / soft.sum(-1, keepdim=True)
    flat = torch.from_numpy(rng.random((count, 1, 1)).astype(np.float32)) * 0.15
    return soft * (1 - flat) + flat / posteriors.shape[-1]


def batch(items: list[Prepared], rng: np.random.Generator, size: int, real: float) -> tuple[torch.Tensor, ...]:
    """Crops: inputs (B, T, 43), emotion (B, T, 8), target (B, T, 28), masks (B, T, 4)."""
    weights = np.array([len(i.speech) for i in items], float)
    rows: list[list[Array]] = [[], [], [], []]
    for k in rng.choice(len(items), size, p=weights / weights.sum()):
        item = items[k]
        kind = str(rng.choice(["real", "sharp", "noisy"], p=[real, 0.85 - real, 0.15]))
        start = 2 * int(rng.integers(0, max(len(item.speech) - CROP, 1) // 2 + 1))
        span = slice(start, start + CROP)
        felt = item.felt[int(rng.integers(len(item.felt)))]
        double = np.repeat(felt, 2, axis=0)[: len(item.speech)][span]
        shown = double.copy()
        shown[:, 0] = 0
        target = bend_mouth(item.speech[span], shown)[:, list(LIPS)]
        parts = (
            item.inputs[kind][span], double, target, item.masks[span],
        )  # fmt: skip
        for store, part in zip(rows, parts, strict=True):
            store.append(np.pad(part.astype(np.float32), ((0, CROP - len(part)), (0, 0)), mode="edge"))
    speech_in, emotion_in, target_out, masks = (torch.from_numpy(np.stack(r)) for r in rows)
    speech_in[..., :40] = unsure(speech_in[..., :40], rng)
    return speech_in, emotion_in, target_out, masks


def loss_of(net: LipNet, data: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """Channel error weighted towards closures and teeth, o's error and step, and the gates' own error."""
    speech, emotion, target, masks = data
    raw, logits = net(speech, emotion)
    made = gate(raw, logits)
    important = 1 + 3 * masks[..., :1] + 3 * masks[..., 1:2] + masks[..., 2:3]
    error = nn.functional.smooth_l1_loss(made, target, beta=0.06, reduction="none")
    channel = (error * CHANNEL_WEIGHT * important).mean()
    leak = (nn.functional.relu(raw - 1) + nn.functional.relu(-raw)).mean()
    o, wanted = torch_openness(made), torch_openness(target)
    opening = ((o - wanted).abs() * (1 + 2 * masks[..., 0] + masks[..., 2])).mean()
    shut = (nn.functional.relu(o - 0.02) * masks[..., 0]).sum() / masks[..., 0].sum().clamp_min(1)
    apart = (nn.functional.relu(0.11 - o) * masks[..., 3]).sum() / masks[..., 3].sum().clamp_min(1)
    step = ((o[:, 1:] - o[:, :-1]) - (wanted[:, 1:] - wanted[:, :-1])).abs().mean()
    moves = ((made[:, 1:] - made[:, :-1]) - (target[:, 1:] - target[:, :-1])).abs().mean()
    gates = nn.functional.binary_cross_entropy_with_logits(2 * logits, masks[..., :3])
    return 4 * channel + opening + 0.7 * shut + 0.5 * apart + 2 * step + 1.0 * moves + 0.12 * gates + 0.3 * leak


def train(minutes: float, simulated: bool = False, name: str = "lips", real: float = 0.55, start: str | None = None,
          peak: float | None = None) -> None:  # fmt: skip
    """Train for `minutes` of processor time; `real` is the share of crops heard through the phone network alone."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    items = [prepare(s) for s in load("train", simulated)]
    print(len(items), "items", sum(len(i.speech) for i in items) / LIP_FPS / 60, "minutes", flush=True)
    net = LipNet()
    start_from(net, start)
    fit(net, lambda _: loss_of(net, batch(items, rng, 24, real)), Schedule(peak or 2.5e-3, 100, 0.02, 0.995), minutes,
        name)  # fmt: skip


if __name__ == "__main__":
    parser = arguments(__doc__.splitlines()[0], 25, "lips")
    parser.add_argument("--real", type=float, default=0.55, help="share of crops heard through the phone network alone")
    given = parser.parse_args()
    train(given.minutes, given.simulated, given.name, given.real, given.start, given.peak)
