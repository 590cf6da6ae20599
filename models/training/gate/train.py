"""Trains the gate on speech of many voices among synthetic music, noises and laughs.

    python -m orator.models.training.gate.train [--minutes 8] [--clips 420] [--resume]

writes models/weights/gate.safetensors (half precision) and prints what the held-out kinds give. With --resume it
goes on from the weights that are there, slower (`--minutes 0 --clips 1 --resume` only prints); --mean takes the mean
with another run.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ....core.arrays import Array
from ....core.speech.features import log_mel
from ....core.speech.speech import SAMPLE_RATE
from ...gate.network import CLASSES, DILATIONS, WIDTH, scaled
from ...weights import FOLDER
from ..speech_corpus import load_items
from . import sounds

SECONDS = 20.0
KINDS = ("speech", "silence", "music", "noise", "laugh", "both")
SHARES = (0.3, 0.1, 0.18, 0.14, 0.18, 0.1)
LAUGHS = {"train": (*sounds.LAUGHS["train"], "pant", "snort"), "test": sounds.LAUGHS["test"]}
"""What has hardly a voice is the hardest to tell from words and noise: twice as often."""


class Block(nn.Module):
    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(WIDTH, WIDTH, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Conv1d(WIDTH, WIDTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(torch.relu(self.conv(x)))


class Gate(nn.Module):
    """Scaled log-mel (B, 64, 2T) to logits (B, 3, T); models/gate/network.py runs the same on plain arrays."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv1d(64, WIDTH, 5, stride=2, padding=2)
        self.blocks = nn.ModuleList(Block(d) for d in DILATIONS)
        self.leave = nn.Conv1d(WIDTH, len(CLASSES), 1)

    def forward(self, mel: Tensor) -> Tensor:
        x = torch.relu(self.enter(mel))
        for block in self.blocks:
            x = block(x)
        return self.leave(x)


def voices(split: str, rng: np.random.Generator, most: int) -> list[Array]:
    """Paragraphs of many voices, as float32 at a common peak."""
    items = [np.asarray(i.samples, np.float32) / 32768.0 for i in load_items(split)]
    order = rng.permutation(len(items))[:most]
    return [items[k] / max(float(np.abs(items[k]).max()), 1e-6) * 0.3 for k in order]


def _buzz(rng: np.random.Generator, seconds: float) -> Array:
    """Syllables without a throat: a voice as plain as a toy's is a voice, and no laugh for its even beat."""
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch, rate = rng.uniform(90.0, 260.0), rng.uniform(2.5, 6.0)
    tone = sum(np.sin(2 * np.pi * pitch * k * t) / k ** rng.uniform(0.8, 1.3) for k in range(1, 12))
    beat = np.clip(np.sin(2 * np.pi * rate * t + rng.uniform(0.0, 6.0)), 0.0, 1.0) ** rng.uniform(0.5, 1.5)
    made = (tone * beat).astype(np.float32)
    return 0.3 * made / np.abs(made).max()


