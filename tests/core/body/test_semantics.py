"""Words find the classes that gestures are asked by."""

from __future__ import annotations

from orator.core.body.semantics import word_channels, word_class
from orator.core.speech.phones import Phone, Word


def spoken(texts: str, every: float = 0.7) -> tuple[Word, ...]:
    words = []
    for k, text in enumerate(texts.split()):
        start = 1.0 + every * k
        vowel = Phone("AA", start + 0.1, start + 0.3, 1)
        words.append(
            Word(
                text, start, start + 0.4, (Phone("T", start, start + 0.1), vowel, Phone("D", start + 0.3, start + 0.4))
            )
        )
    return tuple(words)


def test_words_find_their_classes() -> None:
    assert [word_class(w) for w in ("Never,", "I", "don\u2019t", "house")] == ["negate", "me", "negate", None]
    channels = word_channels(spoken("never house"), 90, 30.0)
    assert channels[:, 0].max() > 0.5 and channels[:, -1].all()
