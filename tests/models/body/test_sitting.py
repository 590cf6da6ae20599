"""A body on a seat: hips at its height, thighs level, feet that stay, hands on the thighs or on a table."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from orator.core.body.measure import WRISTS
from orator.core.rotations import forward_kinematics
from orator.core.skeleton import INDEX
from orator.models.interface.condition import SpeechCondition

from .test_generate_body import body, condition_of, syllables


@pytest.fixture(scope="module")
def speech() -> SpeechCondition:
    return condition_of(syllables(30.0, seed=6))


@pytest.mark.parametrize(("seat", "table"), [(0.45, 0.0), (0.45, 0.74), (0.65, 0.0)])
def test_it_sits_at_the_height_of_the_seat(speech: SpeechCondition, seat: float, table: float) -> None:
    rotations, translation = body(speech, seat=seat, table=table)
    places, _ = forward_kinematics(rotations.astype(np.float64), translation.astype(np.float64))
    hips, knees, ankles = (places[:, [INDEX[f"left_{n}"], INDEX[f"right_{n}"]]] for n in ("hip", "knee", "ankle"))
    assert np.abs(hips[..., 1] - seat - 0.08).max() < 0.03
    assert np.ptp(ankles, axis=0).max() < 1e-3, "planted feet moved"
    assert (knees[..., 2] - hips[..., 2]).min() > 0.15
    if seat < 0.5:
        assert np.abs(knees[..., 1] - hips[..., 1]).max() < 0.12, "thighs are level"
    # Hands rest a little above what they lie on, and go up from there to gesture.
    heights = places[:, list(WRISTS), 1]
    top = table or seat + 0.14
    assert top - 0.02 < np.percentile(heights, 3) < top + 0.1
    assert np.percentile(heights, 97) > top + 0.15


def test_hands_that_rest_stay_on_the_thighs_while_the_trunk_moves(speech: SpeechCondition) -> None:
    from orator.core.settings import Settings
    from orator.models.body.generate import score_of

    settings = Settings(seat=0.45, gesture_rate=0.3)
    score = score_of(speech, settings, 0)
    rotations, translation = body(speech, seat=0.45, gesture_rate=0.3)
    places, _ = forward_kinematics(rotations.astype(np.float64), translation.astype(np.float64))
    ends = [0.0, *(g.until for g in score.gestures), 30.0]
    gaps = [(a + 1.6, g.time - 1.4) for a, g in zip(ends, score.gestures, strict=False)]
    a, b = max(gaps, key=lambda gap: gap[1] - gap[0])
    inside = slice(int(a * 30), int(b * 30))
    assert b - a > 0.8
    chest = places[inside, INDEX["neck"]]
    assert np.ptp(places[inside][:, list(WRISTS), 1], axis=0).max() < 0.06
    assert np.ptp(chest, axis=0).max() > 0.005


def test_without_a_seat_it_stands(speech: SpeechCondition) -> None:
    rotations, translation = body(speech)
    again, path = body(speech, seat=0.05, table=0.7)
    assert np.array_equal(rotations, again) and np.array_equal(translation, path)
