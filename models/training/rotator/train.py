"""Trains the rotator, heads and all: `python -m orator.models.training.rotator.train FOLDER [--seed S]`.

Makes the heads unless FOLDER/heads.npy is there, then trains in this order: the observer of the perceptual loss, the
morpher, rotator and combiner under L1, and from there two ways on: under L1, and under the perceptual loss. No network
was trained on anything else: the perceptual loss compares features of the observer, which learned on the same heads.
What is done is kept in FOLDER, so that a run that was ended goes on. `table.py` beside this measures the result.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .batches import Batches
from .data import make_heads
from .network import MORPH_START, Combiner, Morpher, Observer, Rotator, halved, recoloured

KEEP_EVERY = 20


@dataclass(frozen=True)
class Plan:
    """Steps of each part."""

    heads: int = 180
    observer: int = 200
    morpher: int = 450
    rotator: int = 360
    after: int = 60
    seed: int = 17


def l1(a: Tensor, b: Tensor) -> Tensor:
    """Mean difference at the pictures' size, a half and a quarter: a flow finds its way from afar."""
    total = (a - b).abs().mean()
    for _ in range(2):
        a, b = halved(a), halved(b)
        total = total + (a - b).abs().mean()
    return total


def perceptual(observer: Observer) -> Callable[[Tensor, Tensor], Tensor]:
    """Differences of the observer's features, each over what it is on average, with a fifth of L1."""

    def loss(a: Tensor, b: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = observer.features(b)
        total = 0.2 * l1(a, b)
        for x, y in zip(observer.features(a), wanted, strict=True):
            total = total + 0.1 * (x - y).abs().mean() / y.abs().mean().clamp_min(1e-6)
        return total

    return loss


class Run:
    """One part of the training: networks, an optimiser whose rate falls, and a file to go on from."""

    def __init__(self, path: Path, networks: dict[str, nn.Module], steps: int, rate: float) -> None:
        self.path, self.steps, self.done, self.networks = path, steps, 0, nn.ModuleDict(networks)
        self.optimiser = torch.optim.Adam(self.networks.parameters(), rate, betas=(0.9, 0.99))
        self.rate = rate
        if path.exists():
            state = torch.load(path, weights_only=True)
            self.networks.load_state_dict(state["networks"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.done = int(state["done"])

    def keep(self) -> None:
        """Write what is done."""
        part = self.path.with_suffix(".part")
        state = {"networks": self.networks.state_dict(), "optimiser": self.optimiser.state_dict(), "done": self.done}
        torch.save(state, part)
        part.rename(self.path)

    def train(self, loss_of: Callable[[], Tensor]) -> None:
        """Take the steps that are left."""
        mean, began = 0.0, time.perf_counter()
        while self.done < self.steps:
            share = self.done / self.steps
            for group in self.optimiser.param_groups:
                group["lr"] = self.rate * min(1.0, (self.done + 1) / 30) * (1.0 - 0.93 * share)
            loss = loss_of()
            self.optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.networks.parameters(), 1.0)
            self.optimiser.step()
            self.done += 1
            mean += float(loss.detach())
            if self.done % KEEP_EVERY == 0 or self.done == self.steps:
                print(
                    f"{self.path.stem} {self.done}: {mean / KEEP_EVERY:.4f}, {time.perf_counter() - began:.0f} s",
                    flush=True,
                )
                mean = 0.0
                self.keep()


def seeded(plan: Plan, number: int) -> int:
    """The seed of a part."""
    return plan.seed * 100 + number


def train(folder: Path, plan: Plan) -> None:
    """All parts, one after the other."""
    file = folder / "heads.npy"
    if not file.exists():
        make_heads(file, plan.heads, plan.seed)
    batches = Batches(file, plan.seed)
    observer = _observer(folder, plan, batches)
    _morpher(folder, plan, batches)
    first = _rotator(folder / "rotator.pt", plan.rotator, 1.5e-3, batches, [l1], plan, None)
    for name, loss in (("l1", l1), ("perceptual", perceptual(observer))):
        _rotator(folder / f"rotator_{name}.pt", plan.after, 5e-4, batches, [loss], plan, first)
    (folder / "plan.json").write_text(json.dumps(asdict(plan)), encoding="utf-8")


def _observer(folder: Path, plan: Plan, batches: Batches) -> Observer:
    torch.manual_seed(seeded(plan, 1))
    observer = Observer()
    run = Run(folder / "observer.pt", {"observer": observer}, plan.observer, 2e-3)
    batches.random.manual_seed(seeded(plan, 1))

    def loss() -> Tensor:
        rest, _, turned, numbers = batches.next()
        return F.mse_loss(observer(rest, turned), numbers)

    run.train(loss)
    return observer.requires_grad_(False)


def _morpher(folder: Path, plan: Plan, batches: Batches) -> None:
    torch.manual_seed(seeded(plan, 2))
    morpher = Morpher()
    run = Run(folder / "morpher.pt", {"morpher": morpher}, plan.morpher, 2e-3)
    batches.random.manual_seed(seeded(plan, 2))

    def loss() -> Tensor:
        rest, face, _, numbers = batches.next()
        with torch.autocast("cpu", torch.bfloat16):
            said = morpher.said(rest, numbers[:, 3:]).float()
        # Eyes and mouth are a few hundredths of the picture: left to the difference alone, the opacity stays shut.
        changed = F.max_pool2d((rest - face).abs().amax(dim=1, keepdim=True), 3, 1, 1).gt(0.04).float()
        place = F.binary_cross_entropy_with_logits(said[:, 4:5] + MORPH_START, changed)
        colour = (changed * (torch.sigmoid(said[:, :4]) - face).abs()).mean()
        return place + 8.0 * colour + l1(recoloured(rest, said, MORPH_START), face)

    run.train(loss)


def _rotator(
    path: Path,
    steps: int,
    rate: float,
    batches: Batches,
    losses: Iterable[Callable[[Tensor, Tensor], Tensor]],
    plan: Plan,
    start: dict[str, nn.Module] | None,
) -> dict[str, nn.Module]:
    torch.manual_seed(seeded(plan, 3))
    rotator, combiner = Rotator(), Combiner()
    if start is not None:
        rotator.load_state_dict(start["rotator"].state_dict())
        combiner.load_state_dict(start["combiner"].state_dict())
    run = Run(path, {"rotator": rotator, "combiner": combiner}, steps, rate)
    batches.random.manual_seed(seeded(plan, 3 if start is None else 4))

    def total() -> Tensor:
        _, face, turned, numbers = batches.next()
        with torch.autocast("cpu", torch.bfloat16):
            colour, flow = rotator(face, face, numbers[:, :3])
            both = combiner(colour, flow, numbers[:, :3], half=False)
        made = (colour.float(), flow.float(), both.float())
        return sum((loss(one, turned) for loss in losses for one in made), torch.zeros(()))

    run.train(total)
    return {"rotator": rotator, "combiner": combiner}


def main() -> None:
    defaults = Plan()
    parser = argparse.ArgumentParser(prog="python -m orator.models.training.rotator.train", description=__doc__)
    parser.add_argument("folder", type=Path)
    for name, value in asdict(defaults).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    options = vars(parser.parse_args())
    train(options.pop("folder"), Plan(**options))


if __name__ == "__main__":
    main()
