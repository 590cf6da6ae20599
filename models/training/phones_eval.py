"""Judges the phone network on voices and sentences it never heard.

    python -m orator.models.training.phones_eval

prints a table and writes it into models/weights/phones.md. Figures are means over paragraphs with the standard
deviation between them; 'shuffled' gives each paragraph another paragraph's answers.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from ...core.arrays import Array
from ...core.speech.features import FEATURE_FPS, speech_features
from ...core.speech.phones import PHONE_INDEX, PHONES, Phone
from ...core.speech.speech import SAMPLE_RATE, Speech
from ..phones import posteriors
from ..phones.network import WEIGHTS
from .phones_data import frame_labels
from .phones_human import human_items
from .speech_corpus import SpeechItem, cache_folder, load_items

GRACE: Final = 1.0 / 30.0
SETS: Final[dict[str, tuple[str, ...]]] = {
    "lips": ("P", "B", "M"),
    "teeth": ("F", "V"),
    "open": ("AA", "AE", "AO", "AW", "AY", "EH", "EY"),
    "closed": tuple("P B T D K G M N NG S Z SH ZH CH JH F V TH DH".split()),
    "rounded": ("UW", "OW", "W", "OY", "AO", "UH", "SH", "CH"),
    "unrounded": ("IY", "EH", "AE", "EY", "IH", "S", "Z"),
    "free": tuple("T D K G N S Z TH DH L HH AA AE AO AW AY EH EY".split()),
    "vowel": tuple("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split()),
}
ESPEAK: Final = frozenset(("en-us+f5", "en-gb-scotland", "en-us+Annie", "en-us+m7"))
GROUPS: Final[dict[str, Callable[[SpeechItem], bool]]] = {
    "human, sentences held out": lambda item: item.voice == "kathleen",
    "EmoDB, actors and sentences held out": lambda item: item.voice.startswith("emodb"),
    "Russian, Italian prompts, sentences held out": lambda item: item.voice.startswith("asterisk"),
    "flite rms (man), voice held out": lambda item: item.voice == "rms",
    "espeak English, voices held out": lambda item: item.voice in ESPEAK,
    "espeak German, voices held out": lambda item: item.language == "de",
    "espeak French, voices held out": lambda item: item.language == "fr",
}
COLUMNS: Final = (
    "frames right",
    "PBM found",
    "PBM false",
    "FV AUC",
    "open AUC",
    "rounded AUC",
    "pause recall",
    "pause precision",
    "lag ms",
)


def columns(names: Sequence[str]) -> list[int]:
    """Indices of phones."""
    return [PHONE_INDEX[name] for name in names]


def measure(answer: Array, phones: Sequence[Phone]) -> dict[str, float]:
    """The figures of posteriors (N, 40) at 100 fps against true phone times."""
    truth = frame_labels(tuple(phones), len(answer))
    lips = answer[:, columns(SETS["lips"])].sum(1)
    teeth = answer[:, columns(SETS["teeth"])].sum(1)
    opened = answer[:, columns(SETS["open"])].sum(1)
    rounded = answer[:, columns(SETS["rounded"])].sum(1)
    bilabial = [p for p in phones if p.name in SETS["lips"]]
    labial = [p for p in phones if p.name in ("P", "B", "M", "F", "V", "SIL")]
    free = [p for p in phones if p.name in SETS["free"] and not any(_near(p, q, 0.066) for q in labial)]
    pause = truth == 0
    heard = answer[:, 0] > 0.5
    return {
        "frames right": float((answer.argmax(1) == truth).mean()),
        "PBM found": _share(_peak(lips, p, GRACE) > 0.4 for p in bilabial),
        "PBM false": _share(_peak(lips, p, GRACE) > 0.4 for p in free),
        "FV AUC": _auc(
            [_peak(teeth, p, 0.0) for p in phones if p.name in SETS["teeth"]], [_peak(teeth, p, 0.0) for p in free]
        ),
        "open AUC": _auc(_means(opened, phones, SETS["open"]), _means(opened, phones, SETS["closed"])),
        "rounded AUC": _auc(_means(rounded, phones, SETS["rounded"]), _means(rounded, phones, SETS["unrounded"])),
        "pause recall": float(heard[pause].mean()) if pause.any() else float("nan"),
        "pause precision": float(pause[heard].mean()) if heard.any() else float("nan"),
        "lag ms": _lag(answer, truth),
    }


def _near(a: Phone, b: Phone, gap: float) -> bool:
    return a.start - gap < b.end and b.start < a.end + gap


def _peak(track: Array, phone: Phone, grace: float) -> float:
    first = max(0, int((phone.start - grace) * FEATURE_FPS))
    return float(track[first : int((phone.end + grace) * FEATURE_FPS) + 1].max(initial=0.0))


def _means(track: Array, phones: Sequence[Phone], names: Sequence[str]) -> list[float]:
    spans = [(int(p.start * FEATURE_FPS), int(p.end * FEATURE_FPS) + 1) for p in phones if p.name in names]
    return [float(track[a:b].mean()) for a, b in spans if a < len(track)]


def _share(values: Iterable[float]) -> float:
    found = list(values)
    return float(np.mean(found)) if found else float("nan")


def _auc(high: list[float], low: list[float]) -> float:
    """The chance that one of `high` exceeds one of `low`."""
    from scipy.stats import rankdata

    if not high or not low:
        return float("nan")
    ranks = rankdata(high + low)[: len(high)].sum()
    return float((ranks - len(high) * (len(high) + 1) / 2) / (len(high) * len(low)))


def _lag(answer: Array, truth: Array) -> float:
    """Milliseconds by which the vowels heard come after the true ones."""
    vowels = columns(SETS["vowel"])
    heard = answer[:, vowels].sum(1) - answer[:, vowels].sum(1).mean()
    true = np.isin(truth, vowels).astype(float)
    true -= true.mean()
    shifts = np.arange(-8, 9)
    fits = np.array([np.dot(heard[8 + s : len(heard) - 8 + s], true[8 : len(true) - 8]) for s in shifts])
    best = int(np.clip(fits.argmax(), 1, len(fits) - 2))
    left, middle, right = fits[best - 1 : best + 2]
    return 10.0 * (shifts[best] + 0.5 * (left - right) / (left - 2.0 * middle + right))


def evaluate() -> dict[str, dict[str, tuple[float, float]]]:
    """Mean and spread of every figure for every group of the test split, and for shuffled human answers."""
    from_group: dict[str, list[dict[str, float]]] = {name: [] for name in (*GROUPS, "human, shuffled")}
    previous: Array | None = None
    for item in (*load_items("test"), *human_items("test")):
        answer = posteriors(speech_features(Speech(item.samples.astype(np.float32) / 32768.0)))
        for name, holds in GROUPS.items():
            if holds(item):
                from_group[name].append(measure(answer, item.phones))
        if item.voice == "kathleen":
            if previous is not None:
                count = min(len(previous), len(answer))
                ending = tuple(p for p in item.phones if p.end < count / FEATURE_FPS)
                from_group["human, shuffled"].append(measure(previous[:count], ending))
            previous = answer
    return {
        name: {c: (float(np.nanmean([r[c] for r in rows])), float(np.nanstd([r[c] for r in rows]))) for c in COLUMNS}
        for name, rows in from_group.items()
        if rows
    }


def table(figures: dict[str, dict[str, tuple[float, float]]]) -> str:
    """Markdown, a row a group."""
    lines = ["| held out | " + " | ".join(COLUMNS) + " |", "|" + " --- |" * (len(COLUMNS) + 1)]
    for name, row in figures.items():
        digits = [1 if column == "lag ms" else 3 for column in COLUMNS]
        cells = [f"{row[c][0]:.{d}f} ± {row[c][1]:.{d}f}" for c, d in zip(COLUMNS, digits, strict=True)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def speed(seconds: int = 60) -> float:
    """Seconds of processor time for `seconds` of speech, features not counted, after a warm-up."""
    rng = np.random.default_rng(0)
    features = speech_features(Speech(rng.normal(0, 0.1, seconds * SAMPLE_RATE).astype(np.float32)))
    posteriors(features)
    begun = time.process_time()
    posteriors(features)
    return time.process_time() - begun


def main() -> None:
    figures = evaluate()
    text = table(figures)
    print(text)
    took = speed()
    print(f"60 s of speech: {took:.2f} s")
    majority = 1.0 / len(PHONES)
    (cache_folder() / "phones_eval.json").write_text(json.dumps(figures, indent=1))
    card = WEIGHTS.with_suffix(".md")
    if card.exists():
        speed_line = f"60 s of speech take {took:.2f} s of processor time; chance is {majority:.3f} of frames."
        block = f"<!-- figures -->\n{text}\n\n{speed_line}\n<!-- end -->"
        card.write_text(re.sub(r"<!-- figures -->.*?<!-- end -->", lambda _: block, card.read_text(), flags=re.S))


if __name__ == "__main__":
    main()
