"""The body corpus: every paragraph of the speech corpus as the body acts it, written as one .npz a take.

    python -m orator.models.training.body.corpus [--takes 3] [--split train]

builds it into .cache/body (or ORATOR_CACHE/body); the same command builds the same corpus. A take holds what the
networks see (inputs at 30 fps) and what they learn (rotations, translation, contacts), half precision.
"""

from __future__ import annotations

import argparse
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ....core.arrays import Array
from ....core.body.legs import foot_state
from ....core.body.semantics import word_channels
from ....core.mask import everything
from ....core.performance import MODEL_FPS, frame_count
from ....core.settings import Settings
from ....core.skeleton import SOLE_BELOW_ANKLE
from ....core.speech.features import at_rate, speech_features
from ....core.speech.phones import PHONE_INDEX, Phone
from ....core.speech.speech import SAMPLE_RATE, Speech
from ....core.stance import relaxed_performance
from ...body.generate import NETWORK_STYLES, generate_body
from ...body.inputs import PHONES_WIDTH, rhythm_channels
from ...interface.condition import SpeechCondition
from ...phones.classify import posteriors
from ..speech_corpus import SpeechItem, load_items

FPS: Final = MODEL_FPS
TAKES: Final = 4


@dataclass(frozen=True)
class Take:
    """One take of the corpus at 30 fps.

    rhythm (T, R), phones (T, 40) as they are, heard (T, 40) as the phone classifier takes them, words (T, W);
    controls (C,); rotations (T, 55, 4); translation (T, 3); contacts (T, 2).
    """

    name: str
    voice: str
    rhythm: Array
    phones: Array
    heard: Array
    words: Array
    controls: Array
    rotations: Array
    translation: Array
    contacts: Array


def control_vector(settings: Settings) -> Array:
    """(7,): log rate, handedness, stance, and the style as one of four."""
    style = [float(settings.style == name) for name in NETWORK_STYLES]
    return np.array([np.log(settings.gesture_rate), settings.handedness, settings.stance, *style], np.float32)


def draw_settings(rng: np.random.Generator) -> Settings:
    """Controls as an artist may set them: half of the takes have defaults in most of them."""
    rate = float(np.exp(rng.uniform(np.log(0.4), np.log(1.8)))) if rng.random() < 0.6 else 1.0
    hand = float(rng.choice([-1.0, 1.0, rng.uniform(-1.0, 1.0)])) if rng.random() < 0.45 else 0.0
    stance = float(rng.uniform(-1.0, 1.0)) if rng.random() < 0.5 else 0.0
    style = str(rng.choice(NETWORK_STYLES[1:])) if rng.random() < 0.5 else "neutral"
    numbers: dict[str, Any] = {"gesture_rate": rate, "handedness": hand, "stance": stance}
    return Settings(style=style, **numbers)


def phone_track(phones: tuple[Phone, ...], frames: int) -> Array:
    """True phones as a soft posteriorgram at 30 fps, (frames, 40)."""
    fine = np.zeros((int(frames / FPS * 100) + 20, PHONES_WIDTH), np.float32)
    fine[:, 0] = 1.0
    for phone in phones:
        a, b = round(phone.start * 100), round(phone.end * 100)
        fine[a:b] = 0.0
        fine[a:b, PHONE_INDEX[phone.name]] = 1.0
    return at_rate(fine, frames, FPS)


def silence_rng(item: SpeechItem) -> np.random.Generator:
    """The paragraph's own random numbers for its silences."""
    return np.random.default_rng(zlib.crc32(f"{item.id}-silence".encode()))