def _speaking(samples: Array) -> Array:
    """(N,) bool: where a clean voice is heard, with 60 ms around it."""
    block = 160
    level = np.sqrt(np.mean(samples[: len(samples) // block * block].reshape(-1, block) ** 2, axis=1))
    on = level > 0.02 * max(float(level.max()), 1e-6)
    on = np.convolve(on, np.ones(25), mode="same") > 0
    return np.repeat(on, block)


def clips(split: str, count: int, seed: int) -> Iterator[tuple[Array, Array]]:
    """Clips of 20 s: scaled log-mel (N, 64) and truth (N, 3), 100 frames a second."""
    rng = np.random.default_rng(seed)
    said = voices(split, rng, 260 if split == "train" else 60)
    pieces = [sounds.music(rng, 24.0, split) for _ in range(44 if split == "train" else 14)]
    total = int(SECONDS * SAMPLE_RATE)
    for _ in range(count):
        mixed, truth = np.zeros(total + SAMPLE_RATE * 8, np.float32), np.zeros((total + SAMPLE_RATE * 8, 3), bool)
        at = 0
        while at < total:
            size = int(rng.uniform(1.5, 7.0) * SAMPLE_RATE)
            kind = str(rng.choice(KINDS, p=SHARES))
            here = slice(at, at + size)
            if kind in ("speech", "both"):
                plain = split == "train" and rng.random() < 0.06
                voice = _buzz(rng, size / SAMPLE_RATE) if plain else said[int(rng.integers(len(said)))]
                first = int(rng.integers(max(1, len(voice) - size)))
                voice = voice[first : first + size] * float(rng.uniform(0.4, 1.2))
                mixed[at : at + len(voice)] += voice
                on = _speaking(voice)
                truth[at : at + len(on), 0] |= on
            if kind in ("music", "both"):
                piece = pieces[int(rng.integers(len(pieces)))]
                first = int(rng.integers(len(piece) - size))
                gain = float(10 ** rng.uniform(-1.3, -0.3)) if kind == "both" else float(rng.uniform(0.3, 1.2))
                mixed[here] += gain * piece[first : first + size]
                truth[here, 1] = True
            if kind == "noise":
                name = str(rng.choice(sounds.NOISES[split]))
                mixed[here] += sounds.noise(rng, size / SAMPLE_RATE, name)[:size]
            if kind == "laugh":
                bout = sounds.laugh(
                    rng, str(rng.choice(LAUGHS[split])), float(rng.uniform(95, 260)), varied=split == "train"
                )
                bout = bout * float(10 ** rng.uniform(-0.5, 0.1))
                # It comes behind words, and often they have hardly ended.
                at = max(0, at - int(rng.uniform(0.0, 0.1) * SAMPLE_RATE))
                mixed[at : at + len(bout)] += bout[: len(mixed) - at]
                truth[at : at + len(bout), 2] = True
                size = len(bout) + int(rng.uniform(0.05, 0.6) * SAMPLE_RATE)
            at += size
        mixed = mixed[:total]
        tilt = float(rng.uniform(-0.5, 0.7))
        mixed = mixed + tilt * np.concatenate([[0.0], mixed[:-1]]).astype(np.float32)
        mixed = mixed + rng.normal(0, 10 ** rng.uniform(-4.5, -2.7), total).astype(np.float32)
        mel, _ = log_mel(mixed.astype(np.float32))
        marks = truth[np.minimum(np.arange(len(mel)) * 160, total - 1)]
        yield scaled(mel), marks


def train(minutes: float, count: int, start: Path | None, seed: int) -> Gate:
    torch.manual_seed(seed)
    made = list(clips("train", count, seed))
    frames = min(len(mel) for mel, _ in made) // 2 * 2
    mel = torch.from_numpy(np.stack([m[:frames] for m, _ in made])).float()
    truth = torch.from_numpy(np.stack([t[:frames:2] for _, t in made])).float()
    net, rate = Gate(), 3e-3
    if start is not None:
        net.load_state_dict({name: value.float() for name, value in load_file(str(start)).items()})
        rate = 1e-3
    optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.01)
    begun, step, total = time.process_time(), 0, minutes * 60.0
    rng = np.random.default_rng(0)
    while (spent := time.process_time() - begun) < total:
        for group in optimiser.param_groups:
            group["lr"] = rate * 0.5 * (1.0 + np.cos(np.pi * spent / total)) + 1e-5
        rows = rng.integers(len(mel), size=16)
        first = 2 * int(rng.integers((frames - 800) // 2))
        x = mel[rows, first : first + 800].transpose(1, 2) + torch.from_numpy(rng.normal(0, 0.15, (16, 64, 1))).float()
        y = truth[rows, first // 2 : first // 2 + 400].transpose(1, 2)
        loss = nn.functional.binary_cross_entropy_with_logits(net(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        if step % 200 == 0:
            print(f"step {step}: {loss.item():.4f} after {spent:.0f} s", flush=True)
    print(f"{step} steps", flush=True)
    return net.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--clips", type=int, default=420)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--mean", type=Path, help="weights of another run")
    parser.add_argument("--share", type=float, default=0.5, help="how much of the other run the mean has")
    parser.add_argument("-o", "--output", type=Path, default=FOLDER / "gate.safetensors")
    options = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    start = FOLDER / "gate.safetensors" if options.resume else None
    net = train(options.minutes, options.clips, start, options.seed)
    if options.mean is not None:
        other = load_file(str(options.mean))
        mixed = {k: torch.lerp(v, other[k].float(), options.share) for k, v in net.state_dict().items()}
        net.load_state_dict(mixed)
    save_file({k: v.half().contiguous() for k, v in net.state_dict().items()}, str(options.output))
    held = list(clips("test", 60, 99))
    with torch.inference_mode():
        found = [torch.sigmoid(net(torch.from_numpy(m).float().T[None]))[0].T.numpy() for m, _ in held]
    for k, name in enumerate(CLASSES):
        p = np.concatenate([f[:, k][: len(t[::2])] for f, (_, t) in zip(found, held, strict=True)])
        t = np.concatenate([t[::2, k][: len(f)] for f, (_, t) in zip(found, held, strict=True)])
        print(f"{name}: found {np.mean(p[t] > 0.5):.3f}, false {np.mean(p[~t] > 0.5):.3f}")


if __name__ == "__main__":
    main()
