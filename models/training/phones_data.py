"""Training data of the phone network: augmented waveforms to normalised log-mel with a phone per frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import soxr
from scipy import signal
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from ...core.arrays import Array
from ...core.speech.features import FEATURE_FPS, log_mel
from ...core.speech.phones import PHONE_INDEX, Phone
from ...core.speech.speech import SAMPLE_RATE
from ..phones.classify import normalised
from .speech_corpus import SpeechItem

SLOWEST: Final = 0.72
FASTEST: Final = 1.3
PLAIN_SHARE: Final = 0.12
THROATS: Final = (0.87, 1.13)
"""The bands of a crop are moved by a factor in this range: children to big men, at the same pitch."""
BENT: Final = 0.8
"""Bands by which the lower formants and the higher ones are moved apart, as a deviation."""
BLURRED: Final = 0.15
"""Share of crops that are smoothed in time, and in frequency, as statistical synthesisers smooth what they say."""


@dataclass(frozen=True)
class Example:
    """mel (64, N) float16 as the network sees it, labels (N,) int8, and a weight for how sure the labels are."""

    mel: Array
    labels: Array
    voice: str


def frame_labels(phones: tuple[Phone, ...], frames: int, scale: float = 1.0) -> Array:
    """The phone index (N,) int8 at each frame's centre, times multiplied by `scale`."""
    centres = np.arange(frames) / FEATURE_FPS
    ends = np.array([p.end * scale for p in phones])
    names = np.array([PHONE_INDEX[p.name] for p in phones] + [PHONE_INDEX["SIL"]], np.int8)
    return names[np.searchsorted(ends, centres, side="right")]


def plain(item: SpeechItem) -> Example:
    """The paragraph as it is."""
    return _example(item, item.samples.astype(np.float32) / 32768.0, 1.0)


def augmented(item: SpeechItem, rng: np.random.Generator, babble: Array) -> Example:
    """The paragraph by another throat, in another room, through another microphone; `babble` is other speech (M,)."""
    samples = item.samples.astype(np.float32) / 32768.0
    speed = float(np.exp(rng.uniform(np.log(SLOWEST), np.log(FASTEST)))) if rng.random() < 0.8 else 1.0
    if speed != 1.0:
        samples = soxr.resample(samples, SAMPLE_RATE * speed, SAMPLE_RATE, quality="MQ").astype(np.float32)
    if rng.random() > PLAIN_SHARE:
        if rng.random() < 0.45:
            samples = _room(samples, rng)
        if rng.random() < 0.6:
            samples = samples + _noise(samples, rng, babble)
        if rng.random() < 0.5:
            samples = _microphone(samples, rng)
        if rng.random() < 0.35:
            samples = _codec(samples, rng)
    samples = samples * np.float32(10.0 ** rng.uniform(-1.5, 0.0) / max(float(np.abs(samples).max()), 1e-6))
    return _example(item, samples.astype(np.float32), 1.0 / speed)


def warped(mel: Array, rng: np.random.Generator) -> Array:
    """A crop (64, T) with the vocal tract, the colour and the dynamics varied, at times blurred; patches blanked."""
    bands = mel.shape[0]
    if rng.random() < 0.7:
        at = np.arange(bands) * rng.uniform(*THROATS) + rng.uniform(-1.0, 1.0)
        at = at + rng.normal(0.0, BENT) * np.sin(np.linspace(0.0, 2.0 * np.pi, bands))
        low = np.clip(np.floor(at).astype(int), 0, bands - 2)
        share = np.clip(at - low, 0.0, 1.0)[:, None].astype(np.float32)
        mel = mel[low] * (1.0 - share) + mel[low + 1] * share
    if rng.random() < 0.7:
        knots = rng.normal(0.0, 0.35, 5)
        colour = np.interp(np.linspace(0, 4, bands), np.arange(5), knots)
        mel = mel + colour[:, None].astype(np.float32)
    if rng.random() < BLURRED:
        mel = uniform_filter1d(mel, int(rng.choice([3, 5])), axis=1)
    if rng.random() < BLURRED:
        mel = gaussian_filter1d(mel, float(rng.uniform(0.6, 1.6)), axis=0)
    mel = mel * np.float32(rng.uniform(0.88, 1.12))
    if rng.random() < 0.3:
        floor = np.percentile(mel, 2) + rng.uniform(0.0, 1.2)
        mel = np.logaddexp(3.0 * mel, 3.0 * floor).astype(np.float32) / 3.0
    mel = mel.copy()
    for _ in range(rng.integers(0, 3)):
        width, start = int(rng.integers(2, 9)), int(rng.integers(0, bands - 8))
        mel[start : start + width] = mel.mean()
    for _ in range(rng.integers(0, 4)):
        width, start = int(rng.integers(2, 9)), int(rng.integers(0, mel.shape[1] - 8))
        mel[:, start : start + width] = mel.mean()
    return mel


