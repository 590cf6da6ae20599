"""Words that ask for a gesture: word classes, and where in a word its stressed vowel lies."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..speech.phones import Word

WORD_CLASSES: Final[tuple[str, ...]] = (
    "negate",
    "me",
    "you",
    "we",
    "stop",
    "point",
    "here",
    "offer",
    "inclusive",
    "size",
    "shrug",
    "question",
    "contrast",
    "example",
    "when",
)
CLASS_INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(WORD_CLASSES)}

_WORDS: Final[dict[str, str]] = {
    "negate": "no not never nothing none nobody nowhere neither nor cannot can't don't doesn't didn't won't wouldn't "
    "couldn't shouldn't isn't aren't wasn't weren't haven't hasn't hadn't refuse refused impossible without",
    "me": "i me my mine myself i'm i've i'll i'd",
    "you": "you your yours yourself you're you've you'll you'd",
    "we": "we us our ours ourselves we're we've we'll we'd together",
    "stop": "stop stopped wait enough halt hold quit",
    "point": "there that those he she they him them over left right this these",
    "here": "here now today",
    "offer": "give gave given take please offer offered bring brought show showed present thanks thank welcome",
    "inclusive": "all every everyone everybody everything everywhere whole entire world always across around both",
    "size": "big bigger biggest large larger great greater huge enormous wide broad long small smaller little tiny "
    "much many more most",
    "shrug": "maybe perhaps guess suppose probably whatever somehow unknown know wonder might",
    "question": "what why how who which whose",
    "contrast": "but however although though instead yet rather otherwise",
    "example": "first second third one two three four five six seven eight nine ten example next finally also then",
    "when": "when while before after later soon until",
}
# Words that say little of the gesture in running text: only sometimes taken, so they are no class at run time.
WEAK: Final[frozenset[str]] = frozenset(
    "he she they him them that this these those one also then know take much".split()
)
CLASS_OF_WORD: Final[dict[str, str]] = {w: c for c, words in _WORDS.items() for w in words.split() if w not in WEAK}

FUNCTION_WORDS: Final[frozenset[str]] = frozenset(
    "a an the of to in on at by for with from as is are was were be been being am do does did has have had it its "
    "he she they him her his their them and or if so than that this these those there who which will would can could "
    "shall should may might must up out into upon".split()
)
VOWELS: Final[frozenset[str]] = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())


def normal_form(text: str) -> str:
    """Lower case without punctuation at the ends; typographic apostrophes made plain."""
    return text.replace("\u2019", "'").lower().strip("\"'.,;:!?()[]-\u2013\u2014\u2026\u201c\u201d")


def word_class(text: str) -> str | None:
    """The word's gesture class, or None."""
    return CLASS_OF_WORD.get(normal_form(text))


def stress_time(word: Word) -> float:
    """Seconds at which the stressed vowel of the word is at its fullest (two fifths into it)."""
    vowels = [p for p in word.phones if p.name in VOWELS]
    if not vowels:
        return word.start + 0.4 * (word.end - word.start)
    chosen = next((p for p in vowels if p.stress == 1), vowels[0])
    return chosen.start + 0.4 * (chosen.end - chosen.start)


def word_channels(words: tuple[Word, ...] | None, frames: int, fps: float) -> Array:
    """(frames, 18) float32: a bump on the stressed vowel per word class; then content words, any word, a transcript.

    Bumps are triangles of 0.1 s either side; the last column is 1 where there is a transcript.
    """
    out = np.zeros((frames, len(WORD_CLASSES) + 3), np.float32)
    if words is None:
        return out
    out[:, -1] = 1.0
    reach = int(np.ceil(0.1 * fps))
    for word in words:
        centre = stress_time(word) * fps
        index = np.arange(int(centre) - reach, int(centre) + reach + 2)
        index = index[(index >= 0) & (index < frames)]
        bump = np.clip(1.0 - np.abs(index - centre) / (0.1 * fps), 0.0, 1.0)
        name = word_class(word.text)
        if name is not None:
            column = CLASS_INDEX[name]
            out[index, column] = np.maximum(out[index, column], bump)
        if normal_form(word.text) not in FUNCTION_WORDS:
            out[index, -3] = np.maximum(out[index, -3], bump)
        out[index, -2] = np.maximum(out[index, -2], bump)
    return out
