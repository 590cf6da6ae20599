"""Emotion over time: keyed weights and intensity, a reference clip's style, or a guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array
from .catalogue.emotions import EMOTIONS
from .errors import OratorError

_LATEST = 1e6


@dataclass(frozen=True)
class FaceReference:
    """What a reference clip gives.

    emotion   (8,) weights times intensity by EMOTIONS; sums to at most 1
    mean      (52,) mean of the upper-face and mouth-bending channels
    spread    (52,) their standard deviation
    upper     whether the clip's upper face moves at all (captures of lips alone do not tell anything about brows)
    strength  0 as generated, 1 as the clip
    name      for notes
    """

    emotion: Array
    mean: Array
    spread: Array
    upper: bool = True
    strength: float = 1.0
    name: str = ""


@dataclass(frozen=True)
class EmotionTrack:
    """Emotion over time: `weights` (K, 8) by EMOTIONS, and `intensity` (K,) 0 - 1, at `times` (K,) seconds.

    Between keys both are linear; before the first and after the last they are held. `reference` is a clip that
    the face is held and moves like. With `guess` the weights are suggested from the voice when it is heard.
    """

    times: Array
    weights: Array
    intensity: Array
    reference: FaceReference | None = None
    guess: bool = False

    def at(self, seconds: Array) -> Array:
        """Emotion weights times intensity at each time, (N, 8); rows sum to at most 1."""
        seconds = np.asarray(seconds, np.float64)
        weights = np.stack([np.interp(seconds, self.times, w) for w in np.asarray(self.weights).T], axis=1)
        total = np.maximum(weights.sum(axis=1, keepdims=True), 1.0)
        return weights / total * np.interp(seconds, self.times, self.intensity)[:, None]

    def as_meta(self) -> dict[str, Any]:
        """JSON-like values for a take's provenance: where the emotion came from, and its keys where it changes."""
        times, felt = np.asarray(self.times, np.float64), self.at(self.times)
        # Of keys that lie on the line between their neighbours only the ends are told.
        keep = np.ones(len(times), bool)
        if len(times) > 2:
            share = np.diff(times)[:-1] / np.maximum(times[2:] - times[:-2], 1e-9)
            between = felt[:-2] + (felt[2:] - felt[:-2]) * share[:, None]
            keep[1:-1] = np.abs(felt[1:-1] - between).max(axis=1) > 1e-3
        keys = [
            [round(float(t), 3), {EMOTIONS[k]: round(float(row[k]), 3) for k in np.flatnonzero(row > 5e-4)}]
            for t, row in zip(times[keep], felt[keep], strict=True)
        ]
        out: dict[str, Any] = {"keys": keys}
        if self.guess:
            out["guess"] = "The emotion was guessed from the voice."
        if self.reference is not None:
            out["style"] = {"name": self.reference.name, "strength": self.reference.strength}
        return out


def constant_emotion(name: str = "neutral", intensity: float = 1.0) -> EmotionTrack:
    """One emotion throughout. Raises OratorError for a name that is not one of EMOTIONS."""
    return parse_emotion(f"{name}:{intensity}")


def parse_emotion(spec: str) -> EmotionTrack:
    """`happy`, `happy:0.8`, mixtures `happy:0.5+surprise:0.5`, keys in time `0=neutral,2.5=angry:0.7`, or `guess`.

    Raises OratorError that shows the right form.
    """
    if spec.strip().lower() == "guess":
        return EmotionTrack(np.zeros(1), np.eye(len(EMOTIONS))[:1], np.zeros(1), guess=True)
    times, weights, intensities = [], [], []
    try:
        for key in spec.split(","):
            at, _, value = key.rpartition("=")
            row = np.zeros(len(EMOTIONS))
            for piece in value.split("+"):
                name, _, strength = piece.strip().partition(":")
                amount = float(strength) if strength else 1.0
                if not 0.0 <= amount <= 1.0:
                    raise ValueError
                row[EMOTIONS.index(name.strip().lower())] += amount
            total = float(row.sum())
            times.append(float(at) if at else 0.0)
            if not abs(times[-1]) <= _LATEST:
                raise ValueError
            weights.append(row / total if total > 0 else np.eye(len(EMOTIONS))[0])
            intensities.append(min(total, 1.0))
    except ValueError:
        raise OratorError(
            f"The emotion '{spec[:80]}' is not understood. Write one of {', '.join(EMOTIONS)} with an intensity from 0 "
            "to 1 like 'happy:0.8', keys in seconds like '0=neutral,2.5=angry:0.7', or 'guess'."
        ) from None
    order = np.argsort(times, kind="stable")
    return EmotionTrack(np.array(times)[order], np.array(weights)[order], np.array(intensities)[order])
