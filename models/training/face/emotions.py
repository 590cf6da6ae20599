"""Emotions as FACS patterns on the ARKit weights, with onset, apex and offset that follow the prosody.

Patterns follow the action units that Ekman and Friesen's manual (FACS, 1978; EMFACS) lists for each emotion, at
intensity 1: happy 6+12, sad 1+4+15, angry 4+5+7+23, fear 1+2+4+5+20, disgust 9+10+15, contempt one-sided 12+14,
surprise 1+2+5+26. The mouth part is small and is added around speech: it never fights a closure.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ....core.arkit import COUNT, INDEX
from ....core.settings import EMOTIONS

UPPER_PATTERNS: Final[dict[str, dict[str, float]]] = {
    "neutral": {},
    "happy": dict(cheekSquint=0.62, eyeSquint=0.30, browOuterUp=0.10, browInnerUp=0.06),
    "sad": dict(browInnerUp=0.66, browDown=0.16, eyeSquint=0.14, browOuterUp=0.0),
    "angry": dict(browDown=0.82, eyeSquint=0.42, noseSneer=0.22, eyeWide=0.14),
    "fear": dict(browInnerUp=0.66, browOuterUp=0.34, eyeWide=0.66, browDown=0.20),
    "disgust": dict(noseSneer=0.76, browDown=0.36, eyeSquint=0.36, cheekSquint=0.30),
    "contempt": dict(
        browOuterUpLeft=0.42, browDownRight=0.22, eyeSquint=0.22, noseSneerRight=0.24, cheekSquintRight=0.26
    ),
    "surprise": dict(browInnerUp=0.76, browOuterUp=0.80, eyeWide=0.46),
}
"""Weights of the upper face at intensity 1; a name without a side is both sides."""

MOUTH_PATTERNS: Final[dict[str, dict[str, float]]] = {
    "neutral": {},
    "happy": dict(mouthSmile=0.46, mouthDimple=0.14, mouthUpperUp=0.05, jawOpen=0.02),
    "sad": dict(mouthFrown=0.46, mouthShrugLower=0.22, mouthStretch=0.04),
    "angry": dict(mouthFrown=0.18, mouthStretch=0.12, mouthLowerDown=0.08, mouthUpperUp=0.06, jawForward=0.14),
    "fear": dict(mouthStretch=0.36, mouthFrown=0.14, mouthLowerDown=0.05),
    "disgust": dict(mouthUpperUp=0.15, mouthFrown=0.26, mouthShrugUpper=0.22, mouthShrugLower=0.10),
    "contempt": dict(mouthDimpleRight=0.46, mouthSmileRight=0.28, mouthPressRight=0.04),
    "surprise": dict(jawOpen=0.05, mouthFunnel=0.06),
}
"""What the mouth adds at intensity 1. Parting (jawOpen, LowerDown, UpperUp) only counts while the lips are apart."""

_PARTING: Final = frozenset("jawOpen mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight".split())
ARKIT_PARTING: Final[tuple[str, ...]] = tuple(sorted(_PARTING))
JAW_REACH: Final[dict[str, float]] = dict(
    neutral=1.0, happy=1.04, sad=0.88, angry=1.1, fear=1.0, disgust=0.98, contempt=0.94, surprise=1.14
)
HEAD_POSE: Final[dict[str, tuple[float, float, float]]] = dict(
    neutral=(0, 0, 0), happy=(-1.5, 0, 2.0), sad=(5.5, -1, -1.5), angry=(3.5, 0, 0), fear=(-2.5, 1.5, 1.0),
    disgust=(-2.0, 4.0, -2.0), contempt=(-4.0, 3.0, 2.5), surprise=(-3.0, 0, 0.5),
)  # fmt: skip
"""Degrees of pitch (down is positive), yaw (to the person's left), roll at intensity 1."""
HEAD_MOTION: Final[dict[str, float]] = dict(
    neutral=1.0, happy=1.15, sad=0.7, angry=1.25, fear=0.9, disgust=0.9, contempt=0.85, surprise=1.1
)


def _table(patterns: dict[str, dict[str, float]]) -> np.ndarray:
    table = np.zeros((len(EMOTIONS), COUNT))
    for k, emotion in enumerate(EMOTIONS):
        for name, value in patterns[emotion].items():
            for full in (name, name + "Left", name + "Right"):
                if full in INDEX:
                    table[k, INDEX[full]] = value
    return table


UPPER_TABLE: Final[np.ndarray] = _table(UPPER_PATTERNS)
MOUTH_TABLE: Final[np.ndarray] = _table(MOUTH_PATTERNS)


def noise(rng: np.random.Generator, frames: int, columns: int, seconds: float, fps: float = 30.0) -> np.ndarray:
    """Smooth noise (frames, columns) of unit deviation that changes over about `seconds`."""
    sigma = seconds * fps / 2
    margin = int(4 * sigma) + 2
    raw = gaussian_filter1d(rng.standard_normal((frames + 2 * margin, columns)), sigma, axis=0)[margin:-margin]
    return raw * np.sqrt(2 * np.sqrt(np.pi) * sigma)


def drive(emotion: np.ndarray, energy: np.ndarray, fps: float = 30.0) -> np.ndarray:
    """Emotion weights times intensity (T, 8) as the face shows them: eased in and out, swelling with the voice.

    energy (T,) is 0 when silent, 1 when loud. Onsets take about 0.35 s, offsets about 0.7 s.
    """
    swell = 0.84 + 0.24 * gaussian_filter1d(np.clip(energy, 0, 1), 0.30 * fps, mode="nearest")
    wanted = emotion * swell[:, None]
    out = np.empty_like(wanted)
    value = wanted[0].copy() if len(wanted) else 0.0
    up, down = 1 - np.exp(-1 / (0.16 * fps)), 1 - np.exp(-1 / (0.32 * fps))
    for t, row in enumerate(wanted):
        value = value + np.where(row > value, up, down) * (row - value)
        out[t] = value
    return gaussian_filter1d(out, 0.05 * fps, axis=0, mode="nearest")


def upper_face(driven: np.ndarray, rng: np.random.Generator, fps: float = 30.0) -> np.ndarray:
    """The upper face (T, 52) of a driven emotion (T, 8): the patterns, a little uneven between sides and over time."""
    frames = len(driven)
    lean = 1.0 + 0.07 * rng.standard_normal(COUNT)
    flicker = 1.0 + 0.09 * noise(rng, frames, COUNT, 0.9, fps)
    return np.clip(driven @ UPPER_TABLE * lean * flicker, 0.0, 1.0)


def bend_mouth(speech: np.ndarray, driven: np.ndarray) -> np.ndarray:
    """The mouth of speech (T, 52) under a driven emotion (T, 8): spread, corners and reach change, closures stay."""
    face = speech.copy()
    jaw, close = INDEX["jawOpen"], INDEX["mouthClose"]
    share = np.clip(driven.sum(axis=1), 0, 1)
    reach = 1.0 + driven @ (np.array([JAW_REACH[e] for e in EMOTIONS]) - 1.0)
    face[:, [jaw, close]] *= reach[:, None]
    gap = np.maximum(face[:, jaw] - face[:, close], 0)
    lips = [INDEX[n] for n in ARKIT_PARTING if n != "jawOpen"]
    parted = np.clip((gap + face[:, lips].sum(axis=1) / 4) / 0.16, 0, 1)
    # Round vowels hold the corners in, and a puckered mouth cannot smile fully.
    rounded = np.clip(face[:, INDEX["mouthPucker"]] + face[:, INDEX["mouthFunnel"]], 0, 1)
    for name, column in INDEX.items():
        added = driven @ MOUTH_TABLE[:, column]
        if not added.any():
            continue
        if name in _PARTING:
            added = added * parted
        if name.startswith(("mouthSmile", "mouthStretch", "mouthDimple", "mouthFrown")):
            added = added * (1 - 0.45 * rounded)
        face[:, column] = face[:, column] + added * (1 - 0.35 * face[:, column])
    face[:, INDEX["mouthPucker"]] *= 1 - 0.12 * share * (driven[:, EMOTIONS.index("happy")] > 0)
    return np.clip(face, 0, 1)



