"""Trains the network that fills in between key poses.

    python -m orator.models.training.body.train_between [--minutes 20] [--resume]

writes .cache/body/body_between.safetensors every few hundred steps.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from ....core.arrays import Array
from ....core.skeleton import FACE_JOINTS, INDEX, PARENTS, REST_OFFSETS
from ...body.between import Between, reach_to_given
from ...body.layout import rot6d, rot6d_matrices, scaled_root
from ...body.parts import DOWN, JOINTS, PART_JOINTS, PARTS
from ...body.transformer import Hints
from .data import Track, load_track, tensor, windows
from .fit import arguments, fit

TOKENS: Final = 64
BATCH: Final = 16
POSED: Final = 64
"""Frames of each window whose joint positions are compared; forward kinematics is the dearest part of a step."""


def draw_keys(batch: int, frames: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """(joint bits (batch, frames, 55), root bits (batch, frames)) as artists pin: mostly whole poses, seconds apart."""
    joints, root = np.zeros((batch, frames, JOINTS), np.float32), np.zeros((batch, frames), np.float32)
    for b in range(batch):
        where = np.zeros(frames, bool)
        kind = rng.random()
        if kind < 0.7:
            spacing = int(rng.choice([rng.integers(12, 40), rng.integers(40, 90), rng.integers(90, 150)]))
            keys = np.arange(int(rng.integers(0, spacing)), frames, spacing)
            if rng.random() < 0.4:
                keys = np.clip(keys + rng.integers(-spacing // 3, spacing // 3 + 1, len(keys)), 0, frames - 1)
            where[keys] = True
        elif kind < 0.85:
            for first in rng.integers(0, frames, int(rng.integers(1, 5))):
                where[first : first + int(rng.integers(1, 40))] = True
        else:
            where[rng.integers(0, frames, int(rng.integers(1, 4)))] = True
        chosen = np.zeros(JOINTS, bool)
        which = rng.random()
        if which < 0.6:
            chosen[:] = True
        elif which < 0.85:
            for part in PARTS:
                chosen[list(PART_JOINTS[part])] |= rng.random() < 0.5
        else:
            side = ("left", "right")[int(rng.random() < 0.5)]
            chosen[[INDEX[f"{side}_{n}"] for n in ("collar", "shoulder", "elbow", "wrist")]] = True
        joints[b] = where[:, None] & chosen
        if chosen[0] or rng.random() < 0.2:
            root[b] = where
    return joints, root


def positions(rotations: Tensor) -> Tensor:
    """Joint positions (..., 55, 3) in metres about the pelvis for matrices (..., 55, 3, 3)."""
    offsets = torch.as_tensor(REST_OFFSETS, dtype=rotations.dtype)
    world, place = [rotations[..., 0, :, :]], [torch.zeros_like(rotations[..., 0, :, 0])]
    for j in range(1, JOINTS):
        parent = PARENTS[j]
        world.append(world[parent] @ rotations[..., j, :, :])
        place.append(place[parent] + world[parent] @ offsets[j])
    return torch.stack(place, dim=-2)


def soften(phones: Tensor, heard: Tensor, rng: np.random.Generator) -> Tensor:
    """Mostly what the classifier hears; else true phones, as a transcript gives them, mixed with other phones."""
    batch, frames, width = phones.shape
    noise = torch.from_numpy(rng.gamma(0.08, 1.0, (batch, frames // 8 + 2, width)).astype(np.float32))
    noise = functional.interpolate(noise.transpose(1, 2), size=frames, mode="linear").transpose(1, 2)
    noise = noise / noise.sum(-1, keepdim=True).clamp_min(1e-3)
    share = torch.from_numpy(rng.uniform(0.05, 0.5, (batch, 1, 1)).astype(np.float32))
    keep = torch.from_numpy((rng.random((batch, 1, 1)) > 0.12).astype(np.float32))
    true = torch.from_numpy((rng.random((batch, 1, 1)) < 0.3).astype(np.float32))
    return (true * ((1 - share) * phones + share * noise) + (1 - true) * heard) * keep


def train_step(model: Between, track: Track, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
    """Rotations and their speeds of joints that are given somewhere, their positions, and the root."""
    index, take = windows(track, BATCH, TOKENS * DOWN, rng, DOWN)
    truth, root = rot6d(tensor(track.rotations, index)), scaled_root(tensor(track.translation, index))
    bits, root_bits = (torch.from_numpy(x) for x in draw_keys(BATCH, TOKENS * DOWN, rng))
    hints = Hints(truth * bits[..., None], bits, root * root_bits[..., None], root_bits)
    words = tensor(track.words, index)
    words *= torch.from_numpy((rng.random((BATCH, 1, 1)) < 0.5).astype(np.float32))
    phones = soften(tensor(track.phones, index), tensor(track.heard, index), rng)
    controls = torch.from_numpy(track.controls[take])[:, None].expand(-1, TOKENS, -1)
    with torch.autocast("cpu", dtype=torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
        made, path = model(hints, tensor(track.rhythm, index), phones, words, controls)
    made, path = made.float(), path.float()
    back, on, _, _ = reach_to_given(bits)
    # What lies seconds from any key is acted: it counts little here.
    asked = torch.exp(-torch.minimum(back, on) / 45.0) * (bits.amax(1, keepdim=True) > 0)
    asked[..., list(FACE_JOINTS)] = 0.0
    scale = asked.sum().clamp_min(1.0)
    turn = ((made - truth).square().sum(-1).add(1e-6).sqrt() * asked).sum() / scale
    pace = ((made.diff(dim=1) - truth.diff(dim=1)).square().sum(-1).add(1e-6).sqrt() * asked[:, 1:]).sum() / scale
    first = int(rng.integers(0, TOKENS * DOWN - POSED))
    near = slice(first, first + POSED)
    known = asked[:, near, :, None]
    mixed = torch.where(known > 0, made[:, near], truth[:, near])
    p, q = (positions(rot6d_matrices(x)) for x in (truth[:, near], mixed))
    weight = asked[:, near].amax(-1)
    place = ((p - q).norm(dim=-1).mean(-1) * weight).sum() / weight.sum().clamp_min(1.0)
    given = root_bits.amax(1, keepdim=True)
    walk = ((path - root).abs().sum(-1) * given).mean()
    loss = turn + 4.0 * pace + 12.0 * place + 0.5 * walk
    return loss, {"turn": turn.item(), "pace": pace.item(), "mm": 1000.0 * place.item(), "root": walk.item()}


def main() -> None:
    options = arguments(__doc__.splitlines()[0], 20.0)
    rng = np.random.default_rng(options.seed)
    track, model = load_track("train"), Between()
    fit(model, "body_between", lambda: train_step(model, track, rng), options, floor=0.01, every=500)


if __name__ == "__main__":
    main()
