"""Which word class a gesture looks like: a small classifier of arm motion, trained on the corpus, to judge takes with.

It sees wrists and palms in the chest's frame around a moment and nothing of the speech.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import nn

from ....core.body.semantics import CLASS_INDEX, FUNCTION_WORDS, WORD_CLASSES, normal_form, stress_time, word_class
from ....core.performance import MODEL_FPS
from ....core.rotations import conjugate, forward_kinematics, multiply, rotate
from ....core.skeleton import INDEX
from ....core.speech.phones import Word
from .data import Track

OFFSETS: Final = (-12, -8, -4, 0, 4, 8, 12)
NONE: Final = len(WORD_CLASSES)


def arm_features(rotations: np.ndarray) -> np.ndarray:
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


def windows_at(features: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """(K, 7 * 18): the features around each frame."""
    index = np.clip(frames[:, None] + np.array(OFFSETS), 0, len(features) - 1)
    return features[index].reshape(len(frames), -1)


def _labelled(track: Track, most: int) -> tuple[np.ndarray, np.ndarray]:
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


def train_detector(track: Track, takes: int = 300, steps: int = 1500) -> nn.Module:
    """The classifier, from the corpus' first takes; about half a minute."""
    x, y = _labelled(track, takes)
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(inputs.shape[1], 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, NONE + 1))
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    for _ in range(steps):
        pick = torch.randint(len(inputs), (256,))
        noisy = inputs[pick] + 0.03 * torch.randn(256, inputs.shape[1])
        loss = nn.functional.cross_entropy(model(noisy), labels[pick])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model.eval()


@torch.inference_mode()
def word_hits(model: nn.Module, rotations: np.ndarray, words: tuple[Word, ...]) -> dict[str, float]:
    """Of class words: the share whose class is seen within 0.25 s; of other content words: how often any class is.

    `top3` counts a hit when the class is among the three likeliest; several classes share clips (open palms, say).
    """
    features = arm_features(rotations)
    probability = torch.softmax(model(torch.from_numpy(windows_at(features, np.arange(len(features))))), -1).numpy()
    hits, top3, wrong, classed, others = 0, 0, 0, 0, 0
    times = [(stress_time(w), word_class(w.text), w) for w in words]
    class_times = np.array([t for t, c, _ in times if c] or [-9.0])
    reach = int(0.25 * MODEL_FPS)
    per: dict[str, list[int]] = {}
    false = 0.0
    for time, name, word in times:
        centre = round(time * MODEL_FPS)
        span = probability[max(0, centre - reach) : centre + reach + 1]
        if not len(span):
            continue
        if name:
            classed += 1
            column = CLASS_INDEX[name]
            hit = bool((span.argmax(axis=1) == column).any())
            hits += hit
            top3 += bool((np.argsort(-span, axis=1)[:, :3] == column).any())
            per.setdefault(name, []).append(int(hit))
        elif normal_form(word.text) not in FUNCTION_WORDS and np.abs(class_times - time).min() > 0.6:
            others += 1
            best = probability[min(centre, len(probability) - 1)]
            wrong += best.argmax() != NONE
            # Per class: how often this class is seen on a word that does not ask for it.
            false += float(best.argmax() != NONE) / NONE
    return {
        "class_words": classed,
        "hit": hits / max(classed, 1),
        "hit_top3": top3 / max(classed, 1),
        "other_words": others,
        "any_class_on_others": wrong / max(others, 1),
        "a_class_on_others": false / max(others, 1),
        "per_class": {k: round(float(np.mean(v)), 2) for k, v in per.items()},
    }
