"""Do gestures follow words and wishes: seen by a classifier of hands that hears nothing, against controls.

python -m orator.models.training.body.evaluate_words
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from ....core.arrays import Array
from ....core.body.wishes import score_record
from ....core.settings import Settings
from .corpus import cache_folder
from .detect import (
    KIND_INDEX,
    acted,
    class_scores,
    classifier,
    most_near,
    random_wishes,
    seen,
    train_detector,
    word_hits,
)
from .evaluate import clip_of

WORD_VOICES: Final = ("kathleen", "rms", "en-us+f5", "en-gb-scotland")
WISH_VOICES: Final = ("kathleen", "rms", "en-gb-scotland", "de", "fr+f4")
ON_TIME: Final = 0.15
"""Seconds within which a wished gesture must be there."""


def detector() -> nn.Module:
    """The classifier, trained once and kept in the cache."""
    path = cache_folder() / "detector.pt"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(train_detector().state_dict(), path)
    model = classifier()
    model.load_state_dict(torch.load(path, weights_only=True))
    return model.eval()


def evaluate_words(seconds: float = 100.0) -> dict[str, Any]:
    """Class words whose gesture is seen, at one in twenty false alarms: with words, and without."""
    model = detector()
    parts: dict[str, list[tuple[Array, Array]]] = {"with transcript": [], "without": []}
    for voice in WORD_VOICES:
        heard = clip_of(voice, seconds, True, oracle=True).condition
        words = heard.words or ()
        for name, condition in (("with transcript", heard), ("without", replace(heard, words=None))):
            parts[name].append(class_scores(model, acted(condition, Settings(), 0, [])[0], words))
    return {name: word_hits(*(np.concatenate(x) for x in zip(*rows, strict=True))) for name, rows in parts.items()}


def evaluate_wishes(seconds: float = 100.0, seeds: tuple[int, ...] = (0, 1)) -> dict[str, Any]:
    """Wished gestures that are seen, and told in the take's own track, within ON_TIME; and in takes without the wishes.

    Each kind is called seen from the value on that one in twenty moments of takes without wishes passes.
    """
    model = detector()
    rows: list[tuple[int, Array, Array, bool]] = []
    plain: list[Array] = []
    for voice in WISH_VOICES:
        condition = clip_of(voice, seconds, True, oracle=True).condition
        if not voice.startswith(("kathleen", "rms", "en")):
            condition = replace(condition, words=None)
        for seed in seeds:
            rng = np.random.default_rng((seed, len(voice), 7))
            wishes = random_wishes(condition.seconds, rng)
            made, score = acted(condition, Settings(), seed, wishes)
            free, _ = acted(condition, Settings(), seed, [])
            times = np.array([w.time for w in wishes])
            on, off = (most_near(seen(model, body), times, ON_TIME) for body in (made, free))
            plain.append(most_near(seen(model, free), np.arange(1.0, condition.seconds - 1.0, 0.5), ON_TIME))
            track = score_record(score)
            for k, wish in enumerate(wishes):
                here = [r for r in track if abs(r["time"] - wish.time) <= ON_TIME]
                rows.append((KIND_INDEX[wish.kind], on[k], off[k], any(r["kind"] == wish.kind for r in here)))
    bars = np.quantile(np.concatenate(plain), 0.95, axis=0)
    names = list(KIND_INDEX)
    per = {name: [bool(on[k] > bars[k]) for k, on, _, _ in rows if names[k] == name] for name in names}
    return {
        "wishes": len(rows),
        "seen": float(np.mean([on[k] > bars[k] for k, on, _, _ in rows])),
        "told": float(np.mean([said for *_, said in rows])),
        "without the wish": float(np.mean([off[k] > bars[k] for k, _, off, _ in rows])),
        "likest of all": float(np.mean([on.argmax() == k for k, on, _, _ in rows])),
        "least seen": {n: round(float(np.mean(v)), 2) for n, v in sorted(per.items(), key=lambda x: np.mean(x[1]))[:6]},
    }


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    report = {"words": evaluate_words(), "wishes": evaluate_wishes()}
    (cache_folder() / "quality_words.json").write_text(json.dumps(report, indent=1))
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
