"""What of a sound is speech, music or laughter, as stretches; and a sound with its speech alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.ndimage import (
    binary_closing,
    binary_dilation,
    binary_opening,
    binary_propagation,
    maximum_filter1d,
    uniform_filter1d,
)

from ...core.arrays import Array
from ...core.speech.features import FEATURE_FPS, log_mel
from ...core.speech.no_speech import NoSpeech
from ...core.speech.speech import SAMPLE_RATE, Speech
from .network import run_network, scaled

THRESHOLD: Final = 0.5
SHORTEST: Final = 0.6
"""Seconds that a stretch of something else lasts at the least before it is taken for no speech."""
_WORD: Final = 0.6
"""Seconds that speech lasts at the least between long stretches of something else: a syllable there is theirs."""
_SUSPECTED: Final = 0.15
"""What counts as laughter in front of, or after, what surely is; chosen on kinds of laughs of neither split."""
_MARGIN: Final = 0.12
"""Seconds kept around speech: quiet consonants at its edges."""


def hear_gate(speech: Speech, threshold: float = THRESHOLD, tick: Callable[[float], None] | None = None) -> NoSpeech:
    """What of a sound is no speech. `threshold`: how sure it must be that it is none, 0 (never) - 1 (at any doubt)."""
    if threshold <= 0.0 or len(speech.samples) < SAMPLE_RATE // 4:
        return NoSpeech((), ())
    mel, energy = log_mel(np.ascontiguousarray(speech.samples, np.float32), tick)
    likely = uniform_filter1d(run_network(scaled(mel)), 21, axis=0)
    speaking, music, laughing = likely.T
    bar = threshold * 0.8
    laughs = _opened(_closed((laughing > 0.5) & (laughing > speaking), 0.35), 0.45)
    # It is told late where words lead into it; it began where it was first suspected.
    laughs = binary_propagation(laughs, mask=laughs | _closed(laughing > _SUSPECTED, 0.35))
    spoken = _opened((speaking > bar) & ~laughs, 0.12)
    spoken = binary_dilation(spoken, np.ones(1 + 2 * round(_MARGIN * FEATURE_FPS)))
    # Silence needs no gate; what is loud and no speech does.
    loud = maximum_filter1d(energy, 21) > -25.0
    quiet_music = music > 0.5
    other = _opened(_closed(~spoken & ~laughs & (loud | quiet_music), 0.5), SHORTEST) & ~spoken & ~laughs
    long = _opened(other, 1.5)
    edge = round(_WORD * FEATURE_FPS)
    # Beyond the sound's ends is nothing either; what fades there would be all that the networks hear.
    around = np.concatenate([np.full(edge, long[:edge].any()), long, np.full(edge, long[-edge:].any())])
    other |= _closed(around, _WORD)[edge:-edge] & ~laughs
    return NoSpeech(_spans(_opened(other, SHORTEST)), _spans(laughs))


def _closed(on: Array, seconds: float) -> Array:
    width = round(seconds * FEATURE_FPS)
    return binary_closing(np.pad(on, width), np.ones(width))[width:-width]


def _opened(on: Array, seconds: float) -> Array:
    return binary_opening(on, np.ones(round(seconds * FEATURE_FPS)))


def _spans(on: Array) -> tuple[tuple[float, float], ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(np.int8), [0]]))) / FEATURE_FPS
    return tuple((float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=True))


def speech_alone(speech: Speech, heard: NoSpeech) -> Speech:
    """The sound with silence, faded over 40 ms, wherever it is no speech."""
    if not heard.other and not heard.laughs:
        return speech
    gate = np.ones(len(speech.samples), np.float32)
    for start, end in (*heard.other, *heard.laughs):
        gate[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] = 0.0
    gate = uniform_filter1d(gate, 641, mode="nearest")
    return Speech(speech.samples * gate, speech.start, speech.name, speech.notes)
