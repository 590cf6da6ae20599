"""Post sliders of a face: adjustable after generation, pure and fast, no networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arkit import BLINK, EYE_LOOK, INDEX, JAW, LIPS, MOUTH, TONGUE, UPPER_FACE
from ..arrays import Array

_OPENING: Final = [INDEX[n] for n in ("mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft",
                                      "mouthUpperUpRight")]  # fmt: skip
_EXPRESSION: Final = [i for i in UPPER_FACE if i not in BLINK and i not in EYE_LOOK]


@dataclass(frozen=True)
class FaceSliders:
    """The sliders; the defaults leave a face as it is.

    lip_strength       mouth shapes, 0 - 2; lips that are shut stay shut
    upper_strength     brows, lids, cheeks and nose, 0 - 2 (not blinks and gaze)
    jaw_range          jawOpen with its mouthClose, 0 - 2
    smoothing_lower    seconds (standard deviation) of smoothing over mouth and jaw, 0 - 0.2
    smoothing_upper    the same for the upper face, blinks left alone
    eyelid_offset      -1 lids more open ... 1 more shut, at rest
    lip_offset         -1 lips more apart ... 1 closer together, everywhere
    tongue_strength    tongueOut, 0 - 2
    head_strength      head rotation, 0 - 2 (see `apply_head_sliders`)
    delay              seconds by which the face comes later (negative: earlier)
    """

    lip_strength: float = 1.0
    upper_strength: float = 1.0
    jaw_range: float = 1.0
    smoothing_lower: float = 0.0
    smoothing_upper: float = 0.0
    eyelid_offset: float = 0.0
    lip_offset: float = 0.0
    tongue_strength: float = 1.0
    head_strength: float = 1.0
    delay: float = 0.0


def apply_face_sliders(face: Array, sliders: FaceSliders, fps: float = 30.0,
                        lip_strength: Array | None = None) -> Array:  # fmt: skip
    """The adjusted face (T, 52) float32 in [0, 1]; the given one is not changed.

    `lip_strength` (T,) replaces the constant. With default sliders the values come back as they were.
    """
    out = np.array(face, np.float32)
    if len(out) == 0:
        return out
    if sliders.delay:
        out = shifted(out, sliders.delay, fps)
    strength = sliders.lip_strength if lip_strength is None else np.asarray(lip_strength, np.float32)[:, None]
    if not (np.isscalar(strength) and strength == 1.0):
        # jawOpen and mouthClose scale together, so what was shut stays shut.
        out[:, list(JAW + MOUTH)] *= strength
    if sliders.jaw_range != 1.0:
        out[:, [INDEX["jawOpen"], INDEX["mouthClose"]]] *= sliders.jaw_range
    if sliders.tongue_strength != 1.0:
        out[:, list(TONGUE)] *= sliders.tongue_strength
    if sliders.upper_strength != 1.0:
        out[:, _EXPRESSION] *= sliders.upper_strength
    if sliders.smoothing_lower > 0:
        out[:, list(LIPS)] = _smooth(out[:, list(LIPS)], sliders.smoothing_lower * fps)
    if sliders.smoothing_upper > 0:
        out[:, _EXPRESSION] = _smooth(out[:, _EXPRESSION], sliders.smoothing_upper * fps)
    if sliders.lip_offset:
        out = _offset_lips(out, sliders.lip_offset)
    if sliders.eyelid_offset:
        out = _offset_lids(out, sliders.eyelid_offset)
    return np.clip(out, 0.0, 1.0)


def apply_head_sliders(head: Array, sliders: FaceSliders, fps: float = 30.0) -> Array:
    """Head rotation vectors (T, 3) under the same strength and delay."""
    head = np.asarray(head, np.float32)
    moved = shifted(head, sliders.delay, fps) if sliders.delay and len(head) else head
    return (moved * sliders.head_strength).astype(np.float32)


def shifted(track: Array, delay: float, fps: float) -> Array:
    """The track (T, C) later by `delay` seconds, by linear interpolation; ends are held."""
    at = np.clip(np.arange(len(track)) - delay * fps, 0, len(track) - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, len(track) - 1)
    t = (at - low)[:, None].astype(np.float32)
    return (track[low] * (1 - t) + track[high] * t).astype(np.float32)


def _smooth(track: Array, sigma: float) -> Array:
    return gaussian_filter1d(track, sigma, axis=0, mode="nearest")


def _offset_lips(face: Array, offset: float) -> Array:
    """Lips closer (shut share of every opening) or apart (a little lower lip everywhere)."""
    out = face.copy()
    if offset > 0:
        keep = 1.0 - min(offset, 1.0)
        out[:, _OPENING] *= keep
        jaw, close = INDEX["jawOpen"], INDEX["mouthClose"]
        out[:, close] = np.maximum(out[:, close], out[:, jaw] - np.maximum(out[:, jaw] - out[:, close], 0) * keep)
    else:
        out[:, _OPENING] += 0.25 * -offset
        out[:, INDEX["mouthClose"]] *= 1.0 + max(offset, -1.0)
    return out


def _offset_lids(face: Array, offset: float) -> Array:
    """Lids that rest lower (blink added under the blinks) or higher (wide, and blinks that still shut)."""
    out = face.copy()
    if offset > 0:
        lid = out[:, list(BLINK)]
        out[:, list(BLINK)] = lid + (1.0 - lid) * 0.6 * min(offset, 1.0)
    else:
        amount = 0.6 * min(-offset, 1.0)
        lid = out[:, list(BLINK)]
        # A resting lid opens by the whole amount, a shut one not at all, so blinks still shut.
        out[:, list(BLINK)] = np.maximum(lid - amount * (1.0 - lid), 0.0)
        out[:, [INDEX["eyeWideLeft"], INDEX["eyeWideRight"]]] += amount * (1.0 - lid)
    return out
