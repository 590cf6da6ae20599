"""The loop both face trainers share: AdamW, warm-up and cosine fall, gradient clipping, averaged weights, saving."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from .data import cache_folder


@dataclass(frozen=True)
class Schedule:
    """Learning rate: up to `peak` over `warmup` steps, then a cosine down to `floor` of it at the end of the budget.

    `average` is how much of the averaged weights stays at every step; those are what is saved.
    """

    peak: float
    warmup: int
    floor: float
    average: float

    def rate(self, step: int, done: float) -> float:
        """The learning rate at a step, `done` of the budget being spent (0 - 1)."""
        fall = 0.5 * (1 + np.cos(np.pi * min(done, 1.0)))
        return self.peak * min(1.0, (step + 1) / self.warmup) * (fall * (1 - self.floor) + self.floor)


def arguments(description: str, minutes: float, name: str) -> argparse.ArgumentParser:
    """The options that both trainers have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--minutes", type=float, default=minutes, help="of processor time")
    parser.add_argument("--simulated", action="store_true", help="learn from simulated phone posteriors")
    parser.add_argument("--name", default=name, help="the checkpoint to write")
    parser.add_argument("--start", help="a checkpoint or a weight file to go on from")
    parser.add_argument("--peak", type=float, help="the highest learning rate, where not the trainer's own")
    return parser


def kept(checkpoint: str) -> dict[str, torch.Tensor]:
    """The state of a checkpoint of the cache, or of a weight file where one is named (X.safetensors)."""
    if checkpoint.endswith(".safetensors"):
        return {name: tensor.float() for name, tensor in load_file(checkpoint).items()}
    return dict(torch.load(cache_folder() / f"{checkpoint}.pt", weights_only=True))


def start_from(net: nn.Module, checkpoint: str | None) -> None:
    """Load a checkpoint of the cache or a weight file into the network, if one is named."""
    if checkpoint:
        net.load_state_dict(kept(checkpoint))


def fit(net: nn.Module, loss: Callable[[int], torch.Tensor], schedule: Schedule, minutes: float, name: str) -> None:
    """Train for `minutes` of processor time on what `loss(step)` gives; the averaged weights go to NAME.pt."""
    average = {k: v.clone() for k, v in net.state_dict().items()}
    optimiser = torch.optim.AdamW(net.parameters(), lr=schedule.peak, weight_decay=1e-3)
    started, step = time.process_time(), 0
    recent: list[float] = []
    while (spent := time.process_time() - started) < 60 * minutes:
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(step, spent / (60 * minutes))
        total = loss(step)
        optimiser.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        keep = min(schedule.average, (step + 1) / (step + 10))
        for key, value in net.state_dict().items():
            average[key].lerp_(value, 1 - keep)
        recent = [*recent[-99:], total.item()]
        if step % 100 == 0:
            print(step, round(spent), round(float(np.mean(recent)), 4), flush=True)
        if step % 500 == 499:
            torch.save(average, cache_folder() / f"{name}.pt")
        step += 1
    torch.save(average, cache_folder() / f"{name}.pt")
    print("done", step, "steps", round(time.process_time() - started), "CPU seconds")
