"""What is no speech, as a table: music, noise, laughs of kinds that were held out, and false laughs in speech.

    orator evaluate --only gate

The control is the same sound with the gate open (threshold 0).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ....core.arkit import INDEX as FACE
from ....core.arrays import Array
from ....core.body.measure import strokes, wrists
from ....core.performance import Performance
from ....core.request.generation import GenerationRequest
from ....core.settings import Settings
from ....core.speech.speech import SAMPLE_RATE, Speech
from ...gate import hear_gate
from ..gate import sounds
from ..speech_corpus import load_items
from .runtimes import Generate

SECONDS: Final = 20.0
OPEN: Final = 0.05
"""Of jawOpen, from which a mouth counts as open."""
NOISES: Final = ("white", "pink", "hum", "rumble", "wind", "rain")
VOICES: Final = ("kathleen", "rms", "en-gb-scotland", "en-us+f5", "de", "fr+f4")


def tune(seconds: float, seed: int) -> Array:
    """Plucked chords and a melody, (N,) at 16 kHz, by nothing that the gate was trained on."""
    rng = np.random.default_rng(seed)
    out = np.zeros(int(seconds * SAMPLE_RATE))
    at = 0.0
    while at < seconds - 1.5:
        root = 110.0 * 2 ** (rng.integers(0, 8) / 12)
        for step in (0, 4, 7, int(rng.integers(8, 20))):
            t = np.arange(int(1.4 * SAMPLE_RATE)) / SAMPLE_RATE
            pitch = root * 2 ** (step / 12)
            note = sum(np.sin(2 * np.pi * n * pitch * t) / n * np.exp(-n * t * 1.3) for n in range(1, 9))
            k = int(at * SAMPLE_RATE)
            out[k : k + len(t)] += note
        at += float(rng.choice((0.3, 0.45, 0.6)))
    return (0.25 * out / np.abs(out).max()).astype(np.float32)


def bouts(kinds: tuple[str, ...], seed: int) -> tuple[Array, list[tuple[float, float]]]:
    """Laughs of each kind, low and high, a second apart: (N,) samples, and where they are in seconds."""
    rng = np.random.default_rng(seed)
    pieces: list[Array] = []
    where: list[tuple[float, float]] = []
    at = 0.0
    for kind in kinds:
        for base in (115.0, 215.0):
            bout = sounds.laugh(rng, kind, base)
            where.append((at + 1.0, at + 1.0 + len(bout) / SAMPLE_RATE))
            at = where[-1][1]
            pieces += [np.zeros(SAMPLE_RATE), bout]
    heard = np.concatenate([*pieces, np.zeros(SAMPLE_RATE)])
    return (heard + rng.normal(0, 4e-4, len(heard))).astype(np.float32), where


def _made(generate: Generate, samples: Array, gate: float | None = None) -> Performance:
    numbers: dict[str, Any] = {} if gate is None else {"speech_gate": gate}
    settings = Settings(**numbers)
    return generate(GenerationRequest((Speech(samples),), settings))


def _listened(generate: Generate, name: str, sounds_of: list[Array]) -> str:
    """A row: strokes a minute and share of time with an open mouth, and both with the gate open."""
    cells: list[float] = []
    for gate in (None, 0.0):
        made = [_made(generate, samples, gate) for samples in sounds_of]
        minutes = sum(m.frames / m.fps for m in made) / 60.0
        cells.append(sum(len(strokes(wrists(m.rotations, m.translation))) for m in made) / minutes)
        cells.append(100.0 * float(np.mean(np.concatenate([m.face[:, FACE["jawOpen"]] for m in made]) > OPEN)))
    return f"| {name} | {cells[0]:.1f} | {cells[1]:.1f} % | {cells[2]:.1f} | {cells[3]:.1f} % |"


def _laughs(generate: Generate, seeds: tuple[int, ...]) -> tuple[int, int, list[float]]:
    """(laughs, those found, the largest smile of each one found) of the kinds held out."""
    count, found, smiles = 0, 0, []
    for seed in seeds:
        samples, where = bouts(sounds.LAUGHS["test"], seed)
        heard, made = hear_gate(Speech(samples)), _made(generate, samples)
        times = np.arange(made.frames) / made.fps
        count += len(where)
        for start, end in where:
            if any(a < end and b > start for a, b in heard.laughs):
                found += 1
                smiles.append(float(made.face[(times > start) & (times < end + 0.3), FACE["mouthSmileLeft"]].max()))
    return count, found, smiles


def _false_laughs(seconds: float = 120.0) -> tuple[int, float]:
    """(laughs heard in speech without one, minutes of it) over voices that nothing was trained on."""
    false, minutes = 0, 0.0
    for voice in VOICES:
        parts, length = [], 0
        for item in load_items("test", voice):
            parts.append(item.samples.astype(np.float32) / 32768.0)
            length += len(item.samples)
            if length > seconds * SAMPLE_RATE:
                break
        false += len(hear_gate(Speech(np.concatenate(parts))).laughs)
        minutes += length / SAMPLE_RATE / 60.0
    return false, minutes


def evaluate(generate: Generate) -> str:
    """The table as Markdown."""
    rng = np.random.default_rng(4)
    rows = [_listened(generate, "music, three tunes", [tune(SECONDS, seed) for seed in (1, 2, 3)])]
    rows += [_listened(generate, f"noise: {kind}", [sounds.noise(rng, SECONDS, kind)]) for kind in NOISES]
    count, found, smiles = _laughs(generate, (6, 7, 8))
    false, minutes = _false_laughs()
    return "\n".join(
        [
            "Strokes a minute (goal under 5) and share of time with an open mouth (goal under 3 %), and what the same",
            "sounds do with the gate left open (control).",
            "",
            "| sound | strokes | mouth open | strokes, gate open | mouth open, gate open |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            f"Laughs of kinds that were held out ({', '.join(sounds.LAUGHS['test'])}): {found} of {count} found (goal",
            f"80 %), the least smile of one found {min(smiles, default=0.0):.2f} (goal over .3).",
            f"In {minutes:.1f} minutes of speech of six held-out voices {false} laughs were heard (goal under 2 a",
            "minute).",
        ]
    )
