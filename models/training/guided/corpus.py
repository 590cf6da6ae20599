"""The guided model's corpus: speech acted alone and in conversations, and real motion, one .npz a split.

    python -m orator.models.training.guided.corpus

builds ORATOR_CACHE/guided (or .cache/guided) from the speech corpus; the same command builds the same corpus. Real
motion has no sound: its takes say so, and the network learns it without.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np

from ....core.arrays import Array
from ....core.body.semantics import WORD_CLASSES, word_channels
from ....core.conversation.conduct import ListeningControls, plan_conduct
from ....core.conversation.perform import converse
from ....core.conversation.turns import Stretch, Turns
from ....core.mask import everything
from ....core.performance import MODEL_FPS, Performance, frame_count
from ....core.speech.features import SpeechFeatures, at_rate, speech_features
from ....core.speech.phones import Word
from ....core.speech.speech import SAMPLE_RATE, Speech
from ....core.stance import relaxed_performance
from ...body.generate import generate_body
from ...body.inputs import PHONES_WIDTH, RHYTHM_WIDTH, rhythm_channels
from ...guided.inputs import TURNS_WIDTH, turn_channels
from ...interface.condition import SpeechCondition
from ...phones.classify import posteriors
from ..body.corpus import cache_folder as body_folder
from ..body.corpus import control_vector, draw_settings
from ..speech_corpus import SpeechItem, load_items
from .real import real_chains

WORDS_WIDTH: Final = len(WORD_CLASSES) + 3
TURN_GAP: Final = (0.22, 0.2)
"""Mean and deviation of the silence between turns, seconds (Stivers et al. 2009)."""


@dataclass(frozen=True)
class Track:
    """Takes end to end at 30 fps; `starts` (K + 1,) are the frames of the takes' borders. In half precision but for the
    motion: in that a slow hand's steps would be jerk of 14 m/s³.

    rhythm (T, 9), phones (T, 40), words (T, W), partner (T, 9), turns (T, 2); rotations (T, 55, 4); translation (T, 3);
    controls (K, 7); sound, pair (K,): whether a take has a voice, and a partner.
    """

    rhythm: Array
    phones: Array
    words: Array
    partner: Array
    turns: Array
    rotations: Array
    translation: Array
    controls: Array
    sound: Array
    pair: Array
    starts: Array


def guided_folder() -> Path:
    """Where the corpus lies, and what is trained on it: ORATOR_CACHE/guided or .cache/guided in the checkout."""
    return body_folder().parent / "guided"


def load_track(split: str) -> Track:
    """A split in memory. Raises FileNotFoundError before the corpus has been built."""
    with np.load(guided_folder() / f"{split}.npz") as data:
        return Track(**{field.name: data[field.name] for field in fields(Track)})


@dataclass(frozen=True)
class Scene:
    """One take before it is written: what both say, and what the body does."""

    speech: SpeechFeatures | None
    words: tuple[Word, ...]
    partner: SpeechFeatures | None
    turns: Turns | None
    controls: Array
    rotations: Array
    translation: Array

    def arrays(self) -> dict[str, Array]:
        """The take as rows of a Track."""
        frames = len(self.rotations)
        rows = {
            "rhythm": np.zeros((frames, RHYTHM_WIDTH)),
            "phones": np.zeros((frames, PHONES_WIDTH)),
            "words": np.zeros((frames, WORDS_WIDTH)),
            "partner": np.zeros((frames, RHYTHM_WIDTH)),
            "turns": turn_channels(self.turns, frames),
        }
        assert rows["turns"].shape[1] == TURNS_WIDTH
        if self.speech is not None:
            rows["rhythm"] = rhythm_channels(self.speech, frames)
            rows["phones"] = at_rate(posteriors(self.speech), frames, MODEL_FPS)
            rows["words"] = word_channels(self.words, frames, MODEL_FPS)
        if self.partner is not None:
            rows["partner"] = rhythm_channels(self.partner, frames)
        rows |= {"controls": self.controls[None], "sound": np.array([self.speech is not None])}
        halves = {k: v.astype(np.float16) for k, v in rows.items()}
        motion = {"rotations": self.rotations.astype(np.float32), "translation": self.translation.astype(np.float32)}
        return halves | motion | {"pair": np.array([self.partner is not None])}


def acted(speech: Speech, words: tuple[Word, ...], seed: int, turns: Turns | None, partner: Speech | None) -> Scene:
    """A speech as the body acts it, with what a partner brings to the upper body."""
    features = speech_features(speech)
    frames = frame_count(speech.seconds)
    condition = SpeechCondition(features, posteriors(features), words or None, frames, speech.seconds)
    settings = draw_settings(np.random.default_rng(seed))
    base = relaxed_performance(frames)
    rotations, translation = generate_body(condition, settings, everything(frames), base, seed, lambda _: None)
    heard = None
    if turns is not None and partner is not None:
        heard = speech_features(partner)
        rng = np.random.default_rng((seed, 41))
        conduct = plan_conduct(turns, heard, ListeningControls(), rng)
        answered = converse(Performance(rotations, translation, base.face), conduct, None, ("upper",))
        rotations, translation = answered.rotations, answered.translation
    return Scene(features, words, heard, turns, control_vector(settings), rotations, translation)


def _said(item: SpeechItem) -> Iterator[tuple[int, int, tuple[Word, ...]]]:
    """Samples from .. to of an item's stretches between pauses, two to nine seconds long, and their words."""
    pauses = [p for p in item.phones if p.name == "SIL" and p.end - p.start > 0.25]
    cuts = [0.0, *((p.start + p.end) / 2.0 for p in pauses), item.seconds]
    begin = 0.0
    for cut in cuts[1:]:
        if cut - begin >= 2.0:
            yield (
                int(begin * SAMPLE_RATE),
                int(cut * SAMPLE_RATE),
                tuple(w for w in item.words if begin <= w.start and w.end <= cut),
            )
            begin = cut


