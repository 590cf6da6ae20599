"""Recorded speech taken up elsewhere in mid-vowel: what follows is no sentence, yet every sound is spoken as it was.

A network that hears seconds around every frame learns the sentences of a corpus where they are few: actors whom it
knows, in sentences that it does not know, it understood no better than strangers. In speech mixed anew every time there
is nothing to learn but the sounds.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ...core.arrays import Array
from ...core.speech.phones import Phone
from ...core.speech.speech import SAMPLE_RATE

JUMP: Final = 0.6
"""How often a vowel or pause goes on as another one of its kind."""
LONG: Final = 0.05
"""Seconds that a phone must last to be cut in the middle."""
FADE: Final = 96
"""Samples over which pieces of sound are blended."""


def mixed(
    phones: tuple[Phone, ...], frames: int, step: float, rng: np.random.Generator
) -> tuple[Array, tuple[Phone, ...]]:
    """The source frames (K,), each `step` seconds, of as much speech in another order, and its phones.

    It jumps from mid-vowel to the middle of another such vowel, and from pause to pause.
    """
    places: dict[str, list[int]] = {}
    for k, phone in enumerate(phones):
        if (phone.name[0] in "AEIOU" or phone.name == "SIL") and phone.end - phone.start > LONG:
            places.setdefault(phone.name, []).append(k)
    edges = [0, *(min(round(p.end / step), frames) for p in phones[:-1]), frames]
    order: list[Array] = []
    out: list[Phone] = []
    at, k = 0, 0
    while at < frames:
        phone, first, last = phones[k], edges[k], edges[k + 1]
        others = places.get(phone.name, [])
        if k in others and len(others) > 1 and rng.random() < JUMP:
            k = int(rng.choice(others))
            piece = [np.arange(first, (first + last) // 2), np.arange((edges[k] + edges[k + 1]) // 2, edges[k + 1])]
        else:
            piece = [np.arange(first, last)]
        count = sum(map(len, piece))
        order += piece
        if count and out and out[-1].name == phone.name == "SIL":
            out[-1] = Phone("SIL", out[-1].start, (at + count) * step)
        elif count:
            out.append(Phone(phone.name, at * step, (at + count) * step, phone.stress))
        at, k = at + count, (k + 1) % len(phones)
    return np.concatenate(order), tuple(out)


def mixed_sound(samples: Array, phones: tuple[Phone, ...], rng: np.random.Generator) -> tuple[Array, tuple[Phone, ...]]:
    """Samples (N,) at 16 kHz and their phones in another order: (M,) float32 and the phones."""
    order, moved = mixed(phones, len(samples), 1.0 / SAMPLE_RATE, rng)
    out = samples[order].astype(np.float32)
    rise = np.linspace(0.0, 1.0, FADE, dtype=np.float32)
    for joint in np.flatnonzero(np.diff(order) != 1) + 1:
        # What would have gone on fades out under what begins.
        before = order[joint - 1] + 1 + np.arange(FADE)
        if joint + FADE <= len(out) and before[-1] < len(samples):
            out[joint : joint + FADE] = rise * out[joint : joint + FADE] + (1.0 - rise) * samples[before]
    return out, moved
