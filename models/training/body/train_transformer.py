"""Trains the masked audio-gesture transformer on the tokens of the corpus.

    python -m orator.models.training.body.train_transformer [--minutes 25] [--resume]

writes .cache/body/body_gesture.safetensors every few hundred steps.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from ....core.arrays import Array
from ...body.layout import rot6d, scaled_root
from ...body.parts import DOWN, PART_JOINTS, PARTS
from ...body.transformer import BodyTransformer, Hints
from ...body.vq import PartVq
from ...body.weights import load_module
from .corpus import cache_folder
from .data import Track, load_track, tensor, windows
from .fit import arguments, fit
from .train_vq import part_batch

TOKENS = 64
BATCH = 24


@torch.no_grad()
def tokenise(track: Track, vqs: dict[str, PartVq]) -> Array:
    """(frames, 3, levels) int16: the codes of the token that starts at a frame, filled where a take's tokens start."""
    levels = max(len(vq.shape.sizes) for vq in vqs.values())
    out = np.zeros((track.frames, len(PARTS), levels), np.int16)
    for a, b in zip(track.starts[:-1], track.starts[1:], strict=True):
        length = (b - a) // DOWN * DOWN
        index = np.arange(a, a + length)[None]
        for k, part in enumerate(PARTS):
            tokens = vqs[part].tokens(part_batch(track, part, index))[0].numpy()
            out[a : a + length : DOWN, k, : tokens.shape[-1]] = tokens
    return out


def draw_hints(rot: Tensor, root: Tensor, rng: np.random.Generator) -> Hints:
    """What artists give: nothing, key poses, a hand, a held pose, long ranges with a gap, or only the root."""
    batch, frames, count = rot.shape[:3]
    joints = np.zeros((batch, frames, count), np.float32)
    given = np.zeros((batch, frames), np.float32)
    for b in range(batch):
        kind = rng.random()
        if kind < 0.3:
            continue
        chosen = np.zeros(count, bool)
        which = rng.random()
        if which < 0.55:
            chosen[:] = True
        elif which < 0.85:
            for part in PARTS:
                chosen[list(PART_JOINTS[part])] |= rng.random() < 0.45
        else:
            side = ("left", "right")[int(rng.random() < 0.5)]
            chosen[[16, 18, 20] if side == "left" else [17, 19, 21]] = True
        where = np.zeros(frames, bool)
        if kind < 0.6:
            where[(np.arange(rng.integers(0, 60), frames, rng.integers(20, 130)))] = True
        elif kind < 0.75:
            first = int(rng.integers(0, frames - 10))
            where[first : first + int(rng.integers(5, 60))] = True
        elif kind < 0.92:
            where[:] = True
            first = int(rng.integers(0, frames - 30))
            where[first : first + int(rng.integers(20, 200))] = False
        else:
            where[:] = True
            if which < 0.55:
                chosen[:] = rng.random(count) < 0.3
        joints[b] = where[:, None] & chosen
        if rng.random() < 0.6:
            given[b] = where
    bits, root_bits = torch.from_numpy(joints), torch.from_numpy(given)
    return Hints(rot * bits[..., None], bits, root * root_bits[..., None], root_bits)


def draw_masks(batch: int, rng: np.random.Generator) -> Array:
    """(batch, TOKENS, 3) bool: True where the token is hidden. Known beginnings, spans and single tokens."""
    out = np.zeros((batch, TOKENS, len(PARTS)), bool)
    for b in range(batch):
        share = np.cos(0.5 * np.pi * rng.random())
        hidden = rng.random((TOKENS, len(PARTS))) < max(share, 0.08)
        if rng.random() < 0.2:
            hidden[:, rng.integers(len(PARTS))] = rng.random() < 0.5
        if rng.random() < 0.55:
            hidden[: int(rng.integers(4, 24))] = False
        if rng.random() < 0.15:
            hidden[-int(rng.integers(4, 24)) :] = False
        out[b] = hidden
    return out


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


