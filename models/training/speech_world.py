"""Recorded speech said by people who never were: pitch, throat, effort, breath and pace changed by WORLD's vocoder.

WORLD (Morise et al., 2016; pyworld) takes speech apart into pitch, spectral envelope and noise. Each is changed apart
from the others, which shifting the bands of a spectrum cannot do: a high voice with a big throat, a shout, a whisper,
a monotone, a vocoder's buzz. Phone times follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyworld
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from ...core.arrays import Array
from ...core.speech.phones import Phone
from ...core.speech.speech import SAMPLE_RATE
from .speech_mix import mixed

FRAME: Final = 0.005
"""Seconds between WORLD's frames."""
PITCH: Final = (70.0, 430.0)
"""Hz: what the mean pitch of a changed voice may be; actors reach the upper end."""
BEND: Final = 1000.0
"""Hz, where the warp of the lower formants meets that of the higher ones."""
VOCODED: Final = 24
"""Cepstral coefficients that a statistical synthesiser would keep."""


@dataclass(frozen=True)
class Manner:
    """How a voice is changed.

    pitch: factor of the mean; spread: of its movement in octaves; swing: a slow movement of its own, in octaves;
    low, high: factors of the formants below and above 1 kHz; tilt: dB per octave above 500 Hz; breath: power of the
    aperiodicity (below 1 breathier, above 1 more buzzing); pace: factor of the rate, hurry: its local deviation (log);
    vocoded: as a statistical synthesiser smooths; whispered: without voice; mixed: pieces in another order.
    """

    pitch: float = 1.0
    spread: float = 1.0
    swing: float = 0.0
    low: float = 1.0
    high: float = 1.0
    tilt: float = 0.0
    breath: float = 1.0
    pace: float = 1.0
    hurry: float = 0.0
    vocoded: bool = False
    whispered: bool = False
    mixed: bool = False


def drawn(rng: np.random.Generator, mean: float, vocoded: float = 0.15, mixed: float = 0.6) -> Manner:
    """A manner by chance for a voice whose mean pitch is `mean` Hz; shares of them are vocoded or mixed."""
    ratio = float(np.exp(rng.uniform(np.log(0.6), np.log(2.2))))
    ratio = float(np.clip(mean * ratio, *PITCH)) / mean
    # High voices mostly have short throats, and effort raises the first formant.
    throat = float(np.exp(0.12 * np.log(ratio) + rng.normal(0.0, 0.06)))
    return Manner(
        pitch=ratio,
        spread=float(rng.choice([0.25, 0.7, 1.0, 1.4, 1.8])),
        swing=float(rng.choice([0.0, 0.1, 0.25])),
        low=float(np.clip(throat * np.exp(rng.normal(0.03, 0.07)), 0.8, 1.3)),
        high=float(np.clip(throat * np.exp(rng.normal(0.0, 0.06)), 0.8, 1.25)),
        tilt=float(rng.normal(0.0, 2.0)),
        breath=float(np.exp(rng.normal(0.0, 0.6))),
        pace=float(np.exp(rng.normal(0.0, 0.13))),
        hurry=float(rng.uniform(0.0, 0.22)),
        vocoded=bool(rng.random() < vocoded),
        whispered=bool(rng.random() < 0.04),
        mixed=bool(rng.random() < mixed),
    )


def mean_pitch(samples: Array) -> float:
    """The geometric mean of the pitch of samples (N,) at 16 kHz, in Hz; 150 where nothing is voiced."""
    f0, _ = pyworld.dio(samples.astype(np.float64), SAMPLE_RATE, f0_ceil=600.0)
    return float(np.exp(np.log(f0[f0 > 0]).mean())) if (f0 > 0).any() else 150.0


def said_anew(
    samples: Array, phones: tuple[Phone, ...], manner: Manner, rng: np.random.Generator
) -> tuple[Array, tuple[Phone, ...]]:
    """Samples (N,) float32 at 16 kHz and their phones in another manner: samples (M,) float32 and the moved phones."""
    sound = samples.astype(np.float64)
    f0, times = pyworld.dio(sound, SAMPLE_RATE, f0_ceil=600.0, frame_period=1000.0 * FRAME)
    f0 = pyworld.stonemask(sound, f0, times, SAMPLE_RATE)
    envelope = np.log(pyworld.cheaptrick(sound, f0, times, SAMPLE_RATE).astype(np.float32) + np.float32(1e-16))
    noise = pyworld.d4c(sound, f0, times, SAMPLE_RATE).astype(np.float32)
    if manner.mixed:
        order, phones = mixed(phones, len(f0), FRAME, rng)
        f0, noise = f0[order], noise[order]
        envelope = _healed(envelope[order], np.flatnonzero(np.diff(order) != 1))
    at = _pace(len(f0), manner, rng)
    nearest = np.round(at).astype(int)
    pitch = _pitch(f0, manner, rng)[nearest] * (f0[nearest] > 0)
    envelope, noise = _shaped(envelope[nearest], noise[nearest], manner)
    power, noise = np.exp(envelope).astype(np.float64, order="C"), noise.astype(np.float64, order="C")
    made = pyworld.synthesize(pitch, power, noise, SAMPLE_RATE, 1000.0 * FRAME)
    made = (made * 0.5 / max(float(np.abs(made).max()), 1e-6)).astype(np.float32)
    return made, _moved(phones, at, len(made) / SAMPLE_RATE)


