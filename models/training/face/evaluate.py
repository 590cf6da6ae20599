"""The face's figures on held-out voices and sentences, as a dict and as a section for the quality report.

    python -m orator.models.training.face.evaluate [--clips 24] [--out docs/quality_face.md]

Truth is the phone times that each held-out paragraph knows (synthetic voices) or was aligned to (the human voice).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ....core.arkit import BROWS, COUNT, INDEX, LIPS
from ....core.settings import EMOTIONS, Settings, constant_emotion
from ....core.speech.phones import Word
from ...condition import SpeechCondition
from ...face import STAGES, generate_face
from ...progress import no_tick
from .corpus import make_item
from .data import Sample, load
from .measures import FPS, dynamics, lip_figures, openness, upper_figures
from .visemes import loudness_scale, mouth

EXPRESSION = [i for i, n in enumerate(INDEX) if i not in LIPS and not n.startswith(("eyeBlink", "eyeLook"))]


def condition_of(sample: Sample, kind: str = "real") -> SpeechCondition:
    """What generation hears of a sample: 'real' posteriors, or 'sharp' ones as with its transcript."""
    frames = int(np.ceil(sample.features.seconds * FPS - 1e-6))
    words: tuple[Word, ...] | None = None
    return SpeechCondition(
        sample.features, getattr(sample, kind).astype(np.float32), words, frames, sample.features.seconds
    )


def _figures(faces: Sequence[np.ndarray], samples: Sequence[Sample]) -> dict[str, float]:
    clips = [(f, s.phones) for f, s in zip(faces, samples, strict=True)]
    return {**lip_figures(clips), **dynamics([openness(f) for f in faces])}


def _faces(samples: Sequence[Sample], kind: str, stages: tuple[str, ...] = STAGES, emotion: str = "neutral",
           intensity: float = 1.0, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:  # fmt: skip
    track = constant_emotion(emotion, intensity)
    return [
        generate_face(condition_of(s, kind), Settings(transcript=None), track, seed, no_tick, stages) for s in samples
    ]


def _mouths(samples: Sequence[Sample], kind: str) -> list[np.ndarray]:
    """Faces (T, 52) with the mouth alone: what refinement puts there, without running the diffusion."""
    from ...face.generate import load_lip_net, refine, run_lips

    out = []
    for sample in samples:
        heard = condition_of(sample, kind)
        mouth_alone = run_lips(load_lip_net(), heard, constant_emotion(), no_tick)
        out.append(refine(np.zeros((heard.frames, COUNT), np.float32), mouth_alone))
    return out


def oracle(samples: Sequence[Sample]) -> list[np.ndarray]:
    """The corpus rules on true phone times, (T, 52) at 30 fps."""
    return [mouth(s.phones, s.features.seconds, FPS, loudness_scale(s.features.energy)) for s in samples]


def shuffled(samples: Sequence[Sample], faces: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Each clip with the face of the next one's speech, repeated or cut to its length."""
    moved = [*faces[1:], faces[0]]
    return [np.resize(m, (len(f), COUNT)) for m, f in zip(moved, faces, strict=True)]


