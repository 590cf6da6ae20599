"""Emotions as FACS patterns on the ARKit weights: what a face shows at intensity 1, and how the head is held.

Patterns follow the action units of Ekman and Friesen's manual (FACS, 1978; EMFACS): happy 6+12, sad 1+4+15, angry
4+5+7+23, fear 1+2+4+5+20, disgust 9+10+15, contempt one-sided 12+14, surprise 1+2+5+26. The mouth part is added around
speech: it never fights a closure. The networks learned from these patterns, and a reference clip is read with them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arkit import COUNT, INDEX
from ..settings import EMOTIONS

UPPER_PATTERNS: Final[dict[str, dict[str, float]]] = {
    "neutral": {},
    "happy": dict(cheekSquint=0.86, eyeSquint=0.46, browOuterUp=0.16, browInnerUp=0.10),
    "sad": dict(browInnerUp=0.94, browDown=0.10, eyeSquint=0.20),
    "angry": dict(browDown=0.96, eyeSquint=0.46, noseSneer=0.34, eyeWide=0.20),
    "fear": dict(browInnerUp=0.86, browOuterUp=0.30, eyeWide=0.92, browDown=0.14),
    "disgust": dict(noseSneer=0.96, browDown=0.50, eyeSquint=0.56, cheekSquint=0.46),
    "contempt": dict(
        browOuterUpLeft=0.72, browDownRight=0.34, eyeSquint=0.34, noseSneerRight=0.30, cheekSquintRight=0.40
    ),
    "surprise": dict(browInnerUp=0.94, browOuterUp=0.94, eyeWide=0.72),
}
"""Weights of the upper face at intensity 1; a name without a side is both sides."""

MOUTH_PATTERNS: Final[dict[str, dict[str, float]]] = {
    "neutral": {},
    "happy": dict(mouthSmile=0.74, mouthDimple=0.18, mouthUpperUp=0.08, jawOpen=0.02),
    "sad": dict(mouthFrown=0.78, mouthShrugLower=0.30, mouthStretch=0.04),
    "angry": dict(
        mouthFrown=0.36, mouthStretch=0.14, mouthLowerDown=0.14, mouthUpperUp=0.12, mouthFunnel=0.10, jawForward=0.20
    ),
    "fear": dict(mouthStretch=0.62, mouthFrown=0.24, mouthLowerDown=0.12),
    "disgust": dict(mouthUpperUp=0.28, mouthFrown=0.42, mouthShrugUpper=0.30, mouthShrugLower=0.14),
    "contempt": dict(mouthDimpleRight=0.70, mouthSmileRight=0.60, mouthFrownLeft=0.10),
    "surprise": dict(jawOpen=0.12, mouthFunnel=0.16),
}
"""What the mouth adds at intensity 1. Parting (jawOpen, LowerDown, UpperUp) only counts while the lips are apart."""

HEAD_POSE: Final[dict[str, tuple[float, float, float]]] = dict(
    neutral=(0, 0, 0), happy=(-1.5, 0, 2.0), sad=(5.5, -1, -1.5), angry=(3.5, 0, 0), fear=(-2.5, 1.5, 1.0),
    disgust=(-2.0, 4.0, -2.0), contempt=(-4.0, 3.0, 2.5), surprise=(-3.0, 0, 0.5),
)  # fmt: skip
"""Degrees of pitch (down is positive), yaw (to the person's left), roll at intensity 1."""


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


def emotion_head(felt: np.ndarray, fps: float) -> np.ndarray:
    """How an emotion holds the head, (T, 3) rotation vectors in radians, of weights times intensity (T, 8).

    Slow and still: for bodies whose own network moves the head.
    """
    pose = np.radians(np.asarray(felt, np.float64) @ np.array([HEAD_POSE[e] for e in EMOTIONS], np.float64))
    return gaussian_filter1d(pose, 0.35 * fps, axis=0, mode="nearest") if len(pose) else pose
