"""When each of two people speaks, from their two signals: loudness, and what leaks from the other's microphone."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import fft
from scipy.ndimage import binary_closing, binary_opening, maximum_filter1d, uniform_filter1d

from ..arrays import Array
from ..errors import OratorError
from ..speech.speech import SAMPLE_RATE, Speech

FPS: Final = 100.0
"""Frames a second of activities; frame k is centred on k / 100 s."""
_HOP: Final = 160
_SILENT: Final = -62.0
"""A signal whose loud frames are below this, in dB of full scale, is silent."""
_LEAK_DB: Final = 6.0
"""What leaks from the other microphone is at least so much quieter than there."""
_LEAK_LIKENESS: Final = 0.5
_WINDOW: Final = 4096
_STEP: Final = 800
_LAG: Final = 480
"""Leaks arrive within 30 ms: 10 m of air."""


def level(samples: Array) -> Array:
    """Loudness (N,) in dB of full scale, 100 frames a second, over 30 ms."""
    frames = -(-len(samples) // _HOP) + 1
    padded = np.zeros((frames + 2) * _HOP, np.float32)
    padded[_HOP + _HOP // 2 :][: len(samples)] = samples
    blocks = np.mean(padded.reshape(-1, _HOP) ** 2, axis=1, dtype=np.float64)
    return 10.0 * np.log10((blocks[:-2] + blocks[1:-1] + blocks[2:]) / 3.0 + 1e-12)


def activities(own: Speech, other: Speech) -> tuple[Array, Array]:
    """When each speaks, two (N,) bool at 100 fps over the longer of the two; what leaks into a signal is not its own.

    Raises OratorError when both are the same sound.
    """
    levels, likeness = compared(own, other)
    active = []
    for k in (0, 1):
        mine, theirs = levels[k], levels[1 - k]
        active.append(_active(mine, _leaked(mine, theirs, likeness)))
    return active[0], active[1]


def compared(own: Speech, other: Speech) -> tuple[list[Array], Array]:
    """Both levels (N,) in dB at 100 fps, and how far both are the same sound, (N,) 0 - 1.

    Raises OratorError when they are one all along.
    """
    length = max(len(own.samples), len(other.samples))
    signals = [np.pad(np.asarray(s.samples, np.float32), (0, length - len(s.samples))) for s in (own, other)]
    levels = [level(signal) for signal in signals]
    likeness = _likeness(signals[0], signals[1], len(levels[0]))
    loud = np.maximum(*levels) > _SILENT
    if loud.any() and np.mean(likeness[loud] > 0.95) > 0.8 and abs(np.median((levels[0] - levels[1])[loud])) < 3.0:
        raise OratorError(
            "Both speakers have the same sound. Choose the other person's strip, or the other channel of the recording."
        )
    return levels, likeness


def _leaked(mine: Array, theirs: Array, likeness: Array) -> Array:
    """Where a signal is no louder than the other one leaks into it, (N,) bool.

    How far below it leaks is told by the stretches in which both are the same sound.
    """
    talking = theirs > max(float(np.percentile(theirs, 95.0)) - 25.0, _SILENT)
    same = talking & (likeness > _LEAK_LIKENESS) & (mine < theirs - _LEAK_DB)
    if same.sum() < 0.08 * max(talking.sum(), 50):
        return np.zeros(len(mine), bool)
    below = float(np.median((mine - theirs)[same]))
    return mine < maximum_filter1d(theirs, 9) + below + 7.0


def _active(decibels: Array, leaked: Array) -> Array:
    """Where a signal is loud against its own level, (N,) bool, without gaps under 0.18 s and clicks under 0.07 s."""
    clean = np.where(leaked, -120.0, decibels)
    if float(np.percentile(clean, 99.5)) < _SILENT:
        return np.zeros(len(clean), bool)
    speaking = clean[clean > clean.max() - 35.0]
    loud = float(np.percentile(speaking, 90.0))
    floor = float(np.percentile(clean[~leaked] if (~leaked).any() else clean, 10.0))
    threshold = max(loud - 28.0, min(floor + 7.0, loud - 8.0))
    found = uniform_filter1d(clean, 3) > threshold
    found = binary_closing(np.pad(found, 20), np.ones(18))[20:-20]
    return binary_opening(found, np.ones(7))


def _likeness(one: Array, two: Array, frames: int) -> Array:
    """How far two signals are the same sound but for level, delay and colour, (frames,) 0 - 1, in windows of 0.26 s."""
    starts = np.arange(0, max(len(one) - _WINDOW, 0) + 1, _STEP)
    found = np.zeros(len(starts))
    size = fft.next_fast_len(_WINDOW + _LAG, real=True)
    taper = np.hanning(_WINDOW).astype(np.float32)
    # Rising weights flatten a voice's spectrum, so that the likeness is of waveforms, not of two hums.
    frequency = fft.rfftfreq(size, 1.0 / SAMPLE_RATE)
    weight = np.where((frequency > 250.0) & (frequency < 3500.0), np.sqrt(frequency), 0.0).astype(np.float32)
    for first in range(0, len(starts), 256):
        rows = starts[first : first + 256, None] + np.arange(_WINDOW)
        rows = np.minimum(rows, max(len(one) - 1, 0))
        a, b = (fft.rfft(signal[rows] * taper, size, axis=1) * weight for signal in (one, two))
        power = np.sqrt(np.sum(np.abs(a) ** 2, axis=1) * np.sum(np.abs(b) ** 2, axis=1)) * (2.0 / size)
        product = fft.irfft(a * np.conj(b), size, axis=1)
        near = np.concatenate([product[:, : _LAG + 1], product[:, -_LAG:]], axis=1)
        found[first : first + 256] = np.where(power > 1e-9, np.abs(near).max(axis=1) / np.maximum(power, 1e-9), 0.0)
    at = (starts + _WINDOW / 2) / SAMPLE_RATE
    return np.interp(np.arange(frames) / FPS, at, found) if len(at) else np.zeros(frames)


def runs(active: Array) -> list[tuple[float, float]]:
    """Seconds (start, end) of the stretches where `active` (N,) at 100 fps holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    return [(float(a) / FPS, float(b) / FPS) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def own_voice(speech: Speech, active: Array) -> Speech:
    """The speech with silence, faded in and out over 60 ms, wherever its speaker does not speak."""
    gate = np.convolve(np.pad(active.astype(np.float32), 8, mode="edge"), np.ones(7) / 7.0, mode="same")[8:-8]
    wide = np.interp(np.arange(len(speech.samples)) / SAMPLE_RATE, np.arange(len(gate)) / FPS, gate)
    return Speech((speech.samples * wide).astype(np.float32), speech.start, speech.name, speech.notes)
