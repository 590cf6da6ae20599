"""How far an upper face goes in plain talk, and how its two halves differ: rules over what the networks made.

A polite smile leaves most of the cheeks alone (Duchenne's marker is for what is felt), and no face moves evenly: its
halves lead and lag each other over seconds. What an artist asks for as an emotion keeps its full reach.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arkit import COUNT, INDEX
from ..arrays import Array

_REACH: Final[dict[str, float]] = dict(
    browInnerUp=0.77, browOuterUp=0.80, browDown=1.22, eyeWide=1.55, eyeSquint=1.0, cheekSquint=0.40, noseSneer=1.45
)
_LEAN: Final[dict[str, float]] = dict(browOuterUp=0.42, browDown=0.40, eyeSquint=0.25, cheekSquint=0.35, noseSneer=0.45)
"""Deviation of the share that goes from one half to the other."""
_LEAN_SECONDS: Final = 1.6
_TALK_LEAN: Final = 0.35
"""How much of the lean is left where an emotion is asked."""


def _row() -> Array:
    row = np.ones(COUNT)
    for name, value in _REACH.items():
        for full in (name, name + "Left", name + "Right"):
            if full in INDEX:
                row[INDEX[full]] = value
    return row


_GAIN: Final = _row()
_LIDS: Final = [i for name, i in INDEX.items() if name.startswith(("eyeSquint", "eyeWide"))]
_LID_SWING: Final = 0.8
_CORNERS: Final = [i for n, i in INDEX.items() if n.startswith(("mouthSmile", "mouthFrown", "mouthDimple"))]
_CORNER_REACH: Final = 0.22
"""How much further than the lip network goes the corners of a mouth show an emotion that is asked."""
_LEVEL: Final = 0.55
"""How much of an asked emotion shows on average."""


def talk(face: Array, asked: Array, felt: Array, seed: int, fps: float) -> Array:
    """The face (T, 52) with the reach and the unevenness of talk where nothing is asked; lids follow what is felt.

    asked (T,) 0 - 1: how much emotion is asked for; felt (T,): how much of it is performed. The unevenness is the
    seed's own.
    """
    frames = len(face)
    if frames == 0:
        return face.copy()
    asked = np.clip(np.asarray(asked, np.float64), 0.0, 1.0)
    plain = 1.0 - asked[:, None]
    out = face * (1.0 + (_GAIN - 1.0) * plain)
    # Lids are the first to let a feeling go, and the first to show it.
    level = np.clip(np.asarray(felt, np.float64) / np.maximum(asked, 0.05), 0.0, 1.2)
    out[:, _LIDS] *= 1.0 + (_LID_SWING * asked * (level - _LEVEL))[:, None]
    out[:, _CORNERS] *= 1.0 + _CORNER_REACH * asked[:, None]
    sigma = _LEAN_SECONDS * fps / 2
    random = np.random.default_rng([seed & 0xFFFFFFFF, 17])
    knots = max(int(frames / sigma) + 3, 4)
    drawn = random.standard_normal((knots, len(_LEAN)))
    at = np.arange(frames) / sigma
    for k, (name, size) in enumerate(_LEAN.items()):
        lean = gaussian_filter1d(np.interp(at, np.arange(knots), drawn[:, k]), 0.3 * sigma, mode="nearest")
        lean = np.clip(size * lean, -0.8, 0.8) * (_TALK_LEAN + (1.0 - _TALK_LEAN) * plain[:, 0])
        out[:, INDEX[name + "Left"]] *= 1.0 + lean
        out[:, INDEX[name + "Right"]] *= 1.0 - lean
    return np.clip(out, 0.0, 1.0)
