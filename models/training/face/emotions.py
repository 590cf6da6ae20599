"""A performed emotion (core/face/feeling.py) on a face: several ways to show it above, a bent mouth below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ....core.arkit import COUNT, INDEX
from ....core.arrays import Array
from ....core.catalogue.emotions import LEARNED
from ....core.face.facs import MOUTH_TABLE

_PARTING: Final = frozenset("jawOpen mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight".split())
ARKIT_PARTING: Final[tuple[str, ...]] = tuple(sorted(_PARTING))
JAW_REACH: Final[dict[str, float]] = dict(
    neutral=1.0, happy=1.04, sad=0.88, angry=1.1, fear=1.0, disgust=0.98, contempt=0.94, surprise=1.20
)
HEAD_MOTION: Final[dict[str, float]] = dict(
    neutral=1.0, happy=1.15, sad=0.7, angry=1.25, fear=0.9, disgust=0.9, contempt=0.85, surprise=1.1
)


def noise(rng: np.random.Generator, frames: int, columns: int, seconds: float, fps: float = 30.0) -> Array:
    """Smooth noise (frames, columns) of unit deviation that changes over about `seconds`."""
    sigma = seconds * fps / 2
    margin = int(4 * sigma) + 2
    raw = gaussian_filter1d(rng.standard_normal((frames + 2 * margin, columns)), sigma, axis=0)[margin:-margin]
    return raw * np.sqrt(2 * np.sqrt(np.pi) * sigma)


WAYS: Final[dict[str, tuple[dict[str, float], ...]]] = {
    "happy": (
        dict(cheekSquint=1.0, eyeSquint=0.74, browOuterUp=0.06, browInnerUp=0.04, browDown=0.06),
        dict(cheekSquint=0.72, eyeSquint=0.30, browOuterUp=0.36, browInnerUp=0.28, eyeWide=0.08),
        dict(cheekSquint=0.86, eyeSquint=0.50, browOuterUpLeft=0.34, browOuterUpRight=0.10, noseSneer=0.16),
    ),
    "sad": (
        dict(browInnerUp=1.0, browDown=0.06, eyeSquint=0.16),
        dict(browInnerUp=0.84, browDown=0.34, eyeSquint=0.42, cheekSquint=0.20),
        dict(browInnerUp=0.90, eyeSquint=0.26, browOuterUp=0.02, noseSneer=0.10),
    ),
    "angry": (
        dict(browDown=1.0, eyeWide=0.44, eyeSquint=0.16, noseSneer=0.28),
        dict(browDown=0.92, eyeSquint=0.74, noseSneer=0.44, cheekSquint=0.14),
        dict(
            browDownLeft=1.0, browDownRight=0.84, eyeSquint=0.48, noseSneerLeft=0.52, noseSneerRight=0.20, eyeWide=0.1
        ),
    ),
    "fear": (
        dict(browInnerUp=0.92, browOuterUp=0.36, eyeWide=1.0, browDown=0.06),
        dict(browInnerUp=0.84, browOuterUp=0.18, eyeWide=0.78, browDown=0.30),
        dict(browInnerUp=0.78, browOuterUp=0.34, eyeWide=0.90, eyeSquint=0.10, noseSneer=0.06),
    ),
    "disgust": (
        dict(noseSneer=1.0, browDown=0.44, eyeSquint=0.52, cheekSquint=0.50),
        dict(noseSneer=0.90, browDown=0.66, eyeSquint=0.70, cheekSquint=0.36),
        dict(noseSneerLeft=1.0, noseSneerRight=0.72, browDown=0.40, eyeSquint=0.46, browOuterUpRight=0.12),
    ),
    "contempt": (
        dict(browOuterUpLeft=0.94, browDownRight=0.40, eyeSquint=0.30, noseSneerRight=0.26, cheekSquintRight=0.46),
        dict(browOuterUpLeft=0.74, browDownRight=0.34, eyeSquint=0.56, noseSneerRight=0.42, cheekSquintRight=0.36),
    ),
    "surprise": (
        dict(browInnerUp=1.0, browOuterUp=1.0, eyeWide=0.80),
        dict(browInnerUp=0.88, browOuterUp=0.92, eyeWide=0.56),
    ),
}
"""Several ways in which an upper face shows an emotion, around the patterns of core/face/facs.py."""
_CHANGE: Final = 0.35


def upper_face(driven: Array, spans: Sequence[tuple[int, int]], rng: np.random.Generator,
               fps: float = 30.0) -> Array:  # fmt: skip
    """The upper face (T, 52) of a performed emotion (T, 8): its ways change with phrases `spans`, units come apart.

    Units of a face do not start together: each has its own lead or lag of up to a tenth of a second.
    """
    frames = len(driven)
    face = np.zeros((frames, COUNT))
    for name, ways in WAYS.items():
        own = driven[:, LEARNED.index(name)]
        if not (own > 1e-3).any():
            continue
        tables = pattern_table(ways)
        chosen = np.zeros((frames, len(ways)))
        at, way = 0, int(rng.integers(len(ways)))
        for start, _ in [*spans, (frames, frames)]:
            chosen[at:start, way] = 1.0
            at = max(at, start)
            if rng.random() < 0.45:
                way = int(rng.integers(len(ways)))
        chosen = gaussian_filter1d(chosen, _CHANGE * fps / 2, axis=0, mode="nearest")
        face += own[:, None] * (chosen @ tables)
    lean = 1.0 + 0.08 * rng.standard_normal(COUNT)
    face *= lean * (1.0 + 0.10 * noise(rng, frames, COUNT, 1.1, fps))
    shift = np.clip(rng.normal(0, 1.3, COUNT), -3, 3)
    times = np.arange(frames)
    for column in np.flatnonzero(face.any(axis=0)):
        face[:, column] = np.interp(times - shift[column], times, face[:, column])
    return np.clip(face, 0.0, 1.0)


def pattern_table(patterns: Sequence[dict[str, float]]) -> Array:
    """Weights (n, 52) of patterns; a name without a side is both sides."""
    table = np.zeros((len(patterns), COUNT))
    for row, pattern in zip(table, patterns, strict=True):
        for name, value in pattern.items():
            for full in (name, name + "Left", name + "Right"):
                if full in INDEX:
                    row[INDEX[full]] = value
    return table


def bend_mouth(speech: Array, driven: Array) -> Array:
    """The mouth of speech (T, 52) under a driven emotion (T, 8): spread, corners and reach change, closures stay."""
    face = speech.copy()
    jaw, close = INDEX["jawOpen"], INDEX["mouthClose"]
    share = np.clip(driven.sum(axis=1), 0, 1)
    reach = 1.0 + driven @ (np.array([JAW_REACH[e] for e in LEARNED]) - 1.0)
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
    face[:, INDEX["mouthPucker"]] *= 1 - 0.12 * share * (driven[:, LEARNED.index("happy")] > 0)
    return np.clip(face, 0, 1)
