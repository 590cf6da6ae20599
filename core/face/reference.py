"""A reference clip: its emotion, how its upper face is held and how far it moves, and how its mouth is bent.

The emotion is read with the FACS patterns: non-negative least squares (Lawson and Hanson, 1974) on the upper face and
the corners of the mouth. The rest is statistics: mean and range of every upper-face channel, and the mean of the
channels that bend a talking mouth. Timing is never copied: accents, blinks and lips stay those of the new speech.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import uniform_filter1d

from ..arkit import BLINK, COUNT, EYE_LOOK, INDEX, UPPER_FACE
from ..arrays import Array
from ..catalogue.emotions import EMOTIONS
from ..emotion import EmotionTrack, FaceReference
from ..errors import OratorError
from .facs import MOUTH_TABLE, UPPER_TABLE

EXPRESSION: Final[tuple[int, ...]] = tuple(i for i in UPPER_FACE if i not in BLINK and i not in EYE_LOOK)
"""Brows, lids without blinks, cheeks, nose."""
BEND: Final[tuple[int, ...]] = tuple(
    i for n, i in INDEX.items()
    if n.startswith(("mouthSmile", "mouthFrown", "mouthStretch", "mouthDimple", "mouthShrug")) or n == "jawForward"
)  # fmt: skip
"""What bends a talking mouth without parting the lips."""
_AT_REST: Final[dict[str, float]] = dict(
    browInnerUp=0.06, browDown=0.05, browOuterUp=0.04, eyeSquint=0.07, cheekSquint=0.08, noseSneer=0.03, eyeWide=0.01,
    mouthSmile=0.06, mouthStretch=0.10, mouthFrown=0.01, mouthDimple=0.02, mouthShrug=0.03,
)  # fmt: skip
"""What a neutral face shows on average while it talks."""
AT_REST: Final = np.zeros(COUNT)
"""The same, (52,)."""
for _name, _value in _AT_REST.items():
    AT_REST[[i for n, i in INDEX.items() if n.startswith(_name)]] = _value
_STEP: Final = 0.2
_LEAST: Final = 0.12
"""Weights below this are no emotion."""
_SHORTEST: Final = 1.0


def emotion_of(face: Array, fps: float) -> tuple[Array, Array]:
    """Emotion of a face (T, 52) over time: seconds (K,), every 0.2 s, and weights times intensity (K, 8).

    A neutral face gives rows of nearly 0. Each row is read from the 0.8 s around it, so that brow accents and vowels
    weigh little.
    """
    from scipy.optimize import nnls  # slow to load: not while Blender starts

    columns = [*EXPRESSION, *BEND]
    calm = uniform_filter1d(np.asarray(face, np.float64)[:, columns], max(1, round(0.8 * fps)), axis=0, mode="nearest")
    at = np.arange(0, len(face), max(1, round(_STEP * fps)))
    # Mouths are bent by speech too: their channels count half.
    trust = np.r_[np.ones(len(EXPRESSION)), np.full(len(BEND), 0.5)]
    table = (UPPER_TABLE + MOUTH_TABLE)[1:, columns].T * trust[:, None]
    out = np.zeros((len(at), len(EMOTIONS)))
    for row, k in enumerate(at):
        found, _ = nnls(table, np.maximum(calm[k] - AT_REST[columns], 0.0) * trust)
        out[row, 1:] = found
    total = np.maximum(out.sum(axis=1, keepdims=True), 1.0)
    return at / fps, out / total


def reference_of(face: Array, fps: float, name: str = "", strength: float = 1.0) -> FaceReference:
    """What a clip gives's face (T, 52). Raises OratorError for a clip that is too short or does not move."""
    face = np.asarray(face, np.float32)
    said = f"'{name}'" if name else "The reference clip"
    if len(face) < _SHORTEST * fps:
        raise OratorError(f"{said} lasts {len(face) / fps:.1f} s. A reference for style needs at least one second.")
    if not (np.ptp(face, axis=0) > 1e-3).any():
        raise OratorError(f"The face of {said} does not move. Choose a take or a recording with a face.")
    _, rows = emotion_of(face, fps)
    emotion = rows.mean(axis=0)
    emotion[emotion < _LEAST] = 0.0
    keep = np.zeros(COUNT, bool)
    keep[[*EXPRESSION, *BEND]] = True
    mean, spread = face.mean(axis=0) * keep, face.std(axis=0) * keep
    upper = bool((np.ptp(face[:, list(EXPRESSION)], axis=0) > 0.01).any())
    return FaceReference(emotion, mean.astype(np.float32), spread.astype(np.float32), upper, float(strength), name)


def reference_track(reference: FaceReference) -> EmotionTrack:
    """The emotion that the networks are asked for under a reference, throughout."""
    asked = reference.emotion * min(reference.strength, 1.0)
    total = float(asked.sum())
    weights = asked / total if total > 0 else np.eye(len(EMOTIONS))[0]
    return EmotionTrack(np.zeros(1), weights[None], np.array([min(total, 1.0)]), reference=reference)


def apply_reference(face: Array, reference: FaceReference) -> Array:
    """A generated face (T, 52) held and moving as the style's clip; lips part and meet as before.

    Upper-face channels get the clip's mean and, within a factor of 2, its range. The channels that bend the mouth are
    shifted to the clip's mean, less where vowels are round.
    """
    out = np.array(face, np.float32)
    if len(out) == 0 or reference.strength <= 0:
        return out
    strength = min(reference.strength, 1.0)
    if reference.upper:
        columns = list(EXPRESSION)
        own = out[:, columns]
        middle, range_ = own.mean(axis=0), own.std(axis=0)
        factor = np.clip(reference.spread[columns] / np.maximum(range_, 1e-3), 0.5, 2.0)
        wanted = reference.mean[columns] + (own - middle) * factor
        out[:, columns] += strength * (wanted - own)
    columns = list(BEND)
    rounded = np.clip(out[:, INDEX["mouthPucker"]] + out[:, INDEX["mouthFunnel"]], 0.0, 1.0)[:, None]
    shift = np.clip(reference.mean[columns] - out[:, columns].mean(axis=0), -0.5, 1.0)
    out[:, columns] += strength * shift * (1.0 - 0.45 * rounded)
    return np.clip(out, 0.0, 1.0)


def describe(reference: FaceReference) -> str:
    """What was read from the clip, for the artist."""
    shown = [
        f"{EMOTIONS[k]} {reference.emotion[k]:.1f}" for k in np.argsort(-reference.emotion) if reference.emotion[k] > 0
    ]
    felt = ", ".join(shown[:3]) if shown else "neutral"
    return (
        f"The style of '{reference.name}': {felt}" + ("" if reference.upper else "; its upper face does not move") + "."
    )
