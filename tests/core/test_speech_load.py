"""Any sound an artist has becomes 16 kHz mono speech, or a sentence says why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("soxr")
soundfile = pytest.importorskip("soundfile")

from orator.core.errors import OratorError  # noqa: E402
from orator.core.speech.load import load_speech, speech_from_samples  # noqa: E402
from orator.core.speech.speech import SAMPLE_RATE  # noqa: E402


def tone(seconds: float, rate: int, channels: int = 1, hertz: float = 220.0) -> np.ndarray:
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)
    return np.repeat(wave[:, None], channels, axis=1)


@pytest.mark.parametrize(
    ("rate", "channels", "subtype"),
    [(8000, 1, "PCM_U8"), (16000, 1, "PCM_16"), (44100, 2, "PCM_16"), (48000, 6, "PCM_24"), (192000, 1, "FLOAT")],
)
def test_rates_channels_and_depths_give_the_same_tone(tmp_path: Path, rate: int, channels: int, subtype: str) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(1.0, rate, channels), rate, subtype=subtype)
    speech = load_speech(path, start=2.5)
    assert speech.start == 2.5 and speech.name == "tone.wav" and speech.notes == ()
    assert speech.samples.dtype == np.float32
    assert abs(speech.seconds - 1.0) < 1e-3
    middle = speech.samples[2000:14000]
    assert abs(np.abs(middle).max() - 0.5) < 0.02
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert abs(spectrum.argmax() * SAMPLE_RATE / len(middle) - 220.0) < 2.0


@pytest.mark.parametrize("suffix", [".flac", ".ogg", ".mp3"])
def test_compressed_files_keep_their_length(tmp_path: Path, suffix: str) -> None:
    if suffix[1:].upper() not in soundfile.available_formats():
        pytest.skip(f"this libsndfile has no {suffix}")
    path = tmp_path / f"tone{suffix}"
    soundfile.write(path, tone(2.0, 22050), 22050)
    assert abs(load_speech(path).seconds - 2.0) < 0.1


def test_channels_in_opposite_phase_do_not_vanish(tmp_path: Path) -> None:
    path = tmp_path / "opposite.wav"
    left = tone(1.0, 44100)
    soundfile.write(path, np.concatenate([left, -left], axis=1), 44100)
    assert np.abs(load_speech(path).samples).max() > 0.4
    assert np.abs(speech_from_samples(np.concatenate([left, -left], axis=1), 44100).samples).max() > 0.4


def test_a_tenth_of_a_second_and_silence_are_speech(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    soundfile.write(path, tone(0.1, 48000), 48000)
    assert abs(load_speech(path).seconds - 0.1) < 1e-3
    silent = speech_from_samples(np.zeros(16000), 16000)
    assert silent.seconds == 1.0 and "silent" in silent.notes[0]


def test_broken_samples_are_mended_and_said(tmp_path: Path) -> None:
    wave = tone(1.0, 16000)
    wave[100:110] = np.nan
    path = tmp_path / "broken.wav"
    soundfile.write(path, wave, 16000, subtype="FLOAT")
    speech = load_speech(path)
    assert np.isfinite(speech.samples).all() and "10 samples" in speech.notes[0]
    with pytest.raises(OratorError, match="not numbers"):
        speech_from_samples(np.full(1000, np.nan), 16000)


def test_too_loud_samples_are_scaled() -> None:
    assert np.abs(speech_from_samples(4.0 * tone(0.5, 16000), 16000).samples).max() <= 1.0


def test_integer_samples_are_scaled() -> None:
    eight_bit = (127.0 + 64.0 * np.sin(np.arange(16000))).astype(np.uint8)
    assert 0.4 < np.abs(speech_from_samples(eight_bit, 16000).samples).max() < 0.6
    deep = (tone(0.5, 16000) * 2**31).astype(np.int32)
    assert 0.45 < np.abs(speech_from_samples(deep, 16000).samples).max() < 0.55


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"this is not sound, it is a shopping list\n" * 50, "not a sound file"), (b"\0" * 5000, "not a")],
)
def test_what_is_not_sound_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "list.wav"
    path.write_bytes(content)
    with pytest.raises(OratorError, match=said):
        load_speech(path)


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(OratorError, match="does not exist"):
        load_speech(tmp_path / "gone.wav")
    with pytest.raises(OratorError, match="folder"):
        load_speech(tmp_path)


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_a_file_cut_short_is_said(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cut{suffix}"
    rng = np.random.default_rng(0)
    soundfile.write(path, rng.normal(0, 0.1, 32000), 16000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(OratorError, match="cut short"):
        load_speech(path)


def test_a_header_without_sound_is_said(tmp_path: Path) -> None:
    path = tmp_path / "header.wav"
    soundfile.write(path, np.zeros(0), 16000)
    with pytest.raises(OratorError, match="no sound"):
        load_speech(path)
