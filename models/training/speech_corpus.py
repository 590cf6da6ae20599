"""The speech corpus: paragraphs of 15-60 s by many voices, with word and phone times, split by voice and sentence.

    python -m orator.models.training.speech_corpus [--scale 1.0]

builds it into .cache/speech (or ORATOR_CACHE/speech); `load_items(split)` reads it. The same command builds the same
corpus: every paragraph has its own seed.
"""

from __future__ import annotations

import argparse
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from ...core.arrays import Array
from ...core.speech.phones import Phone, Word
from ...core.speech.speech import SAMPLE_RATE
from . import speech_align as human
from . import speech_espeak
from . import speech_voices as voices
from .speech_text import fold, paragraph
from .speech_voices import Utterance

SPLITS: Final = ("train", "val", "test")


@dataclass(frozen=True)
class SpeechItem:
    """A paragraph: samples (N,) int16 at 16 kHz, words with phones, all phones without gaps, who speaks what."""

    id: str
    samples: Array
    words: tuple[Word, ...]
    phones: tuple[Phone, ...]
    voice: str
    language: str
    split: str

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True)
class Voice:
    """A voice, its engine and language, minutes at scale 1, and whether all of it is held out."""

    name: str
    engine: str
    language: str
    minutes: float
    held_out: bool = False


ESPEAK_ENGLISH: Final = (
    "en-us en-us+f2 en-us+f3 en-us+m2 en-us+m5 en-us+Alicia en-us+klatt3 en-us+Michael en-us+Linda en-us+David "
    "en-us+f4 en-us+grandpa en en+f1 en-gb-x-rp+m4 en-gb-x-rp+Andrea en-us-nyc+m3 en-029+Steph"
).split()
VOICES: Final = (
    Voice("kathleen", "human", "en", 60.0),
    Voice("kal16", "flite", "en", 6.0),
    Voice("kal", "flite", "en", 3.0),
    Voice("awb", "flite", "en", 12.0),
    Voice("slt", "flite", "en", 12.0),
    Voice("rms", "flite", "en", 10.0, True),
    Voice("kal_diphone", "festival", "en", 4.0),
    Voice("ked_diphone", "festival", "en", 8.0),
    Voice("cmu_us_slt_arctic_hts", "festival", "en", 8.0),
    Voice("lp_diphone", "festival", "it", 4.0),
    Voice("pc_diphone", "festival", "it", 3.0),
    Voice("upc_ca_ona_hts", "festival", "ca", 4.0),
    Voice("msu_ru_nsh_clunits", "festival", "ru", 5.0),
    Voice("czech_dita", "festival", "cs", 4.0),
    Voice("czech_machac", "festival", "cs", 4.0),
    Voice("suo_fi_lj_diphone", "festival", "fi", 4.0),
    Voice("hy_fi_mv_diphone", "festival", "fi", 4.0),
    *(Voice(name, "espeak", "en", 1.2) for name in ESPEAK_ENGLISH),
    *(Voice(f"{name}", "espeak", name[:2], 2.0) for name in ("es", "es+f2", "it", "it+f3")),
    *(Voice(name, "espeak", "en", 2.0, True) for name in ("en-us+f5", "en-gb-scotland", "en-us+Annie", "en-us+m7")),
    *(Voice(name, "espeak", name[:2], 2.5, True) for name in ("de", "de+f3", "de+Andrea", "fr", "fr+f4")),
)


def cache_folder() -> Path:
    """Where the corpus lives: ORATOR_CACHE/speech or .cache/speech in the checkout."""
    root = os.environ.get("ORATOR_CACHE") or Path(__file__).resolve().parents[2] / ".cache"
    return Path(root) / "speech"


