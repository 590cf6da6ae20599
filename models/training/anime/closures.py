"""Closures of a face that is drawn twelve or eight times a second: `python -m orator.models.training.anime.closures`.

Held-out speech with known phone times (voices and sentences that nothing was trained on). Counted is every P, B and M
during which, a thirtieth of a second early or late, the lips that are shown are shut: of the face at 30 a second, of
drawings that are held as the product holds them, and, for comparison, of its curve just read at every drawing.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence

import numpy as np

from ....core.anime.stepping import SHUT, held_times, hold_face, openness
from ....core.arrays import Array
from ....core.emotion import constant_emotion
from ....core.settings import Settings
from ....core.speech.phones import Phone
from ...face import generate_face
from ...interface.progress import no_tick
from ..face.data import condition_of, load

FPS = 30.0
SLACK = 1.0 / 30.0


def found(gap: Array, fps: float, phones: Sequence[Phone], limit: float) -> tuple[int, int]:
    """How many of the P, B and M show shut lips, of how many; `gap` (T,) is held for 1 / fps each."""
    closed = asked = 0
    for phone in phones:
        if phone.name in ("P", "B", "M") and phone.end < len(gap) / fps:
            first = max(math.floor((phone.start - SLACK) * fps), 0)
            last = math.floor((phone.end + SLACK) * fps) + 1
            closed, asked = closed + bool(gap[first:last].min() < limit), asked + 1
    return closed, asked


def main() -> None:
    """Print a row for each number of drawings a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=24)
    counts: dict[str, list[tuple[int, int]]] = {}
    for sample in load("test")[: parser.parse_args().clips]:
        face = generate_face(condition_of(sample), Settings(), constant_emotion(), 0, no_tick)[0]
        gap = openness(face)
        limit = min(SHUT, 0.2 * float(np.percentile(gap, 90)))
        counts.setdefault("every frame, 30 a second", []).append(found(gap, FPS, sample.phones, limit))
        for every in (2, 3):
            times = held_times(len(face) / FPS, 24.0, every)
            held = openness(hold_face(face, FPS, times, len(face) / FPS))
            read = gap[np.round(times * FPS).astype(int).clip(0, len(gap) - 1)]
            rate = 24.0 / every
            counts.setdefault(f"held, {rate:g} a second", []).append(found(held, rate, sample.phones, limit))
            counts.setdefault(f"only read, {rate:g} a second", []).append(found(read, rate, sample.phones, limit))
    print("| drawings | closures found | of |\n| --- | --- | --- |")
    for name, pairs in counts.items():
        closed, asked = (sum(pair[k] for pair in pairs) for k in (0, 1))
        print(f"| {name} | {closed / asked:.3f} | {asked} |")


if __name__ == "__main__":
    main()
