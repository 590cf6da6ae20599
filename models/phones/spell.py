"""A transcript to the words that are said: numbers, signs and abbreviations spelled out, the language guessed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from ...core.speech.transcripts import plain_words

ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS: Final = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
LARGE: Final = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
DIGITS: Final[dict[str, tuple[str, ...]]] = {
    "en": tuple(ONES[:10]),
    "de": tuple("null eins zwei drei vier fünf sechs sieben acht neun".split()),
    "fr": tuple("zéro un deux trois quatre cinq six sept huit neuf".split()),
    "es": tuple("cero uno dos tres cuatro cinco seis siete ocho nueve".split()),
    "it": tuple("zero uno due tre quattro cinque sei sette otto nove".split()),
}
SIGNS: Final[dict[str, dict[str, str]]] = {
    "&": {"en": "and", "de": "und", "fr": "et", "es": "y", "it": "e"},
    "%": {"en": "percent", "de": "prozent", "fr": "pourcent", "es": "porciento", "it": "percento"},
    "+": {"en": "plus", "de": "plus", "fr": "plus", "es": "más", "it": "più"},
    "@": {"en": "at", "de": "at", "fr": "arobase", "es": "arroba", "it": "chiocciola"},
    "$": {"en": "dollars", "de": "dollar", "fr": "dollars", "es": "dólares", "it": "dollari"},
    "€": {"en": "euros", "de": "euro", "fr": "euros", "es": "euros", "it": "euro"},
}
SHORT: Final[dict[str, str]] = {
    **{"mr": "mister", "mrs": "missus", "ms": "miss", "dr": "doctor", "st": "saint", "etc": "et cetera"},
    **{"vs": "versus", "prof": "professor", "no.": "number"},
}
LETTER_NAMES: Final[dict[str, str]] = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (
            "ay bee see dee ee eff jee aitch eye jay kay ell em en oh pee cue ar ess tee you vee doubleyou ex why zee"
        ).split(),
        strict=True,
    )
)
ORDINALS: Final[dict[str, str]] = {
    **{"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"},
    **{"twelve": "twelfth"},
}
COMMON: Final[dict[str, frozenset[str]]] = {
    "en": frozenset("the and of to in is that it you was for not with this have are we what be on".split()),
    "de": frozenset("der die das und ist nicht ich ein eine zu den mit wir es sie auf für auch von dass".split()),
    "fr": frozenset("le la les et est un une des que je pas pour vous nous dans ce qui il elle sur du".split()),
    "es": frozenset("el la los las y es un una que no por en de se con para yo muy pero lo como".split()),
    "it": frozenset("il la i gli e è un una che non per in di si con io molto ma come sono della".split()),
}
MARKS: Final[dict[str, str]] = {"de": "äöüß", "fr": "çœêëùâîûà", "es": "ñ¿¡áíóú", "it": "òìù"}
PAUSES: Final = frozenset(",.;:!?…—–")


@dataclass(frozen=True)
class Token:
    """A word as written (`text`, lower case), the words said for it, and whether punctuation follows."""

    text: str
    said: tuple[str, ...]
    pause: bool


def guess_language(text: str) -> str:
    """'en', 'de', 'fr', 'es' or 'it', by common words and marked letters; English where nothing speaks against it."""
    text = plain_words(text)
    words = re.findall(r"[^\W\d_]+", text.lower())
    scores = {language: float(sum(w in known for w in words)) for language, known in COMMON.items()}
    for language, marks in MARKS.items():
        scores[language] += 2.0 * sum(text.lower().count(mark) for mark in marks)
    best = max(scores, key=lambda language: scores[language])
    # One shared word ("no") is no evidence.
    return best if scores[best] > scores["en"] + 1.0 else "en"


def tokens(text: str, language: str) -> tuple[Token, ...]:
    """The words of a transcript in order. Stage directions in square brackets are left out."""
    text = re.sub(r"\[[^\]]*\]", " ", unicodedata.normalize("NFC", plain_words(text)))
    text = re.sub(r"(\$|€)(\d[\d.,]*)", r"\2 \1", text)
    out: list[Token] = []
    for piece in re.split(r"\s+|(?<=\w)[-/](?=\w)", text):
        said = tuple(word for part in _parts(piece) for word in _said(part, language))
        pause = bool(piece) and piece.rstrip("\"'”’»)")[-1:] in PAUSES
        if said:
            out.append(Token(piece.strip("'\"“”„«»()[]{}.,;:!?…¿¡—–-*_").lower(), said, pause))
        elif pause and out:
            out[-1] = Token(out[-1].text, out[-1].said, True)
    return tuple(out)


def _parts(piece: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*(?:st|nd|rd|th)?|[^\W\d_]+(?:['’.][^\W\d_]+)*|[&%+@$€]", piece)


def _said(part: str, language: str) -> list[str]:
    if part in SIGNS:
        return [SIGNS[part][language]]
    if part[0].isdigit():
        return _number(part, language)
    bare = part.lower().replace("’", "'")
    if language == "en":
        if bare in SHORT:
            return SHORT[bare].split()
        letters = part.replace(".", "")
        initials = "." in part or (len(letters) > 1 and part.isupper() and not set(bare) & set("aeiouy"))
        initials = initials or (len(letters) == 1 and bare not in ("a", "i", "o"))
        if initials and letters.isascii() and letters.isalpha():
            return [LETTER_NAMES[letter] for letter in letters.lower()]
    return [bare.replace(".", "")]


def _number(part: str, language: str) -> list[str]:
    ordinal = re.search(r"(st|nd|rd|th)$", part) is not None
    digits = re.sub(r"(st|nd|rd|th)$", "", part)
    whole, _, fraction = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", digits).replace(",", ".").partition(".")
    if language != "en" or len(whole) > 12:
        return [DIGITS[language][int(d)] for d in whole + fraction if d.isdigit()]
    value = int(whole)
    if 1100 <= value < 2100 and value % 1000 >= 10 and len(digits) == 4:
        said = _english(value // 100) + (_english(value % 100) if value % 100 else ["hundred"])
    else:
        said = _english(value)
    if ordinal:
        said[-1] = ORDINALS.get(said[-1], re.sub(r"y$", "ie", said[-1]) + "th")
    if fraction:
        said += ["point", *(ONES[int(d)] for d in fraction if d.isdigit())]
    return said


def _english(value: int) -> list[str]:
    if value < 20:
        return [ONES[value]]
    if value < 100:
        return [TENS[value // 10]] + ([ONES[value % 10]] if value % 10 else [])
    for size, name in LARGE:
        if value >= size:
            rest = value % size
            return [*_english(value // size), name, *(_english(rest) if rest else [])]
    return []
