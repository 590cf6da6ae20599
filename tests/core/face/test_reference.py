"""A reference clip, and the guess from the voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from orator.core.arkit import BLINK, EYE_LOOK, INDEX
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.errors import OratorError
from orator.core.face.facs import MOUTH_TABLE, UPPER_TABLE, emotion_head
from orator.core.face.guess import suggest_emotion
from orator.core.face.reference import apply_reference, emotion_of, reference_of, reference_track
from orator.core.formats.livelink import write_livelink
from orator.core.formats.reference import face_reference
from orator.core.performance import make_performance, rest_performance
from orator.core.speech.features import SpeechFeatures

PARTING = [INDEX[n] for n in ("jawOpen", "mouthClose", "mouthLowerDownLeft", "mouthUpperUpRight")]


def talking(seed: int = 0, seconds: float = 6.0) -> np.ndarray:
    """A neutral talking face (T, 52) with blinks."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(30 * seconds))[:, None] / 30
    face = 0.04 + 0.03 * np.sin(t * rng.uniform(1, 4, 52) + rng.uniform(0, 6, 52))
    face[:, INDEX["jawOpen"]] = 0.15 + 0.15 * np.sin(14 * t[:, 0])
    face[:, list(BLINK)] = (t % 3.0 < 0.2).astype(float)
    return np.clip(face, 0, 1).astype(np.float32)


def felt(name: str, level: float = 1.0) -> np.ndarray:
    k = EMOTIONS.index(name)
    return np.clip(talking(3) + level * (UPPER_TABLE + MOUTH_TABLE)[k], 0, 1)


@pytest.mark.parametrize("name", EMOTIONS[1:])
def test_the_clips_emotion_is_read(name: str) -> None:
    for level in (0.5, 1.0):
        reference = reference_of(felt(name, level), 30.0)
        assert EMOTIONS[int(reference.emotion.argmax())] == name
        assert reference.emotion.sum() == pytest.approx(level, abs=0.25)
    assert reference_of(talking(), 30.0).emotion.sum() < 0.15, "a neutral clip has no emotion"


def test_the_emotion_is_read_over_time() -> None:
    both = np.concatenate([felt("happy"), felt("angry")])
    seconds, rows = emotion_of(both, 30.0)
    assert rows[seconds < 5].argmax(axis=1).tolist() == [1] * int((seconds < 5).sum())
    assert set(rows[seconds > 7].argmax(axis=1)) == {EMOTIONS.index("angry")}


def test_a_face_takes_over_mean_range_and_bend_but_keeps_its_lips_and_blinks() -> None:
    face, clip = talking(1), felt("sad")
    clip[:, INDEX["browInnerUp"]] += 0.1 * np.sin(np.arange(len(clip)) / 6)
    out = apply_reference(face, reference_of(clip, 30.0))
    for name in ("browInnerUp", "eyeSquintLeft", "mouthFrownRight"):
        assert out[:, INDEX[name]].mean() == pytest.approx(clip[:, INDEX[name]].mean(), abs=0.05)
    assert out[:, INDEX["browInnerUp"]].std() > 1.3 * face[:, INDEX["browInnerUp"]].std()
    same = [*PARTING, *BLINK, *EYE_LOOK, INDEX["tongueOut"]]
    assert np.array_equal(out[:, same], face[:, same])
    none = apply_reference(face, reference_of(clip, 30.0, strength=0.0))
    assert np.array_equal(none, face)


def test_a_capture_of_lips_alone_leaves_the_upper_face() -> None:
    clip = np.zeros((90, 52), np.float32)
    clip[:, INDEX["mouthSmileLeft"]] = 0.5 + 0.1 * np.sin(np.arange(90))
    reference = reference_of(clip, 30.0)
    assert not reference.upper
    face = talking(1)
    assert np.array_equal(apply_reference(face, reference)[:, INDEX["browInnerUp"]], face[:, INDEX["browInnerUp"]])


def test_what_cannot_be_a_reference_is_said(tmp_path: Path) -> None:
    with pytest.raises(OratorError, match="at least one second"):
        reference_of(talking()[:10], 30.0, "short.csv")
    with pytest.raises(OratorError, match="does not move"):
        reference_of(np.zeros((90, 52)), 30.0)
    with pytest.raises(OratorError, match="Live Link Face"):
        face_reference(tmp_path / "song.wav")


def test_a_live_link_recording_becomes_a_track(tmp_path: Path) -> None:
    rest = rest_performance(180)
    write_livelink(make_performance(rest.rotations, rest.translation, felt("disgust", 0.8)), tmp_path / "yuck.csv")
    track = reference_track(face_reference(tmp_path / "yuck.csv", 0.5))
    got = track.at(np.zeros(1))[0]
    assert EMOTIONS[int(got.argmax())] == "disgust" and 0.2 < got.max() < 0.6
    assert track.as_meta()["style"] == {"name": "yuck.csv", "strength": 0.5}


def voice(height: float, width: float, loud: float, hard: float, seconds: float = 12.0) -> SpeechFeatures:
    """Six seconds of an ordinary voice, then a voice that much higher (octaves), wider, louder (dB), harder."""
    count = int(seconds * 100) + 1
    t = np.arange(count) / 100
    rng = np.random.default_rng(0)
    changed = t >= seconds / 2
    swing = np.convolve(rng.standard_normal(count), np.hanning(40), mode="same")
    swing /= swing.std()
    octaves = np.where(changed, height + width * swing, 0.18 * swing)
    voiced = (t % 0.5) < 0.35
    f0 = np.where(voiced, 130.0 * 2.0**octaves, 0.0).astype(np.float32)
    energy = np.where(voiced, -9.0 + loud * changed, -35.0).astype(np.float32)
    onset = np.where((t % 0.25) < 0.02, 1.6 + hard * changed, 0.1).astype(np.float32)
    mel = np.zeros((count, 64), np.float32)
    return SpeechFeatures(mel, energy, onset, f0, voiced.astype(np.float32), seconds)


@pytest.mark.parametrize(
    ("change", "name"),
    (((0.15, 0.30, 0.0, 0.0), "happy"), ((-0.02, 0.10, 7.0, 2.0), "angry"), ((-0.2, 0.06, -6.0, -0.5), "sad")),
)
def test_the_guess_follows_the_voice(change: tuple[float, ...], name: str) -> None:
    track = suggest_emotion(voice(*change))
    rows = track.at(np.array([2.0, 10.0]))
    assert rows[0, 1:].sum() < 0.15, "an ordinary voice is neutral"
    assert EMOTIONS[int(rows[1].argmax())] == name
    assert 0.1 < rows[1].max() <= 0.6, "a guess is mild"


def test_silence_has_no_emotion() -> None:
    count = 301
    still = SpeechFeatures(
        np.zeros((count, 64)), np.full(count, -60.0), np.zeros(count), np.zeros(count), np.zeros(count), 3.0
    )
    assert not suggest_emotion(still).at(np.linspace(0, 3, 9))[:, 1:].any()


def test_a_sad_head_is_lowered_slowly() -> None:
    rows = np.zeros((120, len(EMOTIONS)))
    rows[60:, EMOTIONS.index("sad")] = 1.0
    head = np.degrees(emotion_head(rows, 30.0))
    assert abs(head[0]).max() < 0.1 and 4.0 < head[-1, 0] < 7.0
    assert np.abs(np.diff(head, axis=0)).max() < 0.4
