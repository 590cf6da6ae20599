"""The corpus' planner: strokes end on the stress, feet stand, hands rest in silence."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from orator.core.body import measure
from orator.core.body.accents import Accents
from orator.core.body.semantics import word_channels, word_class
from orator.core.speech.phones import Phone, Word
from orator.models.training.body.clips import data_folder, load_library
from orator.models.training.body.perform import perform
from orator.models.training.body.planner import Controls, Planner

needs_clips = pytest.mark.skipif(
    not (data_folder() / "gestures" / "smplx").is_dir(), reason="the gesture clips (../shared/data) are not here"
)


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


@needs_clips
def test_strokes_end_just_before_the_stress_and_hands_rest_afterwards() -> None:
    words = spoken("never buy the yellow house because nothing works and you know everyone waited")
    times = np.array([w.start + 0.18 for w in words])
    accents = Accents(times, np.full(len(times), 0.8))
    library = load_library()
    rng = np.random.default_rng(0)
    plan = Planner(library).plan(words, accents, 18.0, Controls(), rng)
    assert len(plan.events) >= 4
    leads = [float((times - event.time)[np.abs(times - event.time).argmin()]) for event in plan.events]
    assert min(leads) > -0.02 and max(leads) < 0.25
    curve = np.zeros(540)
    rotations, translation, contacts = perform(plan, curve, library.idles[0], Controls(), rng)
    found = measure.describe(rotations, translation)
    assert found["slide_mm"] < 0.8 and found["inside"] < 0.005 and found["least_elbow"] > 0.0
    assert measure.wrist_speed(measure.wrists(rotations, translation))[-60:].mean() < 0.1
    assert contacts.min() >= 0.0