def _example(item: SpeechItem, samples: Array, scale: float) -> Example:
    mel, energy = log_mel(samples)
    shaped = np.ascontiguousarray(normalised(mel, energy).T.astype(np.float16))
    return Example(shaped, frame_labels(item.phones, len(mel), scale), item.voice)


def _room(samples: Array, rng: np.random.Generator) -> Array:
    """A synthetic room: a direct path, a few early echoes and an exponential tail."""
    decay = float(np.exp(rng.uniform(np.log(0.08), np.log(0.7))))
    count = int(min(decay, 0.6) * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    tail = rng.normal(0.0, 1.0, count) * np.exp(-6.9 * time / decay)
    tail[: int(rng.uniform(0.001, 0.012) * SAMPLE_RATE)] = 0.0
    tail *= 10.0 ** (-rng.uniform(0.0, 15.0) / 20.0) / max(float(np.sqrt((tail**2).sum())), 1e-9)
    for _ in range(4):
        tail[int(rng.integers(16, max(17, min(count, 800))))] += rng.normal(0.0, 0.2)
    tail[0] = 1.0
    return signal.oaconvolve(samples, tail.astype(np.float32))[: len(samples)]


def _noise(samples: Array, rng: np.random.Generator, babble: Array) -> Array:
    count = len(samples)
    if rng.random() < 0.35:
        noise = np.zeros(count, np.float32)
        for _ in range(int(rng.integers(1, 5))):
            noise += _slice(babble, count, rng) * np.float32(rng.uniform(0.3, 1.0))
        ratio = rng.uniform(10.0, 30.0)
    else:
        noise = _slice(_coloured(int(rng.integers(6))), count, rng)
        ratio = rng.uniform(4.0, 35.0)
        if rng.random() < 0.25:
            time = np.arange(count, dtype=np.float32) / SAMPLE_RATE
            mains = float(rng.choice([50.0, 60.0]))
            for harmonic in range(1, 5):
                noise = noise + rng.uniform(0.0, 2.0) / harmonic * np.sin(2 * np.pi * mains * harmonic * time)
    level = float(np.sqrt((samples**2).mean())) * 10.0 ** (-ratio / 20.0)
    return (noise * (level / max(float(np.sqrt((noise**2).mean())), 1e-9))).astype(np.float32)


@lru_cache(maxsize=8)
def _coloured(kind: int) -> Array:
    """A minute of noise, from white (0) to a little steeper than pink (5), of unit power."""
    rng = np.random.default_rng(kind)
    spectrum = np.fft.rfft(rng.normal(0.0, 1.0, 2**20))
    frequency = np.maximum(np.fft.rfftfreq(2**20, 1.0 / SAMPLE_RATE), 20.0)
    noise = np.fft.irfft(spectrum * frequency ** (-0.22 * kind))
    return (noise / noise.std()).astype(np.float32)


def _slice(sound: Array, count: int, rng: np.random.Generator) -> Array:
    start = int(rng.integers(len(sound)))
    return np.take(sound, np.arange(start, start + count), mode="wrap")


def _microphone(samples: Array, rng: np.random.Generator) -> Array:
    """Band limits, a resonance or two and soft clipping."""
    low, high = rng.uniform(40.0, 300.0), rng.uniform(3300.0, 7800.0)
    sections = [signal.butter(2, low, "highpass", fs=SAMPLE_RATE, output="sos")]
    if rng.random() < 0.5:
        sections.append(signal.butter(4, high, "lowpass", fs=SAMPLE_RATE, output="sos"))
    samples = signal.sosfilt(np.concatenate(sections), samples)
    if rng.random() < 0.5:
        centre = np.exp(rng.uniform(np.log(300.0), np.log(6000.0)))
        b, a = signal.iirpeak(centre, rng.uniform(0.7, 3.0), fs=SAMPLE_RATE)
        samples = samples + rng.uniform(-0.7, 2.0) * signal.lfilter(b, a, samples)
    if rng.random() < 0.3:
        drive = rng.uniform(1.0, 6.0) / max(float(np.abs(samples).max()), 1e-6)
        samples = np.tanh(samples * drive)
    return samples.astype(np.float32)


def _codec(samples: Array, rng: np.random.Generator) -> Array:
    kind = rng.random()
    samples = samples / max(float(np.abs(samples).max()), 1e-6)
    if kind < 0.6:
        samples = soxr.resample(soxr.resample(samples, SAMPLE_RATE, 8000), 8000, SAMPLE_RATE)
    if kind < 0.4:
        squeezed = np.sign(samples) * np.log1p(255.0 * np.abs(samples)) / np.log(256.0)
        squeezed = np.round(squeezed * 127.0) / 127.0
        samples = np.sign(squeezed) * np.expm1(np.abs(squeezed) * np.log(256.0)) / 255.0
    elif kind > 0.75:
        samples = np.round(samples * rng.uniform(0.2, 1.0) * 127.0) / 127.0
    return samples.astype(np.float32)
