"""ARKit weights to the numbers of a talking anime head: the converter published with its third and fourth form.

Formulas and bounds: Khungurn, talking-head-anime-3-demo and -4-demo (the converter for facial motion capture). The six
numbers of the first form take the same bounds for the eyes and the jaw. `mouthClose` counts against the jaw, as it does
in ARKit's definition, so that lips that meet over an open jaw are a closed mouth.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arkit import INDEX
from ..arrays import Array

BROW_MODES: Final = ("angry", "troubled", "serious", "lowered")
"""Which brow shape a lowered brow becomes."""
_ANCHORS: Final = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.5, 0.3, 0.25, 0.75], [1.0, 0.5, 0.5, 0.4]])
"""a, i, u, o in (jaw, lower lip down, funnel, pucker)."""
_SPARSE: Final = 0.01
_SWEEPS: Final = 200
_NEAR: Final = 1e-9


def _ramp(value: Array, low: float, high: float) -> Array:
    return np.clip((value - low) / (high - low), 0.0, 1.0)


def fit_vowels(mouth: Array) -> Array:
    """How much of a, i, u, o (T, 4) in [0, 1] is nearest to mouths (T, 4) of (jaw, lower lip down, funnel, pucker).

    Least distance plus a hundredth of the sum, by coordinate descent on the square with the distance as its weight.
    """
    mouth = np.asarray(mouth, np.float64)
    gram = _ANCHORS @ _ANCHORS.T
    wanted = mouth @ _ANCHORS.T
    out = np.zeros_like(mouth)
    distance = np.linalg.norm(mouth, axis=1)
    for _ in range(_SWEEPS):
        before = out.copy()
        for k in range(4):
            rest = wanted[:, k] - out @ gram[:, k] + out[:, k] * gram[k, k]
            out[:, k] = np.clip((rest - _SPARSE * distance) / gram[k, k], 0.0, 1.0)
        distance = np.linalg.norm(out @ _ANCHORS - mouth, axis=1)
        if np.abs(out - before).max(initial=0.0) < _NEAR:
            break
    return out


class _Weights:
    """The weights of a face (T, 52) by ARKit's names."""

    def __init__(self, face: Array) -> None:
        self._face = np.asarray(face, np.float64)

    def __getitem__(self, name: str) -> Array:
        return self._face[:, INDEX[name]]

    def sum(self, name: str) -> Array:
        return self[f"{name}Left"] + self[f"{name}Right"]

    def jaw(self) -> Array:
        return _ramp(self["jawOpen"] - self["mouthClose"], 0.1, 0.4)


def six_numbers(face: Array) -> dict[str, Array]:
    """left_eye, right_eye (1 closed) and mouth (1 open), each (T,), of weights (T, 52)."""
    w = _Weights(face)
    return {
        "left_eye": _ramp(w["eyeBlinkLeft"], 0.0, 0.8),
        "right_eye": _ramp(w["eyeBlinkRight"], 0.0, 0.8),
        "mouth": w.jaw(),
    }


def face_numbers(face: Array, brow: str = "angry") -> dict[str, Array]:
    """The 39 numbers of brows, eyes, mouth and irises, each (T,), of weights (T, 52), in the published order.

    `brow` is one of BROW_MODES. Irises look up and to the character's right where they are above 0.
    """
    from .names import FACE_NUMBERS

    w = _Weights(face)
    out: dict[str, Array] = {name: np.zeros(len(face)) for name in FACE_NUMBERS}
    smiling = w.sum("mouthSmile") / 2.0 + w["mouthShrugUpper"]
    smile = _ramp(smiling, 0.4, 0.6)
    for side, name in (("Left", "left"), ("Right", "right")):
        out[f"eyebrow_raised_{name}"] = np.clip(w["browInnerUp"] + w[f"browOuterUp{side}"], 0.0, 1.0)
        out[f"eyebrow_{brow}_{name}"] = (1.0 - smile) * _ramp(w[f"browDown{side}"], 0.0, 0.4)
        out[f"eyebrow_happy_{name}"] = smile * np.clip(smiling, 0.0, 1.0)
        blink = _ramp(w[f"eyeBlink{side}"], 0.0, 0.8)
        out[f"eye_wink_{name}"] = (1.0 - smile) * blink
        out[f"eye_happy_wink_{name}"] = smile * blink
        out[f"eye_surprised_{name}"] = _ramp(w[f"eyeWide{side}"], 0.0, 0.5)
        out[f"eye_raised_lower_eyelid_{name}"] = _ramp(w[f"cheekSquint{side}"], 0.1, 0.7)
        out[f"mouth_raised_corner_{name}"] = np.clip(smiling, 0.0, 1.0)
    _mouth(w, out)
    up = w.sum("eyeLookUp") - w.sum("eyeLookDown")
    right = w["eyeLookInLeft"] - w["eyeLookOutLeft"] - w["eyeLookInRight"] + w["eyeLookOutRight"]
    out["iris_rotation_x"] = np.clip(up / 2.0 / 0.75, -1.0, 1.0)
    out["iris_rotation_y"] = np.clip(right / 2.0 / 0.75, -1.0, 1.0)
    return out


def _mouth(w: _Weights, out: dict[str, Array]) -> None:
    """Vowels where the mouth is open, lowered corners where it is closed."""
    jaw = w.jaw()
    opened = jaw > 0.0
    frown = np.where(opened, 0.0, _ramp(w.sum("mouthFrown"), 0.0, 0.6))
    out["mouth_lowered_corner_left"] = out["mouth_lowered_corner_right"] = frown
    mouth = np.stack([jaw, np.clip(w.sum("mouthLowerDown"), 0.0, 1.0), w["mouthFunnel"], w["mouthPucker"]], axis=1)
    a, i, u, o = np.where(opened[:, None], fit_vowels(mouth), 0.0).T
    round_ = np.clip(u + o, 0.0, 1.0)
    funnel = _ramp(w["mouthFunnel"], 0.25, 0.5)
    out["mouth_aaa"], out["mouth_iii"] = a, i
    out["mouth_uuu"], out["mouth_ooo"] = round_ * (1.0 - funnel), round_ * funnel
