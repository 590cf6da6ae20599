"""Exposure sheets: the drawing of each frame, exact against a table for known phones, on ones, twos and threes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from orator.core.anime.chart import changes, chart_of, expose, missing_mouths
from orator.core.arkit import INDEX
from orator.core.errors import OratorError
from orator.core.performance import Performance, rest_performance

PHONES = {
    "m": {"jawOpen": 0.1, "mouthClose": 0.1, "mouthPressLeft": 0.4, "mouthPressRight": 0.4},
    "a": {"jawOpen": 0.7},
    "i": {"jawOpen": 0.12, "mouthStretchLeft": 0.4, "mouthStretchRight": 0.4},
    "e": {"jawOpen": 0.35},
    "o": {"jawOpen": 0.4, "mouthFunnel": 0.6},
    "u": {"jawOpen": 0.15, "mouthPucker": 0.7, "mouthFunnel": 0.2},
    "f": {"jawOpen": 0.08, "mouthRollLower": 0.6, "mouthUpperUpLeft": 0.2, "mouthUpperUpRight": 0.2},
    "l": {"jawOpen": 0.3, "tongueOut": 0.2},
    "_": {},
}


def speak(text: str, fps: float = 24.0) -> Performance:
    """A phone a letter, a frame each, at the scene's rate."""
    performance = rest_performance(len(text), fps)
    face = np.zeros((len(text), 52), np.float32)
    for frame, phone in enumerate(text):
        for name, value in PHONES[phone].items():
            face[frame, INDEX[name]] = value
    return replace(performance, face=face)


TEXT = "____________" + "mmaaaammiiiiffeeoooouullmmaa" + "____________"


@pytest.mark.parametrize(
    ("every", "table"),
    [
        (1, "XXXXXXXXXXXXAADDDDAABBBBGGCCEEEEFFHHAADDXXXXXXXXXXXX"),
        (2, "XXXXXXXXXXXXAADDDDAABBBBGGCCEEEEFFHHAADDXXXXXXXXXXXX"),
        (3, "XXXXXXXXXXXXAAADDDAAABBBGGGEEEEEEHHHAAAXXXXXXXXXXXXX"),
    ],
)
def test_the_table_of_a_spoken_text(every: int, table: str) -> None:
    sheet = expose(speak(TEXT), 24.0, every)
    assert "".join(sheet.mouths) == table


@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_closure_of_one_frame_is_drawn_wherever_it_falls(every: int) -> None:
    for place in range(6, 18):
        text = "a" * place + "m" + "a" * (24 - place)
        assert "A" in expose(speak(text, 24.0), 24.0, every).mouths, place


def test_eyes_brows_and_changes() -> None:
    performance = speak("a" * 24)
    performance.face[7, INDEX["eyeBlinkLeft"]] = 1.0
    performance.face[12:, INDEX["browInnerUp"]] = 0.8
    sheet = expose(performance, 24.0, 2)
    assert sheet.eyes[6:8] == ["closed", "closed"] and sheet.eyes.count("closed") == 2
    assert sheet.brows[0] == "rest" and sheet.brows[20] == "high"
    assert changes(sheet.eyes, {"open": 3, "half": 4, "closed": 5}) == [(0, 3), (6, 5), (8, 3)]


def test_charts_by_name_by_mapping_and_with_gaps() -> None:
    names = ["mouth_X", "mouth_A", "mouth_D", "mouth_E", "eyes open", "eyes closed", "brow-high", "brow-rest", "nose"]
    chart = chart_of(names)
    assert chart.mouths["A"] == 1 and chart.mouths["D"] == 2 and chart.mouths["F"] == 3
    assert chart.eyes == {"open": 4, "half": 4, "closed": 5}
    assert chart.brows["low"] == chart.brows["rest"] == 7 and chart.brows["high"] == 6
    assert missing_mouths(names) == "BCFGH"
    own = chart_of(["zu", "auf"], {"zu": "A", "auf": "D"})
    assert own.mouths["X"] == 0 and own.mouths["D"] == own.mouths["C"] == 1 and own.eyes == {}
    for bad, mapping, words in (
        (["nose"], None, "No drawing is a mouth"),
        (["mouth_A", "lips A"], None, "both A"),
        (["zu"], {"zu": "Q"}, "none of"),
    ):
        with pytest.raises(OratorError, match=words):
            chart_of(bad, mapping)
