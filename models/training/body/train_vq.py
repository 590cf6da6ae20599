"""Trains the three part VQ-VAEs.

    python -m orator.models.training.body.train_vq upper|hands|lower [--minutes 8]

writes models/weights/body_<part>.safetensors; the same seed, steps and machine give the same weights.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ....core.arrays import Array
from ....core.skeleton import INDEX
from ...body.layout import part_positions, rot6d, rot6d_matrices, scaled_root
from ...body.parts import DOWN, PART_JOINTS, WIDTH
from ...body.vq import PartVq
from ...body.weights import load_module, save_module
from .corpus import cache_folder
from .data import Track, load_track, tensor, windows

LENGTH = 64
BATCH = 48
FREE = tuple(INDEX[f"{side}_{name}"] for side in ("left", "right") for name in ("shoulder", "elbow", "wrist"))
PLAIN = 0.4
"""The share of the training before the codebooks are set: a plain autoencoder settles faster."""


def part_batch(track: Track, part: str, index: Array) -> Tensor:
    """Features (B, T, WIDTH) of random windows."""
    if part == "lower":
        joints = list(PART_JOINTS[part])
        own = rot6d(torch.from_numpy(track.rotations[index][:, :, joints].astype(np.float32))).flatten(-2)
        return torch.cat([own, scaled_root(tensor(track.translation, index)), tensor(track.contacts, index)], dim=-1)
    joints = list(PART_JOINTS[part])
    return rot6d(torch.from_numpy(track.rotations[index][:, :, joints].astype(np.float32))).flatten(-2)


def loss_of(model: PartVq, x: Tensor, levels: int) -> tuple[Tensor, dict[str, float]]:
    """Rotations, joint positions, their velocities and accelerations, contacts and commitment."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y, commitment = model(x, levels)
    y, commitment = y.float(), commitment.float()
    weight = 1.0 / model.scale
    rotation = ((y - x) * weight).abs().mean()
    p, q = part_positions(model.part, x), part_positions(model.part, y)
    place = (p - q).norm(dim=-1).mean()
    speed = (p.diff(dim=1) - q.diff(dim=1)).norm(dim=-1).mean()
    change = (q.diff(n=2, dim=1) - p.diff(n=2, dim=1)).norm(dim=-1).mean()
    count = len(PART_JOINTS[model.part])
    r, s = (rot6d_matrices(v[..., : 6 * count].unflatten(-1, (count, 6))) for v in (x, y))
    turns = (r - s).square().sum((-1, -2)).add(1e-8).sqrt().mean((0, 1))
    turn = turns.mean()
    # Where joints turn freely a twist hardly moves a position: the rotation itself has to count there.
    free = turns.new_tensor([2.0 if j in FREE else 1.0 for j in PART_JOINTS[model.part]])
    turning = 0.3 * rotation + 4.0 * (turns * free).mean()
    loss = turning + 20.0 * place + 60.0 * speed + 60.0 * change + 0.25 * commitment
    if model.part == "lower":
        contact = x[..., -1:].new_ones(())
        # Planted feet must not move in the reconstruction either.
        feet = [i for i, j in enumerate(PART_JOINTS["lower"]) if j in (7, 8)]
        moved = q[:, 1:, feet] - q[:, :-1, feet]
        loss = loss + 40.0 * contact * (moved.norm(dim=-1) * x[:, 1:, -2:]).mean()
    return loss, {
        "turn_degrees": np.degrees(turn.item() / np.sqrt(2.0)),
        "place_mm": 1000.0 * place.item(),
        "commitment": commitment.item(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=sorted(WIDTH))
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--decoder", action="store_true", help="go on with the decoder alone: tokens stay what they are"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    rng = np.random.default_rng(arguments.seed)
    track = load_track("train")
    model = PartVq(arguments.part)
    index, _ = windows(track, 400, LENGTH, rng)
    sample = part_batch(track, arguments.part, index).flatten(0, 1)
    # One scale per part keeps the geometry: a joint that never turns must not be blown up to noise.
    model.mean.copy_(sample.mean(0))
    model.scale.copy_(sample.std(0).clamp_min(float(sample.std(0).mean()) * 0.35))
    if arguments.decoder:
        load_module(model, f"body_{arguments.part}", cache_folder())
    trained = model.decoder if arguments.decoder else model
    optimiser = torch.optim.AdamW(trained.parameters(), lr=1.5e-3, betas=(0.9, 0.98), weight_decay=1e-4)
    started = arguments.decoder
    begin, step, budget = time.process_time(), 0, arguments.minutes * 60.0
    model.train(not arguments.decoder)
    while (spent := time.process_time() - begin) < budget:
        progress = spent / budget
        for group in optimiser.param_groups:
            group["lr"] = 1.5e-3 * min(1.0, step / 100) * (0.5 * (1 + np.cos(np.pi * progress)) + 0.01)
        index, _ = windows(track, BATCH, LENGTH, rng)
        x = part_batch(track, arguments.part, index)
        full = len(model.shape.sizes)
        if progress > PLAIN and not started:
            start(model, track, rng)
            started = True
        levels = (full if rng.random() < 0.7 else int(rng.integers(1, full))) if started else 0
        if arguments.decoder and rng.random() < 0.6:
            levels = full
        loss, report = loss_of(model, x, levels)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % 100 == 0:
            print(f"{arguments.part} {step} {spent:.0f} s levels {levels} {report}", flush=True)
        if step % 500 == 0:
            save(model, arguments.part)
    save(model, arguments.part)
    print(f"{arguments.part}: {step} steps", flush=True)


@torch.no_grad()
def start(model: PartVq, track: Track, rng: np.random.Generator) -> None:
    """Sets the codebooks on latents of many windows."""
    model.quantiser.batch = BATCH * LENGTH / DOWN
    index, _ = windows(track, 1200, LENGTH, rng)
    latents = [model.encode(part_batch(track, model.part, piece)) for piece in np.array_split(index, 12)]
    model.quantiser.start(torch.cat(latents).flatten(0, 1))


def save(model: PartVq, part: str) -> Path:
    """Writes the weights where training keeps them; `publish` copies good ones into models/weights."""
    path = cache_folder() / f"body_{part}.safetensors"
    save_module(model, path)
    return path


if __name__ == "__main__":
    main()
