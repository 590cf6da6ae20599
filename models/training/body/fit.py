"""The loop that trains the in-between networks: AdamW, warm-up, cosine fall, saving."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ...body.weights import load_module, save_module
from .corpus import cache_folder

WARM: int = 150
"""Steps until the learning rate is at its highest."""


def arguments(description: str, minutes: float) -> argparse.Namespace:
    """The options that both trainers have, parsed; threads and torch's seed are set."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--minutes", type=float, default=minutes, help="of processor time a thread")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    return given


def fit(
    model: nn.Module,
    name: str,
    step_loss: Callable[[], tuple[Tensor, dict[str, float]]],
    options: argparse.Namespace,
    floor: float,
    every: int,
    folder: Path | None = None,
) -> None:
    """Trains on what `step_loss` gives, says its report's mean every 100 steps, saves every `every` into `folder`, or
    into that of the body's corpus."""
    folder = folder or cache_folder()
    path = folder / f"{name}.safetensors"
    if options.resume:
        load_module(model, name, folder)
    model.train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.01)
    begin, step, budget = time.process_time(), 0, options.minutes * 60.0
    history: list[dict[str, float]] = []
    while (spent := (time.process_time() - begin) / options.threads) < budget:
        for group in optimiser.param_groups:
            fall = 0.5 * (1 + np.cos(np.pi * min(spent / budget, 1.0)))
            group["lr"] = options.rate * min(1.0, (step + 1) / WARM) * (fall + floor)
        loss, report = step_loss()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        history = [*history[-99:], report]
        step += 1
        if step % 100 == 0:
            mean = {k: round(float(np.mean([h[k] for h in history])), 4) for k in report}
            print(f"{step} {spent:.0f} s {mean}", flush=True)
        if step % every == 0:
            save_module(model, path)
    save_module(model, path)
    print(f"{step} steps", flush=True)
