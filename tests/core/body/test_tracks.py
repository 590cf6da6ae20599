"""Tests of tracks at the borders of a speech."""

from __future__ import annotations

import numpy as np
from orator.core.body.tracks import pulses


def test_beats_that_are_over_before_the_first_frame_change_nothing() -> None:
    late = pulses(20, [0.3], [1.0], 0.22, 0.24)
    for before in (-0.3, -0.55, -2.0):
        assert np.array_equal(pulses(20, [before, 0.3], [1.0, 1.0], 0.22, 0.24), late)


def test_beats_after_the_last_frame_change_nothing() -> None:
    assert not pulses(20, [1.4, 30.0], [1.0, 1.0], 0.22, 0.24).any()
