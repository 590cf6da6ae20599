"""Do gestures follow the words: class words whose gesture is seen, against no transcript.

python -m orator.models.training.body.evaluate_words [--folder .cache/body]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ....core.arrays import Array
from .corpus import cache_folder
from .data import load_track
from .detect import class_scores, classifier, train_detector, word_hits
from .evaluate import Body, clip_of

VOICES = ("kathleen", "rms", "en-us+f5", "en-gb-scotland")


def detector() -> nn.Module:
    """The detector, trained once on the corpus and kept beside it."""
    path = cache_folder() / "detector.pt"
    if not path.is_file():
        torch.save(train_detector(load_track("train")).state_dict(), path)
    state = torch.load(path, weights_only=True)
    model = classifier()
    model.load_state_dict(state)
    return model.eval()


def evaluate_words(folder: Path | None = None, seconds: float = 100.0) -> dict[str, Any]:
    """Hits at one in twenty false alarms: with words, and without."""
    model, body = detector(), Body(folder)
    parts: dict[str, list[tuple[Array, Array]]] = {"with transcript": [], "without": []}
    for voice in VOICES:
        clip = clip_of(voice, seconds, True)
        words = clip.condition.words or ()
        deaf = replace(clip, condition=replace(clip.condition, words=None))
        parts["with transcript"].append(class_scores(model, body(clip)[0], words))
        parts["without"].append(class_scores(model, body(deaf)[0], words))
    return {name: word_hits(*(np.concatenate(x) for x in zip(*rows, strict=True))) for name, rows in parts.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=None)
    report = evaluate_words(parser.parse_args().folder)
    (cache_folder() / "quality_words.json").write_text(json.dumps(report, indent=1))
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
