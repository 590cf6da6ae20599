"""What a heard sound owes to the eye: short vowels open, short consonants narrow, and what is so already stays."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.arkit import INDEX, LIPS
from orator.core.face.articulate import apart, articulate, eased, reach
from orator.core.speech.phones import PHONE_INDEX

FPS = 30.0
FRAMES = 120
BACK = 1.06
PARTING = [LIPS.index(i) for n, i in INDEX.items() if n.startswith(("mouthUpperUp", "mouthLowerDown"))]
JAW, CLOSE, UNDER = (LIPS.index(INDEX[n]) for n in ("jawOpen", "mouthClose", "mouthRollLower"))


def mouth(opening: np.ndarray) -> np.ndarray:
    """A mouth (T, 28) whose lips are `opening` (T,) apart, most of it by the jaw."""
    out = np.zeros((len(opening), len(LIPS)), np.float32)
    out[:, JAW] = 0.6 * opening
    out[:, PARTING] = (0.4 * opening / 0.7)[:, None]
    return out


def heard(**spans: tuple[int, int]) -> np.ndarray:
    """Phones (T, 40): a pause, but for the frames of those named."""
    out = np.zeros((FRAMES, 40), np.float32)
    out[:, PHONE_INDEX["SIL"]] = 1.0
    for name, (first, last) in spans.items():
        out[first:last] = 0.0
        out[first:last, PHONE_INDEX[name]] = 1.0
    return out


def talk() -> np.ndarray:
    """An opening that goes between .1 and .3 all the time, narrow in the middle."""
    opening = 0.2 + 0.1 * np.sin(2 * np.pi * 2.0 * np.arange(FRAMES) / FPS)
    opening[56:64] = 0.15
    return opening


def test_a_pause_asks_nothing_of_the_mouth() -> None:
    before = mouth(talk())
    assert np.allclose(articulate(before, heard(), FPS), BACK * before, atol=1e-6)


def test_a_short_open_vowel_opens_and_does_not_gape() -> None:
    before = mouth(talk())
    after = articulate(before, heard(AA=(58, 61)), FPS)
    around = reach(apart(before), FPS)
    assert apart(after)[59] > apart(before)[59] + 0.03
    assert (apart(after)[56:64] <= BACK * 1.3 * around[56:64] + 1e-6).all()
    assert np.allclose(after[:45], BACK * before[:45], atol=1e-4)


def test_a_vowel_that_is_wide_already_is_not_touched() -> None:
    opening = talk()
    opening[56:64] = 0.33
    assert np.allclose(articulate(mouth(opening), heard(AA=(58, 61)), FPS), BACK * mouth(opening), atol=1e-3)


@pytest.mark.parametrize("name", ["D", "N", "S"])
def test_a_consonant_narrows_and_is_no_closure(name: str) -> None:
    opening = talk()
    opening[56:64] = 0.3
    after = apart(articulate(mouth(opening), heard(**{name: (57, 62)}), FPS))
    assert 0.1 < after[59] < 0.28


def test_at_f_the_lips_are_near_and_the_lower_one_under_the_teeth() -> None:
    after = articulate(mouth(talk()), heard(F=(57, 62)), FPS)
    assert 0.03 < apart(after)[59] < 0.08
    assert 0.25 < after[59, UNDER] <= 0.3401


def test_a_closure_stays_shut_beside_a_vowel() -> None:
    opening = talk()
    opening[58:62] = 0.0
    before = mouth(opening)
    before[:, CLOSE] = np.where(opening == 0.0, before[:, JAW], 0.0)
    sounds = heard(P=(58, 62), AA=(62, 66))
    assert apart(articulate(before, sounds, FPS))[58:62].max() == 0.0


def test_a_soft_voice_keeps_its_measure() -> None:
    sounds = heard(AA=(58, 61), D=(70, 73))
    loud, soft = (apart(articulate(mouth(k * talk()), sounds, FPS)) for k in (1.0, 0.7))
    assert np.allclose(soft, 0.7 * loud, atol=0.01)


def test_lips_are_never_faster_than_lips_and_what_is_shut_stays_shut() -> None:
    """A shout beside a P: from shut to wide in one frame becomes two or three, and the closure is as long as it was."""
    opening = np.full(FRAMES, 0.9)
    opening[60:64] = 0.0
    before = mouth(opening)
    for fps in (FPS, 60.0):
        after = apart(articulate(before, heard(AA=(0, 60), P=(60, 64)), fps))
        assert np.abs(np.diff(after)).max() <= 7.5 / fps + 1e-6
        assert (after[60:64] == 0.0).all() and (after[56:60] > 0.0).all() and (after[64:68] > 0.0).all()
        assert after[50] > 0.85
    slow = np.linspace(0.0, 0.8, FRAMES)
    assert np.array_equal(eased(slow, FPS), slow), "what is slow enough is not touched"


def test_a_doubtful_f_is_seen_and_a_hint_of_one_is_not() -> None:
    def under(sure: float) -> float:
        sounds = heard()
        sounds[57:62, PHONE_INDEX["F"]] = sure
        return float(articulate(mouth(talk()), sounds, FPS)[59, UNDER])

    assert under(0.02) < 0.04 and under(0.3) > 0.15 and under(1.0) > 0.3


def test_nothing_to_say() -> None:
    assert articulate(np.zeros((0, 28), np.float32), np.zeros((0, 40), np.float32), FPS).shape == (0, 28)
