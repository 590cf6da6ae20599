"""Openings: how long they are, what of a request they keep, and that they cost little."""

from itertools import pairwise

import numpy as np
import pytest
from orator.core.body.wishes import Wish
from orator.core.errors import OratorError
from orator.core.mask import everything
from orator.core.performance import frame_count, rest_performance
from orator.core.request.generation import GenerationRequest, Given, check_request
from orator.core.request.opening import opened, openings
from orator.core.settings import Settings
from orator.core.speech.speech import SAMPLE_RATE, Speech


def request(seconds: float, **more) -> GenerationRequest:
    rng = np.random.default_rng(0)
    return GenerationRequest(
        (Speech(rng.normal(0, 0.1, round(seconds * SAMPLE_RATE)).astype(np.float32), 2.0),), **more
    )


def test_ten_seconds_can_be_played_before_a_tenth_of_the_work_on_ten_minutes() -> None:
    lengths = openings(600.0)
    assert lengths[0] >= 10.0
    assert lengths[0] / (sum(lengths) + 600.0) < 0.1


@pytest.mark.parametrize("seconds", [61.0, 90.0, 240.0, 600.0, 3600.0, 14000.0])
def test_an_artist_who_plays_finds_more_at_each_end_and_waits_little_longer_for_all(seconds: float) -> None:
    lengths = openings(seconds)
    assert lengths and sum(lengths) <= 0.25 * seconds
    # Work is over ten times as fast as playing: the next one is there before this one has been played.
    for one, following in pairwise(lengths):
        assert following / 10.0 < one
    assert openings(60.0) == () and openings(5.0) == ()


def test_an_opening_keeps_what_is_of_its_own_seconds() -> None:
    frames = frame_count(90.0)
    mask = everything(frames)
    mask.joints[100:110, 3] = False
    asked = request(
        90.0, seeds=(4, 5), settings=Settings(transcript="all of it"), given=Given(mask, rest_performance(frames)),
        wishes=(Wish(3.0, "none"), Wish(50.0, "none")),
    )  # fmt: skip
    short = opened(asked, 12.0)
    check_request(short)
    assert short.frames == 360 and short.speech.start == 2.0 and short.seeds == (4,)
    assert np.array_equal(short.speech.samples, asked.speech.samples[: 12 * SAMPLE_RATE])
    assert short.settings.transcript is None and [w.time for w in short.wishes] == [3.0]
    assert short.given is not None and not short.given.mask.joints[105, 3]
    mask.joints[:] = True
    mask.joints[2000, 3] = False
    assert opened(asked, 12.0).given is None, "what is given later is nothing to an opening"
    with pytest.raises(OratorError):
        opened(asked, 90.0)
