"""Emotions written as timeline markers."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.emotion import constant_emotion, parse_emotion
from orator.core.errors import OratorError
from orator.core.face.marks import Mark, marked, read_mark


@pytest.mark.parametrize(
    ("text", "emotion", "intensity"),
    (
        ("happy:0.8", "happy", 0.8), ("happy 0.8", "happy", 0.8), ("Happy", "happy", 1.0), ("SAD 35%", "sad", 0.35),
        ("neutral", "neutral", 1.0), ("angry=.5", "angry", 0.5), ("fear : 0,25", "fear", 0.25),
        ("emotion: disgust 1", "disgust", 1.0),
    ),
)  # fmt: skip
def test_ways_to_write_an_emotion(text: str, emotion: str, intensity: float) -> None:
    weights, amount = read_mark(text)
    assert EMOTIONS[int(weights.argmax())] == emotion and weights.sum() == pytest.approx(1.0)
    assert amount == pytest.approx(intensity)


def test_mixtures() -> None:
    weights, amount = read_mark("sad:0.6+fear:0.2")
    assert amount == pytest.approx(0.8)
    assert weights[EMOTIONS.index("sad")] == pytest.approx(0.75)


@pytest.mark.parametrize("text", ("F_01", "Cut", "shot:3", "happy ending", "Take 2", "0.5", "", "joy", "natural light"))
def test_other_markers_are_nothing(text: str) -> None:
    assert read_mark(text) is None


@pytest.mark.parametrize(
    ("text", "told"),
    (("hapy:0.8", "happy"), ("joy:0.8", "happy"), ("Surprised 1", "surprise"), ("angry:2", "between 0 and 1"),
     ("sad:-0.1", "between 0 and 1"), ("fear: a bit", "cannot be read"), ("sad:0.4+hapy:0.3", "happy")),
)  # fmt: skip
def test_what_means_an_emotion_but_cannot_be_read_is_said(text: str, told: str) -> None:
    with pytest.raises(OratorError, match=told):
        read_mark(text)


def test_marks_take_over_one_after_the_other() -> None:
    angry, calm = np.eye(len(EMOTIONS))[EMOTIONS.index("angry")], np.eye(len(EMOTIONS))[0]
    track = marked(constant_emotion("happy", 0.5), [Mark(2.0, calm, 1.0), Mark(1.0, angry, 0.8)])
    got = track.at(np.array([0.0, 0.9, 1.0, 1.9, 2.0, 9.0]))
    assert got[:, EMOTIONS.index("happy")] == pytest.approx([0.5, 0.5, 0, 0, 0, 0])
    assert got[:, EMOTIONS.index("angry")] == pytest.approx([0, 0, 0.8, 0.8, 0, 0])
    assert got[-1, 0] == pytest.approx(1.0)


def test_a_mark_before_the_start_holds() -> None:
    track = marked(parse_emotion("0=sad:1,3=angry:1"), [Mark(-2.0, np.eye(len(EMOTIONS))[1], 0.4)])
    assert track.at(np.array([0.0, 5.0]))[:, 1] == pytest.approx([0.4, 0.4])
