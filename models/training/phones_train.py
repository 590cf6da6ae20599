"""Trains the phone network on the speech corpus, on one CPU thread.

    python -m orator.models.training.phones_train [--minutes 60] [--tune] [--resume]

`--tune` goes on from the shipped weights with more human voices (phones_human.py), more synthetic ones (phones_more.py)
and people who never were (phones_people.py), and a loss of what the lips must do; its weights stay in the cache, as
phones_tuned.safetensors. `--resume` goes on where the last training stopped, in its weights and its schedule.

Rounds: augment the whole corpus anew, train a few passes over it, write a checkpoint and the weights.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from ...core.speech.phones import PHONE_INDEX, PHONES
from ..emage.model import half_is_fast
from ..phones.network import WEIGHTS, PhoneNetwork
from .phones_data import Example, augmented, plain, warped
from .phones_human import human_items
from .phones_more import more_items
from .phones_people import RECORDED, people_items
from .speech_corpus import SpeechItem, cache_folder, load_items
from .speech_mix import mixed_sound

CROP: Final = 400
BATCH: Final = 24
SEED: Final = 11
PEAK_RATE: Final = 2e-3
# How often a round takes a paragraph on average: humans most, since strangers are human.
HUMAN_TIMES: Final = 1.5
SYNTHETIC_TIMES: Final = 0.6
TUNE_RATE: Final = 9e-4
LIP_WEIGHT: Final = 0.6
LIP_GROUPS: Final = tuple([PHONE_INDEX[p] for p in group] for group in ("PBM", "FV"))
"""What the lips must be sure of: that they meet, and that the lip meets the teeth."""
ACTED_TIMES: Final = 3.0
"""The same for actors with hand-made phone times: few minutes, and the only people who shout and whisper."""
MIXED: Final = {"emodb": 0.8, "asterisk": 0.4, "kathleen": 0.4, "anew": 0.0, "": 0.25}
"""How often a paragraph is taken in another order (speech_mix.py), by how its voice begins."""
PEOPLE_TIMES: Final = 1.0
"""The same for people who never were and for recorded voices of other languages."""
LIKE_LIPS: Final = [PHONE_INDEX[p] for p in "N D T DH Z NG L TH G V".split()]
"""What is taken for lips that meet."""
SURE_OF: Final = 4.0
"""How much more frames of P, B, M and of what is taken for them count: both sides, so that neither gains by bias."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--tune", action="store_true", help="go on from the shipped weights with more human voices")
    parser.add_argument("--passes", type=int, default=3, help="passes over each augmented round")
    arguments = parser.parse_args()
    train(arguments.minutes, arguments.resume, arguments.passes, arguments.tune)


def train(minutes: float, resume: bool, passes: int, tune: bool = False) -> None:
    """Trains for `minutes` of processor time on a cosine schedule; writes the averaged weights after every round."""
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    items = list(load_items("train")) + ([*human_items("train"), *more_items(), *people_items()] if tune else [])
    held = [plain(item) for item in load_items("val")]
    network = PhoneNetwork()
    average = PhoneNetwork()
    path = cache_folder() / "phones.pt"
    rounds = 0
    spent = 0.0
    if resume and path.exists():
        state = torch.load(path, weights_only=True)
        network.load_state_dict(state["network"])
        rounds, spent = int(state["rounds"]), float(state.get("minutes", 0.0))
    elif tune:
        shipped = {name: tensor.float() for name, tensor in load_file(WEIGHTS).items()}
        missing = network.load_state_dict(shipped, strict=False).missing_keys
        _silence(network, missing)
    weights = cache_folder() / "phones_tuned.safetensors" if tune else WEIGHTS
    peak = TUNE_RATE if tune else PEAK_RATE
    average.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(network.parameters(), lr=peak, weight_decay=0.01, betas=(0.9, 0.98))
    begun = time.process_time() - 60.0 * spent
    steps = 0
    while time.process_time() - begun < 60.0 * minutes:
        rng = np.random.default_rng((SEED, rounds))
        examples = _round(items, rng)
        seen, total = 0, 0.0
        for mel, labels in _batches(examples, rng, passes):
            part = (time.process_time() - begun) / (60.0 * minutes)
            if part >= 1.0:
                break
            warm = min(1.0, (steps + 1) / 100.0)
            for group in optimiser.param_groups:
                group["lr"] = peak * warm * (0.02 + 0.98 * 0.5 * (1.0 + np.cos(np.pi * part)))
            loss = _step(network, optimiser, mel, labels, tune)
            _follow(average, network, 0.995 if steps > 500 else 0.98)
            steps, seen, total = steps + 1, seen + 1, total + loss
        rounds += 1
        accuracy, human = _accuracy(average, held)
        taken = (time.process_time() - begun) / 60.0
        torch.save({"network": average.state_dict(), "rounds": rounds, "minutes": taken}, path)
        write_weights(average, weights)
        print(
            json.dumps(
                {
                    "round": rounds,
                    "steps": steps,
                    "minutes": round(taken, 1),
                    "loss": round(total / max(seen, 1), 4),
                    "accuracy": round(accuracy, 4),
                    "human": round(human, 4),
                }
            ),
            flush=True,
        )


