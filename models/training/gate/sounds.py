"""Sounds that are no speech, made from nothing: music through FluidSynth, noises, and laughs of many kinds.

Every maker takes a random generator and seconds and returns (N,) float32 at 16 kHz with a peak of about 0.3. Laughs are
bursts at 3-6 Hz (Bachorowski et al. 2001: voiced ones with an F0 well over the speaker's own, unvoiced grunts, snorts
and breathy pants); half of their kinds, of the noises and of the instruments are held out.
"""

from __future__ import annotations

import struct
import subprocess
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from scipy.signal import butter, lfilter, sosfilt

from ....core.arrays import Array
from ....core.speech.speech import SAMPLE_RATE

Maker = Callable[[np.random.Generator, float], Array]
SOUNDFONT: Final = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
PROGRAMS: Final = {
    "train": (0, 4, 11, 16, 24, 25, 33, 40, 48, 56, 61, 65, 73, 81, 89),
    "test": (1, 6, 19, 26, 30, 42, 46, 52, 57, 68, 71, 75, 80, 94),
}
"""General MIDI programs; 52 is a choir."""


def _peak(samples: Array, peak: float = 0.3) -> Array:
    return (peak * samples / max(float(np.abs(samples).max()), 1e-9)).astype(np.float32)


# --- Music ----------------------------------------------------------------------------------------------------------


def _varying(value: int) -> bytes:
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(0x80 | (value & 0x7F))
    return bytes(reversed(out))


