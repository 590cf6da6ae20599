"""Wished gestures are there on time, reported, and leave the rest of the take alone."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from orator.core.body import measure
from orator.core.body.wishes import Wish, parse_wish, score_record, wish_of
from orator.core.errors import OratorError
from orator.core.mask import everything
from orator.core.settings import Settings
from orator.core.stance import relaxed_performance
from orator.models.body.generate import generate_body, score_of
from orator.models.interface.condition import SpeechCondition

from .test_generate_body import talk  # noqa: F401


def wished(condition: SpeechCondition, *wishes: Wish) -> np.ndarray:
    frames = condition.frames
    made, _ = generate_body(
        condition, Settings(), everything(frames), relaxed_performance(frames), 3, lambda _: None, wishes=wishes
    )
    return made


def test_a_wish_is_shown_on_time_and_reported(talk: SpeechCondition) -> None:  # noqa: F811
    wish = Wish(8.0, "inclusive", "both", 1.2)
    plain, made = wished(talk), wished(talk, wish)
    apart = np.abs(measure.wrists_on_chest(made)[..., 0]).sum(axis=1)
    near = slice(225, 256)
    assert apart[225] < 0.5 and apart[240] > 0.93 * apart[near].max(), "arms are wide when it was wished"
    assert apart[240] > 0.6
    rows = score_record(score_of(talk, Settings(), 3, (wish,)))
    assert [r for r in rows if r.get("wished")] == [
        {"time": 8.0, "kind": "inclusive", "hands": "both", "size": 1.2, "hold": 0.35, "wished": True}
    ]
    assert np.abs(made - plain)[: 30 * 4].max() < 1e-5 and np.abs(made - plain)[30 * 13 :].max() < 1e-5


def test_a_reported_gesture_can_be_taken_away_or_wished_again(talk: SpeechCondition) -> None:  # noqa: F811
    rows = score_record(score_of(talk, Settings(), 3))
    chosen = rows[len(rows) // 2]
    without = score_record(score_of(talk, Settings(), 3, (Wish(chosen["time"], "none"),)))
    assert chosen not in without
    again = score_record(score_of(talk, Settings(), 3, (wish_of(chosen),)))
    assert any(r["kind"] == chosen["kind"] and r["time"] == chosen["time"] for r in again)


def test_wishes_are_written_in_one_form() -> None:
    assert parse_wish("3.2:shrug") == Wish(3.2, "shrug")
    assert parse_wish("3.2:point:right:1.2:0.5") == Wish(3.2, "point", "right", 1.2, 0.5)
    for bad in ("shrug", "3.2", "3:fly", "3:shrug:three", "3:shrug:both:9", "x:shrug"):
        with pytest.raises(OratorError):
            parse_wish(bad)
