"""Sliders of the body: they reshape a performance without running the networks again.

Neutral sliders give the performance back to the bit. The face's sliders are those of core/face.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .. import skeleton
from ..arrays import Array
from ..body.legs import foot_state, plant
from ..performance import Performance, make_performance, sample
from ..regions import REGIONS
from ..rotations import conjugate, from_rotvec, multiply, normalise, slerp, to_rotvec

Pauses = tuple[tuple[float, float], ...]

_STILL_SIGMA: Final = 0.8
"""Seconds of smoothing that a body at rest keeps: breathing and sway pass, gestures do not."""

_PAUSE_EDGE: Final = 0.25
_FACE: Final = list(skeleton.FACE_JOINTS)
"""Jaw and eyes are the face's: no body slider moves them."""


@dataclass(frozen=True)
class BodySliders:
    """Body sliders; each default changes nothing.

    amplitude_*    1 = as generated, 0 = the take's resting pose, up to 2
    stillness      0 - 1, how still the body is where nobody speaks
    smooth_*       seconds of smoothing
    swap_sides     left and right change places
    symmetry       0 - 1, how alike both arms move
    offset         seconds the body comes later (negative: earlier)
    """

    amplitude_upper: float = 1.0
    amplitude_hands: float = 1.0
    amplitude_lower: float = 1.0
    head_motion: float = 1.0
    stillness: float = 0.0
    smooth_upper: float = 0.0
    smooth_hands: float = 0.0
    smooth_lower: float = 0.0
    swap_sides: bool = False
    symmetry: float = 0.0
    offset: float = 0.0


_ARMS_AND_SPINE: Final = tuple(j for j in skeleton.UPPER if j not in REGIONS["head"])
_REGION_OF: Final[dict[str, tuple[int, ...]]] = {
    "amplitude_upper": _ARMS_AND_SPINE,
    "amplitude_hands": skeleton.HANDS,
    "amplitude_lower": skeleton.LOWER,
    "head_motion": REGIONS["head"],
    "smooth_upper": skeleton.UPPER,
    "smooth_hands": skeleton.HANDS,
    "smooth_lower": skeleton.LOWER,
}


def apply_body_sliders(performance: Performance, sliders: BodySliders, pauses: Pauses = ()) -> Performance:
    """The performance with the sliders' changes; feet stay where the performance put them. The face is not touched."""
    if sliders == BodySliders():
        return performance
    made = _offset(performance, sliders.offset)
    rotations, translation = np.array(made.rotations), np.array(made.translation)
    feet = foot_state(rotations, translation)
    for name in ("amplitude_upper", "amplitude_hands", "amplitude_lower", "head_motion"):
        factor = float(getattr(sliders, name))
        if factor != 1.0:
            joints = list(_REGION_OF[name])
            rotations[:, joints] = _amplify(rotations[:, joints], factor)
            if name == "amplitude_lower":
                middle = np.median(translation, axis=0)
                translation = (middle + factor * (translation - middle)).astype(np.float32)
    for name in ("smooth_upper", "smooth_hands", "smooth_lower"):
        sigma = float(getattr(sliders, name)) * made.fps
        if sigma > 0:
            joints = list(_REGION_OF[name])
            rotations[:, joints] = _smooth(rotations[:, joints], sigma)
            if name == "smooth_lower":
                translation = gaussian_filter1d(translation, sigma, axis=0, mode="nearest")
    if sliders.stillness > 0 and pauses:
        rotations, translation = _still(rotations, translation, made, sliders.stillness, pauses)
    if sliders.amplitude_lower != 1.0 or sliders.smooth_lower > 0 or sliders.stillness > 0:
        rotations, translation = plant(rotations, translation, *feet)
    if sliders.symmetry > 0:
        rotations = _symmetrical(rotations, sliders.symmetry)
    if sliders.swap_sides:
        rotations, translation = _mirror(rotations, translation)
    out = make_performance(rotations, translation, made.face, made.fps, made.expressions)
    turns = np.array(out.rotations)
    turns[:, _FACE] = performance.rotations[:, _FACE]
    return replace(out, rotations=turns, face=made.face)


def _offset(performance: Performance, seconds: float) -> Performance:
    if seconds == 0:
        return performance
    moved = sample(performance, performance.times() - seconds)
    return replace(performance, rotations=moved.rotations, translation=moved.translation)


def _amplify(rotations: Array, factor: float) -> Array:
    """Each joint's turn away from its median pose, scaled."""
    middle = normalise(np.median(rotations, axis=0).astype(np.float64))
    away = multiply(conjugate(middle)[None], rotations.astype(np.float64))
    away *= np.where(away[..., :1] < 0, -1.0, 1.0)
    return multiply(middle[None], from_rotvec(factor * to_rotvec(away)))


def _smooth(rotations: Array, sigma: float) -> Array:
    return normalise(gaussian_filter1d(rotations, sigma, axis=0, mode="nearest"))


def pause_weight(times: Array, pauses: Pauses) -> Array:
    """1 within pauses, 0 in speech, (T,), with soft edges inside the pauses."""
    weight = np.zeros(len(times))
    for start, end in pauses:
        first, last = np.searchsorted(times, [start, end])
        x = np.minimum(times[first:last] - start, end - times[first:last]) / _PAUSE_EDGE
        x = np.clip(x, 0.0, 1.0)
        weight[first:last] = np.maximum(weight[first:last], x * x * (3.0 - 2.0 * x))
    return weight


def _still(
    rotations: Array, translation: Array, made: Performance, amount: float, pauses: Pauses
) -> tuple[Array, Array]:
    weight = amount * pause_weight(made.times(), pauses)
    sigma = _STILL_SIGMA * made.fps
    calm = gaussian_filter1d(rotations, sigma, axis=0, mode="nearest")
    out = normalise(rotations * (1.0 - weight[:, None, None]) + calm * weight[:, None, None])
    calm_path = gaussian_filter1d(translation, sigma, axis=0, mode="nearest")
    return out, translation * (1.0 - weight[:, None]) + calm_path * weight[:, None]


_SIDED: Final = tuple(j for name in ("arm", "hand") for side in ("left", "right") for j in REGIONS[f"{side}_{name}"])


def _symmetrical(rotations: Array, amount: float) -> Array:
    """Both arms and hands nearer to what lies between one and the mirror image of the other."""
    joints = list(_SIDED)
    other = rotations[:, skeleton.mirror_index()[joints]] * np.array([1.0, 1.0, -1.0, -1.0], np.float32)
    out = np.array(rotations)
    out[:, joints] = slerp(rotations[:, joints], other, np.full(1, 0.5 * amount))
    return out


def _mirror(rotations: Array, translation: Array) -> tuple[Array, Array]:
    flipped = rotations[:, skeleton.mirror_index()] * np.array([1.0, 1.0, -1.0, -1.0], np.float32)
    return flipped, translation * np.array([-1.0, 1.0, 1.0], np.float32)
