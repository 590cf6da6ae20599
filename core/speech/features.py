"""Speech features: log-mel, energy, onset strength, F0 and voicing, 100 frames a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from ..arrays import Array
from .speech import SAMPLE_RATE, Speech

FEATURE_FPS: Final = 100.0
MELS: Final = 64

HOP: Final = 160
WINDOW: Final = 400
FFT: Final = 512
LOWEST: Final = 60.0
HIGHEST: Final = 7600.0
BLOCK_FRAMES: Final = 2000
# Power per sample of the quietest voice that is still taken for speech: -65 dB below full scale.
QUIETEST: Final = 10.0**-6.5
# Mel power below this share of the clip's loud frames is taken as silence.
FLOOR: Final = 1e-7

PITCH_RATE: Final = 8000
PITCH_HOP: Final = 80
PITCH_WINDOW: Final = 280
PITCH_LOW: Final = 60.0
PITCH_HIGH: Final = 450.0
VOICED: Final = 0.35


@dataclass(frozen=True)
class SpeechFeatures:
    """Frame k is centred on k / 100 s; N = ceil(seconds * 100) + 1 frames.

    mel      (N, 64) natural log of mel power, level-normalised, float32
    energy   (N,) loudness in decibels below the clip's 95th percentile, clipped to [-60, 10]
    onset    (N,) onset strength, non-negative
    f0       (N,) Hz, 0 where unvoiced
    voicing  (N,) 0..1
    """

    mel: Array
    energy: Array
    onset: Array
    f0: Array
    voicing: Array
    seconds: float

    @property
    def frames(self) -> int:
        return len(self.mel)


def speech_features(speech: Speech, tick: Callable[[float], None] | None = None) -> SpeechFeatures:
    """The features of a speech. `tick(fraction)` is called every 20 s of speech and may raise Cancelled.

    Levels do not matter: everything is relative to the clip's own loud frames, down to a floor below which a
    recording counts as silence. Blocks of 20 s bound the memory; each frame depends on its own window only.
    """
    samples = np.ascontiguousarray(speech.samples, np.float32)
    mel, energy = log_mel(samples, None if tick is None else lambda part: tick(0.4 * part))
    frames = len(mel)
    dip = np.empty(frames, np.float32)
    f0 = np.empty(frames, np.float32)
    for first in range(0, frames, BLOCK_FRAMES):
        last = min(first + BLOCK_FRAMES, frames)
        f0[first:last], dip[first:last] = _yin(samples, first, last)
        if tick is not None:
            tick(0.4 + 0.6 * last / frames)
    voicing = np.clip(1.0 - dip, 0.0, 1.0) * np.clip((energy + 45.0) / 10.0, 0.0, 1.0)
    f0 = _steady(f0, voicing > 1.0 - VOICED)
    return SpeechFeatures(mel, energy, _onset(mel), f0, voicing.astype(np.float32), speech.seconds)


def log_mel(samples: Array, tick: Callable[[float], None] | None = None) -> tuple[Array, Array]:
    """The mel (N, 64) and energy (N,) of SpeechFeatures alone, from samples (S,) float32."""
    frames = -(-len(samples) * int(FEATURE_FPS) // SAMPLE_RATE) + 1
    mel = np.empty((frames, MELS), np.float32)
    loud = np.empty(frames, np.float32)
    for first in range(0, frames, BLOCK_FRAMES):
        last = min(first + BLOCK_FRAMES, frames)
        mel[first:last], loud[first:last] = _mel_power(samples, first, last)
        if tick is not None:
            tick(last / frames)
    reference = _reference(loud)
    mel /= reference  # in place: an hour is 90 MB
    mel += FLOOR
    np.log(mel, out=mel)
    return mel, np.clip(10.0 * np.log10(loud / reference + 1e-9), -60.0, 10.0).astype(np.float32)


def at_rate(track: Array, frames: int, fps: float, source_fps: float = FEATURE_FPS) -> Array:
    """A feature track (N, ...) at `frames` frames of `fps`, by triangular averaging around each true time."""
    track = np.asarray(track, np.float32)
    half = max(source_fps / fps, 1.0)
    centre = np.arange(frames) * (source_fps / fps)
    offsets = np.arange(-int(np.ceil(half)), int(np.ceil(half)) + 1)
    index = np.round(centre).astype(int)[:, None] + offsets[None]
    weight = np.maximum(0.0, 1.0 - np.abs(index - centre[:, None]) / half)
    weight /= weight.sum(axis=1, keepdims=True)
    index = np.clip(index, 0, len(track) - 1)
    return np.einsum("tk,tk...->t...", weight.astype(np.float32), track[index])


def mel_filters() -> Array:
    """Triangles (257, 64) over the bins of the spectrum, their corners evenly spaced in mel (Slaney's scale).

    The scale of the Auditory Toolbox (Slaney, 1998) is linear below 1 kHz and logarithmic above.
    """
    step, corner, log_step = 200.0 / 3.0, 1000.0, np.log(6.4) / 27.0

    def to_mel(hertz: float) -> float:
        return hertz / step if hertz < corner else corner / step + np.log(hertz / corner) / log_step

    mels = np.linspace(to_mel(LOWEST), to_mel(HIGHEST), MELS + 2)
    corners = np.where(mels < corner / step, mels * step, corner * np.exp(log_step * (mels - corner / step)))
    bins = np.arange(FFT // 2 + 1)[:, None] * (SAMPLE_RATE / FFT)
    rising = (bins - corners[:-2]) / np.diff(corners)[:-1]
    falling = (corners[2:] - bins) / np.diff(corners)[1:]
    return np.maximum(0.0, np.minimum(rising, falling))


@lru_cache(maxsize=1)
def _filters() -> tuple[Array, Array, Array]:
    """Mel filters (257, 64) that sum powers, the window (400,) and the band's bins (257,), float32."""
    bank = mel_filters()
    window = (0.5 - 0.5 * np.cos(2.0 * np.pi / WINDOW * np.arange(WINDOW))).astype(np.float32)  # a periodic Hann
    window /= np.sqrt(np.sum(window**2) * FFT / 2.0)
    frequency = np.arange(FFT // 2 + 1) * (SAMPLE_RATE / FFT)
    band = ((frequency >= LOWEST) & (frequency <= HIGHEST)).astype(np.float32)
    return np.ascontiguousarray(bank, np.float32), window.astype(np.float32), band


def _windows(samples: Array, first: int, last: int, hop: int, width: int) -> Array:
    """Frames first..last (n, width) centred on k * hop, zeros beyond the ends."""
    begin = first * hop - width // 2
    end = (last - 1) * hop - width // 2 + width
    piece = samples[max(begin, 0) : max(end, 0)]
    piece = np.pad(piece, (max(0, -begin), max(0, end - max(begin, 0) - len(piece))))
    return np.lib.stride_tricks.sliding_window_view(piece[: end - begin], width)[::hop]


def _mel_power(samples: Array, first: int, last: int) -> tuple[Array, Array]:
    """Mel power (n, 64) and band power (n,) per frame; a full-scale sine has a band power of about 0.5."""
    from scipy import fft

    bank, window, band = _filters()
    spectrum = fft.rfft(_windows(samples, first, last, HOP, WINDOW) * window, FFT, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return power @ bank, power @ band


def _reference(loud: Array) -> float:
    """The power of the clip's loud frames: their 95th percentile among those within 40 dB of the loudest."""
    active = loud[loud > 1e-4 * float(loud.max())] if len(loud) else loud
    return max(float(np.percentile(active, 95.0)) if len(active) else 0.0, QUIETEST)


def _onset(mel: Array) -> Array:
    """Half-wave rectified spectral flux of the log-mel over 20 ms, mean over bands (as librosa.onset does)."""
    onset = np.zeros(len(mel), np.float32)
    for first in range(1, len(mel) - 1, BLOCK_FRAMES):
        last = min(first + BLOCK_FRAMES, len(mel) - 1)
        piece = np.maximum(mel[first - 1 : last + 1], np.log(1e-5))
        onset[first:last] = np.maximum(piece[2:] - piece[:-2], 0.0).mean(axis=1)
    return onset


def _yin(samples: Array, first: int, last: int) -> tuple[Array, Array]:
    """F0 in Hz and its dip (0 periodic, 1 not) per frame, at 8 kHz: YIN, de Cheveigne and Kawahara 2002."""
    from scipy import fft

    lowest, highest = int(PITCH_RATE / PITCH_HIGH), int(np.ceil(PITCH_RATE / PITCH_LOW))
    width = PITCH_WINDOW + highest + 1
    begin = first * HOP - width - 4
    end = last * HOP + width + 4
    piece = samples[max(begin, 0) : max(end, 0)]
    piece = np.pad(piece, (max(0, -begin), max(0, end - max(begin, 0) - len(piece))))
    # A three-tap low-pass is enough before halving: F0 and its first harmonics lie far below 4 kHz.
    half = 0.25 * piece[:-2:2] + 0.5 * piece[1:-1:2] + 0.25 * piece[2::2]
    origin = (first * HOP - begin - 1) // 2 - width // 2
    rows = np.lib.stride_tricks.sliding_window_view(half, width)[origin::PITCH_HOP][: last - first]
    size = fft.next_fast_len(width, real=True)
    whole = fft.rfft(rows, size, axis=1)
    part = fft.rfft(rows[:, :PITCH_WINDOW], size, axis=1)
    product = fft.irfft(whole * np.conj(part), size, axis=1)[:, : highest + 2]
    squares = np.cumsum(np.pad(rows.astype(np.float64) ** 2, ((0, 0), (1, 0))), axis=1)
    lags = np.arange(highest + 1)
    moved = squares[:, lags + PITCH_WINDOW] - squares[:, lags]
    difference = np.maximum(moved[:, :1] + moved - 2.0 * product[:, : highest + 1], 0.0)
    running = np.cumsum(difference[:, 1:], axis=1)
    normal = np.ones_like(difference)
    normal[:, 1:] = difference[:, 1:] * lags[1:] / np.maximum(running, 1e-12)
    normal[moved[:, 0] < 1e-9] = 1.0
    search = normal[:, lowest : highest + 1]
    dips = np.zeros(search.shape, bool)
    dips[:, 1:-1] = (search[:, 1:-1] <= search[:, :-2]) & (search[:, 1:-1] < search[:, 2:])
    # The first dip nearly as deep as the deepest is the period; later ones are its multiples.
    deep = dips & (search <= search.min(axis=1, keepdims=True) + 0.1)
    best = np.where(deep.any(axis=1), deep.argmax(axis=1), search.argmin(axis=1)) + lowest
    best = np.clip(best, 1, highest - 1)
    row = np.arange(len(best))
    left, centre, right = normal[row, best - 1], normal[row, best], normal[row, best + 1]
    bend = left - 2.0 * centre + right
    shift = np.where(np.abs(bend) > 1e-6, 0.5 * (left - right) / np.where(np.abs(bend) > 1e-6, bend, 1.0), 0.0)
    return (PITCH_RATE / (best + np.clip(shift, -0.5, 0.5))).astype(np.float32), centre.astype(np.float32)


def _steady(f0: Array, voiced: Array) -> Array:
    """F0 (N,), zero where unvoiced, octave slips against the clip's neighbourhood (0.5 s) folded back."""
    from scipy.ndimage import median_filter

    out = np.where(voiced, f0, 0.0).astype(np.float32)
    index = np.flatnonzero(voiced)
    if len(index) < 5:
        return np.zeros_like(out)
    tone = np.log2(out[index])
    local = median_filter(tone, size=min(51, len(tone) // 2 * 2 + 1), mode="nearest")
    slip = np.round(tone - local)
    tone = np.where(np.abs(slip) <= 2, tone - slip, local)
    out[index] = np.exp2(median_filter(tone, size=3, mode="nearest"))
    return out
