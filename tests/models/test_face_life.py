"""What an artist notices of a face over twenty seconds of speech: it lives above the lips, an emotion is no mask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from orator.core.anime.stepping import held_times, hold_face, openness, shown
from orator.core.arkit import INDEX, LIPS
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.emotion import constant_emotion
from orator.core.face.prosody import prosody_of
from orator.core.performance import frame_count
from orator.core.settings import Settings
from orator.core.speech.features import speech_features
from orator.core.speech.load import load_speech
from orator.models.face import generate_face
from orator.models.face.voice import voice_model
from orator.models.interface.condition import SpeechCondition
from orator.models.phones import posteriors
from orator.models.training.face.life import (
    coupling,
    dimensions,
    emotion_life,
    gaze,
    gaze_figures,
    life_figures,
    pair,
    plateaus,
    raises,
)

DEMO = Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.wav"


@pytest.fixture(scope="module")
def heard() -> SpeechCondition:
    speech = load_speech(DEMO)
    features = speech_features(speech)
    return SpeechCondition(features, posteriors(features), None, frame_count(speech.seconds), speech.seconds)


@pytest.fixture(scope="module")
def plain(heard: SpeechCondition) -> list[np.ndarray]:
    """Three takes of nobody in particular."""
    return [generate_face(heard, Settings(), constant_emotion(), seed)[0] for seed in range(3)]


def test_brows_are_held_over_phrases_with_raises_on_top(plain: list[np.ndarray]) -> None:
    together = np.concatenate(plain)
    assert 0.2 <= np.percentile(pair(together, "browInnerUp"), 90) <= 0.8
    assert pair(together, "browInnerUp").max() > 0.5
    stays = [s for face in plain for s in plateaus(pair(face, "browInnerUp"))]
    assert 0.8 <= np.median(stays) <= 4.0, "an attitude lasts seconds, not syllables"
    assert 4 <= sum(map(raises, plain)) / (len(together) / 1800) <= 18
    assert dimensions(plain) > 2.5


def test_the_upper_face_goes_with_its_own_speech(heard: SpeechCondition, plain: list[np.ndarray]) -> None:
    speech = [prosody_of(heard.features, heard.frames)] * 3
    own = coupling(plain, speech)
    backwards = coupling([face[::-1] for face in plain], speech)
    assert max(own.values()) > 1.5, "twenty seconds tell little; docs/quality_face.md has the figure of twenty minutes"
    assert max(own.values()) > max(backwards.values()) + 1.0


def test_a_smile_comes_and_goes(plain: list[np.ndarray]) -> None:
    smile = pair(plain[0], "mouthSmile")
    assert smile.max() > 0.35, "somebody friendly smiles in twenty seconds"
    assert np.percentile(smile, 25) < 0.15, "and stops"


def test_eyes_look_about_and_are_never_dead(plain: list[np.ndarray]) -> None:
    figures = gaze_figures(plain)
    assert figures["gaze range x"] > 0.5 and figures["gaze range y"] > 0.25
    assert 35 <= figures["gaze movements a minute"] <= 80
    assert figures["gaze still share"] < 0.2


@pytest.mark.parametrize("emotion", EMOTIONS[1:])
def test_an_emotion_moves_with_the_speech(heard: SpeechCondition, emotion: str) -> None:
    full = generate_face(heard, Settings(), constant_emotion(emotion), 0)[0]
    half = generate_face(heard, Settings(), constant_emotion(emotion, 0.5), 0)[0]
    figures = emotion_life([full], emotion)
    assert 0.25 <= figures["mean"] <= 0.8
    assert figures["deviation"] > 0.09, "no held pose"
    assert figures["change in 3 s"] > 0.12, "a viewer sees it change"
    assert emotion_life([half], emotion)["mean"] < figures["mean"]
    o = openness(full)
    assert (o < 0.08).mean() > 0.1 and np.percentile(o, 90) > 0.2, "the mouth still talks"


def test_closures_are_kept_on_twos_and_threes(plain: list[np.ndarray]) -> None:
    face = plain[0]
    o = openness(face)
    shut = [k for k in range(1, len(o) - 1) if o[k] < 0.06 and o[k] <= o[k - 1] and o[k] < o[k + 1]]
    assert len(shut) > 15
    for every in (2, 3):
        times = held_times(len(face) / 30, 24, every)
        seen = openness(shown(hold_face(face, 30.0, times), times, 30.0, len(face)))
        kept = [seen[max(k - 1, 0) : k + 2].min() < 0.08 for k in shut]
        assert np.mean(kept) >= 0.95


def test_teeth_and_press_are_light(plain: list[np.ndarray]) -> None:
    figures = life_figures(plain)
    assert figures["mouth roll lower, max"] <= 0.36
    assert figures["mouth press, 90 %"] <= 0.09
    assert np.array_equal(plain[0][:, list(LIPS)], plain[1][:, list(LIPS)]), "seeds agree about the mouth"


def test_the_guess_hears_high_and_lively_as_something_else_than_low_and_flat(heard: SpeechCondition) -> None:
    model = voice_model()
    from orator.core.face.guess import CLASSES, voice_figures

    figures = voice_figures(heard.features, slice(0, 300))
    assert figures is not None
    raised = figures.copy()
    raised[:8] += np.array([0.7, 0.2, 0.5, 0.6, 0.9, 1.0, 0.02, 0.0])
    names = list(CLASSES)
    calm, lively = model.chances(figures), model.chances(raised)
    excited = [names.index(n) for n in ("anger", "happiness", "fear")]
    assert lively[excited].sum() > calm[excited].sum()
    assert calm.sum() == pytest.approx(1.0)


def test_eyes_stay_where_they_look_while_a_body_turns_the_head(heard: SpeechCondition) -> None:
    t = np.arange(heard.frames) / 30
    head = np.zeros((heard.frames, 3))
    head[:, 1] = np.radians(10) * np.sin(2 * np.pi * 0.6 * t)
    still = np.zeros_like(head)
    moved, fixed = (
        generate_face(heard, Settings(), constant_emotion(), 0, body_head=turn)[0] for turn in (head, still)
    )
    left = [INDEX["eyeLookOutLeft"], INDEX["eyeLookInLeft"]]
    change = (moved - fixed)[:, left] @ (1.0, -1.0)
    assert np.corrcoef(change, -head[:, 1])[0, 1] > 0.7


def test_eyes_converge_on_whoever_listens(plain: list[np.ndarray]) -> None:
    face = plain[0]
    inward = face[:, INDEX["eyeLookInLeft"]] - face[:, INDEX["eyeLookOutLeft"]]
    inward = (inward + face[:, INDEX["eyeLookInRight"]] - face[:, INDEX["eyeLookOutRight"]]) * 30 / 2
    look = np.linalg.norm(gaze(face), axis=1) * 30
    assert np.median(inward[look < 3]) > 1.0, "each eye a degree and more, at a metre and a third"
    assert np.median(inward[look > 9]) < 0.7, "what a thinker looks at is farther off"
    assert inward.min() >= 0.0, "eyes never drift apart"