def with_silence(item: SpeechItem, rng: np.random.Generator) -> SpeechItem:
    """Four in ten paragraphs are followed by seconds of silence, and fewer preceded: quiet idling is learnt there."""
    after = float(rng.uniform(2.0, 9.0)) if rng.random() < 0.4 else 0.0
    before = float(rng.uniform(1.0, 5.0)) if rng.random() < 0.15 else 0.0
    count = int(before * SAMPLE_RATE)
    shift = count / SAMPLE_RATE
    level = float(np.percentile(np.abs(item.samples.astype(np.float32)), 10)) + 0.6

    def noise(length: int) -> Array:
        return np.round(rng.normal(0.0, min(level, 20.0), length)).astype(np.int16)

    samples = np.concatenate([noise(count), item.samples, noise(int(after * SAMPLE_RATE))])

    def moved(phone: Phone) -> Phone:
        return replace(phone, start=phone.start + shift, end=phone.end + shift)

    words = tuple(
        replace(w, start=w.start + shift, end=w.end + shift, phones=tuple(moved(p) for p in w.phones))
        for w in item.words
    )
    return replace(item, samples=samples, words=words, phones=tuple(moved(p) for p in item.phones))


def build_takes(item: SpeechItem, takes: int = TAKES) -> Iterator[Take]:
    """The takes of one paragraph, each with controls and a seed of its own."""
    item = with_silence(item, silence_rng(item))
    features = speech_features(Speech(item.samples.astype(np.float32) / 32768.0))
    frames = frame_count(item.seconds)
    rhythm = rhythm_channels(features, frames)
    phones = phone_track(item.phones, frames)
    heard = at_rate(posteriors(features), frames, FPS)
    words = word_channels(item.words, frames, FPS)
    condition = SpeechCondition(features, heard, item.words, frames, item.seconds)
    for number in range(takes):
        seed = zlib.crc32(f"{item.id}-{number}".encode())
        settings = draw_settings(np.random.default_rng(seed))
        rotations, translation = generate_body(
            condition, settings, everything(frames), relaxed_performance(frames), seed, lambda _: None
        )
        yield Take(
            f"{item.id}-{number}",
            item.voice,
            rhythm,
            phones,
            heard,
            words,
            control_vector(settings),
            rotations,
            translation,
            contacts_of(rotations, translation),
        )


def contacts_of(rotations: Array, translation: Array) -> Array:
    """(T, 2) 1 where the left and the right foot stand on the floor."""
    ankles, _ = foot_state(rotations, translation)
    return (ankles[..., 1] < SOLE_BELOW_ANKLE + 0.006).astype(np.float32)


def cache_folder() -> Path:
    """Where the corpus lives: ORATOR_CACHE/body or .cache/body in the checkout."""
    root = os.environ.get("ORATOR_CACHE") or Path(__file__).resolve().parents[3] / ".cache"
    return Path(root) / "body"


def save_take(take: Take, folder: Path) -> None:
    """Writes one take, half precision."""
    arrays = {k: np.asarray(v, np.float16) for k, v in vars(take).items() if isinstance(v, np.ndarray)}
    np.savez(folder / f"{take.name}.npz", voice=take.voice, **arrays)


def load_takes(split: str) -> Iterator[Take]:
    """The takes of a split in a fixed order. Raises FileNotFoundError before the corpus has been built."""
    folder = cache_folder() / split
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is missing: run python -m orator.models.training.body.corpus")
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as data:
            arrays = {k: data[k] for k in data.files if k != "voice"}
            yield Take(path.stem, str(data["voice"]), **arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--takes", type=int, default=TAKES)
    parser.add_argument("--splits", default="train,val,test")
    parser.add_argument("--share", default="0/1", help="which part of the paragraphs, as k/n")
    arguments = parser.parse_args()
    part, parts = (int(n) for n in arguments.share.split("/"))
    seconds = 0.0
    for split in arguments.splits.split(","):
        folder = cache_folder() / split
        folder.mkdir(parents=True, exist_ok=True)
        for number, item in enumerate(load_items(split)):
            if number % parts != part or item.language != "en":
                continue
            for take in build_takes(item, arguments.takes if split == "train" else 1):
                save_take(take, folder)
                seconds += len(take.rotations) / FPS
        print(f"{split}: {seconds / 3600:.2f} h so far", flush=True)


if __name__ == "__main__":
    main()
