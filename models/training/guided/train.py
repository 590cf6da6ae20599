"""Trains the in-between diffusion, from the in-between regression's weights.

    python -m orator.models.training.guided.train [--minutes 30] [--seed 0] [--resume]

writes ORATOR_CACHE/guided/guided.safetensors every few hundred steps. Minutes are of processor time, one core.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ....core.arrays import Array
from ....core.skeleton import FACE_JOINTS
from ...body.between import Between
from ...body.layout import rot6d, rot6d_matrices, scaled_root
from ...body.parts import DOWN, JOINTS
from ...body.transformer import Hints, Layer
from ...guided.inputs import moments
from ...guided.network import Guided, held
from ...weights import load_weights
from ..body.fit import arguments, fit
from .corpus import Track, guided_folder, load_track
from .train_between import draw_keys, positions

TOKENS: Final = 64
BATCH: Final = 12
POSED: Final = 48
"""Frames of each window whose joint positions are compared; forward kinematics is the dearest part of a step."""
REAL: Final = 0.3
"""Share of windows from real motion."""
SMOOTH: Final = 2.0
WHITE: Final = 0.12
"""Noise is as smooth as motion: a Gaussian of two frames, and this share of white variance."""


def noise_like(shape: tuple[int, int, int], rng: np.random.Generator) -> Tensor:
    """(B, T, K) of unit variance, correlated over frames as motion is."""
    reach = int(4 * SMOOTH)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SMOOTH) ** 2)
    kernel *= np.sqrt(1.0 - WHITE) / np.linalg.norm(kernel)
    batch, frames, width = shape
    white = torch.from_numpy(rng.standard_normal((batch, width, frames + 2 * reach), dtype=np.float32))
    rows = torch.from_numpy(kernel.astype(np.float32))[None, None]
    smooth = functional.conv1d(white.flatten(0, 1)[:, None], rows).view(batch, width, frames)
    extra = torch.from_numpy(rng.standard_normal((batch, width, frames), dtype=np.float32))
    return (smooth + np.sqrt(WHITE) * extra).transpose(1, 2)


def draw_guides(batch: int, frames: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Bits as in `draw_keys`: guide poses about a second apart, artists' keys, both, or in a tenth nothing."""
    joints, root = draw_keys(batch, frames, rng)
    for b in range(batch):
        kind = rng.random()
        if kind < 0.1:
            joints[b], root[b] = 0.0, 0.0
        elif kind < 0.5:
            at = np.cumsum(rng.uniform(15, 54, frames // 15)).astype(int)
            at = at[at < frames]
            if kind < 0.4:
                joints[b], root[b] = 0.0, 0.0
            joints[b, at], root[b, at] = 1.0, 1.0
    return joints, root


def rows(array: Array, index: Array) -> Tensor:
    """The rows of a half-precision track as a float32 tensor."""
    return torch.from_numpy(array[index].astype(np.float32))


class Drawer:
    """Random windows of the track as the network's inputs."""

    def __init__(self, track: Track, rng: np.random.Generator) -> None:
        self.track, self.rng = track, rng
        lengths = np.diff(track.starts) - TOKENS * DOWN
        share = np.maximum(lengths, 0).astype(np.float64)
        real = ~track.sound.reshape(-1).astype(bool)
        for mask, total in ((real, REAL), (~real, 1.0 - REAL)):
            share[mask] *= total / max(share[mask].sum(), 1.0)
        self.share = share / share.sum()

    def windows(self, count: int) -> tuple[Array, Array]:
        take = self.rng.choice(len(self.share), count, p=self.share)
        room = np.diff(self.track.starts)[take] - TOKENS * DOWN
        first = (self.rng.random(count) * (room + 1)).astype(int)
        return (self.track.starts[take] + first)[:, None] + np.arange(TOKENS * DOWN), take

    def batch(self, count: int) -> tuple[Tensor, Hints, tuple[Tensor, ...]]:
        """(truth (B, T, 333), hints, the other conditions in the network's order)."""
        index, take = self.windows(count)
        turns, root = rot6d(rows(self.track.rotations, index)), scaled_root(rows(self.track.translation, index))
        bits, root_bits = (torch.from_numpy(x) for x in draw_guides(count, TOKENS * DOWN, self.rng))
        hints = Hints(turns * bits[..., None], bits, root * root_bits[..., None], root_bits)

        def chance(p: float) -> Tensor:
            return torch.from_numpy((self.rng.random((count, 1, 1)) < p).astype(np.float32))

        words = rows(self.track.words, index) * chance(0.5)
        phones = rows(self.track.phones, index) * chance(0.9)
        controls = torch.from_numpy(self.track.controls[take].astype(np.float32))[:, None].expand(-1, TOKENS, -1)
        voice = torch.from_numpy(self.track.sound.reshape(-1)[take].astype(np.float32)) * chance(0.88)[:, 0, 0]
        listens = chance(0.85)
        partner, whose = rows(self.track.partner, index) * listens, rows(self.track.turns, index) * listens
        truth = torch.cat([turns.flatten(-2), root], dim=-1)
        return truth, hints, (rows(self.track.rhythm, index), phones, words, controls, partner, whose, voice)


def start(model: Guided, drawer: Drawer) -> None:
    """The regression's weights, the mean pose, and the state's basis: principal directions beside the straight way."""
    arrays, _ = load_weights("body_between")
    own = model.state_dict()
    like = {k: torch.from_numpy(v) for k, v in arrays.items() if k in own and own[k].shape == v.shape}
    missing = {name for name in Between().state_dict() if not name.startswith("expects")} - set(like)
    assert not missing, missing
    own.update(like)
    model.load_state_dict(own)
    for layer in list(model.layers)[4:]:
        assert isinstance(layer, Layer)
        for still in (*layer.own.out.parameters(), *layer.feed[2].parameters()):
            torch.nn.init.zeros_(still)
    with torch.no_grad():
        model.noisy.weight.mul_(0.2)
        model.silence.copy_(model.speech.norm.bias)
        truths: list[Tensor] = []
        rest: list[Tensor] = []
        for _ in range(40):
            truth, hints, other = drawer.batch(8)
            if not len(rest):
                model.rest.copy_(truth.flatten(0, 1).mean(0))
            rest.append(truth.flatten(0, 1)[::7])
            condition = model.condition(hints, *other)
            known = hints.joints.amax((1, 2)) > 0
            truths.append((truth - condition.way)[known].flatten(0, 1)[::3])
        model.rest.copy_(torch.cat(rest).mean(0))
        residual = torch.cat(truths)
        for j in FACE_JOINTS:
            residual[:, 6 * j : 6 * j + 6] = 0.0
        _, size, basis = torch.linalg.svd(residual - residual.mean(0), full_matrices=False)
        scale = size / np.sqrt(len(residual))
        count = model.shape.state
        print(
            "explained",
            float(scale[:count].square().sum() / scale.square().sum()),
            "last",
            float(scale[count]),
            flush=True,
        )
        floor = scale[:count].clamp_min(0.02 * float(scale[0]))
        model.out.copy_(basis[:count] * floor[:, None])
        model.into.copy_((basis[:count] / floor[:, None]).T)


def train_step(model: Guided, drawer: Drawer) -> tuple[Tensor, dict[str, float]]:
    """The squared error of x0 at a random step: the state, the rotations, their speeds, and joint positions."""
    truth, hints, other = drawer.batch(BATCH)
    rng = drawer.rng
    condition = model.condition(hints, *other)
    with torch.no_grad():
        clean = (truth - condition.way) @ model.into
        times = (np.arange(BATCH) + rng.random(BATCH)) / BATCH
        time = torch.from_numpy(times.astype(np.float32))
        signal, sigma = torch.cos(0.5 * torch.pi * time), torch.sin(0.5 * torch.pi * time)
        noise = noise_like((len(clean), clean.shape[1], clean.shape[2]), rng)
        state = signal[:, None, None] * clean + sigma[:, None, None] * noise
    change = held(model(state, torch.from_numpy(moments(times)), condition.base), condition.away)
    made = condition.way + change
    gap = made - truth
    turn = gap[..., :-3].square().mean()
    pace = gap.diff(dim=1)[..., :-3].square().mean()
    walk = gap[..., -3:].square().mean()
    hidden = ((gap @ model.into).square() * model.out.norm(dim=-1)).mean()
    first = int(rng.integers(0, TOKENS * DOWN - POSED))
    near = slice(first, first + POSED)
    p, q = (positions(rot6d_matrices(x[:, near, :-3].unflatten(-1, (JOINTS, 6)))) for x in (truth, made))
    place = (p - q).square().sum(-1).mean()
    jolt = gap.diff(n=2, dim=1).square().mean()
    loss = 40.0 * turn + 4000.0 * pace + 4000.0 * jolt + 150.0 * place + 0.5 * walk + 0.5 * hidden
    late = float(place.detach()) ** 0.5 * 1000.0
    parts = {
        "turn": 40 * turn.item(),
        "pace": 4000 * pace.item(),
        "jolt": 4000 * jolt.item(),
        "place": 150 * place.item(),
        "walk": 0.5 * walk.item(),
    }
    return loss, {**parts, "hidden": 0.5 * hidden.item(), "mm": late}


def main() -> None:
    options = arguments(__doc__.splitlines()[0], 30.0)
    rng = np.random.default_rng(options.seed)
    drawer, model = Drawer(load_track("train"), rng), Guided()
    if not options.resume:
        start(model, drawer)
    fit(model, "guided", lambda: train_step(model, drawer), options, floor=0.01, every=200, folder=guided_folder())


if __name__ == "__main__":
    main()
