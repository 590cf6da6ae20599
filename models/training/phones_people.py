"""More people for the phone network: recorded voices of Festival, German and French ones, and people who never were.

    python -m orator.models.training.phones_people

Festival's Hindi, Marathi and Telugu man and two Czech voices (a boy and a man) are recorded people; what they say is
made up of syllables, every sound beside every other. German and French come from variants of espeak-ng that nothing is
judged on, in made-up words too. Most are people who never were: recordings said anew (speech_world.py).

`strangers` are voices of languages in no training: some to choose by, others to be judged on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from .phones_human import human_items, kept_items
from .speech_corpus import SpeechItem, Voice, _chain, _rng, cache_folder, load_items
from .speech_espeak import espeak
from .speech_text import paragraph
from .speech_voices import Utterance, festival

RECORDED: Final = (
    Voice("hindi_NSK_diphone", "festival", "hi", 5.0),
    Voice("marathi_NSK_diphone", "festival", "mr", 4.0),
    Voice("telugu_NSK_diphone", "festival", "te", 5.0),
    Voice("czech_krb", "festival", "cs", 7.0),
    Voice("czech_ph", "festival", "cs", 7.0),
)
GERMAN: Final = tuple(f"de+{v}" for v in "m1 m4 m8 f1 f2 max linda belinda".split())
FRENCH: Final = (
    *(f"fr+{v}" for v in "m1 m8 f1 f2 paul".split()),
    *("fr-be+m4", "fr-ch+linda", "fr-be+belinda", "fr-ch+max"),
)
ESPEAK_MINUTES: Final = 2.2
"""Of each German and French variant."""
ANEW: Final = {"emodb": 4.0, "asterisk": 0.3, "kathleen": 0.4, "": 0.35}
"""How often a paragraph is said anew, by how its voice begins."""
LINES: Final = 9
CHOOSING: Final = ("da", "nb", "el", "uk", "da+f2", "nb+m3", "el+f1", "uk+m4")
JUDGING: Final = ("bg", "sl", "sq", "et", "bg+f3", "sl+m2", "sq+f4", "et+m5")
STRANGER_MINUTES: Final = 1.3

_LATIN: Final = ("b d f g h j k l m n p r s t v z p b m n t d st tr pr br bl kl", "a e i o u", ". . . n m t k s l r p")
_DEVANAGARI: Final = ("क ग च ज ट ड त द न प ब म भ य र ल व स श ह फ म प ब न द", ". ा ि ी ु ू े ो ै ौ", ". . . न म र ल त")
SYLLABLES: Final = {
    # Onsets, nuclei, codas of made-up words, in every language's own letters.
    "de": (
        "b d f g h j k l m n p r s t w z pf sch sp st tr br bl fl kn schw p b m w f",
        "a e i o u ä ö ü ei au eu ie ah oh uh öh üh ee",
        ". . . n m t ch s l r rt mpf nd f p lb ng ck",
    ),
    "fr": (
        "b d f g j k l m n p r s t v z ch gn tr br bl fl pl pr p b m v f",
        "a é è i o u ou an on in eu oi ai eau ui un am om en",
        ". . . . me ne le re te ve se be pe",
    ),
    "cs": ("b d f g h j k l m n p r s t v z č š ž ř c ň p b m v", "a e i o u á é í ý ou", ". . . n m t k s l r p ch"),
    "hi": _DEVANAGARI,
    "mr": _DEVANAGARI,
    "te": ("క గ చ జ ట డ త ద న ప బ మ భ య ర ల వ స శ హ ఫ మ ప బ న ద", ". ా ి ీ ు ూ ె ే ొ ో ై", ". . . న్ మ్ ర్ ల్"),
    "el": ("β δ φ γ χ κ λ μ ν π ρ σ τ θ ζ μπ ντ τσ π μ", "α ε ι ο ου α ο", ". . ς ν"),
    "bg": ("б д ф г х й к л м н п р с т в з ш ж ч ц п б м", "а е и о у ъ я ю", ". . . н м т к с л р п"),
    "uk": ("б д ф г х й к л м н п р с т в з ш ж ч ц п б м", "а е и о у і я ю", ". . . н м т к с л р п"),
    "sl": ("b d f g h j k l m n p r s t v z č š ž c p b m", "a e i o u", ". . . n m t k s l r p"),
    "sq": ("b d f g h j k l m n p r s t v z ç sh zh th dh q gj nj p b m", "a e ë i o u y", ". . . n m t k s l r p"),
    "et": ("b d f g h j k l m n p r s t v p b m", "a e i o u õ ä ö ü aa ee ii oo uu", ". . . n m t k s l r p"),
    "da": _LATIN,
    "nb": (_LATIN[0], "a e i o u y æ ø å ei øy", _LATIN[2]),
}


def made_up(rng: np.random.Generator, language: str) -> str:
    """Four to ten made-up words of `language`."""
    onsets, nuclei, codas = (part.split() for part in SYLLABLES[language])

    def syllable() -> str:
        return "".join(str(rng.choice(part)) for part in (onsets, nuclei, codas)).replace(".", "")

    words = ["".join(syllable() for _ in range(int(rng.integers(1, 4)))) for _ in range(int(rng.integers(4, 11)))]
    return " ".join(words) + "."


def spoken(voice: Voice, rng: np.random.Generator) -> list[Utterance]:
    """Some lines of a voice at one rate and pitch."""
    stretch = float(np.exp(rng.normal(0.0, 0.16)))
    lines = [made_up(rng, voice.language) for _ in range(LINES)]
    if voice.engine == "festival":
        if voice.language == "cs" and rng.random() < 0.4:
            lines = paragraph(rng, "cs", LINES, "train")
        table = "hi" if voice.language in ("mr", "te") else voice.language
        return [u for u in festival(lines, voice.name, stretch, table) if u is not None]
    rate, pitch, spread = int(165 / stretch), int(rng.integers(20, 80)), int(rng.integers(25, 90))
    return [espeak(text, voice.name, rate, pitch, spread) for text in lines]


def _paragraphs(voice: Voice, split: str) -> Iterator[SpeechItem]:
    left, number = 60.0 * voice.minutes, 0
    while left > 0:
        rng = _rng(f"people-{voice.name}-{number}")
        item = _chain(voice, split, 700 + number, spoken(voice, rng), rng)
        left, number = left - item.seconds, number + 1
        yield item


def anew(item: SpeechItem, number: int) -> SpeechItem:
    """A paragraph of a recording by somebody else, the `number`-th such person."""
    # pyworld is needed for this alone.
    from .speech_world import drawn, mean_pitch, said_anew

    rng = _rng(f"anew-{item.id}-{number}")
    sound = item.samples.astype(np.float32) / 32768.0
    acted, human = item.voice.startswith("emodb"), item.voice.startswith(("kathleen", "emodb", "asterisk"))
    manner = drawn(rng, mean_pitch(sound), 0.15 if human else 0.4, 0.85 if acted else 0.6)
    samples, phones = said_anew(sound, item.phones, manner, rng)
    # The floor of the recording, without which pauses would be digital silence.
    samples = samples + rng.normal(0.0, 10.0 ** rng.uniform(-4.5, -3.0), len(samples)).astype(np.float32)
    whole = np.round(np.clip(samples, -1.0, 1.0) * 32767.0).astype(np.int16)
    return SpeechItem(f"{item.id}-anew{number}", whole, (), phones, f"anew-{item.voice}", item.language, item.split)


def _recordings() -> Iterator[SpeechItem]:
    """The training paragraphs of recorded people and of voices made from recordings."""
    yield from human_items("train")
    yield from (item for item in load_items("train") if item.voice[:2] not in ("en", "es", "it"))


def make() -> Iterator[SpeechItem]:
    """All paragraphs, all of them for training."""
    recorded: list[SpeechItem] = []
    for voice in RECORDED:
        recorded += _paragraphs(voice, "train")
    yield from recorded
    for name in (*GERMAN, *FRENCH):
        yield from _paragraphs(Voice(name, "espeak", name[:2], ESPEAK_MINUTES), "train")
    for item in (*_recordings(), *recorded):
        times = next(t for begins, t in ANEW.items() if item.voice.startswith(begins))
        for number in range(int(times + _rng(f"times-{item.id}").random())):
            yield anew(item, number)


def people_items() -> list[SpeechItem]:
    """The paragraphs, made once and kept in the cache."""
    return kept_items(cache_folder() / "people.npz", lambda: list(make()))


def strangers(names: tuple[str, ...] = JUDGING) -> list[SpeechItem]:
    """Paragraphs of espeak-ng's voices in languages that nothing was trained on."""
    return [
        item
        for name in names
        for item in _paragraphs(Voice(name, "espeak", name[:2], STRANGER_MINUTES), "test")
    ]  # fmt: skip


if __name__ == "__main__":
    made = people_items()
    by_kind: dict[str, float] = {}
    for one in made:
        kind = one.voice if not one.voice.startswith("anew") else "anew"
        by_kind[kind] = by_kind.get(kind, 0.0) + one.seconds / 60
    print(len(made), "paragraphs", {kind: round(minutes, 1) for kind, minutes in by_kind.items()})
