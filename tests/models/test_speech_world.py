"""Speech said anew: phones follow their sound, and pieces in another order are still the same sounds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from orator.core.speech.phones import Phone
from orator.core.speech.speech import SAMPLE_RATE
from orator.models.training.speech_mix import mixed, mixed_sound

world = pytest.importorskip("orator.models.training.speech_world", exc_type=ImportError)

PHONES = tuple(Phone(n, 0.2 * k, 0.2 * (k + 1)) for k, n in enumerate("SIL AA T IY SIL AA M IY T AA SIL".split()))


def _said() -> np.ndarray:
    """Two seconds whose vowels sound and whose other phones are silent, (N,) float32."""
    times = np.arange(round(PHONES[-1].end * SAMPLE_RATE)) / SAMPLE_RATE
    buzz = sum(np.sin(2 * np.pi * 120 * k * times) / k for k in range(1, 20))
    sounding = np.zeros(len(times))
    for phone in PHONES:
        if phone.name in ("AA", "IY"):
            sounding[round(phone.start * SAMPLE_RATE) : round(phone.end * SAMPLE_RATE)] = 1.0
    return (0.1 * buzz * sounding).astype(np.float32)


@pytest.mark.parametrize("mixed", [False, True])
def test_phones_follow_their_sound(mixed: bool) -> None:
    manner = world.Manner(pitch=1.5, low=1.1, pace=1.2, hurry=0.2, mixed=mixed)
    samples, phones = world.said_anew(_said(), PHONES, manner, np.random.default_rng(1))
    assert phones[0].start == 0.0 and abs(phones[-1].end - len(samples) / SAMPLE_RATE) < 1e-6
    assert all(a.end == b.start for a, b in itertools.pairwise(phones))
    level: dict[bool, list[float]] = {True: [], False: []}
    for phone in phones:
        middle = round((phone.start + phone.end) / 2 * SAMPLE_RATE)
        level[phone.name in ("AA", "IY")].append(np.abs(samples[max(middle - 200, 0) : middle + 200]).max())
    assert min(level[True]) > 3.0 * max(level[False])


def test_the_pitch_is_moved() -> None:
    samples, _ = world.said_anew(_said(), PHONES, world.Manner(pitch=1.5), np.random.default_rng(1))
    assert world.mean_pitch(samples) == pytest.approx(180.0, rel=0.05)


def test_another_order_has_the_same_sounds() -> None:
    order, phones = mixed(PHONES, round(PHONES[-1].end / world.FRAME), world.FRAME, np.random.default_rng(4))
    assert len(order) == pytest.approx(phones[-1].end / world.FRAME)
    assert {p.name for p in phones} <= {p.name for p in PHONES}
    before = {(a.name, b.name) for a, b in itertools.pairwise(PHONES)}
    # What a consonant stands between is as it was said; vowels are where pieces meet.
    after = {(a.name, b.name) for a, b in itertools.pairwise(phones)}
    assert after <= before
    assert [p.name for p in phones] != [p.name for p in PHONES]


def test_the_same_seed_says_the_same() -> None:
    manner = world.drawn(np.random.default_rng(5), 120.0)
    first, _ = world.said_anew(_said(), PHONES, manner, np.random.default_rng(2))
    again, _ = world.said_anew(_said(), PHONES, manner, np.random.default_rng(2))
    assert np.array_equal(first, again)


def test_mixed_sound_has_its_phones_where_they_sound() -> None:
    samples, phones = mixed_sound(_said(), PHONES, np.random.default_rng(4))
    assert len(samples) == pytest.approx(phones[-1].end * SAMPLE_RATE, abs=1)
    for phone in phones:
        middle = round((phone.start + phone.end) / 2 * SAMPLE_RATE)
        assert (np.abs(samples[middle - 200 : middle + 200]).max() > 0.05) == (phone.name in ("AA", "IY"))
