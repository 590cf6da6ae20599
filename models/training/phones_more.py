"""More synthetic speech for the phone network: words and made-up words, by more voices and languages of the engines.

    python -m orator.models.training.phones_more

The corpus says a few thousand sentences; what tells N from M or P from K in a stranger needs every sound beside every
other. A line here is words of the training sentences and words made up of syllables, spoken by flite's voices at many
pitches and by espeak-ng in languages and variants that nothing is judged on.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np

from .phones_human import kept_items
from .speech_align import kathleen_transcripts, spoken_words
from .speech_corpus import SpeechItem, Voice, _chain, _rng, cache_folder
from .speech_espeak import espeak
from .speech_text import fold
from .speech_voices import Utterance, flite

FLITE: Final = {"awb": 18.0, "slt": 18.0, "kal16": 8.0, "kal": 4.0}
"""Minutes of each voice."""
LANGUAGES: Final = "nl pl pt sv hu ro hr lv id fi cs af lt eu sk tr".split()
VARIANTS: Final = (
    "m1 m3 m4 m6 m8 f1 f2 adam ed gustave iven max michel miguel norbert paul robert shelby travis quincy belinda "
    "aunty zac john klatt2 steph2"
).split()
ENGLISH: Final = ("en-us", "en-gb-x-rp", "en-us-nyc", "en-gb-x-gbclan", "en-029")
ESPEAK_MINUTES: Final = 1.0
"""Of each language and each English variant."""
SENTENCES: Final = 9
PITCH: Final = (75.0, 240.0)
"""Hz: of flite's voices, between a low man and a high woman."""
_ONSETS: Final = (
    "b d f g h j k l m n p r s t v w z p b m n m n bl br dr fl gl gr kl kr pl pr sk sl sm sn sp st tr ch sh th".split()
)
_NUCLEI: Final = "a e i o u a e o ai ee oo ou oa".split()
_CODAS: Final = ["", "", "", *"m n p b t d k g s l r f v z m n nt nd mp lp lk rm rn sp st ng sh th".split()]


@lru_cache(maxsize=1)
def known_words() -> tuple[str, ...]:
    """The words of the training sentences."""
    return tuple(sorted({w for _, text in kathleen_transcripts() if fold(text) == "train" for w in spoken_words(text)}))


def line(rng: np.random.Generator) -> str:
    """Four to eleven words, two in five of them made up."""
    words = []
    for _ in range(int(rng.integers(4, 12))):
        if rng.random() < 0.6:
            words.append(str(rng.choice(known_words())))
            continue
        count = int(rng.integers(1, 4))
        words.append(
            "".join(str(rng.choice(_ONSETS)) + str(rng.choice(_NUCLEI)) for _ in range(count)) + str(rng.choice(_CODAS))
        )
    return " ".join(words).capitalize() + "."


def voices() -> list[Voice]:
    """Every voice with its minutes."""
    out = [Voice(name, "flite", "en", minutes) for name, minutes in FLITE.items()]
    for k, variant in enumerate(VARIANTS):
        out.append(Voice(f"{ENGLISH[k % len(ENGLISH)]}+{variant}", "espeak", "en", ESPEAK_MINUTES))
    for k, language in enumerate(LANGUAGES):
        name = language if k % 3 == 0 else f"{language}+{VARIANTS[(5 * k) % len(VARIANTS)]}"
        out.append(Voice(name, "espeak", language, ESPEAK_MINUTES))
    return out


def spoken(voice: Voice, rng: np.random.Generator) -> list[Utterance]:
    """Some lines of a voice at one rate and pitch."""
    stretch = float(np.exp(rng.normal(0.0, 0.16)))
    lines = [line(rng) for _ in range(SENTENCES)]
    if voice.engine == "flite":
        pitch = float(np.exp(rng.uniform(*np.log(PITCH))))
        return [flite(text, voice.name, stretch, pitch) for text in lines]
    rate, pitch_, spread = int(170 / stretch), int(rng.integers(20, 80)), int(rng.integers(25, 90))
    return [espeak(text, voice.name, rate, pitch_, spread) for text in lines]


def make() -> Iterator[SpeechItem]:
    """All paragraphs, all of them for training."""
    for voice in voices():
        left, number = 60.0 * voice.minutes, 0
        while left > 0:
            rng = _rng(f"more-{voice.name}-{number}")
            item = _chain(voice, "train", 900 + number, spoken(voice, rng), rng)
            left, number = left - item.seconds, number + 1
            yield item


def more_items() -> list[SpeechItem]:
    """The paragraphs, made once and kept in the cache."""
    return kept_items(cache_folder() / "more.npz", lambda: list(make()))


if __name__ == "__main__":
    made = more_items()
    print(len(made), "paragraphs", round(sum(i.seconds for i in made) / 60, 1), "minutes")
