"""Loud, soft, fast and slow speech: one held-out human paragraph, changed as sound and heard anew by every network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....core.arrays import Array
from ....core.emotion import constant_emotion
from ....core.performance import frame_count
from ....core.settings import Settings
from ....core.speech.features import speech_features
from ....core.speech.phones import Phone
from ....core.speech.speech import SAMPLE_RATE, Speech
from ...face import generate_face
from ...interface.condition import SpeechCondition
from ..speech_corpus import SpeechItem
from .measures import FPS, lip_figures, openness

FADE = 0.05


@dataclass(frozen=True)
class Changed:
    """A way to change the sound: decibels in its middle third, decibels throughout, and the rate."""

    name: str
    middle: float = 0.0
    throughout: float = 0.0
    rate: float = 1.0


CHANGES = (
    Changed("as it is"), Changed("middle third 12 dB louder", middle=12.0),
    Changed("middle third 12 dB softer", middle=-12.0), Changed("all of it 12 dB louder", throughout=12.0),
    Changed("all of it 12 dB softer", throughout=-12.0), Changed("0.75 times the rate", rate=0.75),
    Changed("1.3 times the rate", rate=1.3),
)  # fmt: skip


def stretch(samples: Array, rate: float, window: int = 480, search: int = 160) -> Array:
    """Speech at another rate with its pitch: overlapped windows, each taken where it fits the one before best.

    WSOLA (Verhelst and Roelands, 1993). A phase vocoder would fill the silence of p and b.
    """
    hop = window // 2
    padded = np.pad(samples, (search + hop, search + 2 * window))
    count = int(len(samples) / rate / hop) + 1
    shape = np.hanning(window + 1)[:-1].astype(np.float32)
    out = np.zeros((count + 1) * hop + window, np.float32)
    at = search + hop
    for k in range(count):
        wanted = search + hop + int(k * hop * rate)
        if k:
            follows = padded[at + hop : at + hop + window]
            near = padded[wanted - search : wanted + search + window]
            at = wanted - search + int(np.argmax(np.correlate(near, follows, "valid")))
        out[k * hop : k * hop + window] += shape * padded[at : at + window]
        if at + 2 * window + search > len(padded):
            break
    return out[: int(len(samples) / rate)]


def change(samples: Array, how: Changed) -> Array:
    """The samples (N,) changed; pitch stays when the rate changes. Nothing is clipped: levels are floating point."""
    out = np.asarray(samples, np.float32)
    if how.rate != 1.0:
        out = stretch(out, how.rate)
    decibels = np.full(len(out), how.throughout)
    decibels[len(out) // 3 : 2 * len(out) // 3] += how.middle
    ramp = np.ones(int(FADE * SAMPLE_RATE))
    decibels = np.convolve(np.pad(decibels, len(ramp) // 2, mode="edge"), ramp / len(ramp), mode="same")
    return (out * 10 ** (decibels[len(ramp) // 2 :][: len(out)] / 20)).astype(np.float32)


def changed_figures(item: SpeechItem) -> dict[str, dict[str, float]]:
    """Of a speech corpus item: reach in its middle third and throughout, sync and closures for every change."""
    from ...phones import posteriors

    samples = item.samples.astype(np.float32) / 32768.0
    out = {}
    for how in CHANGES:
        sound = change(samples, how)
        speech = Speech(sound)
        features = speech_features(speech)
        condition = SpeechCondition(features, posteriors(features), None, frame_count(speech.seconds), speech.seconds)
        face, _ = generate_face(condition, Settings(), constant_emotion(), 0)
        phones = [Phone(p.name, p.start / how.rate, p.end / how.rate, p.stress) for p in item.phones]
        figures, o = lip_figures([(face, phones)]), openness(face)
        third = slice(len(o) // 3, 2 * len(o) // 3)
        out[how.name] = {
            "p90 of o": float(np.percentile(o, 90)),
            "p90 in the middle third": float(np.percentile(o[third], 90)),
            "p99 of a step, a second": float(np.percentile(np.abs(np.diff(o)), 99) * FPS),
            "lag, ms": figures["lag_ms"],
            "correlation": figures["correlation"],
            "closure": figures["closure"],
        }
    return out
