"""How legible, graded and separate the emotions are, and how far seeds differ: over many paragraphs, with the spread.

An emotion that is asked for at intensity 0 asks for nothing, so what a classifier then names must not depend on which
one it was: 1/8 of its answers agree by chance when every emotion is asked once, and 1/7 when it may not say neutral.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....core.arkit import BROWS, INDEX, LIPS
from ....core.arrays import Array
from ....core.catalogue.emotions import LEARNED
from ....core.emotion import constant_emotion
from ....core.face.reference import EXPRESSION
from ....core.settings import Settings
from ...face import generate_face
from .corpus import make_item
from .data import Sample
from .measures import FPS, auc, lip_figures, openness

CLIP = 300
LIP_KEYS = ("closure", "openness_auc", "rounding_auc", "spread_auc", "labiodental_auc")
Spread = tuple[float, float]
"""Mean and standard deviation over paragraphs."""


def spread(values: Sequence[float]) -> Spread:
    return float(np.mean(values)), float(np.std(values))


def upper_features(face: Array) -> Array:
    """What the linear classifier sees of a clip: mean and deviation of every upper-face channel."""
    columns = list(EXPRESSION)
    return np.concatenate([face[:, columns].mean(axis=0), face[:, columns].std(axis=0)])


def clips_of(face: Array) -> list[Array]:
    """Ten-second pieces of a face (T, 52); what is left over counts from a third on."""
    return [face[i : i + CLIP] for i in range(0, max(len(face) - 200, 1), CLIP)]


@dataclass(frozen=True)
class Classifier:
    """Scores (8,) of a clip; `middle` and `scale` normalise the features, `table` is linear."""

    middle: Array
    scale: Array
    table: Array

    def scores(self, clip: Array) -> Array:
        """One score an emotion, the largest is named."""
        return np.r_[(upper_features(clip) - self.middle) / self.scale, 1.0] @ self.table


def train_classifier(train: Sequence[Sample], seed: int = 0) -> Classifier:
    """A linear (ridge) classifier of ten-second corpus clips at intensity 1, over upper-face curves alone."""
    rows: list[Array] = []
    labels: list[int] = []
    for k, sample in enumerate(train):
        for e in range(len(LEARNED)):
            frames = int(np.ceil(sample.features.seconds * FPS - 1e-6))
            asked = np.tile(np.eye(len(LEARNED), dtype=np.float32)[e], (frames, 1))
            face = make_item(f"{sample.id}-{k}", sample.phones, sample.features, seed + e, asked).face
            rows += [upper_features(clip) for clip in clips_of(face)]
            labels += [e] * (len(rows) - len(labels))
    x = np.array(rows)
    middle, scale = x.mean(axis=0), x.std(axis=0) + 0.02
    z = np.c_[(x - middle) / scale, np.ones(len(x))]
    table = np.linalg.solve(z.T @ z + 3.0 * np.eye(z.shape[1]), z.T @ np.eye(len(LEARNED))[labels])
    return Classifier(middle, scale, table)


def _face(sample: Sample, emotion: str, intensity: float, seed: int) -> Array:
    from .data import condition_of

    return generate_face(condition_of(sample), Settings(), constant_emotion(emotion, intensity), seed)[0]


def _legibility(scores: Array) -> dict[str, float]:
    """Of scores (asked 8, clips, 8): how often the asked emotion is named, without neutral too, and its AUC."""
    asked = np.arange(len(LEARNED))[:, None]
    named = (scores.argmax(axis=-1) == asked).mean()
    felt = (scores[1:, :, 1:].argmax(axis=-1) + 1 == asked[1:]).mean()
    areas = [auc(scores[e, :, e], np.delete(scores[:, :, e], e, axis=0).ravel()) for e in range(1, len(LEARNED))]
    return {"named": float(named), "named without neutral": float(felt), "AUC": float(np.mean(areas))}


def emotion_figures(samples: Sequence[Sample], train: Sequence[Sample]) -> dict[str, object]:
    """Legibility at intensity 0, 0.5 and 1; per emotion its channels in order, and the lips' figures beside neutral.

    Every generation has a seed of its own, so that nothing agrees for the seed's sake.
    """
    classifier = train_classifier(train)
    faces = {
        (e, level): [_face(s, LEARNED[e], level, 100 * k + 8 * round(2 * level) + e) for k, s in enumerate(samples)]
        for e in range(len(LEARNED)) for level in (0.0, 0.5, 1.0)
    }  # fmt: skip
    scores = {
        level: np.array([[classifier.scores(c) for f in faces[e, level] for c in clips_of(f)] for e in range(8)])
        for level in (0.0, 0.5, 1.0)
    }
    legible = {f"intensity {level:g}": _legibility(s) for level, s in scores.items()}
    base = lip_figures([(f, s.phones) for f, s in zip(faces[0, 1.0], samples, strict=True)])
    rows: dict[str, dict[str, float | Spread]] = {}
    for e, emotion in enumerate(LEARNED[1:], 1):
        named = {level: float((scores[level][e].argmax(axis=-1) == e).mean()) for level in (0.5, 1.0)}
        means = np.array([[f.mean(axis=0) for f in faces[e, level]] for level in (0.0, 0.5, 1.0)])
        main = [c for c in EXPRESSION if (means[2] - means[0]).mean(axis=0)[c] > 0.15]
        steps = np.diff(means[:, :, main], axis=0)
        figures = lip_figures([(f, s.phones) for f, s in zip(faces[e, 1.0], samples, strict=True)])
        rows[emotion] = {
            "named at 1": named[1.0],
            "named at 0.5": named[0.5],
            "in order": float((steps > 0).all(axis=0).mean()),
            "0 to 0.5": spread(steps[0].mean(axis=-1)),
            "0.5 to 1": spread(steps[1].mean(axis=-1)),
            "largest drop": max(1 - figures[k] / base[k] for k in LIP_KEYS),
            "closure": figures["closure"],
        }
    return {"legible": legible, "emotions": rows, "paragraphs": len(samples), "clips": scores[1.0].shape[1],
            "voices": len({s.voice for s in samples})}  # fmt: skip


def diversity(samples: Sequence[Sample], seeds: int = 5) -> dict[str, Spread]:
    """Over paragraphs: how far seeds differ in brows, head (degrees) and blinks, and agree in lips and closures."""
    from .data import condition_of

    rows: dict[str, list[float]] = {}
    for sample in samples:
        made = [generate_face(condition_of(sample), Settings(), constant_emotion(), s) for s in range(seeds)]
        faces, heads = np.stack([f for f, _ in made]), np.stack([h for _, h in made])
        shut = faces[:, :, INDEX["eyeBlinkLeft"]] > 0.5
        pairs = [(a, b) for a in range(seeds) for b in range(a)]
        shared = [(shut[a] & shut[b]).sum() / max((shut[a] | shut[b]).sum(), 1) for a, b in pairs]
        closed = [lip_figures([(f, sample.phones)])["closure"] for f in faces]
        row = {
            "brows, mean deviation between seeds": faces[:, :, list(BROWS)].std(axis=0).mean(),
            "brows, their own deviation over time": faces[:, :, list(BROWS)].std(axis=1).mean(),
            "head, degrees between seeds": np.degrees(heads.std(axis=0)).mean(),
            "blinks that two seeds share": np.mean(shared),
            "mouth, largest difference": np.ptp(faces[:, :, list(LIPS)], axis=0).max(),
            "o, largest difference": np.ptp([openness(f) for f in faces], axis=0).max(),
            "closure, largest difference": np.ptp(closed),
        }
        for key, value in row.items():
            rows.setdefault(key, []).append(float(value))
    return {key: spread(values) for key, values in rows.items()}
