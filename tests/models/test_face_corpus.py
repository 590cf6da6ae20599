"""The corpus rules: what timed phones must look like before any network learns them."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from orator.core.arkit import COUNT, INDEX, LIPS
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.speech.features import SpeechFeatures
from orator.core.speech.phones import PHONES, Phone
from orator.models.training.face.corpus import make_item
from orator.models.training.face.emotions import bend_mouth
from orator.models.training.face.measures import dynamics, lip_figures, openness, upper_figures
from orator.models.training.face.visemes import TARGETS, VOWELS, mouth


def sentence(seed: int = 0, syllables: int = 60, rate: float = 1.0) -> list[Phone]:
    """Syllables by chance, of all phones, with a pause now and then."""
    rng = np.random.default_rng(seed)
    consonants = [p for p in PHONES if p not in VOWELS and p not in ("SIL", "NG", "ZH")]
    out, at = [Phone("SIL", 0.0, 0.4)], 0.4
    for k in range(syllables):
        for name in (str(rng.choice(consonants)), str(rng.choice(sorted(VOWELS)))):
            length = float(rng.uniform(0.06, 0.1) if name not in VOWELS else rng.uniform(0.09, 0.2)) / rate
            out.append(Phone(name, at, at + length, int(rng.integers(0, 2)) if name in VOWELS else -1))
            at += length
        if k % 15 == 14:
            out.append(Phone("SIL", at, at + 0.5))
            at += 0.5
    return out


def features(seconds: float) -> SpeechFeatures:
    count = int(np.ceil(seconds * 100)) + 1
    wave = np.sin(np.arange(count) / 9)
    energy = (-8 + 6 * wave).astype(np.float32)
    f0 = (130 + 30 * wave).astype(np.float32)
    return SpeechFeatures(np.zeros((count, 64), np.float32), energy, np.zeros(count), f0, np.ones(count), seconds)


def test_every_phone_has_a_shape() -> None:
    assert set(TARGETS) == set(PHONES) - {"SIL"}


@pytest.mark.parametrize("rate", [0.8, 1.0, 1.3])
def test_rules_hit_every_closure_and_move_like_a_face(rate: float) -> None:
    phones = sentence(rate=rate)
    face = mouth(phones, phones[-1].end, 30.0)
    figures = lip_figures([(face, phones)])
    assert figures["closure"] == 1.0
    assert figures["wrong_closure"] <= 0.02
    assert min(figures[k] for k in ("openness_auc", "rounding_auc", "spread_auc", "labiodental_auc")) > 0.93
    assert abs(figures["lag_ms"]) < 12
    assert figures["pause_o"] < 0.02
    moves = dynamics([openness(face)])
    assert moves["step_p99"] < 0.34, "babble, faster than talk"
    assert 0.3 < moves["p90"] < 0.5


def test_fast_speech_stays_soft_and_open() -> None:
    """Twelve sounds a second: vowels are still wider than consonants, and little moves faster than a syllable."""
    rng, at, phones = np.random.default_rng(4), 0.3, []
    for k in range(160):
        name = str(rng.choice("T N S K R D B V".split() if k % 2 else "AA EH OW AH".split()))
        phones.append(Phone(name, at, at + float(rng.uniform(0.05, 0.11)), -1 if k % 2 else 1))
        at = phones[-1].end
    face = mouth(phones, phones[-1].end + 0.3, 30.0)
    assert lip_figures([(face, phones)])["opening_auc"] > 0.97
    assert dynamics([openness(face)])["above_8hz"] < 0.25


@pytest.mark.parametrize("length", [0.03, 0.06, 0.12])
def test_a_short_f_or_v_still_has_the_lip_under_the_teeth(length: float) -> None:
    phones = [Phone("AA", 0.2, 0.4), Phone("V", 0.4, 0.4 + length), Phone("AA", 0.4 + length, 0.7)]
    face = mouth(phones, 1.0, 30.0)
    span = slice(int(30 * 0.4) - 1, int(30 * (0.4 + length)) + 2)
    assert face[span, INDEX["mouthRollLower"]].max() > 0.3
    # Narrow, and no closure: the upper lip is off the teeth.
    assert 0.06 < openness(face)[span].min() < 0.26 * openness(face).max()
    assert face[span, INDEX["mouthUpperUpLeft"]].min() > 0.1


def test_times_are_exact_below_a_frame() -> None:
    early = [Phone("AA", 0.2, 0.5), Phone("B", 0.5, 0.58), Phone("AA", 0.58, 0.9)]
    late = [Phone(p.name, p.start + 0.0125, p.end + 0.0125) for p in early]
    fine = [np.argmin(openness(mouth(p, 1.2, 480.0))[150:350]) for p in (early, late)]
    assert abs((fine[1] - fine[0]) / 480 - 0.0125) < 0.006


@pytest.mark.parametrize("emotion", EMOTIONS[1:])
def test_emotion_bends_the_mouth_but_keeps_closures(emotion: str) -> None:
    phones = sentence(3)
    speech = mouth(phones, phones[-1].end, 30.0)
    driven = np.tile(np.eye(8)[EMOTIONS.index(emotion)], (len(speech), 1))
    bent = bend_mouth(speech, driven)
    assert np.abs(bent - speech).max() > 0.04
    assert np.array_equal(bent[:, [i for i in range(COUNT) if i not in LIPS]], np.zeros((len(bent), 24)))
    assert lip_figures([(bent, phones)])["closure"] == 1.0


def test_items_are_deterministic_and_alive() -> None:
    phones = sentence(1, 240)
    calm = np.zeros((int(np.ceil(phones[-1].end * 30 - 1e-6)), 8), np.float32)
    one = make_item("a", phones, features(phones[-1].end), 0, calm)
    two = make_item("a", phones, features(phones[-1].end), 0, calm)
    other = make_item("b", phones, features(phones[-1].end), 0, calm)
    assert np.array_equal(one.face, two.face) and np.array_equal(one.head, two.head)
    assert not np.array_equal(one.head, other.head)
    figures = upper_figures([one.face], [one.head])
    assert 4 <= figures["brow_raises_a_minute"] <= 16
    assert figures["head_still_share"] == 0.0
    assert 1.0 < figures["head_std_degrees"] < 6.0
    assert one.face[:, INDEX["jawOpen"]].max() > 0.25
