"""Trains the letter-to-phone tables that align any transcript: English after flite's lexicon, others after espeak-ng.

    python -m orator.models.training.phones_letters [--look CODE]

--look trains nothing: it lists what ESPEAK_TABLE lacks for the words of a language, and what is heard instead.
Word lists come from Debian's wamerican, wamerican-small, wngerman, wfrench, wspanish and witalian packages (words
only). A tenth of the words is held out and judged. Takes some minutes on one thread.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import re
import time
import zlib
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn

from ...core.arrays import Array
from ..emage.model import half_is_fast
from ..phones.pronounce import LANGUAGES, LETTERS, REACH, WEIGHTS, fold_letters, letter_windows, spoken_letters
from ..phones.spell import COMMON
from ..weights.checksums import write_lists
from .speech_align import data_folder, kathleen_transcripts, spoken_words
from .speech_corpus import cache_folder
from .speech_espeak import ESPEAK, espeak_phones
from .speech_text import GRAMMAR
from .speech_voices import _flite, arpabet

WORDS: Final = {"en": 70000, "de": 9000, "fr": 12000, "es": 4000, "it": 4000}
LISTS: Final = {"en": "american-english", "de": "ngerman", "fr": "french", "es": "spanish", "it": "italian"}
DICTIONARIES: Final = Path("/usr/share/dict")
SMALL_LIST: Final = "american-english-small"
HIDDEN: Final = 256
LETTER_SIZE: Final = 20
EPOCHS: Final = 11
SEED: Final = 5


@lru_cache(maxsize=1)
def _lexicon() -> tuple[ctypes.CDLL, int]:
    library = _flite()
    words = ctypes.CDLL("libflite_cmulex.so.1", mode=ctypes.RTLD_GLOBAL)
    words.cmu_lex_init.restype = ctypes.c_void_p
    for name in ("lex_lookup", "val_car", "val_cdr", "val_string"):
        getattr(library, name).restype = ctypes.c_void_p
    library.lex_lookup.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p]
    for name in ("val_car", "val_cdr", "val_string", "delete_val"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.val_string.restype = ctypes.c_char_p
    return library, words.cmu_lex_init()


def english(word: str) -> tuple[str, ...]:
    """A word's phones as flite has them, vowels with their stress: 'HH AH0 L OW1'."""
    library, lexicon = _lexicon()
    head = item = library.lex_lookup(lexicon, word.encode("ascii", "ignore"), None, None)
    out = []
    while item:
        name = library.val_string(library.val_car(item)).decode()
        stress = name[-1] if name[-1].isdigit() else ""
        phone = arpabet(name.rstrip("012"))
        out.append(phone + stress if phone[0] in "AEIOU" and stress else phone)
        item = library.val_cdr(item)
    library.delete_val(head)
    return tuple(p for p in out if p != "SIL")


@lru_cache(maxsize=1)
def _speller() -> ctypes.CDLL:
    library = ctypes.CDLL("libespeak-ng.so.1")
    library.espeak_Initialize(2, 0, None, 0)
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    return library


def _mnemonics(word: str, language: str) -> list[str]:
    """What espeak-ng says for a word, with its marks of stress."""
    library = _speller()
    if library.espeak_SetVoiceByName(language.encode()) != 0:
        raise ValueError(f"espeak-ng has no voice {language}")
    text = ctypes.c_char_p(word.encode())
    spoken = library.espeak_TextToPhonemes(ctypes.byref(text), 1, ord("_") << 8).decode("utf8", "ignore")
    return str(spoken).replace(" ", "_").split("_")


def foreign(word: str, language: str) -> tuple[str, ...]:
    """A word's phones as espeak-ng has them in `language`, vowels with stress 1 or 0."""
    out: list[str] = []
    for mnemonic in _mnemonics(word, language):
        stressed = "1" if "'" in mnemonic else "0"
        phones = (phone for phone in espeak_phones(mnemonic.strip("',%="), language) if phone != "SIL")
        out.extend(phone + stressed if phone[0] in "AEIOU" else phone for phone in phones)
    return tuple(out)


def word_list(language: str, rng: np.random.Generator) -> list[str]:
    """Lower-case words of a language's Debian word list, a random choice of WORDS of them."""
    text = (DICTIONARIES / LISTS[language]).read_text(encoding="utf8", errors="ignore")
    words = sorted({w.lower() for w in text.split() if not w.endswith("'s") and 1 < len(fold_letters(w.lower())) < 22})
    if len(words) > WORDS[language]:
        words = [words[i] for i in np.sort(rng.choice(len(words), WORDS[language], replace=False))]
    return words