def _silence(network: PhoneNetwork, missing: list[str]) -> None:
    """Blocks that the shipped weights lack add nothing to begin with: the deeper network starts as the old one."""
    for name, parameter in network.named_parameters():
        if name in missing and ".mix." in name:
            nn.init.zeros_(parameter)


def _step(
    network: PhoneNetwork, optimiser: torch.optim.Optimizer, mel: torch.Tensor, labels: torch.Tensor, tune: bool
) -> float:
    """One step of the weights; the loss."""
    network.train()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half_is_fast()):
        logits = network(mel)
    loss = nn.functional.cross_entropy(logits.float(), labels, label_smoothing=0.05)
    if tune:
        loss = loss + LIP_WEIGHT * lip_loss(logits.float(), labels)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 2.0)
    optimiser.step()
    return float(loss.detach())


def lip_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the lips' own questions, of logits (B, 40, N) and labels (B, N)."""
    logs = torch.log_softmax(logits, dim=1)
    total = logits.new_zeros(())
    close = torch.isin(labels, torch.tensor([*LIP_GROUPS[0], *LIKE_LIPS]))
    weight = 1.0 + (SURE_OF - 1.0) * close
    for group in LIP_GROUPS:
        inside = torch.isin(labels, torch.tensor(group))
        heard = torch.logsumexp(logs[:, group], dim=1).clamp(max=-1e-4)
        wrong = torch.log1p(-heard.exp())
        total = total - (weight * torch.where(inside, heard, wrong)).mean()
    return total


def write_weights(network: PhoneNetwork, path: Path) -> None:
    """Weights as float16 (normalisation statistics too), written beside and then moved into place."""
    state = {k: v.half().contiguous() for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file(state, partial, metadata={"phones": " ".join(PHONES)})
    partial.chmod(0o644)
    partial.replace(path)


def _round(items: list[SpeechItem], rng: np.random.Generator) -> list[Example]:
    out = []
    for item in items:
        for _ in range(int(_times(item.voice) + rng.random())):
            other = items[int(rng.integers(len(items)))].samples.astype(np.float32) / 32768.0
            example = augmented(_mixed(item, rng), rng, other)
            # A filter that rings without end would spoil the weights.
            if np.isfinite(example.mel).all():
                out.append(example)
    return out


def _mixed(item: SpeechItem, rng: np.random.Generator) -> SpeechItem:
    """The paragraph, at times in another order."""
    share = next(s for begins, s in MIXED.items() if item.voice.startswith(begins))
    if rng.random() >= share:
        return item
    samples, phones = mixed_sound(item.samples, item.phones, rng)
    return replace(item, samples=samples, phones=phones)


def _times(voice: str) -> float:
    """How often a round takes a paragraph of the voice, on average."""
    if voice.startswith("emodb"):
        return ACTED_TIMES
    if voice == "kathleen" or voice.startswith("asterisk"):
        return HUMAN_TIMES
    if voice.startswith("anew-emodb"):
        return 2.0 * PEOPLE_TIMES
    recorded = voice.startswith("anew") or voice in {v.name for v in RECORDED}
    return PEOPLE_TIMES if recorded else SYNTHETIC_TIMES


def _batches(
    examples: list[Example], rng: np.random.Generator, passes: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    crops = [
        (number, start)
        for _ in range(passes)
        for number, example in enumerate(examples)
        for start in _starts(example.mel.shape[1], rng)
    ]
    rng.shuffle(crops)
    for first in range(0, len(crops) - BATCH, BATCH):
        chosen = crops[first : first + BATCH]
        mels = [warped(examples[n].mel[:, s : s + CROP].astype(np.float32), rng) for n, s in chosen]
        labels = [examples[n].labels[s : s + CROP] for n, s in chosen]
        yield torch.from_numpy(np.stack(mels)), torch.from_numpy(np.stack(labels).astype(np.int64))


def _starts(frames: int, rng: np.random.Generator) -> list[int]:
    if frames <= CROP:
        return []
    offset = int(rng.integers(0, min(CROP, frames - CROP)))
    return list(range(offset, frames - CROP + 1, CROP))


def _follow(average: nn.Module, network: nn.Module, keep: float) -> None:
    with torch.no_grad():
        for slow, fast in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
            if slow.dtype.is_floating_point:
                slow.lerp_(fast, 1.0 - keep)


def _accuracy(network: PhoneNetwork, examples: list[Example]) -> tuple[float, float]:
    """Share of frames named right: over the mean of voices, and for the human one."""
    network.eval()
    by_voice: dict[str, list[float]] = {}
    with torch.inference_mode():
        for example in examples:
            frames = example.mel.shape[1] // 2 * 2
            logits = network(torch.from_numpy(example.mel[:, :frames].astype(np.float32))[None])[0]
            right = (logits.argmax(0).numpy() == example.labels[:frames]).mean()
            by_voice.setdefault(example.voice, []).append(float(right))
    means = {voice: float(np.mean(values)) for voice, values in by_voice.items()}
    return float(np.mean(list(means.values()))), means.get("kathleen", 0.0)


if __name__ == "__main__":
    main()
