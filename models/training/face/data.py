"""What the face trainers read: prosody tracks, phones and posteriors of the speech corpus, cached once.

    python -m orator.models.training.face.data

Posteriors come from the shipped phone network; `sharp` ones from its own alignment of the transcript, as a take with a
transcript would have them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ....core.arrays import Array
from ....core.speech.features import SpeechFeatures, speech_features
from ....core.speech.phones import Phone, Word
from ....core.speech.speech import Speech
from ...interface.condition import SpeechCondition
from ..speech_corpus import SpeechItem, load_items
from .corpus import item_rng, soft_onehot
from .measures import FPS

SPLITS: Final = ("train", "val", "test", "people", "strangers")


@dataclass(frozen=True)
class Sample:
    """One paragraph: features without mel, true phones, posteriors (N, 40) float16 'real' and 'sharp'."""

    id: str
    voice: str
    language: str
    features: SpeechFeatures
    phones: tuple[Phone, ...]
    real: Array
    sharp: Array


def cache_folder() -> Path:
    """ORATOR_CACHE/face or .cache/face in the checkout."""
    root = os.environ.get("ORATOR_CACHE") or Path(__file__).resolve().parents[3] / ".cache"
    return Path(root) / "face"


def _posteriors(features: SpeechFeatures, item: Any) -> tuple[Array, Array]:
    """The phone network's posteriors and the ones that its alignment of the true words sharpens."""
    from ...phones import align, posteriors, sharpen

    real = posteriors(features)
    if item.language != "en":
        return real, real
    if item.split == "train":
        # The true words: alignment is judged on held-out speech only, and half an hour of it is saved here.
        return real, sharpen(real, item.words)
    return real, sharpen(real, align(real, " ".join(w.text for w in item.words), item.seconds))


def _items(split: str) -> Iterator[SpeechItem]:
    """A split's paragraphs.

    'people' are the held-out ones of human voices other than the corpus's own, 'strangers' speak languages that nothing
    was trained on; 'train' has German and French from variants of espeak-ng that are not judged on.
    """
    from ..phones_human import human_items
    from ..phones_people import FRENCH, GERMAN, people_items, strangers

    if split == "strangers":
        yield from strangers()
        return
    if split != "people":
        yield from load_items(split)
    if split == "train":
        yield from (item for item in people_items() if item.voice in (*GERMAN, *FRENCH))
    if split in ("train", "people"):
        yield from human_items("train" if split == "train" else "test")


def prepare(splits: Sequence[str] = SPLITS, simulated: bool = False) -> None:
    """Writes a file a split. `simulated` uses noisy true phones where no phone network is at hand."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for split in splits:
        arrays: dict[str, Array] = {}
        index: list[dict[str, Any]] = []
        for item in _items(split):
            features = speech_features(Speech(item.samples.astype(np.float32) / 32768.0))
            if simulated:
                sharp = soft_onehot(item.phones, features.frames)
                real = soft_onehot(item.phones, features.frames, item_rng(item.id, 1))
            else:
                try:
                    real, sharp = _posteriors(features, item)
                except Exception as error:
                    print(f"{item.id}: left out, {error}", file=sys.stderr)
                    continue
            tracks = np.stack([features.energy, features.onset, features.f0, features.voicing], axis=1)
            k = len(index)
            arrays[f"tracks{k}"] = tracks.astype(np.float16)
            arrays[f"real{k}"] = real.astype(np.float16)
            arrays[f"sharp{k}"] = sharp.astype(np.float16)
            index.append(
                {
                    "id": item.id, "voice": item.voice, "language": item.language, "seconds": features.seconds,
                    "phones": [[p.name, p.start, p.end, p.stress] for p in item.phones],
                }
            )  # fmt: skip
        arrays["index"] = np.frombuffer(json.dumps(index).encode(), np.uint8)
        np.savez(folder / f"{split}{'-simulated' if simulated else ''}.npz", **arrays)
        print(split, len(index), "paragraphs", round(sum(i["seconds"] for i in index) / 60, 1), "minutes", flush=True)


def load(split: str, simulated: bool = False) -> list[Sample]:
    """The samples of a split. Raises FileNotFoundError before `prepare` has run."""
    out = []
    with np.load(cache_folder() / f"{split}{'-simulated' if simulated else ''}.npz") as file:
        for k, entry in enumerate(json.loads(file["index"].tobytes().decode())):
            tracks = file[f"tracks{k}"].astype(np.float32)
            energy, onset, f0, voicing = tracks.T
            features = SpeechFeatures(
                np.zeros((len(tracks), 0), np.float32), energy, onset, f0, voicing, entry["seconds"]
            )
            phones = tuple(Phone(*p) for p in entry["phones"])
            out.append(
                Sample(entry["id"], entry["voice"], entry["language"], features, phones, file[f"real{k}"],
                       file[f"sharp{k}"])
            )  # fmt: skip
    return out


def condition_of(sample: Sample, kind: str = "real") -> SpeechCondition:
    """What generation hears of a sample: 'real' posteriors, or 'sharp' ones as with its transcript."""
    frames = int(np.ceil(sample.features.seconds * FPS - 1e-6))
    words: tuple[Word, ...] | None = None
    return SpeechCondition(
        sample.features, getattr(sample, kind).astype(np.float32), words, frames, sample.features.seconds
    )


if __name__ == "__main__":
    prepare(simulated="--simulated" in sys.argv)
