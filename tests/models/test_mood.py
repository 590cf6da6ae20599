"""A body hears the emotion: sad is low, slow and folded, angry comes forward and is sharp, neutral is untouched."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from orator.core import skeleton
from orator.core.body.mood import with_mood
from orator.core.emotion import constant_emotion, parse_emotion
from orator.core.request.generation import GenerationRequest
from orator.core.rotations import forward_kinematics
from orator.core.settings import Settings
from orator.core.speech.load import load_speech
from orator.models.generate import perform

SPEECH = Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.wav"


@lru_cache
def figures(emotion: str) -> tuple[float, float, float]:
    """Metres the chest's top is before the pelvis, metres a second of the wrists, metres of the head's height."""
    request = GenerationRequest(
        (load_speech(SPEECH),), Settings(parts=("upper", "hands")), emotion=parse_emotion(emotion)
    )
    made = perform(request, 1).performance
    places, _ = forward_kinematics(made.rotations.astype(np.float64), np.zeros((len(made.rotations), 3)))
    wrists = places[:, [skeleton.INDEX["left_wrist"], skeleton.INDEX["right_wrist"]]]
    speed = np.linalg.norm(np.diff(wrists, axis=0), axis=2).mean() * 30
    neck, pelvis, head = (places[:, skeleton.INDEX[n]] for n in ("neck", "pelvis", "head"))
    return float((neck - pelvis)[:, 2].mean()), float(speed), float(head[:, 1].mean())


def test_sad_is_low_slow_and_folded_angry_forward_and_sharp() -> None:
    plain, sad, angry, happy = map(figures, ("neutral", "sad:1", "angry:1", "happy:1"))
    assert sad[0] > plain[0] + 0.03 and angry[0] > plain[0] + 0.015, "bent forward"
    assert happy[0] < plain[0], "open"
    assert sad[2] < plain[2] - 0.004, "lower"
    assert sad[1] < 0.8 * plain[1] < plain[1] < happy[1] < 1.5 * plain[1]
    assert angry[1] > 1.1 * plain[1]


def test_half_of_it_lies_between() -> None:
    plain, half, full = map(figures, ("neutral", "sad:0.5", "sad:1"))
    assert plain[0] + 0.01 < half[0] < full[0] - 0.01


def test_nothing_asked_changes_nothing_and_curves_keep_their_shape() -> None:
    settings = Settings(energy=0.8)
    assert with_mood(settings, constant_emotion(), 10.0) is settings
    keyed = Settings(curves={"energy": ((0.0, 0.5), (4.0, 1.5))})
    moved = with_mood(keyed, parse_emotion("sad:1"), 8.0)
    at = np.array([0.0, 2.0, 4.0])
    assert moved.curve("energy", at) == pytest.approx(0.6 * keyed.curve("energy", at))
    late = with_mood(settings, parse_emotion("0=neutral,2=neutral,4=angry:1"), 8.0)
    assert late.curve("energy", np.array([1.0, 6.0])) == pytest.approx([0.8, 1.12])
