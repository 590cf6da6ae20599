"""Which gesture a hand makes: a small classifier that sees hands alone and hears nothing, to judge takes with.

It learns from what the body acts to the training voices, with gestures wished for at random among its own, in every
style; so it tells whether a gesture can be told from others, not whether a person would have made it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from torch import nn

from ....core.arrays import Array
from ....core.body.gestures import KINDS
from ....core.body.score import Score
from ....core.body.semantics import FUNCTION_WORDS, WORD_CLASSES, normal_form, stress_time, word_class
from ....core.body.wishes import Wish
from ....core.catalogue.gestures import GESTURE_HANDS
from ....core.catalogue.styles import STYLES
from ....core.mask import everything
from ....core.performance import MODEL_FPS, frame_count
from ....core.rotations import conjugate, forward_kinematics, multiply, rotate
from ....core.settings import Settings
from ....core.skeleton import INDEX
from ....core.speech.features import speech_features
from ....core.speech.phones import PHONE_INDEX, Word
from ....core.speech.speech import Speech
from ....core.stance import relaxed_performance
from ...body.generate import generate_body, score_of
from ...interface.condition import SpeechCondition
from ..speech_corpus import SpeechItem, load_items

OFFSETS: Final = (-15, -11, -8, -5, -2, 0, 2, 5, 9)
KIND_INDEX: Final = {name: k for k, name in enumerate(KINDS)}
NONE: Final = len(KINDS)
FINGERS: Final = ("thumb", "index", "middle", "ring", "pinky")
WIDTH: Final = 2 * (9 + len(FINGERS))
NEAR: Final = 7
"""Frames around a gesture's end in which nothing is called no gesture."""


def hand_features(rotations: Array) -> Array:
    """(T, 28): both wrists, palm normals and finger directions in the chest's frame; how far each finger is bent."""
    positions, world = forward_kinematics(rotations, np.zeros((len(rotations), 3)))
    chest = INDEX["spine3"]
    inverse = conjugate(world[:, chest])
    pieces = []
    for side, sign in (("left", 1.0), ("right", -1.0)):
        wrist = INDEX[f"{side}_wrist"]
        pieces.append(3.0 * rotate(inverse, positions[:, wrist] - positions[:, chest]))
        turned = multiply(inverse, world[:, wrist])
        pieces.append(rotate(turned, np.array([0.0, -1.0, 0.0])))
        pieces.append(rotate(turned, np.array([sign, 0.0, 0.0])))
        knuckles = [INDEX[f"{side}_{finger}{n}"] for finger in FINGERS for n in (1, 2)]
        bent = 2.0 * np.arccos(np.clip(np.abs(rotations[:, knuckles, 0]), 0.0, 1.0))
        pieces.append(bent.reshape(len(bent), -1, 2).sum(axis=-1) / 2.0)
    return np.concatenate(pieces, axis=1).astype(np.float32)


def windows_at(features: Array, frames: Array) -> Array:
    """(K, features of all OFFSETS): what is around each frame."""
    index = np.clip(frames[:, None] + np.array(OFFSETS), 0, len(features) - 1)
    return features[index].reshape(len(frames), -1)


def random_wishes(seconds: float, rng: np.random.Generator, apart: tuple[float, float] = (2.2, 4.5)) -> list[Wish]:
    """Gestures of any kind, hand and size, seconds from one another."""
    out, at = [], float(rng.uniform(1.5, apart[1]))
    while at < seconds - 1.0:
        kind, hands = str(rng.choice(KINDS)), str(rng.choice(GESTURE_HANDS))
        out.append(Wish(at, kind, hands, float(rng.uniform(0.8, 1.3)), float(rng.uniform(0.2, 0.8))))
        at += float(rng.uniform(*apart))
    return out


def unheard(item: SpeechItem) -> SpeechCondition:
    """The condition of a paragraph without phones, which a body that is not led does not need."""
    features = speech_features(Speech(item.samples.astype(np.float32) / 32768.0))
    phones = np.zeros((features.frames, len(PHONE_INDEX)), np.float32)
    words = item.words if item.language == "en" else None
    return SpeechCondition(features, phones, words, frame_count(item.seconds), item.seconds)


def acted(condition: SpeechCondition, settings: Settings, seed: int, wishes: list[Wish]) -> tuple[Array, Score]:
    """Rotations (T, 55, 4) and the score that they act."""
    score = score_of(condition, settings, seed, tuple(wishes))
    still = relaxed_performance(condition.frames)
    mask = everything(condition.frames)
    rotations, _ = generate_body(condition, settings, mask, still, seed, lambda _: None, score=score)
    return np.asarray(rotations, np.float64), score


