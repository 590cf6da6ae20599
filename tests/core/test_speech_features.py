"""Features follow the sound at its true times, whatever its level, and an hour of it stays small."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from orator.core.errors import Cancelled
from orator.core.speech.features import FEATURE_FPS, FFT, HIGHEST, LOWEST, MELS, at_rate, mel_filters, speech_features
from orator.core.speech.speech import SAMPLE_RATE, Speech


def voiced(seconds: float, hertz: float, seed: int = 0) -> np.ndarray:
    """A buzz with harmonics and a little noise, (N,) float32."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12))
    noise = np.random.default_rng(seed).normal(0, 0.01, len(time))
    return (0.2 * wave + noise).astype(np.float32)


def quiet(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 1e-4, int(seconds * SAMPLE_RATE)).astype(np.float32)


def test_the_mel_filters_are_those_that_the_networks_were_trained_with() -> None:
    filters = pytest.importorskip("librosa", reason="librosa is for training only").filters
    bank = filters.mel(sr=SAMPLE_RATE, n_fft=FFT, n_mels=MELS, fmin=LOWEST, fmax=HIGHEST, norm=None)
    assert np.abs(mel_filters() - bank.T).max() < 1e-6


def test_shapes_and_the_tail() -> None:
    for count in (1, 159, 160, 1600, 16001):
        features = speech_features(Speech(voiced(2.0, 120.0)[:count]))
        frames = int(np.ceil(count / SAMPLE_RATE * FEATURE_FPS)) + 1
        assert features.mel.shape == (frames, MELS) and features.mel.dtype == np.float32
        for track in (features.energy, features.onset, features.f0, features.voicing):
            assert track.shape == (frames,) and np.isfinite(track).all()


@pytest.mark.parametrize("hertz", [85.0, 120.0, 210.0, 330.0])
def test_f0_and_voicing(hertz: float) -> None:
    features = speech_features(Speech(np.concatenate([quiet(0.5), voiced(1.0, hertz), quiet(0.5)])))
    inside, outside = features.f0[60:140], np.r_[features.f0[:40], features.f0[160:]]
    assert np.abs(inside / hertz - 1.0).max() < 0.02
    assert (outside == 0.0).all()
    assert features.voicing[60:140].min() > 0.7 and features.voicing[:40].max() < 0.3


def test_onset_and_energy_sit_where_the_sound_begins() -> None:
    features = speech_features(Speech(np.concatenate([quiet(1.0), voiced(1.0, 150.0)])))
    assert abs(int(features.onset.argmax()) - 100) <= 1
    rise = np.flatnonzero(features.energy > -20.0)[0]
    assert abs(int(rise) - 100) <= 2


def test_the_level_does_not_matter() -> None:
    wave = np.concatenate([quiet(0.3) * 0, voiced(0.7, 140.0), voiced(0.5, 180.0)])
    loud, soft = speech_features(Speech(wave)), speech_features(Speech((0.02 * wave).astype(np.float32)))
    assert np.abs(loud.mel - soft.mel).max() < 0.01
    assert np.abs(loud.energy - soft.energy).max() < 0.1


def test_silence_stays_silent() -> None:
    for samples in (np.zeros(SAMPLE_RATE, np.float32), quiet(1.0) * 0.1):
        features = speech_features(Speech(samples))
        assert features.energy.max() < -20.0 and (features.f0 == 0.0).all()


def test_blocks_leave_no_seam_and_the_same_speech_gives_the_same_features() -> None:
    wave = np.tile(np.concatenate([voiced(0.7, 130.0), quiet(0.3)]), 45)
    whole = speech_features(Speech(wave))
    assert np.abs(whole.mel[500:1500] - whole.mel[2500:3500]).max() < 1e-3
    assert np.array_equal(whole.mel, speech_features(Speech(wave)).mel)


def test_long_speech_needs_little_memory_beyond_its_result() -> None:
    wave = np.tile(voiced(1.0, 130.0), 600)
    speech_features(Speech(wave[:SAMPLE_RATE]))
    tracemalloc.start()
    features = speech_features(Speech(wave))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - features.mel.nbytes < 80e6


def test_it_can_be_cancelled() -> None:
    def stop(_fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        speech_features(Speech(voiced(1.0, 100.0)), stop)


def test_at_rate_keeps_time() -> None:
    ramp = np.arange(301, dtype=np.float32) / 100.0
    resampled = at_rate(ramp, 90, 30.0)
    assert np.abs(resampled[2:-2] - np.arange(90)[2:-2] / 30.0).max() < 0.006
