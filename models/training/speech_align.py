"""Kathleen's human sentences with word and phone times, by PocketSphinx's forced alignment."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from ...core.arrays import Array
from ...core.speech.phones import Phone
from ...core.speech.speech import SAMPLE_RATE
from .speech_snap import snap
from .speech_voices import Utterance, assemble, flite

FRAME: Final = 0.01
# Hush around each sentence, without which the aligner stretches the first phone over the breath before it.
PAD: Final = 0.3


def data_folder() -> Path:
    """../shared/data beside the checkout, or where ORATOR_DATA points."""
    return Path(os.environ.get("ORATOR_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")


def kathleen_transcripts() -> list[tuple[str, str]]:
    """(file stem, sentence) of every human sentence."""
    lines = (data_folder() / "speech" / "kathleen" / "transcripts.tsv").read_text().splitlines()
    return [(head, tail) for head, tab, tail in (line.partition("\t") for line in lines) if tab]


@lru_cache(maxsize=20000)
def pronunciation(word: str) -> tuple[Phone, ...]:
    """Phones with stress, as flite's lexicon and letter-to-sound rules have it; times are meaningless."""
    return tuple(p for p in flite(word, "kal").phones if p.name != "SIL")


def spoken_words(text: str) -> list[str]:
    """Lower-case words of a transcript, without punctuation."""
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower().replace("’", "'"))


class Aligner:
    """Forced alignment with PocketSphinx's US English model."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        # Without the best-path search, whose word borders the phone pass often cannot follow.
        options = {"beam": 1e-60, "pbeam": 1e-60, "wbeam": 1e-40, "bestpath": False}
        self.decoder = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL", **options)

    def align(self, samples: Array, text: str) -> Utterance | None:
        """The utterance of samples (N,) int16, or None where the text does not fit; PAD seconds of hush are added."""
        samples = _padded(samples)
        words = spoken_words(text)
        for word in words:
            if self.decoder.lookup_word(word) is None:
                self.decoder.add_word(word, " ".join(p.name for p in pronunciation(word)), True)
        try:
            self.decoder.set_align_text(" ".join(words))
            self._run(samples)
            self.decoder.set_alignment()
            self._run(samples)
            alignment = self.decoder.get_alignment()
        except RuntimeError:
            return None
        if alignment is None:
            return None
        segments, number, at = [], -1, 0.0
        for entry in alignment.words():
            spelled = re.sub(r"\(\d+\)$", "", entry.name)
            silent = spelled.startswith(("<", "[", "++"))
            number += not silent
            stresses = [] if silent else stress_of(spelled, [p.name for p in entry])
            for index, phone in enumerate(entry):
                name = "SIL" if silent else re.sub(r"\W", "", phone.name)
                start, at = at, (phone.start + phone.duration) * FRAME
                stress = 0 if silent else stresses[index]
                segments.append((name, start, at, stress, -1 if silent else number, spelled))
        seconds = len(samples) / SAMPLE_RATE
        if seconds > at:
            segments.append(("SIL", at, seconds, 0, -1, ""))
        sound = samples.astype(np.float32) / 32768.0
        return assemble(sound, snap(sound, segments))

    def _run(self, samples: Array) -> None:
        self.decoder.start_utt()
        self.decoder.process_raw(samples.tobytes(), full_utt=True)
        self.decoder.end_utt()


def _padded(samples: Array) -> Array:
    frames = samples[: len(samples) // 400 * 400].reshape(-1, 400).astype(np.float64)
    level = max(float(np.percentile(frames.std(axis=1), 3)), 1.0)
    hush = np.random.default_rng(1).normal(0.0, level, int(PAD * SAMPLE_RATE)).round().astype(np.int16)
    return np.concatenate([hush, samples, hush[::-1]])


def stress_of(word: str, phones: list[str]) -> list[int]:
    """Stress per phone: the lexicon's, vowel by vowel; all unstressed but the first where the vowels do not match."""
    vowels = [i for i, name in enumerate(phones) if name[0] in "AEIOU"]
    known = [p.stress for p in pronunciation(word) if p.name[0] in "AEIOU"]
    if len(known) != len(vowels):
        known = [1] + [0] * (len(vowels) - 1)
    out = [0] * len(phones)
    for index, stress in zip(vowels, known, strict=False):
        out[index] = stress
    return out


def read_kathleen(stem: str) -> Array:
    """One human sentence (N,) int16 at 16 kHz."""
    path = data_folder() / "speech" / "kathleen" / "flac" / f"{stem}.flac"
    return soundfile.read(path, dtype="int16")[0]
