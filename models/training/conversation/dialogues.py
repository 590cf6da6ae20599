"""Two-channel dialogues with known turns, said by voices that no network was trained on.

Gaps are 220 ms with a deviation of 200 (Stivers et al. 2009); short answers come at half of the partner's pauses.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from ....core.arrays import Array
from ....core.conversation.turns import Stretch, Turns
from ....core.speech.speech import SAMPLE_RATE, Speech
from ..gate import sounds
from ..speech_espeak import espeak
from ..speech_text import paragraph
from ..speech_voices import flite

PAIRS: Final = (
    ("rms", "en-us+f5"), ("en-gb-scotland", "en-us+Annie"), ("en-us+m7", "en-us+f5"),
    ("rms", "en-us+Annie"), ("en-us+f5", "en-gb-scotland"), ("en-us+m7", "rms"),
)  # fmt: skip
"""Whole voices that were held out of every training (models/training/speech_corpus.py)."""
ANSWERS: Final = ("Mhm.", "Yeah.", "Right.", "Uh huh.", "Okay.", "I see.")


@dataclass(frozen=True)
class Dialogue:
    """Both speeches and the turns as they were laid out, from the first one's side."""

    name: str
    speeches: tuple[Speech, Speech]
    turns: Turns


def say(text: str, voice: str) -> Array:
    """A sentence without the silence around it, at a common level."""
    made = flite(text, voice) if voice == "rms" else espeak(text, voice)
    samples = np.asarray(made.samples, np.float32)
    if samples.dtype.kind == "i" or np.abs(samples).max() > 2.0:
        samples = samples / 32768.0
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    samples = samples[loud[0] : loud[-1] + 1]
    return (0.3 * samples / np.abs(samples).max()).astype(np.float32)


def make_dialogue(
    pair: tuple[str, str], seconds: float = 100.0, leak: float = 0.03, laughing: bool = False
) -> Dialogue:
    """A dialogue of a pair of voices; `leak` is how loud each is in the other's microphone.

    laughing  whether every turn ends in a laugh, of kinds that the gate was not trained on
    """
    name = " and ".join(pair)
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    channels = np.zeros((2, int(seconds * SAMPLE_RATE)), np.float32)
    laid: list[Stretch] = []
    who, at = int(rng.integers(2)), 0.8
    while True:
        begin = at
        for sentence in paragraph(rng, "en", int(rng.integers(1, 4)), "test"):
            end = _put(channels, who, say(sentence, pair[who]), at)
            if end is None:
                break
            if rng.random() < 0.5 and end - at > 1.5:
                start = end + float(rng.uniform(-0.25, 0.15))
                answer = 0.7 * say(ANSWERS[int(rng.integers(len(ANSWERS)))], pair[1 - who])
                until = _put(channels, 1 - who, answer, start)
                if until is not None:
                    laid.append(Stretch(("own", "partner")[1 - who], "backchannel", start, until))
            last, at = end, end + float(rng.uniform(0.3, 0.9))
        if end is None:
            break
        laid.append(Stretch(("own", "partner")[who], "speech", begin, last))
        if laughing:
            kind = str(rng.choice(sounds.LAUGHS["test"]))
            bout = sounds.laugh(rng, kind, float(rng.uniform(95, 260)))
            until = _put(channels, who, bout, last + 0.15)
            if until is None:
                break
            laid.append(Stretch(("own", "partner")[who], "laughter", last + 0.15, until))
            last = until
        at, who = last + float(np.clip(rng.normal(0.22, 0.2), -0.2, 1.0)), 1 - who
    noise = rng.normal(0.0, 4e-4, channels.shape)
    heard = channels + leak * np.roll(channels[::-1], 60, axis=1) + noise
    speeches = tuple(Speech(heard[k].astype(np.float32), 0.0, pair[k]) for k in (0, 1))
    ordered = tuple(sorted(laid, key=lambda s: (s.start, s.end)))
    return Dialogue(name, (speeches[0], speeches[1]), Turns(ordered, seconds))


def _put(channels: Array, who: int, samples: Array, at: float) -> float | None:
    """Adds samples to a channel at a time; where they end, None when there is no room left."""
    first = int(at * SAMPLE_RATE)
    if first + len(samples) > channels.shape[1] - SAMPLE_RATE:
        return None
    channels[who, first : first + len(samples)] += samples
    return (first + len(samples)) / SAMPLE_RATE
