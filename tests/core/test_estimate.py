"""How long a work takes is told from the works before it."""

from __future__ import annotations

import pytest
from orator.core import estimate


def test_a_slow_machine_is_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "_pace", estimate._FIRST)
    monkeypatch.setattr(estimate, "_awake", False)
    first = estimate.of(600.0, 2)
    for _ in range(8):
        estimate.learn(60.0, 1, 120.0)
    assert estimate.of(600.0, 2) > 10 * first
    assert estimate.of(600.0, 2) == pytest.approx(2400.0, rel=0.1)
    before = estimate.of(600.0, 2)
    estimate.learn(0.2, 1, 500.0)
    assert estimate.of(600.0, 2) == before, "a moment of speech tells nothing"


def test_what_is_left_is_told_when_it_can_be() -> None:
    assert estimate.left(0.01, 10.0) == "" and estimate.left(0.5, 0.5) == ""
    assert estimate.left(0.25, 10.0) == "about 30 s left"
    assert estimate.left(0.1, 60.0) == "about 9 min left"
    assert estimate.duration(7200.0) == "2.0 h"


def test_short_works_do_not_make_long_ones_look_like_nothing(monkeypatch):
    monkeypatch.setattr(estimate, "_pace", estimate._FIRST)
    monkeypatch.setattr(estimate, "_awake", False)
    for _ in range(20):
        estimate.learn(6.0, 1, 0.6)
    assert estimate.of(600.0, 2) == pytest.approx(120.0, rel=0.1)