def _healed(envelope: Array, joints: Array) -> Array:
    """The envelope (N, bins) with 30 ms around every joint averaged."""
    smooth = uniform_filter1d(envelope, 7, axis=0)
    near = np.zeros(len(envelope))
    near[joints] = 1.0
    near = np.minimum(uniform_filter1d(near, 7) * 7.0, 1.0)[:, None]
    return envelope + near * (smooth - envelope)


def _pace(frames: int, manner: Manner, rng: np.random.Generator) -> Array:
    """The frame of the source (M,) that every frame of the new speech takes, rising."""
    rough = gaussian_filter1d(rng.normal(0.0, 1.0, 2 * frames + 400), 25.0)
    rate = manner.pace * np.exp(manner.hurry * rough / max(float(rough.std()), 1e-9))
    at = np.cumsum(rate) - rate[0]
    return at[at <= frames - 1]


def _pitch(f0: Array, manner: Manner, rng: np.random.Generator) -> Array:
    """The pitch (N,) in Hz, also where there is no voice."""
    voiced = np.flatnonzero(f0 > 0)
    if manner.whispered or len(voiced) < 2:
        return np.zeros(len(f0))
    octaves = np.log2(f0[voiced])
    mean = octaves.mean()
    moved = np.interp(np.arange(len(f0)), voiced, mean + manner.spread * (octaves - mean)) + np.log2(manner.pitch)
    moved = gaussian_filter1d(moved, 3.0) if manner.mixed else moved
    slow = gaussian_filter1d(rng.normal(0.0, 1.0, len(f0)), 60.0)
    return np.clip(2.0 ** (moved + manner.swing * slow / max(float(slow.std()), 1e-9)), 55.0, 620.0)


def _shaped(envelope: Array, noise: Array, manner: Manner) -> tuple[Array, Array]:
    """Log envelope and aperiodicity (N, bins) with formants moved, tilted, breathy or pressed, perhaps vocoded."""
    bins = envelope.shape[1]
    hertz = np.linspace(0.0, SAMPLE_RATE / 2, bins)
    turn = BEND * manner.low
    source = np.where(hertz < turn, hertz / manner.low, BEND + (hertz - turn) / manner.high)
    place = np.clip(source / hertz[1], 0.0, bins - 1.001)
    below = place.astype(int)
    share = (place - below).astype(np.float32)
    envelope = envelope[:, below] * (1.0 - share) + envelope[:, below + 1] * share
    # Powers, so that 10 dB are a factor of ten.
    tilt = manner.tilt * np.log(10.0) / 10.0 * np.log2(np.maximum(hertz, 500.0) / 500.0)
    envelope = envelope + tilt.astype(np.float32)
    noise = np.clip(noise**manner.breath, 1e-3, 1.0)
    if manner.vocoded:
        cepstrum = np.fft.irfft(envelope, axis=1)
        cepstrum[:, VOCODED:-VOCODED] = 0.0
        envelope = uniform_filter1d(np.fft.rfft(cepstrum, axis=1).real, 7, axis=0)
        noise = np.where(noise < 0.6, 1e-3, noise)
    if manner.whispered:
        noise = np.ones_like(noise)
    return envelope, noise


def _moved(phones: tuple[Phone, ...], at: Array, seconds: float) -> tuple[Phone, ...]:
    """The phones where the frames (M,) of their source went, without gaps, to the end."""
    new = np.arange(len(at)) * FRAME
    edges = [float(np.interp(p.end / FRAME, at, new)) for p in phones]
    out, start = [], 0.0
    for k, (phone, edge) in enumerate(zip(phones, edges, strict=True)):
        end = seconds if k == len(phones) - 1 else min(edge, seconds)
        if end - start > 1e-4:
            out.append(Phone(phone.name, start, end, phone.stress))
            start = end
    return tuple(out)
