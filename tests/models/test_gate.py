"""What is no speech: music, noise and laughs are not performed as words, speech always is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from orator.core.arkit import INDEX as FACE
from orator.core.body.measure import strokes, wrists
from orator.core.errors import OratorError
from orator.core.request.generation import GenerationRequest
from orator.core.settings import Settings
from orator.core.speech.load import load_speech
from orator.core.speech.no_speech import NoSpeech, notes_of
from orator.core.speech.speech import SAMPLE_RATE, Speech
from orator.models.gate import hear_gate, speech_alone
from orator.models.generate import perform
from orator.models.training.evaluation.no_speech import bouts, tune
from orator.models.training.gate import sounds

DEMO = Path(__file__).parents[2] / "docs" / "demo" / "speech.wav"


def test_speech_is_speech() -> None:
    speech = load_speech(DEMO)
    heard = hear_gate(speech)
    assert heard == NoSpeech((), ())
    assert speech_alone(speech, heard) is speech


def test_a_laugh_begins_where_it_is_first_suspected() -> None:
    """Right behind words its first bursts sound like more of them: whoever answers it would come too late."""
    bout = sounds.laugh(np.random.default_rng(9), "wheeze", 180.0)
    words = load_speech(DEMO).samples[: 3 * SAMPLE_RATE]
    heard = hear_gate(Speech(np.concatenate([words, np.zeros(2400, np.float32), bout, np.zeros(16000, np.float32)])))
    assert -0.2 < heard.laughs[0][0] - 3.15 < 0.6


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_music_is_listened_to(seed: int) -> None:
    music = Speech(tune(12.0, seed))
    heard = hear_gate(music)
    assert sum(b - a for a, b in heard.other) > 0.9 * (music.seconds - 1.5)
    made = perform(GenerationRequest((music,)))
    face, path = made.performance.face, wrists(made.performance.rotations, made.performance.translation)
    assert np.mean(face[:, FACE["jawOpen"]] > 0.05) < 0.03
    assert len(strokes(path)) <= 1
    assert "listens" in notes_of(made.meta)[0]


@pytest.mark.parametrize("kind", ["white", "pink", "hum", "rumble", "wind", "rain"])
def test_noise_is_no_speech(kind: str) -> None:
    noise = Speech(sounds.noise(np.random.default_rng(4), 8.0, kind))
    assert sum(b - a for a, b in hear_gate(noise).other) > 7.0


def test_speech_over_music_is_performed_as_it_was() -> None:
    speech = load_speech(DEMO)
    music = np.resize(tune(14.0, 5), len(speech.samples))
    gain = 10 ** (-10 / 20) * np.sqrt(np.mean(speech.samples**2) / np.mean(music**2))
    both = Speech((speech.samples + gain * music).astype(np.float32))
    settings = Settings(parts=("face",))
    alone, beside = (perform(GenerationRequest((s,), settings)).performance.face for s in (speech, both))
    k = FACE["jawOpen"]
    assert np.corrcoef(alone[:, k], beside[:, k])[0, 1] > 0.9


def test_laughs_of_kinds_never_heard_are_found_and_performed() -> None:
    sound, where = bouts(sounds.LAUGHS["test"], 6)
    heard = hear_gate(Speech(sound))
    found = [any(a < end and b > start for a, b in heard.laughs) for start, end in where]
    assert np.mean(found) >= 0.8
    made = perform(GenerationRequest((Speech(sound),))).performance
    times = np.arange(made.frames) / made.fps
    smiles = made.face[:, FACE["mouthSmileLeft"]]
    for start, end in heard.laughs:
        inside = (times > start + 0.3) & (times < end)
        if inside.any():
            assert smiles[inside].max() > 0.3
            closed = made.face[inside][:, [FACE["mouthClose"], FACE["mouthPressLeft"]]]
            assert closed.max() < 0.2, "no words while laughing"
    quiet = (times > 0.3) & (times < where[0][0] - 0.3)
    assert smiles[quiet].max() < 0.15


def test_the_gate_can_be_left_open_and_a_broken_record_is_no_note() -> None:
    music = Speech(tune(6.0, 8))
    assert hear_gate(music, 0.0) == NoSpeech((), ())
    made = perform(GenerationRequest((music,), Settings(speech_gate=0.0)))
    assert "no_speech" not in made.meta
    for broken in ({"no_speech": 3}, {"no_speech": {"other": [1]}}, {"no_speech": {"laughs": "x"}}):
        assert notes_of(broken) == ()


def test_silence_and_clicks_do_no_harm(tmp_path: Path) -> None:
    assert hear_gate(Speech(np.zeros(3 * SAMPLE_RATE, np.float32))) == NoSpeech((), ())
    assert hear_gate(Speech(np.zeros(10, np.float32))) == NoSpeech((), ())
    soundfile.write(tmp_path / "a.wav", np.zeros(16000), 16000)
    assert hear_gate(load_speech(tmp_path / "a.wav")) == NoSpeech((), ())


def test_the_same_laughs_twice_are_no_two_people() -> None:
    made = [sounds.laugh(np.random.default_rng(k), "haha", 200.0) for k in range(3)]
    laughing = Speech(np.concatenate([*made, np.random.default_rng(0).normal(0.0, 3e-4, 16000)]).astype(np.float32))
    assert hear_gate(laughing).laughs
    with pytest.raises(OratorError, match="same sound"):
        perform(GenerationRequest((laughing, laughing), Settings()))