def dialogue(own: SpeechItem, other: SpeechItem) -> tuple[Speech, Speech, tuple[Word, ...], Turns]:
    """Two people's sentences in turns, each in a channel of its own; one to three stretches a turn."""
    rng = np.random.default_rng(zlib.crc32(f"{own.id} {other.id}".encode()))
    said = [list(_said(own)), list(_said(other))]
    items = (own, other)
    length = int(sum(b - a for part in said for a, b, _ in part) + SAMPLE_RATE * 2)
    channels, words, laid = np.zeros((2, length + 20 * SAMPLE_RATE), np.float32), [], []
    who, at = int(rng.integers(2)), 0.3
    while said[who]:
        begin = at
        for _ in range(int(rng.integers(1, 4))):
            if not said[who]:
                break
            a, b, own_words = said[who].pop(0)
            first = int(at * SAMPLE_RATE)
            channels[who, first : first + b - a] += items[who].samples[a:b].astype(np.float32) / 32768.0
            if who == 0:
                move = first / SAMPLE_RATE - a / SAMPLE_RATE
                words += [replace(w, start=w.start + move, end=w.end + move, phones=()) for w in own_words]
            at += (b - a) / SAMPLE_RATE
        laid.append(Stretch(("own", "partner")[who], "speech", begin, at))
        at, who = at + float(np.clip(rng.normal(*TURN_GAP), -0.2, 1.0)), 1 - who
    seconds = at + 0.5
    cut = channels[:, : int(seconds * SAMPLE_RATE)] + rng.normal(0.0, 4e-4, (2, int(seconds * SAMPLE_RATE)))
    speeches = [Speech(c.astype(np.float32)) for c in cut]
    return speeches[0], speeches[1], tuple(words), Turns(tuple(laid), speeches[0].seconds)


def scenes(split: str) -> Iterator[Scene]:
    """Everything of a split: each paragraph alone, pairs of them as dialogues, and the real clips."""
    items = list(load_items(split))
    for number, item in enumerate(items):
        speech = Speech(item.samples.astype(np.float32) / 32768.0)
        yield acted(speech, item.words, zlib.crc32(item.id.encode()), None, None)
        other = items[(number * 7 + 3) % len(items)]
        if other.voice == item.voice or number % 2:
            continue
        own, partner, words, turns = dialogue(item, other)
        if own.seconds > 12.0:
            yield acted(own, words, zlib.crc32(f"{item.id}+".encode()), turns, partner)
    still = np.zeros(7, np.float32)
    for clip in real_chains(split == "test"):
        yield Scene(None, (), None, None, still, clip.rotations, clip.translation)


def build(split: str) -> None:
    """Writes a split."""
    rows = [scene.arrays() for scene in scenes(split)]
    starts = np.concatenate([[0], np.cumsum([len(row["rotations"]) for row in rows])])
    joined = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    folder = guided_folder()
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / f"{split}.npz", starts=starts, **joined)
    print(
        f"{split}: {len(rows)} takes, {starts[-1] / 30 / 60:.0f} minutes, {joined['pair'].sum()} dialogues", flush=True
    )


def main() -> None:
    build("train")


if __name__ == "__main__":
    main()
