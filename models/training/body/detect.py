"""Which word class a gesture looks like: a small classifier of arm motion, trained on the corpus, to judge takes with.

It sees wrists and palms in the chest's frame around a moment and nothing of the speech.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import nn

from ....core.arrays import Array
from ....core.body.semantics import CLASS_INDEX, FUNCTION_WORDS, WORD_CLASSES, normal_form, stress_time, word_class
from ....core.performance import MODEL_FPS
from ....core.rotations import conjugate, forward_kinematics, multiply, rotate
from ....core.skeleton import INDEX
from ....core.speech.phones import Word
from .data import Track

OFFSETS: Final = (-14, -10, -7, -4, -2, 0, 2, 4, 7, 10)
NONE: Final = len(WORD_CLASSES)


def arm_features(rotations: Array) -> Array:
    """(T, 18): both wrists, palm normals and finger directions in the chest's frame."""
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
    return np.concatenate(pieces, axis=1).astype(np.float32)


def windows_at(features: Array, frames: Array) -> Array:
    """(K, 180): the features around each frame."""
    index = np.clip(frames[:, None] + np.array(OFFSETS), 0, len(features) - 1)
    return features[index].reshape(len(frames), -1)


def _labelled(track: Track, most: int) -> tuple[Array, Array]:
    inputs, labels = [], []
    for a, b in list(zip(track.starts[:-1], track.starts[1:], strict=True))[:most]:
        words = track.words[a:b].astype(np.float32)
        peaks = (
            (words[:, :NONE] > 0.6)
            & (words[:, :NONE] >= np.roll(words[:, :NONE], 1, 0))
            & (words[:, :NONE] > np.roll(words[:, :NONE], -1, 0))
        )
        near = words[:, :NONE].max(axis=1) > 0
        near = np.convolve(near, np.ones(21), "same") > 0
        other = np.flatnonzero((words[:, NONE + 1] > 0.6) & ~near)[::3]
        frames, classes = np.nonzero(peaks)
        features = arm_features(track.rotations[a:b].astype(np.float64))
        inputs += [windows_at(features, frames), windows_at(features, other)]
        labels += [classes, np.full(len(other), NONE)]
    return np.concatenate(inputs), np.concatenate(labels)


def classifier() -> nn.Module:
    """The network, untrained: logits of the classes, and of none, for `windows_at`."""
    return nn.Sequential(
        nn.Linear(18 * len(OFFSETS), 256), nn.ReLU(), nn.Dropout(0.3),
        nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, NONE + 1),
    )  # fmt: skip


def train_detector(track: Track, takes: int = 800, steps: int = 5000) -> nn.Module:
    """The classifier, from the corpus' first takes; about a minute."""
    x, y = _labelled(track, takes)
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
    torch.manual_seed(0)
    model = classifier()
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    # Rare classes count as much as frequent ones, up to a point; words without a class are most of all.
    number = torch.bincount(labels, minlength=NONE + 1).float().clamp_min(1.0)
    weight = (number.mean() / number).sqrt().clamp(0.3, 3.0)
    for _ in range(steps):
        pick = torch.randint(len(inputs), (256,))
        noisy = inputs[pick] + 0.03 * torch.randn(256, inputs.shape[1])
        loss = nn.functional.cross_entropy(model(noisy), labels[pick], weight)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model.eval()


@torch.inference_mode()
def class_scores(model: nn.Module, rotations: Array, words: tuple[Word, ...]) -> tuple[Array, Array]:
    """(K, classes) each word's largest probability of each class within 0.25 s, and (K,) its own class or -1, or -2
    for words that are not judged: function words, and words within 0.6 s of a class word."""
    features = arm_features(rotations)
    frames = np.arange(len(features))
    probability = torch.softmax(model(torch.from_numpy(windows_at(features, frames))), -1).numpy()[:, :NONE]
    reach = int(0.25 * MODEL_FPS)
    times = np.array([stress_time(w) for w in words])
    classes = [word_class(w.text) for w in words]
    taken = np.array([t for t, c in zip(times, classes, strict=True) if c] or [-9.0])
    scores, own = np.zeros((len(words), NONE)), np.full(len(words), -2)
    for k, (word, time, name) in enumerate(zip(words, times, classes, strict=True)):
        centre = round(time * MODEL_FPS)
        span = probability[max(0, centre - reach) : centre + reach + 1]
        if not len(span):
            continue
        scores[k] = span.max(axis=0)
        if name:
            own[k] = CLASS_INDEX[name]
        elif normal_form(word.text) not in FUNCTION_WORDS and np.abs(taken - time).min() > 0.6:
            own[k] = -1
    return scores, own


def word_hits(scores: Array, own: Array, false_alarms: float = 0.05) -> dict[str, object]:
    """Share of class words whose class is seen within 0.25 s, at thresholds that one in twenty other words passes.s.

    scores and own are those of `class_scores`, takes joined; each class has its own threshold.
    """
    others = scores[own == -1]
    threshold = np.quantile(others, 1.0 - false_alarms, axis=0) if len(others) else np.ones(NONE)
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