def look(language: str) -> None:
    """Print each mnemonic of a thousand words that the table lacks: how often, in which word, what is heard instead."""
    counts: Counter[str] = Counter()
    words: dict[str, str] = {}
    listed = word_list(language, np.random.default_rng(SEED))
    for word in listed[:: max(1, len(listed) // 1000)]:
        for mnemonic in (m.strip("',%=|!") for m in _mnemonics(word, language)):
            if mnemonic and mnemonic[0] != "(" and not {mnemonic, mnemonic.rstrip(":")} & ESPEAK.keys():
                counts[mnemonic] += 1
                words[mnemonic] = word
    for mnemonic, count in counts.most_common():
        heard = " ".join(espeak_phones(mnemonic, language)) or "nothing"
        spoken = " ".join(_mnemonics(words[mnemonic], language))
        print(f"{mnemonic:6} {count:4}  as in {words[mnemonic]} [{spoken}], heard as {heard}")


def align_letters(pairs: list[tuple[str, tuple[str, ...]]], rounds: int = 3) -> list[list[str]]:
    """Each letter's share of the phones, '' or one or two joined by a space: Viterbi training of P(phones | letter)."""
    cost: dict[tuple[str, str], float] = {}
    best: list[list[str]] = []
    for _ in range(rounds):
        counts: dict[tuple[str, str], float] = {}
        best = []
        for letters, phones in pairs:
            chunks = _best_split(letters, phones, cost)
            best.append(chunks)
            for letter, chunk in zip(letters, chunks, strict=True):
                counts[letter, chunk] = counts.get((letter, chunk), 0.0) + 1.0
        totals: dict[str, float] = {}
        for (letter, _), count in counts.items():
            totals[letter] = totals.get(letter, 0.0) + count
        cost = {key: -float(np.log(count / totals[key[0]])) for key, count in counts.items()}
    return best


def _best_split(letters: str, phones: tuple[str, ...], cost: dict[tuple[str, str], float]) -> list[str]:
    bare = tuple(p.rstrip("012") for p in phones)
    rows = [[1e9] * (len(bare) + 1) for _ in range(len(letters) + 1)]
    back = [[0] * (len(bare) + 1) for _ in range(len(letters) + 1)]
    rows[0][0] = 0.0
    for i, letter in enumerate(letters):
        here, there = rows[i], rows[i + 1]
        for j, value in enumerate(here):
            if value >= 1e9:
                continue
            for size in (0, 1, 2, 3):
                if j + size > len(bare):
                    break
                chunk = " ".join(bare[j : j + size])
                step = cost.get((letter, chunk), 9.0 + 3.0 * size) if cost else _first_cost(letter, chunk, size)
                if value + step < there[j + size]:
                    there[j + size], back[i + 1][j + size] = value + step, size
    chunks, j = [], len(bare)
    for i in range(len(letters), 0, -1):
        size = back[i][j]
        chunks.append(" ".join(phones[j - size : j]))
        j -= size
    return chunks[::-1]


def _first_cost(letter: str, chunk: str, size: int) -> float:
    """Before any counts: vowels with vowels, and a consonant with one that begins alike."""
    if size == 0:
        return 2.0
    first = chunk[0].lower()
    alike = (letter in "aeiouyäöüáéíóúàèìòùâêîôûëï") == (chunk[0] in "AEIOU")
    return {1: 1.0, 2: 4.0, 3: 8.0}[size] + (0.0 if alike else 2.0) - (0.8 if first == letter else 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--look", metavar="CODE", choices=LANGUAGES[1:], help="list what ESPEAK_TABLE lacks")
    wanted = parser.parse_args().look
    if wanted:
        look(wanted)
    else:
        train()


def train() -> None:
    """Train all languages, write the weights, judge them on words held out."""
    needed = [DICTIONARIES / name for name in (*LISTS.values(), SMALL_LIST)]
    needed.append(data_folder() / "speech" / "kathleen" / "transcripts.tsv")
    if missing := [str(path) for path in needed if not path.is_file()]:
        raise SystemExit(
            f"Not there: {', '.join(missing)}. Install Debian's word lists; ORATOR_DATA says where data is."
        )
    begun = time.time()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    entries: list[tuple[str, str, list[str]]] = []
    for language in LANGUAGES:
        words = word_list(language, rng)
        spoken = [(w, english(w) if language == "en" else foreign(w, language)) for w in words]
        pairs = [(fold_letters(w), p) for w, p in spoken if p and len(p) <= 3 * len(fold_letters(w))]
        splits = align_letters(pairs)
        entries += [(language, letters, chunks) for (letters, _), chunks in zip(pairs, splits, strict=True)]
        print(f"{language}: {len(pairs)} words, {time.time() - begun:.0f} s", flush=True)
    counts: dict[str, int] = {}
    for _, _, chunks in entries:
        for chunk in chunks:
            counts[chunk] = counts.get(chunk, 0) + 1
    outputs = sorted(chunk for chunk, count in counts.items() if count >= 15)
    number = {chunk: index for index, chunk in enumerate(outputs)}
    entries = [entry for entry in entries if all(chunk in number for chunk in entry[2])]
    held = [zlib.crc32(letters.encode()) % 10 == 0 for _, letters, _ in entries]
    windows = np.concatenate([letter_windows(letters, LANGUAGES.index(lang)) for lang, letters, _ in entries])
    targets = np.concatenate([[number[c] for c in chunks] for _, _, chunks in entries])
    for_test = np.concatenate([[h] * len(e[1]) for h, e in zip(held, entries, strict=True)])
    print(f"{len(outputs)} outputs, {len(targets)} letters", flush=True)
    network = _train(windows[~for_test], targets[~for_test], len(outputs))
    weights = {name: tensor.detach().numpy().astype(np.float16) for name, tensor in network.state_dict().items()}
    WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
    head = {"outputs": json.dumps(outputs)}
    save_file(weights, WEIGHTS, metadata=head)
    write_lists()
    _judge([e for e, h in zip(entries, held, strict=True) if h])
    # Common words that the letters mislead about are kept as they are.
    known = {letters: " ".join(english(word)) for word in common_words() if (letters := fold_letters(word))}
    exceptions = {w: p for w, p in known.items() if p and " ".join(spoken_letters(w, "en")) != p}
    save_file(weights, WEIGHTS, metadata=head | {"exceptions": json.dumps(exceptions)})
    WEIGHTS.chmod(0o644)
    write_lists()
    print(f"{len(exceptions)} of {len(known)} common words are exceptions", flush=True)


def common_words() -> list[str]:
    """The English words of the corpus' own sentences, and Debian's small list of American words."""
    texts = [text for _, text in kathleen_transcripts()]
    texts += [choice for choices in GRAMMAR.values() for choice in choices] + [" ".join(w) for w in COMMON.values()][:1]
    own = {word for text in texts for word in spoken_words(re.sub(r"\{\w+\}", " ", text))}
    small = (DICTIONARIES / SMALL_LIST).read_text(encoding="utf8").lower().split()
    return sorted(own | {word for word in small if not word.endswith("'s")})


def _train(windows: Array, targets: Array, outputs: int) -> nn.Module:
    """Letter windows (M, 2 REACH + 2) to output numbers (M,), by a two-layer network."""
    network = Letters(outputs)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-3)
    rng = np.random.default_rng(SEED)
    inputs, wanted = torch.from_numpy(windows.astype(np.int64)), torch.from_numpy(targets.astype(np.int64))
    size = 1024
    for epoch in range(EPOCHS):
        order = torch.from_numpy(rng.permutation(len(targets)))
        rate = 4e-3 * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        total = 0.0
        for group in optimiser.param_groups:
            group["lr"] = rate
        for first in range(0, len(order) - size, size):
            chosen = order[first : first + size]
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half_is_fast()):
                scores = network(inputs[chosen])
            loss = nn.functional.cross_entropy(scores.float(), wanted[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach())
        print(f"epoch {epoch}: loss {total / max(1, len(order) // size):.3f}", flush=True)
    return network


class Letters(nn.Module):
    """The network that models/phones/pronounce.py runs in numpy."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS) + 1, LETTER_SIZE)
        self.languages = nn.Embedding(len(LANGUAGES), LETTER_SIZE)
        self.first = nn.Linear((2 * REACH + 2) * LETTER_SIZE, HIDDEN)
        self.second = nn.Linear(HIDDEN, HIDDEN)
        self.last = nn.Linear(HIDDEN, outputs)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        letters = self.letters(windows[:, :-1]).flatten(1)
        hidden = torch.relu(self.first(torch.cat([letters, self.languages(windows[:, -1])], 1)))
        return self.last(torch.relu(self.second(hidden)))


def _judge(entries: list[tuple[str, str, list[str]]]) -> None:
    """Prints the phone error and whole-word rates on held-out words of each language, and keeps them in the cache."""
    figures: dict[str, dict[str, float]] = {}
    for language in LANGUAGES:
        chosen = [e for e in entries if e[0] == language][:1500]
        wrong = total = whole = 0
        for _, letters, chunks in chosen:
            true = [p.rstrip("012") for c in chunks for p in c.split()]
            made = [p.rstrip("012") for p in spoken_letters(letters, language)]
            wrong += _edits(true, made)
            total += len(true)
            whole += true == made
        error, right = wrong / max(total, 1), whole / max(len(chosen), 1)
        figures[language] = {"phone error": round(error, 4), "whole words": round(right, 4)}
    print(json.dumps(figures))
    kept = cache_folder() / "letters.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(figures))
    print(f"These figures are in {kept}", flush=True)


def _edits(a: list[str], b: list[str]) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


if __name__ == "__main__":
    main()
