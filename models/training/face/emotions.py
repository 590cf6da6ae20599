"""The FACS patterns of core/face/facs.py in time: onset, apex and offset that follow the prosody, a little uneven."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ....core.arkit import COUNT, INDEX
from ....core.catalogue.emotions import EMOTIONS
from ....core.face.facs import MOUTH_TABLE, UPPER_TABLE

_PARTING: Final = frozenset("jawOpen mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight".split())
ARKIT_PARTING: Final[tuple[str, ...]] = tuple(sorted(_PARTING))
JAW_REACH: Final[dict[str, float]] = dict(
    neutral=1.0, happy=1.04, sad=0.88, angry=1.1, fear=1.0, disgust=0.98, contempt=0.94, surprise=1.20
)
HEAD_MOTION: Final[dict[str, float]] = dict(
    neutral=1.0, happy=1.15, sad=0.7, angry=1.25, fear=0.9, disgust=0.9, contempt=0.85, surprise=1.1
)


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
    parted = np.clip((gap + face[:, lips].sum(axis=1) / 4) / 0.26, 0, 1)
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