def _midi(rng: np.random.Generator, seconds: float, programs: tuple[int, ...]) -> bytes:
    """A piece of chords, bass, melody and, mostly, drums, as a MIDI file of one track."""
    beat = 60.0 / rng.uniform(70.0, 150.0)
    key, minor = int(rng.integers(12)), bool(rng.random() < 0.4)
    scale = np.array((0, 2, 3, 5, 7, 8, 10) if minor else (0, 2, 4, 5, 7, 9, 11))
    events = [(0.0, bytes((0xC0 | channel, int(rng.choice(programs))))) for channel in range(3)]

    def note(channel: int, at: float, length: float, pitch: int, loud: int) -> None:
        events.append((at, bytes((0x90 | channel, int(np.clip(pitch, 20, 108)), loud))))
        events.append((at + length, bytes((0x80 | channel, int(np.clip(pitch, 20, 108)), 0))))

    parts = rng.random(4) < (0.8, 0.8, 0.7, 0.6)
    parts[int(rng.integers(3))] = True
    bars = int(np.ceil(seconds / (4 * beat)))
    for bar in range(bars):
        root = int(rng.choice((0, 3, 4, 5, 1)))
        for step in range(4):
            at = (4 * bar + step) * beat
            if parts[0] and step % 2 == 0:
                for third in (0, 2, 4):
                    degree = root + third
                    note(
                        0,
                        at,
                        1.9 * beat,
                        48 + key + int(scale[degree % 7]) + 12 * (degree // 7),
                        int(rng.integers(50, 90)),
                    )
            if parts[1]:
                note(1, at, 0.9 * beat, 36 + key + int(scale[root % 7]), int(rng.integers(60, 100)))
            if parts[2]:
                for half in range(int(rng.integers(1, 4))):
                    degree = int(rng.integers(0, 9))
                    pitch = 60 + key + int(scale[degree % 7]) + 12 * (degree // 7)
                    note(2, at + half * beat / 3, beat * rng.uniform(0.2, 1.2), pitch, int(rng.integers(60, 110)))
            if parts[3]:
                for pitch in (36 if step % 2 == 0 else 38, 42):
                    note(9, at, 0.1, pitch, int(rng.integers(60, 110)))
    track, now = b"", 0
    for at, message in sorted(events, key=lambda e: e[0]):
        tick = round(at * 960)
        track += _varying(tick - now) + message
        now = tick
    track += b"\x00\xff\x2f\x00"
    # 480 ticks a beat at the default 120 beats a minute: 960 a second.
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(track)) + track


def music(rng: np.random.Generator, seconds: float, split: str = "train") -> Array:
    """A piece of music. Raises FileNotFoundError without FluidSynth and its sound font (Debian: timgm6mb-soundfont)."""
    if not SOUNDFONT.is_file():
        raise FileNotFoundError(SOUNDFONT)
    with tempfile.TemporaryDirectory() as folder:
        score, wave = Path(folder) / "piece.mid", Path(folder) / "piece.wav"
        score.write_bytes(_midi(rng, seconds, PROGRAMS[split]))
        command = ["fluidsynth", "-ni", "-q", "-F", str(wave), "-r", "32000", "-O", "s16", str(SOUNDFONT), str(score)]
        subprocess.run(command, check=True, capture_output=True)
        samples, _ = soundfile.read(wave, dtype="float32")
    mono = samples.mean(axis=1)[: int(seconds * 32000)]
    mono = sosfilt(butter(6, 7000, fs=32000, output="sos"), mono)[::2]
    return _peak(np.pad(mono, (0, max(0, int(seconds * SAMPLE_RATE) - len(mono)))))


# --- Noises ---------------------------------------------------------------------------------------------------------


def _coloured(rng: np.random.Generator, count: int, slope: float) -> Array:
    """Noise whose power falls by `slope` powers of the frequency."""
    spectrum = np.fft.rfft(rng.normal(size=count))
    spectrum *= np.maximum(np.arange(len(spectrum)), 8.0) ** (-0.5 * slope)
    return np.fft.irfft(spectrum, count)


def _clicks(rng: np.random.Generator, count: int, rate: float, length: float, band: tuple[float, float]) -> Array:
    out = np.zeros(count + SAMPLE_RATE)
    at = 0.0
    while at < count / SAMPLE_RATE:
        size = int(length * rng.uniform(0.5, 1.5) * SAMPLE_RATE)
        k = int(at * SAMPLE_RATE)
        out[k : k + size] += rng.uniform(0.3, 1.0) * rng.normal(size=size) * np.exp(-np.arange(size) / (0.25 * size))
        at += rng.exponential(1.0 / rate)
    return sosfilt(butter(2, band, "bandpass", fs=SAMPLE_RATE, output="sos"), out)[:count]


def noise(rng: np.random.Generator, seconds: float, kind: str) -> Array:
    """A noise of one of NOISES."""
    count = round(seconds * SAMPLE_RATE)
    t = np.arange(count) / SAMPLE_RATE
    marks = np.arange(0.0, seconds + 1.0, 0.5)
    slow = 1.0 + 0.6 * np.interp(t, marks, rng.normal(0.0, 0.6, len(marks)))
    if kind in ("white", "pink", "rumble"):
        made = _coloured(rng, count, {"white": 0.0, "pink": 1.0, "rumble": 2.2}[kind]) * np.maximum(slow, 0.1)
    elif kind == "hum":
        base, fall = float(rng.choice((50.0, 60.0, 100.0))), rng.uniform(0.5, 1.5)
        made = sum(np.sin(2 * np.pi * base * n * t + rng.uniform(0, 6)) / n**fall for n in range(1, 14))
        made = made + 0.05 * rng.normal(size=count)
    elif kind == "wind":
        gusts = sosfilt(butter(2, (150, 900), "bandpass", fs=SAMPLE_RATE, output="sos"), rng.normal(size=count))
        made = gusts * np.maximum(slow, 0.05) ** 2
    elif kind == "typing":
        made = _clicks(rng, count, rng.uniform(3, 9), 0.02, (800, 6000))
    elif kind == "claps":
        made = _clicks(rng, count, rng.uniform(2, 12), 0.05, (600, 4000))
    elif kind == "rain":
        made = 0.2 * _coloured(rng, count, 0.6) + _clicks(rng, count, 60.0, 0.01, (1500, 7000))
    elif kind == "breath":
        cycle = np.maximum(np.sin(2 * np.pi * rng.uniform(0.25, 0.5) * t + rng.uniform(0, 6)), 0.0) ** 1.5
        made = sosfilt(butter(2, (400, 4000), "bandpass", fs=SAMPLE_RATE, output="sos"), rng.normal(size=count)) * cycle
    elif kind == "engine":
        turns = rng.uniform(25, 60) * (1.0 + 0.2 * (slow - 1.0))
        phase = 2 * np.pi * np.cumsum(turns) / SAMPLE_RATE
        made = sum(np.sin(n * phase + rng.uniform(0, 6)) / n for n in range(1, 20))
        made = made + 9.0 * _coloured(rng, count, 1.5)
    else:
        raise ValueError(kind)
    return _peak(made, 0.3 * float(rng.uniform(0.2, 1.0)))


NOISES: Final = {
    "train": ("white", "pink", "hum", "typing", "breath", "engine"),
    "test": ("rumble", "wind", "claps", "rain", "white", "hum"),
}


# --- Laughs ---------------------------------------------------------------------------------------------------------

_VOWELS: Final = {
    "a": (750, 1250, 2600), "e": (530, 1850, 2500), "o": (500, 900, 2400), "i": (300, 2250, 2950),
    "u": (330, 800, 2300), "m": (250, 1100, 2200),
}  # fmt: skip

LAUGHS: Final = {
    "train": ("haha", "hehe", "chuckle", "pant", "snort"),
    "test": ("hoho", "giggle", "titter", "wheeze", "belly"),
}
"""rate, F0, vowel, share of voice, share of breath between bursts, burst's share of a cycle: see `laugh`."""
_KINDS: Final = {
    "haha": (4.8, 1.6, "a", 0.9, 0.5, 0.5), "hehe": (5.2, 1.8, "e", 0.9, 0.4, 0.45),
    "chuckle": (4.2, 1.0, "m", 0.8, 0.25, 0.5), "pant": (5.5, 1.3, "a", 0.08, 1.0, 0.5),
    "snort": (3.6, 1.1, "u", 0.35, 0.9, 0.4), "hoho": (3.7, 1.1, "o", 0.95, 0.4, 0.5),
    "giggle": (5.8, 2.4, "i", 0.95, 0.3, 0.45), "titter": (5.6, 2.0, "e", 0.6, 0.6, 0.4),
    "wheeze": (4.4, 1.8, "i", 0.15, 1.0, 0.55), "belly": (3.9, 1.3, "a", 1.0, 0.5, 0.55),
}  # fmt: skip


def laugh(rng: np.random.Generator, kind: str, base: float, varied: bool = False) -> Array:
    """One bout of laughter of a kind of LAUGHS by a voice of mean F0 `base`, Hz: 0.8 - 3 s, as float32.

    varied  whether rate, vowel, voice and breath leave what the kind says: in training, against learning by heart
    """
    rate, lift, vowel, voiced, breath, duty = _KINDS[kind]
    rate *= rng.uniform(0.85, 1.15)
    if varied:
        rate, duty = rate * rng.uniform(0.85, 1.2), duty * rng.uniform(0.85, 1.2)
        voiced, breath = voiced * rng.uniform(0.6, 1.1), float(np.clip(breath * rng.uniform(0.7, 1.5), 0.2, 1.0))
        vowel = vowel if rng.random() < 0.5 else str(rng.choice(["a", "e", "o", "u", "m", "i"]))
    bursts = int(rng.integers(4, 11))
    shift = rng.uniform(0.9, 1.15) * (1.1 if base > 160 else 0.97)
    pieces = []
    if rng.random() < 0.4:
        pieces.append(0.5 * _breath(rng, float(rng.uniform(0.15, 0.3))))
    for k in range(bursts):
        place = k / bursts
        cycle = (1.0 / rate) * rng.uniform(0.85, 1.15) * (1.0 + 0.3 * place)
        length = cycle * duty * rng.uniform(0.85, 1.15)
        pitch = base * lift * (1.25 - 0.5 * place) * rng.uniform(0.9, 1.12)
        size = int(length * SAMPLE_RATE)
        t = np.arange(size) / SAMPLE_RATE
        tone = pitch * (1.0 + 0.15 * np.sin(np.pi * t / length)) * (1.0 + 0.01 * rng.normal(size=size).cumsum() / 30.0)
        phase = np.cumsum(tone) / SAMPLE_RATE
        pulses = (np.diff(np.floor(phase), prepend=0.0) > 0).astype(float)
        source = voiced * np.convolve(pulses, np.exp(-np.arange(40) / 12.0))[:size] * 6.0
        source = source + (1.0 - voiced + 0.15) * rng.normal(size=size) * 0.8
        made = source
        for number, formant in enumerate(_VOWELS[vowel]):
            made = _resonance(made, formant * shift * rng.uniform(0.96, 1.04), 80.0 + 50.0 * number)
        envelope = np.sin(np.pi * np.clip(t / length, 0, 1)) ** 0.6
        loud = (1.0 - 0.55 * place) * rng.uniform(0.75, 1.1)
        pieces.append(loud * _peak(made * envelope, 1.0))
        pieces.append(0.16 * breath * loud * _breath(rng, max(cycle - length, 0.03)))
    if rng.random() < 0.5:
        pieces.append(0.25 * _breath(rng, float(rng.uniform(0.25, 0.6))))
    return _peak(np.concatenate(pieces), 0.3 * float(rng.uniform(0.5, 1.0)))


def _breath(rng: np.random.Generator, seconds: float) -> Array:
    count = max(int(seconds * SAMPLE_RATE), 64)
    made = _band()(rng.normal(size=count)) * np.sin(np.pi * np.arange(count) / count) ** 0.5
    return _peak(made, 1.0)


@lru_cache(maxsize=1)
def _band() -> Callable[[Array], Array]:
    sos = butter(2, (500, 5000), "bandpass", fs=SAMPLE_RATE, output="sos")
    return lambda x: sosfilt(sos, x)


def _resonance(x: Array, frequency: float, width: float) -> Array:
    r = np.exp(-np.pi * width / SAMPLE_RATE)
    turn = 2.0 * r * np.cos(2 * np.pi * frequency / SAMPLE_RATE)
    return lfilter([1.0 - turn + r * r], [1.0, -turn, r * r], x)