def lip_table(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """Lip figures and dynamics: without and with a transcript, the rules on true phones, and shuffled speech."""
    real, with_words = _mouths(samples, "real"), _mouths(samples, "sharp")
    return {
        "no transcript": _figures(real, samples),
        "with transcript": _figures(with_words, samples),
        "rules on true phones": _figures(oracle(samples), samples),
        "shuffled speech": _figures(shuffled(samples, real), samples),
    }


def ablation(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """Diffusion alone, with lip conditioning, with refinement."""
    steps: dict[str, tuple[str, ...]] = {
        "diffusion alone": (), "+ lip conditioning": ("lip_condition",), "+ refinement": ("lip_condition", "refine"),
    }  # fmt: skip
    return {name: _figures([f for f, _ in _faces(samples, "real", s)], samples) for name, s in steps.items()}


def only_the_mouth(sample: Sample) -> bool:
    """Whether refinement leaves everything but the mouth equal to the bit."""
    (before, head), = _faces([sample], "real", ("lip_condition",))
    (after, turned), = _faces([sample], "real", ("lip_condition", "refine"))
    rest = [i for i in range(COUNT) if i not in LIPS]
    return bool(np.array_equal(before[:, rest], after[:, rest]) and np.array_equal(head, turned))


def upper_features(face: np.ndarray) -> np.ndarray:
    """What the linear classifier sees of a clip: mean and deviation of every upper-face channel."""
    return np.concatenate([face[:, EXPRESSION].mean(axis=0), face[:, EXPRESSION].std(axis=0)])


def emotion_classifier(train: Sequence[Sample], seed: int = 0) -> Callable[[np.ndarray], int]:
    """A linear (ridge) classifier of 10 s corpus clips at intensity 1, over upper-face curves alone."""
    rows, labels = [], []
    for k, sample in enumerate(train):
        for e in range(len(EMOTIONS)):
            frames = int(np.ceil(sample.features.seconds * FPS - 1e-6))
            asked = np.tile(np.eye(len(EMOTIONS), dtype=np.float32)[e], (frames, 1))
            face = make_item(f"{sample.id}-{k}", sample.phones, sample.features, seed + e, asked).face
            rows += [upper_features(face[i : i + 300]) for i in range(0, max(len(face) - 200, 1), 300)]
            labels += [e] * (len(rows) - len(labels))
    x = np.array(rows)
    middle, spread = x.mean(axis=0), x.std(axis=0) + 0.02
    z = np.c_[(x - middle) / spread, np.ones(len(x))]
    table = np.linalg.solve(z.T @ z + 3.0 * np.eye(z.shape[1]), z.T @ np.eye(len(EMOTIONS))[labels])
    return lambda face: int(np.argmax(np.r_[(upper_features(face) - middle) / spread, 1.0] @ table))


def emotion_figures(samples: Sequence[Sample], train: Sequence[Sample]) -> dict[str, float | dict[str, float]]:
    """Legibility at intensity 0 and 1, order over intensities, and the lips' figures under every emotion."""
    name = emotion_classifier(train)
    right = {0.0: 0, 1.0: 0}
    tried = ordered = asked = 0
    lips: dict[str, float] = {}
    calm = [f for f, _ in _faces(samples, "real", emotion="happy", intensity=0.0)]
    base = _figures(calm, samples)
    keys = ("closure", "openness_auc", "rounding_auc", "spread_auc", "labiodental_auc")
    for e, emotion in enumerate(EMOTIONS[1:], 1):
        levels = {i: [f for f, _ in _faces(samples, "real", emotion=emotion, intensity=i)] for i in (0.5, 1.0)}
        levels[0.0] = calm
        for level in right:
            for face in levels[level]:
                clips = [face[i : i + 300] for i in range(0, max(len(face) - 200, 1), 300)]
                right[level] += sum(name(c) == e for c in clips)
                tried += len(clips) if level == 1.0 else 0
        main = [c for c in EXPRESSION if np.mean([f[:, c].mean() for f in levels[1.0]])
                - np.mean([f[:, c].mean() for f in levels[0.0]]) > 0.15]  # fmt: skip
        for column in main:
            means = [np.mean([f[:, column].mean() for f in levels[i]]) for i in (0.0, 0.5, 1.0)]
            ordered += means[0] < means[1] < means[2]
            asked += 1
        figures = _figures(levels[1.0], samples)
        lips[emotion] = max(1 - figures[k] / base[k] for k in keys)
    return {
        "named at intensity 1": right[1.0] / tried,
        "named at intensity 0": right[0.0] / tried,
        "channels in order": ordered / max(asked, 1),
        "largest drop of a lip figure": lips,
    }


def diversity(sample: Sample, seeds: int = 5) -> dict[str, float]:
    """Mean deviation over seeds of brows, blinks (frames shut in one seed only) and head (degrees), and of closures."""
    made = [_faces([sample], "real", seed=s)[0] for s in range(seeds)]
    faces, heads = np.stack([f for f, _ in made]), np.stack([h for _, h in made])
    brow = faces[:, :, list(BROWS)].std(axis=0).mean()
    shut = faces[:, :, INDEX["eyeBlinkLeft"]] > 0.5
    together = (shut.any(axis=0) & ~shut.all(axis=0)).sum() / max(shut.any(axis=0).sum(), 1)
    closed = [lip_figures([(f, sample.phones)])["closure"] for f in faces]
    return {
        "brows": float(brow),
        "blinks that differ": float(together),
        "head_degrees": float(np.degrees(heads.std(axis=0)).mean()),
        "lips": float(faces[:, :, list(LIPS)].std(axis=0).max()),
        "closure_spread": float(np.ptp(closed)),
    }


def upper_table(samples: Sequence[Sample]) -> dict[str, float]:
    made = _faces(samples, "real")
    return upper_figures([f for f, _ in made], [h for _, h in made])


def reach(sample: Sample) -> dict[str, float]:
    """90th percentile of o and lag (ms) when the same speech is 10 dB softer against itself, or as it is."""
    quiet = replace(sample, features=replace(sample.features, energy=np.maximum(sample.features.energy - 10.0, -60.0)))
    out = {}
    for name, one in (("as it is", sample), ("10 dB softer", quiet)):
        face = _faces([one], "real")[0][0]
        out[f"p90 {name}"] = float(np.percentile(openness(face), 90))
        out[f"lag_ms {name}"] = lip_figures([(face, one.phones)])["lag_ms"]
    return out


def evaluate_face(clips: int = 24) -> dict[str, object]:
    """Every figure of the face. Needs the speech corpus and its face cache (`data.prepare`); takes about a minute."""
    test = load("test")
    human = [s for s in test if s.voice == "kathleen"][:clips]
    synthetic = [s for s in test if s.voice != "kathleen" and s.language == "en"]
    synthetic = synthetic[:: max(1, len(synthetic) // clips)][:clips]
    german = [s for s in test if s.language == "de"][:clips]
    train = load("train")[::12][:24]
    few = [*human[:2], *synthetic[:2]]
    return {
        "human voice": lip_table(human),
        "synthetic voices": lip_table(synthetic),
        "German": {k: v for k, v in lip_table(german).items() if k != "with transcript"},
        "ablation": ablation(human[:6]),
        "only the mouth": all(only_the_mouth(s) for s in few[1:3]),
        "upper face": upper_table(human + synthetic),
        "emotion": emotion_figures(few, train),
        "diversity": diversity(human[0]),
        "reach": reach(human[0]),
        "minutes": {
            "human": sum(s.features.seconds for s in human) / 60,
            "synthetic": sum(s.features.seconds for s in synthetic) / 60,
            "German": sum(s.features.seconds for s in german) / 60,
        },
    }


def main() -> None:
    from .report import section

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--out", type=Path, help="write the section here")
    arguments = parser.parse_args()
    figures = evaluate_face(arguments.clips)
    print(json.dumps(figures, indent=1))
    if arguments.out is not None:
        arguments.out.write_text(section(figures))


if __name__ == "__main__":
    main()
