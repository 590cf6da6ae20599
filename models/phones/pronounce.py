"""Words to phones: a small letter network (numpy, no torch) for English, German, French, Spanish and Italian."""

from __future__ import annotations

import json
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from ...core.arrays import Array
from ...core.errors import OratorError

WEIGHTS: Final = Path(__file__).resolve().parents[1] / "weights" / "letters.safetensors"
LANGUAGES: Final = ("en", "de", "fr", "es", "it")
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz'äöüßàâáçèéêëìíîïñòóôœùúûæ"
REACH: Final = 5
# Letters of other Latin alphabets that do not come apart into a base letter and a mark.
NEAREST: Final = {"ø": "ö", "å": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "ı": "i", "ÿ": "y", "ő": "ö", "ű": "ü"}

# Words that are nearly always said in their weak form.
WEAK: Final = {"a": "AH0", "the": "DH AH0", "of": "AH0 V", "to": "T AH0", "and": "AH0 N D"}


def fold_letters(word: str) -> str:
    """A word in the letters that the network knows; others become their nearest or vanish."""
    out = []
    for letter in unicodedata.normalize("NFC", word.lower().replace("’", "'")):
        near = NEAREST.get(letter, letter)
        if near not in LETTERS:
            near = unicodedata.normalize("NFD", near)[0]
        if near in LETTERS:
            out.append(near)
    return "".join(out)


def letter_windows(letters: str, language: int) -> Array:
    """(n, 2 REACH + 2) int16: each letter with its neighbours (0 beyond the word), then the language's number."""
    numbers = [LETTERS.index(letter) + 1 for letter in letters]
    padded = np.array([0] * REACH + numbers + [0] * REACH, np.int16)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1)
    return np.concatenate([windows, np.full((len(numbers), 1), language, np.int16)], axis=1)


@lru_cache(maxsize=1)
def _weights() -> tuple[dict[str, Array], list[str], dict[str, str]]:
    """Tensors, the output chunks, and common English words that are exceptions."""
    from ..weights import load_weights

    tensors, notes = load_weights(WEIGHTS.stem)
    return tensors, json.loads(notes["outputs"]), json.loads(notes.get("exceptions", "{}"))


@lru_cache(maxsize=50000)
def spoken_letters(letters: str, language: str) -> tuple[str, ...]:
    """Phones of a folded word, vowels with a stress digit where it is known: ('HH', 'AH0', 'L', 'OW1').

    Raises OratorError for a language that the tables were not trained on.
    """
    if not letters:
        return ()
    weights, outputs, exceptions = _weights()
    if language == "en" and (letters in WEAK or letters in exceptions):
        return tuple((WEAK.get(letters) or exceptions[letters]).split())
    number = LANGUAGES.index(language)
    if number >= len(weights["languages.weight"]):
        raise OratorError(
            f"The letters of '{language}' were not trained: run python -m orator.models.training.phones_letters."
        )
    windows = letter_windows(letters, number)
    known = weights["letters.weight"][windows[:, :-1]].reshape(len(letters), -1)
    hidden = np.concatenate([known, weights["languages.weight"][windows[:, -1]]], axis=1)
    hidden = np.maximum(hidden @ weights["first.weight"].T + weights["first.bias"], 0.0)
    hidden = np.maximum(hidden @ weights["second.weight"].T + weights["second.bias"], 0.0)
    scores = hidden @ weights["last.weight"].T + weights["last.bias"]
    return tuple(phone for index in scores.argmax(axis=1) for phone in outputs[index].split())