def main() -> None:
    options = arguments(__doc__.splitlines()[0], 25.0)
    rng = np.random.default_rng(options.seed)
    folder = cache_folder()
    vqs = {part: load_module(PartVq(part), f"body_{part}", folder) for part in PARTS}
    track = load_track("train")
    stored = folder / "codes.npy"
    newest = max((folder / f"body_{part}.safetensors").stat().st_mtime for part in PARTS)
    if stored.is_file() and stored.stat().st_mtime > newest:
        codes = np.load(stored)
    else:
        codes = tokenise(track, vqs)
        np.save(stored, codes)
    print("tokens ready", flush=True)
    model = BodyTransformer()

    def step_loss() -> tuple[Tensor, dict[str, float]]:
        # Plain attention: at this size the fused kernel's backward pass takes five times as long.
        with torch.autocast("cpu", dtype=torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
            return train_step(model, vqs, track, codes, rng)

    fit(model, "body_gesture", step_loss, options, floor=0.02, every=200)


def train_step(
    model: BodyTransformer, vqs: dict[str, PartVq], track: Track, codes: Array, rng: np.random.Generator
) -> tuple[Tensor, dict[str, float]]:
    """The loss of one batch: cross-entropy of hidden first-level codes, and the other levels' latents."""
    index, take = windows(track, BATCH, TOKENS * DOWN, rng, DOWN)
    truth = torch.from_numpy(codes[index[:, ::DOWN]].astype(np.int64))
    hidden = torch.from_numpy(draw_masks(BATCH, rng))
    tokens = torch.where(hidden, torch.full_like(truth[..., 0], model.blank), truth[..., 0])
    # A few known tokens are wrong, as they will be while decoding.
    wrong = torch.from_numpy(rng.random(tokens.shape) < 0.04) & ~hidden
    tokens = torch.where(wrong, torch.from_numpy(rng.integers(0, model.blank, tokens.shape)), tokens)
    words = tensor(track.words, index)
    words *= torch.from_numpy((rng.random((BATCH, 1, 1)) < 0.6).astype(np.float32))
    hints = None
    if rng.random() < 0.5:
        hints = draw_hints(rot6d(tensor(track.rotations, index)), scaled_root(tensor(track.translation, index)), rng)
    controls = torch.from_numpy(track.controls[take])[:, None].expand(-1, TOKENS, -1)
    heard = torch.from_numpy((rng.random(BATCH) > 0.08).astype(np.float32))
    base, speech = model.context(
        tensor(track.rhythm, index),
        soften(tensor(track.phones, index), tensor(track.heard, index), rng),
        words,
        hints,
        controls,
        heard,
    )
    logits = model(tokens, base, speech)
    loss, report = torch.zeros(()), {}
    for k, part in enumerate(PARTS):
        chosen = hidden[..., k]
        entropy = functional.cross_entropy(logits[part][chosen].float(), truth[..., k, 0][chosen], label_smoothing=0.02)
        loss = loss + entropy * {"upper": 1.0, "hands": 0.6, "lower": 0.5}[part]
        report[part] = entropy.item()
    first, target = {}, {}
    for k, part in enumerate(PARTS):
        quantiser = vqs[part].quantiser
        known = torch.from_numpy(rng.random(truth.shape[:2]) < 0.05)
        noisy = torch.where(known, torch.from_numpy(rng.integers(0, model.blank, known.shape)), truth[..., k, 0])
        first[part] = quantiser.codes(0)[noisy]
        whole = quantiser.decode(truth[..., k, : len(quantiser.sizes)])
        target[part] = whole - first[part]
    fine = model.refine(first, base)
    for part in PARTS:
        error = (fine[part] - target[part]).square().mean() / target[part].square().mean().clamp_min(1e-6)
        loss = loss + 0.5 * error
        report[f"{part}_fine"] = error.item()
    return loss, report


if __name__ == "__main__":
    main()
