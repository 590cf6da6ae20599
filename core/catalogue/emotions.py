"""MEAD's eight emotions, and any added, as FACS patterns on the ARKit weights, in the order of every emotion vector.

Patterns follow the action units of Ekman and Friesen's manual (FACS, 1978; EMFACS): happy 6+12, sad 1+4+15, angry
4+5+7+23, fear 1+2+4+5+20, disgust 9+10+15, contempt one-sided 12+14, surprise 1+2+5+26.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Emotion:
    """One row.

    upper  weights of the upper face at intensity 1; a name without a side is both sides
    mouth  what the mouth adds; parting (jawOpen, LowerDown, UpperUp) only counts while the lips are apart
    head   degrees of pitch (down is positive), yaw (to the person's left), roll
    words  for which the emotion's own name is offered
    tells  what is added at intensity 1, or taken away, to what networks make of the patterns: the signs by which a
           stranger tells it from its neighbours
    like   of an emotion that no network learned: the learned ones that are performed for it, and how much of each
    """

    name: str
    upper: Mapping[str, float]
    mouth: Mapping[str, float]
    head: tuple[float, float, float]
    words: str = ""
    tells: Mapping[str, float] = field(default_factory=dict)
    like: Mapping[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its name in a menu."""
        return self.name.capitalize()

    @property
    def help(self) -> str:
        """A tooltip."""
        return f"The face and voice are {self.name}" if self.upper else "No emotion"


EMOTION_ROWS: Final[tuple[Emotion, ...]] = (
    Emotion(
        "neutral",
        upper={},
        mouth={},
        head=(0, 0, 0),
        words="none calm",
    ),
    Emotion(
        "happy",
        upper=dict(cheekSquint=0.86, eyeSquint=0.46, browOuterUp=0.16, browInnerUp=0.1),
        mouth=dict(mouthSmile=0.92, mouthDimple=0.2, mouthUpperUp=0.1, jawOpen=0.02),
        head=(-1.5, 0, 2.0),
        words="joy joyful glad cheerful smile happiness",
        tells=dict(mouthSmile=0.22, mouthDimple=0.25, mouthUpperUp=0.10, browDown=-0.20, mouthFrown=-0.30),
    ),
    Emotion(
        "sad",
        upper=dict(browInnerUp=0.94, browDown=0.1, eyeSquint=0.2),
        mouth=dict(mouthFrown=0.94, mouthShrugLower=0.36, mouthStretch=0.04),
        head=(5.5, -1, -1.5),
        words="sadness unhappy sorrow",
        tells=dict(browInnerUp=0.15, browOuterUp=-0.20, mouthUpperUp=-0.10, noseSneer=-0.20),
    ),
    Emotion(
        "angry",
        upper=dict(browDown=0.96, eyeSquint=0.46, noseSneer=0.34, eyeWide=0.2),
        mouth=dict(
            mouthFrown=0.42, mouthStretch=0.2, mouthLowerDown=0.2, mouthUpperUp=0.2, mouthFunnel=0.1, jawForward=0.28
        ),
        head=(3.5, 0, 0),
        words="anger mad furious rage",
        tells=dict(
            browDown=0.20, browInnerUp=-0.30, eyeWide=0.20, mouthFrown=-0.25, mouthLowerDown=0.20, mouthStretch=0.10
        ),
    ),
    Emotion(
        "fear",
        upper=dict(browInnerUp=0.86, browOuterUp=0.3, eyeWide=0.92, browDown=0.14),
        mouth=dict(mouthStretch=0.8, mouthFrown=0.26, mouthLowerDown=0.16),
        head=(-2.5, 1.5, 1.0),
        words="afraid scared fearful fright",
        tells=dict(
            browInnerUp=0.15, eyeWide=0.15, mouthStretch=0.15, mouthFrown=-0.24, mouthSmile=-0.20, mouthLowerDown=0.12
        ),
    ),
    Emotion(
        "disgust",
        upper=dict(noseSneer=0.96, browDown=0.5, eyeSquint=0.56, cheekSquint=0.46),
        mouth=dict(mouthUpperUp=0.4, mouthFrown=0.48, mouthShrugUpper=0.34, mouthShrugLower=0.16),
        head=(-2.0, 4.0, -2.0),
        words="disgusted",
        tells=dict(
            noseSneer=0.20,
            cheekSquint=0.20,
            mouthUpperUp=0.40,
            mouthShrugUpper=0.25,
            mouthFrown=-0.42,
            eyeSquint=0.15,
            browInnerUp=-0.20,
        ),
    ),
    Emotion(
        "contempt",
        upper=dict(browOuterUpLeft=0.8, browDownRight=0.34, eyeSquint=0.34, noseSneerRight=0.3, cheekSquintRight=0.44),
        mouth=dict(mouthDimpleRight=0.84, mouthSmileRight=0.76, mouthFrownLeft=0.12),
        head=(-4.0, 3.0, 2.5),
        words="contemptuous scorn",
        tells=dict(
            mouthSmileRight=0.30,
            mouthDimpleRight=0.30,
            mouthRight=0.30,
            mouthSmileLeft=-0.20,
            browOuterUpLeft=0.20,
            browDownRight=0.15,
            eyeSquint=0.15,
        ),
    ),
    Emotion(
        "surprise",
        upper=dict(browInnerUp=0.94, browOuterUp=0.94, eyeWide=0.72),
        mouth=dict(jawOpen=0.18, mouthFunnel=0.18),
        head=(-3.0, 0, 0.5),
        words="surprised shock amazed",
        tells=dict(browInnerUp=0.15, browOuterUp=0.20, eyeWide=0.20, jawOpen=0.08, mouthFunnel=0.08),
    ),
)

LEARNED: Final = ("neutral", "happy", "sad", "angry", "fear", "disgust", "contempt", "surprise")
"""What the networks were trained on, in the order of their inputs."""

EMOTIONS: Final[tuple[str, ...]] = tuple(row.name for row in EMOTION_ROWS)
