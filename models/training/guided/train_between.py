"""Trains the network that fills in between key poses, on the guided model's corpus: acted speech and real motion.

    python -m orator.models.training.guided.train_between [--minutes 45] [--resume]

writes ORATOR_CACHE/guided/body_between.safetensors every few hundred steps; without --resume it starts from the weights
that are there already.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from ....core.arrays import Array
from ....core.skeleton import FACE_JOINTS, INDEX, PARENTS, REST_OFFSETS
from ...body.between import Between, reach_to_given
from ...body.kriging import krige
from ...body.layout import rot6d, rot6d_matrices, scaled_root
from ...body.parts import DOWN, JOINTS, PART_JOINTS, PARTS
from ...weights import load_weights
from ..body.fit import arguments, fit
from .corpus import Track, guided_folder, load_track

TOKENS: Final = 64
BATCH: Final = 12
REAL: Final = 0.35
"""Share of windows from real motion."""
PACE: Final = (0.75, 1.3)
"""Real motion is played so much slower or faster."""
EVERY: Final = 2
"""One frame in so many has its joint positions compared."""
PLAIN: Final = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
"""The controls as they are by themselves."""
WRISTS: Final = (INDEX["left_wrist"], INDEX["right_wrist"])


def draw_keys(batch: int, frames: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """(joint bits (batch, frames, 55), root bits (batch, frames)) as artists pin: mostly whole poses, seconds apart."""
    joints, root = np.zeros((batch, frames, JOINTS), np.float32), np.zeros((batch, frames), np.float32)
    for b in range(batch):
        where, kind = np.zeros(frames, bool), rng.random()
        if kind < 0.8:
            spacing = int(rng.choice([rng.integers(12, 40), rng.integers(40, 90), rng.integers(90, 150)]))
            keys = np.arange(int(rng.integers(0, spacing)), frames, spacing)
            if rng.random() < 0.5:
                keys = np.clip(keys + rng.integers(-spacing // 3, spacing // 3 + 1, len(keys)), 0, frames - 1)
            where[keys] = True
        elif kind < 0.9:
            for first in rng.integers(0, frames, int(rng.integers(1, 5))):
                where[first : first + int(rng.integers(1, 40))] = True
        else:
            where[rng.integers(0, frames, int(rng.integers(1, 4)))] = True
        chosen = np.zeros(JOINTS, bool)
        which = rng.random()
        if which < 0.75:
            chosen[:] = True
        elif which < 0.9:
            for part in PARTS:
                chosen[list(PART_JOINTS[part])] |= rng.random() < 0.5
        else:
            side = ("left", "right")[int(rng.random() < 0.5)]
            chosen[[INDEX[f"{side}_{n}"] for n in ("collar", "shoulder", "elbow", "wrist")]] = True
        joints[b] = where[:, None] & chosen
        if chosen[0] or rng.random() < 0.2:
            root[b] = where
    return joints, root


@lru_cache(maxsize=1)
def _levels() -> tuple[tuple[Tensor, Tensor], ...]:
    """Joints and their parents, level by level below the pelvis."""
    depth = [0] * JOINTS
    for j in range(1, JOINTS):
        depth[j] = depth[PARENTS[j]] + 1
    levels = [[j for j in range(JOINTS) if depth[j] == k] for k in range(1, max(depth) + 1)]
    return tuple((torch.tensor(own), torch.tensor([PARENTS[j] for j in own])) for own in levels)


def positions(rotations: Tensor) -> Tensor:
    """Joint positions (..., 55, 3) in metres about the pelvis for matrices (..., 55, 3, 3)."""
    offsets = torch.as_tensor(REST_OFFSETS, dtype=rotations.dtype)[..., None]
    world, place = rotations[..., :1, :, :], torch.zeros_like(rotations[..., :1, :, :1])
    order, at = [0], {0: 0}
    for own, parents in _levels():
        above = torch.tensor([at[int(j)] for j in parents])
        up = world[..., above, :, :]
        world = torch.cat([world, up @ rotations[..., own, :, :]], dim=-3)
        place = torch.cat([place, place[..., above, :, :] + up @ offsets[own]], dim=-3)
        for j in own.tolist():
            at[j] = len(order)
            order.append(j)
    return place[..., [at[j] for j in range(JOINTS)], :, 0]


class Drawer:
    """Random windows of the track as the network's inputs."""

    def __init__(self, track: Track, rng: np.random.Generator) -> None:
        self.track, self.rng = track, rng
        lengths = np.maximum(np.diff(track.starts) - TOKENS * DOWN, 0).astype(np.float64)
        self.real = ~track.sound.reshape(-1).astype(bool)
        for mask, total in ((self.real, REAL), (~self.real, 1.0 - REAL)):
            lengths[mask] *= total / max(lengths[mask].sum(), 1.0)
        self.share = lengths / lengths.sum()

    def windows(self, count: int) -> tuple[Array, Array]:
        """Fractional frames (count, T) and takes (count,)."""
        take = self.rng.choice(len(self.share), count, p=self.share)
        length = np.diff(self.track.starts)[take] - 1
        frames = TOKENS * DOWN - 1
        pace = np.where(self.real[take], np.exp(self.rng.uniform(np.log(PACE[0]), np.log(PACE[1]), count)), 1.0)
        pace = np.minimum(pace, length / frames)
        first = self.rng.random(count) * (length - pace * frames)
        first = np.where(self.real[take], first, np.floor(first))
        index = self.track.starts[take][:, None] + first[:, None] + pace[:, None] * np.arange(frames + 1)
        return index, take

    def rows(self, array: Array, index: Array) -> Tensor:
        """Rows between frames of a half-precision track as a float32 tensor."""
        low = np.floor(index).astype(int)
        part = torch.from_numpy((index - low).astype(np.float32)).reshape(*index.shape, *([1] * (array.ndim - 1)))
        above = torch.from_numpy(array[np.minimum(low + 1, len(array) - 1)].astype(np.float32))
        return torch.lerp(torch.from_numpy(array[low].astype(np.float32)), above, part)

    def batch(self, count: int) -> tuple[Tensor, tuple[Tensor, ...]]:
        """(truth (B, T, 333), the network's inputs in its order)."""
        index, take = self.windows(count)
        turns, root = (
            rot6d(self.rows(self.track.rotations, index)),
            scaled_root(self.rows(self.track.translation, index)),
        )
        truth = torch.cat([turns.flatten(-2), root], dim=-1)
        joints, root_bits = draw_keys(count, TOKENS * DOWN, self.rng)
        wide = np.concatenate([np.repeat(joints, 6, axis=2), np.repeat(root_bits[..., None], 3, axis=2)], axis=2)
        given = truth.numpy() * wide
        way = torch.from_numpy(np.stack([krige(a, b) for a, b in zip(given, wide, strict=True)]).astype(np.float32))

        def chance(p: float) -> Tensor:
            return torch.from_numpy((self.rng.random((count, 1, 1)) < p).astype(np.float32))

        near = np.floor(index).astype(int)
        rhythm, phones, words = (
            torch.from_numpy(x[near].astype(np.float32))
            for x in (self.track.rhythm, self.track.phones, self.track.words)
        )
        # Who pins often leaves the controls as they are: the poses say how the body acts.
        told = np.where(self.rng.random((count, 1)) < 0.5, self.track.controls[take].astype(np.float32), PLAIN)
        controls = torch.from_numpy(told.astype(np.float32))[:, None].expand(-1, TOKENS, -1)
        # Silence without a voice is either known or not.
        heard = torch.from_numpy((~self.real[take]).astype(np.float32)) * chance(0.9)[:, 0, 0]
        heard = torch.maximum(heard, torch.from_numpy(self.real[take].astype(np.float32)) * chance(0.3)[:, 0, 0])
        bits = torch.from_numpy(joints), torch.from_numpy(root_bits)
        return truth, (way, *bits, rhythm, phones * chance(0.9), words * chance(0.5), controls, heard)