def _examples(split: str, minutes: float) -> Iterator[tuple[Array, Array]]:
    """(inputs, labels) of takes until there are so many minutes: every gesture, and moments without one."""
    done, turn = 0.0, 0
    while done < minutes * 60.0:
        for item in load_items(split):
            seed = zlib.crc32(f"{item.id}-{turn}".encode())
            rng = np.random.default_rng(seed)
            numbers = {"energy": float(rng.uniform(0.7, 1.4)), "handedness": float(rng.choice((-0.7, 0.0, 0.0, 0.7)))}
            settings = Settings(style=str(rng.choice(STYLES)), **numbers)  # type: ignore[arg-type]
            condition = unheard(item)
            rotations, score = acted(condition, settings, seed, random_wishes(item.seconds, rng))
            features = hand_features(rotations)
            times = np.round([g.time * MODEL_FPS for g in score.gestures]).astype(int)
            kinds = np.array([KIND_INDEX[g.kind] for g in score.gestures], int)
            frames = np.concatenate([times + shift for shift in (-1, 0, 1)])
            free = np.abs(np.arange(len(features))[:, None] - times[None]).min(axis=1, initial=10**6) > NEAR
            others = rng.permutation(np.flatnonzero(free))[: len(times)]
            yield (
                np.concatenate([windows_at(features, frames), windows_at(features, others)]),
                np.concatenate([np.tile(kinds, 3), np.full(len(others), NONE)]),
            )
            done += item.seconds
            if done >= minutes * 60.0:
                return
        turn += 1


def classifier() -> nn.Module:
    """The network, untrained: logits of the kinds, and of none, for `windows_at`."""
    return nn.Sequential(
        nn.Linear(WIDTH * len(OFFSETS), 384), nn.ReLU(), nn.Dropout(0.3),
        nn.Linear(384, 192), nn.ReLU(), nn.Dropout(0.2), nn.Linear(192, NONE + 1),
    )  # fmt: skip


def train_detector(minutes: float = 60.0, steps: int = 6000) -> nn.Module:
    """The classifier, from takes of the training voices; a few minutes on one core."""
    parts = list(_examples("train", minutes))
    inputs, labels = (torch.from_numpy(np.concatenate(x)) for x in zip(*parts, strict=True))
    torch.manual_seed(0)
    model = classifier()
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps, 1e-4)
    # Rare kinds count as much as frequent ones, up to a point.
    number = torch.bincount(labels, minlength=NONE + 1).float().clamp_min(1.0)
    weight = (number.mean() / number).sqrt().clamp(0.3, 3.0)
    for _ in range(steps):
        pick = torch.randint(len(inputs), (384,))
        noisy = inputs[pick] + 0.03 * torch.randn(384, inputs.shape[1])
        loss = nn.functional.cross_entropy(model(noisy), labels[pick], weight)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return model.eval()


@torch.inference_mode()
def seen(model: nn.Module, rotations: Array) -> Array:
    """(T, kinds): how much each frame looks like the end of a stroke of each kind."""
    features = hand_features(np.asarray(rotations, np.float64))
    logits = model(torch.from_numpy(windows_at(features, np.arange(len(features)))))
    return torch.softmax(logits, -1).numpy()[:, :NONE]


def most_near(probability: Array, times: Array, reach: float) -> Array:
    """(K, kinds): the most within `reach` seconds of each time."""
    frames = int(reach * MODEL_FPS)
    centres = np.round(np.asarray(times) * MODEL_FPS).astype(int)
    index = np.clip(centres[:, None] + np.arange(-frames, frames + 1), 0, len(probability) - 1)
    return probability[index].max(axis=1)


def class_scores(model: nn.Module, rotations: Array, words: tuple[Word, ...]) -> tuple[Array, Array]:
    """(K, classes) each word's largest probability of each class within 0.25 s, and (K,) its own class or -1, or -2
    for words that are not judged: function words, and words within 0.6 s of a class word."""
    times = np.array([stress_time(w) for w in words])
    classes = [word_class(w.text) for w in words]
    taken = np.array([t for t, c in zip(times, classes, strict=True) if c] or [-9.0])
    columns = [KIND_INDEX[name] for name in WORD_CLASSES]
    scores, own = most_near(seen(model, rotations), times, 0.25)[:, columns], np.full(len(words), -2)
    for k, (word, time, name) in enumerate(zip(words, times, classes, strict=True)):
        if name:
            own[k] = WORD_CLASSES.index(name)
        elif normal_form(word.text) not in FUNCTION_WORDS and np.abs(taken - time).min() > 0.6:
            own[k] = -1
    return scores, own


def word_hits(scores: Array, own: Array, false_alarms: float = 0.05) -> dict[str, object]:
    """Share of class words whose class is seen within 0.25 s, at thresholds that one in twenty other words passes.

    scores and own are those of `class_scores`, takes joined; each class has its own threshold.
    """
    others = scores[own == -1]
    threshold = np.quantile(others, 1.0 - false_alarms, axis=0) if len(others) else np.ones(len(WORD_CLASSES))
    per: dict[str, float] = {}
    hits = np.zeros(0, bool)
    for column, name in enumerate(WORD_CLASSES):
        found = scores[own == column, column] > threshold[column]
        if len(found):
            per[f"{name} ({len(found)})"] = round(float(found.mean()), 2)
            hits = np.concatenate([hits, found])
    return {
        "class_words": len(hits),
        "hit": float(hits.mean()) if len(hits) else 0.0,
        "other_words": len(others),
        "false_alarms": false_alarms,
        "per_class": per,
    }