def load_items(split: str, voice: str | None = None) -> Iterator[SpeechItem]:
    """The paragraphs of 'train', 'val' or 'test', in a fixed order, optionally of one voice.

    Whole voices are held out for 'test' (and speak only its sentences); a fifth of all sentences is, for every voice.
    Raises FileNotFoundError before the corpus has been built.
    """
    folder = cache_folder()
    if not (folder / "index.jsonl").is_file():
        raise FileNotFoundError(f"{folder} is missing: run python -m orator.models.training.speech_corpus")
    for line in (folder / "index.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["split"] != split or (voice is not None and entry["voice"] != voice):
            continue
        samples = soundfile.read(folder / "items" / f"{entry['id']}.flac", dtype="int16")[0]
        phones = tuple(Phone(*values) for values in entry["phones"])
        words = tuple(Word(t, a, b, tuple(Phone(*p) for p in ps)) for t, a, b, ps in entry["words"])
        yield SpeechItem(entry["id"], samples, words, phones, entry["voice"], entry["language"], split)


def build(scale: float = 1.0, only: frozenset[str] = frozenset()) -> None:
    """Speaks, aligns and writes the whole corpus, or the voices named in `only` and keeps the rest."""
    folder = cache_folder()
    (folder / "items").mkdir(parents=True, exist_ok=True)
    spoken = human_utterances() if not only or "kathleen" in only else {}
    texts = {split: [text for _, text in human.kathleen_transcripts() if fold(text) == split] for split in SPLITS}
    seconds = dict.fromkeys(SPLITS, 0.0)
    partial = folder / "index.partial"
    with partial.open("w") as index:
        if only:
            for line in (folder / "index.jsonl").read_text().splitlines():
                if json.loads(line)["voice"] not in only:
                    index.write(line + "\n")
        for voice in VOICES:
            if only and voice.name not in only:
                continue
            for item in _voice_items(voice, texts, spoken, scale):
                seconds[item.split] += item.seconds
                index.write(json.dumps(_entry(item)) + "\n")
                soundfile.write(folder / "items" / f"{item.id}.flac", item.samples, SAMPLE_RATE, subtype="PCM_16")
            print(f"{voice.name}: " + ", ".join(f"{s} {seconds[s] / 60:.1f} min" for s in SPLITS), flush=True)
    partial.rename(folder / "index.jsonl")


def human_utterances() -> dict[str, Utterance]:
    """Every human sentence that could be aligned, by its text."""
    aligner = human.Aligner()
    out = {}
    for stem, text in human.kathleen_transcripts():
        utterance = aligner.align(human.read_kathleen(stem), text)
        if utterance is not None and utterance.words:
            out[text] = utterance
    return out


def _voice_items(
    voice: Voice, texts: dict[str, list[str]], spoken: dict[str, Utterance], scale: float
) -> Iterator[SpeechItem]:
    if voice.engine == "human":
        for split in SPLITS:
            rng = _rng(f"{voice.name}-{split}")
            order = [texts[split][i] for i in rng.permutation(len(texts[split])) if texts[split][i] in spoken]
            while order:
                count = int(rng.integers(4, 14))
                yield _chain(voice, split, len(order), [spoken[t] for t in order[:count]], rng)
                order = order[count:]
        return
    shares = {"test": 1.0} if voice.held_out else {"train": 1.0, "val": 0.12, "test": 0.12}
    for split, share in shares.items():
        left, number = 60.0 * voice.minutes * scale * share, 0
        while left > 0:
            rng = _rng(f"{voice.name}-{split}-{number}")
            utterances = _speak(voice, _texts(voice, rng, split, texts), rng)
            if utterances:
                item = _chain(voice, split, number, utterances, rng)
                left -= item.seconds
                yield item
            number += 1


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def _texts(voice: Voice, rng: np.random.Generator, split: str, texts: dict[str, list[str]]) -> list[str]:
    count = int(rng.integers(5, 13))
    if voice.language == "en" and rng.random() < 0.45:
        return [str(t) for t in rng.choice(texts[split], count, replace=False)]
    return paragraph(rng, voice.language, count, split)


def _speak(voice: Voice, sentences: list[str], rng: np.random.Generator) -> list[Utterance]:
    stretch = float(np.exp(rng.normal(0.0, 0.12)))
    if voice.engine == "flite":
        return [voices.flite(s, voice.name, stretch) for s in sentences]
    if voice.engine == "festival":
        return [u for u in voices.festival(sentences, voice.name, stretch, voice.language) if u is not None]
    rate, pitch, spread = int(170 / stretch), int(rng.integers(30, 70)), int(rng.integers(35, 85))
    return [speech_espeak.espeak(s, voice.name, rate, pitch, spread) for s in sentences]


def _chain(voice: Voice, split: str, number: int, utterances: list[Utterance], rng: np.random.Generator) -> SpeechItem:
    """Sentences to one paragraph with natural pauses, over the faint noise of the recording."""
    pieces: list[Array] = []
    phones: list[Phone] = []
    words: list[Word] = []
    at = 0
    level = float(np.median([_noise_level(u.samples) for u in utterances]))

    def pause(seconds: float) -> None:
        nonlocal at
        count = int(seconds * SAMPLE_RATE)
        pieces.append(rng.normal(0.0, level, count).astype(np.float32))
        phones.append(Phone("SIL", at / SAMPLE_RATE, (at + count) / SAMPLE_RATE))
        at += count

    pause(float(rng.uniform(0.1, 0.8)))
    for utterance in utterances:
        sounding = [p for p in utterance.phones if p.name != "SIL"]
        if not sounding:
            continue
        first = max(0, int((sounding[0].start - 0.06) * SAMPLE_RATE))
        last = min(len(utterance.samples), int((sounding[-1].end + 0.08) * SAMPLE_RATE))
        shift = (at - first) / SAMPLE_RATE
        end = (at + last - first) / SAMPLE_RATE
        for phone in utterance.phones:
            moved = _moved(phone, shift, at / SAMPLE_RATE, end)
            if moved is not None:
                phones.append(moved)
        for word in utterance.words:
            inner = tuple(p for p in (_moved(q, shift, at / SAMPLE_RATE, end) for q in word.phones) if p)
            words.append(Word(word.text, word.start + shift, word.end + shift, inner))
        piece = utterance.samples[first:last].copy()
        fade = np.linspace(0.0, 1.0, 160, dtype=np.float32)
        piece[:160] *= fade
        piece[-160:] *= fade[::-1]
        pieces.append(piece)
        at += len(piece)
        pause(float(np.clip(np.exp(rng.normal(-0.7, 0.5)), 0.15, 2.0)))
    samples = np.concatenate(pieces)
    samples *= 0.5 / max(float(np.abs(samples).max()), 1e-3)
    name = f"{voice.name}-{split}-{number:03d}".replace("+", "_")
    whole = np.round(samples * 32767.0).astype(np.int16)
    return SpeechItem(name, whole, tuple(words), _merged(phones), voice.name, voice.language, split)


def _noise_level(samples: Array) -> float:
    frames = samples[: len(samples) // 400 * 400].reshape(-1, 400)
    return float(np.clip(np.percentile(np.sqrt((frames**2).mean(axis=1)), 4), 1e-5, 0.003))


def _moved(phone: Phone, shift: float, low: float, high: float) -> Phone | None:
    start, end = max(phone.start + shift, low), min(phone.end + shift, high)
    return Phone(phone.name, start, end, phone.stress) if end - start > 1e-4 else None


def _merged(phones: list[Phone]) -> tuple[Phone, ...]:
    """Neighbouring pauses as one."""
    out: list[Phone] = []
    for phone in phones:
        if out and out[-1].name == "SIL" == phone.name:
            out[-1] = Phone("SIL", out[-1].start, phone.end)
        else:
            out.append(phone)
    return tuple(out)


def _entry(item: SpeechItem) -> dict[str, object]:
    def row(p: Phone) -> list[object]:
        return [p.name, round(p.start, 4), round(p.end, 4), p.stress]

    words = [[w.text, round(w.start, 4), round(w.end, 4), [row(p) for p in w.phones]] for w in item.words]
    head = {"id": item.id, "voice": item.voice, "language": item.language, "split": item.split}
    return {**head, "words": words, "phones": [row(p) for p in item.phones]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="how much of each synthetic voice")
    parser.add_argument("--only", default="", help="names of voices to build anew, by commas; the rest is kept")
    arguments = parser.parse_args()
    build(arguments.scale, frozenset(filter(None, arguments.only.split(","))))


if __name__ == "__main__":
    main()