def train_step(model: Between, drawer: Drawer) -> tuple[Tensor, dict[str, float]]:
    """Joint positions near keys as they are measured, rotations, how smooth it is, the root, and what it expects."""
    truth, inputs = drawer.batch(BATCH)
    joints, root_bits = inputs[1:3]
    with torch.autocast("cpu", dtype=torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
        made, expects = model(*inputs)
    expects = expects.float()
    back, on, _, _ = reach_to_given(joints)
    # What lies seconds from any key is acted: it counts little here.
    asked = torch.exp(-torch.minimum(back, on) / 60.0) * (joints.amax(1, keepdim=True) > 0)
    asked[..., list(FACE_JOINTS)] = 0.0
    scale = asked.sum().clamp_min(1.0)
    gap = (made - truth)[..., :-3].unflatten(-1, (JOINTS, 6))
    turn = (gap.square().sum(-1).add(1e-6).sqrt() * asked).sum() / scale
    jolt = (gap.diff(n=2, dim=1).square().sum(-1) * asked[:, 1:-1]).sum() / scale
    rows = slice(int(drawer.rng.integers(0, EVERY)), None, EVERY)
    known = asked[:, rows, :, None]
    shaped = [x[:, rows, :-3].unflatten(-1, (JOINTS, 6)) for x in (truth, made)]
    mixed = torch.where(known > 0, shaped[1], shaped[0])
    p, q = (positions(rot6d_matrices(x)) for x in (shaped[0], mixed))
    weight = asked[:, rows].amax(-1)
    far = (p - q).square().sum(-1).add(1e-7).sqrt().mean(-1)
    place = (far * weight).sum() / weight.sum().clamp_min(1.0)
    walk = ((made - truth)[..., -3:].abs().sum(-1) * root_bits.amax(1, keepdim=True)).mean()
    with torch.no_grad():
        step = DOWN // EVERY
        wrists = p[:, :, list(WRISTS)]
        speed = (wrists.diff(dim=1).norm(dim=-1).mean(-1) * 30.0 / EVERY).clamp_min(1e-3)
        speed = torch.cat([speed, speed[:, -1:]], 1)
        told = [x[:, : TOKENS * step].unflatten(1, (TOKENS, step)).mean(-1) for x in (far, speed)]
        heavy = weight[:, : TOKENS * step].unflatten(1, (TOKENS, step)).mean(-1)
    # A Laplace likelihood: exp(-x) |error| + x is least at the mean of the error.
    guess = sum(((-e).exp() * t + e) for e, t in zip(expects.unbind(-1), told, strict=True))
    guess = (guess * heavy).sum() / heavy.sum().clamp_min(1.0)
    loss = 30.0 * place + 0.5 * turn + 20.0 * jolt + 0.3 * walk + 0.02 * guess
    with torch.no_grad():
        plain = torch.where(known > 0, inputs[0][:, rows, :-3].unflatten(-1, (JOINTS, 6)), shaped[0])
        likely = ((p - positions(rot6d_matrices(plain))).norm(dim=-1).mean(-1) * weight).sum() / weight.sum().clamp_min(
            1.0
        )
    report = {
        "turn": turn,
        "jolt": 20.0 * jolt,
        "mm": 1000.0 * place,
        "way": 1000.0 * likely,
        "root": walk,
        "guess": guess,
    }
    return loss, {name: float(x.detach()) for name, x in report.items()}


def start(model: Between) -> None:
    """The weights that are there already, as far as they fit."""
    arrays, _ = load_weights("body_between")
    own = model.state_dict()
    own.update({k: torch.from_numpy(v) for k, v in arrays.items() if k in own and own[k].shape == v.shape})
    model.load_state_dict(own)
    if "silence" not in arrays:
        with torch.no_grad():
            model.silence.copy_(model.speech.norm.bias)


def main() -> None:
    options = arguments(__doc__.splitlines()[0], 45.0)
    rng = np.random.default_rng(options.seed)
    drawer, model = Drawer(load_track("train"), rng), Between()
    if not options.resume:
        start(model)
    fit(
        model, "body_between", lambda: train_step(model, drawer), options, floor=0.01, every=250, folder=guided_folder()
    )


if __name__ == "__main__":
    main()
