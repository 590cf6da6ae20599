"""Fits and judges the guess of the emotion from the voice, on EmoDB.

    python -m orator.models.training.face.train_guess

Judged by leaving out every speaker in turn, and every pair of speaker and sentence; then fitted on all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from ....core.arrays import Array
from ....core.face.guess import CLASSES, VoiceModel, voice_figures
from ....core.speech.features import speech_features
from ....core.speech.speech import Speech
from ...weights import FOLDER
from ..phones_human import emodb_clips

_NAMES: Final = tuple(CLASSES)
_STIFF: Final = 0.03
"""Inverse of the ridge of the logistic regression."""


def read() -> tuple[Array, Array, Array, Array]:
    """Figures (N, 64), class (N,), speaker (N,) and sentence (N,) of every clip."""
    rows, said, who, what = [], [], [], []
    for entry, samples, _ in emodb_clips():
        figures = voice_figures(speech_features(Speech(samples)))
        if figures is not None:
            rows.append(figures)
            said.append(_NAMES.index(str(entry["emotion"])))
            who.append(str(entry["speaker"]))
            what.append(str(entry["id"])[2:5])
    return np.array(rows), np.array(said), np.array(who), np.array(what)


def fitted(rows: Array, said: Array) -> VoiceModel:
    """The model of some clips."""
    from sklearn.linear_model import LogisticRegression

    middle, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    found = LogisticRegression(C=_STIFF, max_iter=500, class_weight="balanced").fit((rows - middle) / scale, said)
    return VoiceModel(middle, scale, np.concatenate([found.coef_.T, found.intercept_[None]]))


def left_out(
    rows: Array, said: Array, groups: list[tuple[str, str]], others: Callable[[tuple[str, str]], Array]
) -> Array:
    """What a model says of each clip (N,) that was fitted on the clips which `others(group)` allows."""
    out = np.empty(len(rows), int)
    for group in sorted(set(groups)):
        model = fitted(rows[others(group)], said[others(group)])
        for k in [k for k, own in enumerate(groups) if own == group]:
            out[k] = int(model.chances(rows[k]).argmax())
    return out


def confusions(said: Array, heard: Array) -> str:
    """Markdown: a row an emotion that was acted, a column an emotion that was heard."""
    lines = ["| acted / heard | " + " | ".join(_NAMES) + " | right |", "| --- |" + " --- |" * (len(_NAMES) + 1)]
    for k, name in enumerate(_NAMES):
        counts = [int(((said == k) & (heard == j)).sum()) for j in range(len(_NAMES))]
        lines.append(f"| {name} | " + " | ".join(map(str, counts)) + f" | {counts[k] / max(sum(counts), 1):.2f} |")
    return "\n".join(lines)


def figures() -> dict[str, object]:
    """Shares right on speakers, and on speakers and sentences, never heard; the control has its labels shuffled."""
    rows, said, who, what = read()
    speakers = [(w, "") for w in who]
    heard = left_out(rows, said, speakers, lambda g: who != g[0])
    both = left_out(rows, said, list(zip(who, what, strict=True)), lambda g: (who != g[0]) & (what != g[1]))
    mixed = np.random.default_rng(0).permutation(said)
    control = left_out(rows, mixed, speakers, lambda g: who != g[0])
    return {
        "clips": len(rows), "speakers": len(set(who)), "speaker left out": float((heard == said).mean()),
        "speaker and sentence left out": float((both == said).mean()),
        "shuffled labels": float((control == mixed).mean()), "table": confusions(said, heard),
    }  # fmt: skip


def main() -> None:
    import torch
    from safetensors.torch import save_file

    told = figures()
    for name, value in told.items():
        print(value if name == "table" else f"{name}: {round(value, 3) if isinstance(value, float) else value}")
    rows, said, _, _ = read()
    model = fitted(rows, said)
    arrays = {name: getattr(model, name) for name in ("middle", "scale", "table")}
    state = {name: torch.from_numpy(value.astype(np.float32)).contiguous() for name, value in arrays.items()}
    save_file(state, str(FOLDER / "emotion_guess.safetensors"), metadata={"classes": " ".join(_NAMES)})


if __name__ == "__main__":
    main()
