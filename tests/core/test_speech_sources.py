"""Sounds as people have them: channels that differ, mp3 without a header, chunks without padding, hours of silence."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("soxr")
soundfile = pytest.importorskip("soundfile")

from orator.core.errors import OratorError  # noqa: E402
from orator.core.speech.containers import mend_mp3  # noqa: E402
from orator.core.speech.load import LONGEST, Part, load_speech  # noqa: E402


def music(seconds: float, rate: int) -> np.ndarray:
    """Chords, a melody and drums."""
    rng = np.random.default_rng(4)
    t = np.arange(int(seconds * rate)) / rate
    beat = t % 0.5
    chord = np.array([(262, 330, 392), (220, 262, 330), (175, 220, 262)])[(t // 2).astype(int) % 3]
    tones = sum(np.sin(2 * np.pi * chord[:, k] * t) for k in range(3)) / 3
    melody = np.sin(2 * np.pi * np.array([523, 587, 659, 784, 659])[(t // 0.25).astype(int) % 5] * t)
    drums = rng.normal(size=len(t)) * np.exp(-40 * beat) + np.sin(2 * np.pi * 60 * t) * np.exp(-20 * beat)
    return 0.25 * (tones + 0.6 * melody + drums) / 1.6


@pytest.fixture(scope="module")
def spoken() -> tuple[np.ndarray, int]:
    wave, rate = soundfile.read(Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.wav")
    return wave[: 8 * rate], rate


@pytest.mark.fault("12.15")
@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("loud", [0.5, 2.0])
def test_the_channel_with_speech_is_taken(
    spoken: tuple[np.ndarray, int], tmp_path: Path, side: int, loud: float
) -> None:
    wave, rate = spoken
    both = np.stack([wave, loud * music(8, rate)[: len(wave)]], axis=1)
    soundfile.write(tmp_path / "a.wav", np.clip(both[:, ::-1] if side else both, -1, 1), rate)
    soundfile.write(tmp_path / "alone.wav", wave, rate)
    found, alone = load_speech(tmp_path / "a.wav"), load_speech(tmp_path / "alone.wav")
    assert np.corrcoef(found.samples, alone.samples)[0, 1] > 0.999
    assert f"only channel {side + 1} of 2" in found.notes[0]
    by_hand = load_speech(tmp_path / "a.wav", channel=str(2 - side))
    assert abs(np.corrcoef(by_hand.samples, alone.samples)[0, 1]) < 0.1 and by_hand.notes == ()
    mixed = load_speech(tmp_path / "a.wav", channel="mix")
    assert 0.1 < np.corrcoef(mixed.samples, alone.samples)[0, 1] < 0.99
    with pytest.raises(OratorError, match="has 2 channels: there is no channel 3"):
        load_speech(tmp_path / "a.wav", channel="3")
    with pytest.raises(OratorError, match="'left' is no channel"):
        load_speech(tmp_path / "a.wav", channel="left")


@pytest.mark.fault("12.15")
def test_one_voice_in_both_channels_is_mixed(spoken: tuple[np.ndarray, int], tmp_path: Path) -> None:
    wave, rate = spoken
    room = np.random.default_rng(0).normal(scale=0.005, size=(len(wave), 2))
    soundfile.write(tmp_path / "a.wav", np.stack([wave, 0.7 * np.roll(wave, 3)], axis=1) + room, rate)
    assert load_speech(tmp_path / "a.wav").notes == ()


def chunk(tag: bytes, data: bytes, padded: bool = True) -> bytes:
    return tag + struct.pack("<I", len(data)) + data + (b"\0" if padded and len(data) % 2 else b"")


@pytest.mark.fault("12.15")
@pytest.mark.parametrize("place", ["first", "between", "twice"])
def test_chunks_without_their_padding(place: str, tmp_path: Path) -> None:
    wave = (8000 * np.sin(np.arange(16000) * 0.1)).astype("<i2")
    layout = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 16000, 32000, 2, 16))
    odd, data = chunk(b"LIST", b"INFOISFT!", False), chunk(b"data", wave.tobytes())
    parts = {"first": (odd, layout, data), "between": (layout, odd, data), "twice": (odd, layout, odd, odd, data)}
    body = b"WAVE" + b"".join(parts[place])
    (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    read = load_speech(tmp_path / "a.wav")
    assert np.allclose(read.samples, wave / 32768.0, atol=1e-4)
    (tmp_path / "a.wav").write_bytes((b"RIFF" + struct.pack("<I", len(body)) + body)[: -len(wave)])
    with pytest.raises(OratorError, match="cut short"):
        load_speech(tmp_path / "a.wav")


@pytest.mark.fault("12.15")
def test_a_stream_that_never_learned_its_length(tmp_path: Path) -> None:
    wave = (8000 * np.sin(np.arange(16000) * 0.1)).astype("<i2").tobytes()
    for told in (0, 0xFFFFFFFF):
        head = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 16000, 32000, 2, 16)) + b"data" + struct.pack("<I", told)
        (tmp_path / "a.wav").write_bytes(b"RIFF\xff\xff\xff\xffWAVE" + head + wave)
        assert load_speech(tmp_path / "a.wav").seconds == pytest.approx(1.0)


def vary(data: bytes) -> bytes:
    """An MP3 of 48 kbit/s with its Xing frame dropped and every third frame padded to 64: a variable rate, untold."""
    out, at, number = b"", 0, 0
    while at + 4 <= len(data):
        step = data[at + 2] >> 4
        size = 72 * 1000 * (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)[step] // 16000
        size += data[at + 2] >> 1 & 1
        frame = bytearray(data[at : at + size])
        if number % 3 == 2 and step < 12:
            frame[2] = (step + 2) << 4 | frame[2] & 0x0F
            more = 72 * 1000 * (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)[step + 2] // 16000
            frame += bytes(more + (frame[2] >> 1 & 1) - size)
        told = b"Xing" in frame[:64] or b"Info" in frame[:64]
        out += b"" if told else bytes(frame)
        number += not told
        at += size
    return out


@pytest.mark.fault("12.15")
def test_an_mp3_of_variable_rate_without_a_header(spoken: tuple[np.ndarray, int], tmp_path: Path) -> None:
    if "MP3" not in soundfile.available_formats():
        pytest.skip("this libsndfile has no MP3")
    import soxr

    wave = soxr.resample(spoken[0], spoken[1], 16000)
    soundfile.write(tmp_path / "told.mp3", wave, 16000, format="MP3", subtype="MPEG_LAYER_III")
    untold = vary((tmp_path / "told.mp3").read_bytes())
    (tmp_path / "untold.mp3").write_bytes(untold)
    assert mend_mp3(untold) is not None
    told, read = load_speech(tmp_path / "told.mp3"), load_speech(tmp_path / "untold.mp3")
    assert abs(read.seconds - told.seconds) < 0.15 and read.seconds > 7.9
    # What an encoder's note of its own delay would have cut off is still there, as Blender plays it.
    lag = int(np.correlate(read.samples[:32000], told.samples[8000:24000], "valid").argmax()) - 8000
    assert 0 <= lag < 2500


@pytest.mark.slow
@pytest.mark.fault("12.24")
def test_hours_in_a_small_file_cost_what_they_may(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    silent = np.zeros(8000 * 600, np.int16)
    with soundfile.SoundFile(path, "w", 8000, 1, "PCM_16", format="FLAC") as out:
        for _ in range(int(LONGEST / 600) + 1):
            out.write(silent)
    with pytest.raises(OratorError, match="lasts longer than 2 hours"):
        load_speech(path)
    assert load_speech(path, part=Part(6000.0, 2.5)).seconds == pytest.approx(2.5)
    with pytest.raises(OratorError, match="ends earlier"):
        load_speech(path, part=Part(9000.0, 2.5))


def test_a_part_is_the_same_as_of_the_whole(spoken: tuple[np.ndarray, int], tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", *spoken)
    whole, part = load_speech(tmp_path / "a.wav"), load_speech(tmp_path / "a.wav", part=Part(2.0, 3.0))
    assert np.array_equal(part.samples, whole.samples[32000:80000])
