"""Motion near what is given is as smooth as the rest of the take: no pop before, at or after a pin.

Networks that are led by pins answer with small tremors around them, frame by frame. Where the jerk of the wrists or the
angular acceleration of the arms near a pin are above what the take shows elsewhere, the motion there is smoothed by as
little as helps; what is given is met again afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..mask import Mask, runs
from ..performance import Performance
from ..residual import honour
from ..rotations import conjugate, forward_kinematics, hemisphere_continuous, multiply, normalise, slerp, to_rotvec
from ..skeleton import HANDS, INDEX

SIGMAS: Final = (0.0, 0.012, 0.02, 0.03, 0.045, 0.07)
"""Seconds of smoothing that are tried, the first that is calm enough is taken."""
CALM: Final = 1.2
"""How far above the 95th percentile of the rest the motion near a pin may be."""
NEAR: Final = 0.55
FADE: Final = 0.3
_PIN: Final = 0.6
"""Seconds up to which a given run counts as a pin, which calms the whole body; a longer one only its own joints."""
_USUAL: Final = (80.0, 900.0)
"""Jerk of the wrists (m/s³) and acceleration of the joints (degrees/s²) of gestures, for takes that are all pins."""
_WRISTS: Final = (INDEX["left_wrist"], INDEX["right_wrist"])
_JOINTS: Final = tuple(INDEX[f"{s}_{n}"] for s in ("left", "right") for n in ("shoulder", "elbow", "wrist"))
_SAMPLE: Final = 3000


def meet(performance: Performance, hints: Performance, mask: Mask) -> Performance:
    """The performance with everything given met exactly, and calm around it. Frames far from it stay to the bit.

    `hints` and `mask` have the performance's frames; hints count where the mask is False.
    """
    exact = honour(performance, hints, mask)
    own, body = _nearness(mask, performance.fps)
    near = np.maximum(body, own.max(axis=1))
    if not near.any():
        return exact
    limits = _limits(performance, near)
    rotations = np.array(exact.rotations)
    for first, last in runs(near > 0):
        margin = round(0.5 * performance.fps)
        span = slice(max(0, first - margin), min(performance.frames, last + margin))
        part, given = exact.cut(span.start, span.stop), _cut(mask, span)
        hint, weight = hints.cut(span.start, span.stop), np.maximum(own[span], body[span, None])
        for sigma in SIGMAS:
            tried = honour(_smoothed(part, weight, sigma), hint, given) if sigma else part
            if all(m <= CALM * limit for m, limit in zip(_measures(tried), limits, strict=True)):
                break
        rotations[span.start + (first - span.start) : last] = tried.rotations[first - span.start : last - span.start]
    return _same_signs(replace(exact, rotations=rotations), exact)


def _same_signs(made: Performance, like: Performance) -> Performance:
    """Quaternions on the side of the sphere where `like` has them, so that what is given stays to the bit."""
    flipped = np.sum(made.rotations * like.rotations, axis=-1, keepdims=True) < 0
    return replace(made, rotations=np.where(flipped, -made.rotations, made.rotations))


def _cut(mask: Mask, span: slice) -> Mask:
    return Mask(mask.joints[span], mask.root[span], mask.face[span])


def _weight(given: Array, fps: float) -> Array:
    """(T,) 1 within NEAR seconds of the given frames (T,) bool, 0 beyond that and FADE."""
    rows = np.flatnonzero(given)
    if not len(rows):
        return np.zeros(len(given))
    at = np.arange(len(given))
    after = np.searchsorted(rows, at).clip(0, len(rows) - 1)
    distance = np.minimum(np.abs(rows[after] - at), np.abs(at - rows[np.maximum(after - 1, 0)])) / fps
    x = np.clip((NEAR + FADE - distance) / FADE, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def _nearness(mask: Mask, fps: float) -> tuple[Array, Array]:
    """(T, 55) nearness of each joint to frames where it is given itself, and (T,) of the body to pins.

    Deep inside of what is given there is nothing to calm.
    """
    given = ~mask.joints
    frames = len(given)
    own, body = np.zeros(given.shape, np.float32), np.zeros(frames)
    known: dict[bytes, tuple[Array, Array]] = {}
    for j in np.flatnonzero(given.any(axis=0) & ~given.all(axis=0)):
        column = given[:, j]
        key = column.tobytes()
        if key not in known:
            pins = np.zeros(frames, bool)
            for first, last in runs(column):
                pins[first:last] = last - first <= _PIN * fps
            # The given frames at an edge are smoothed too: then what brings them back is smooth across the edge.
            known[key] = _weight(column, fps) * _weight(~column, fps), _weight(pins, fps)
        own[:, j] = known[key][0]
        if j not in HANDS:
            body = np.maximum(body, known[key][1])
    return own, body


def _smoothed(part: Performance, weight: Array, sigma: float) -> Performance:
    """Rotations smoothed over `sigma` seconds where weight (T, 55) says."""
    turns = hemisphere_continuous(part.rotations).astype(np.float64)
    calm = normalise(gaussian_filter1d(turns, sigma * part.fps, axis=0, mode="nearest"))
    return replace(part, rotations=slerp(turns, calm, weight).astype(np.float32))


def motion(part: Performance) -> tuple[Array, Array]:
    """(T - 3, 2) jerk of the wrists, m/s³; (T - 2, 6) angular acceleration of the arms' joints, degrees/s²."""
    fps = part.fps
    place, _ = forward_kinematics(part.rotations.astype(np.float64), part.translation.astype(np.float64))
    jerk = np.linalg.norm(np.diff(place[:, _WRISTS], 3, axis=0), axis=-1) * fps**3
    turns = part.rotations[:, _JOINTS].astype(np.float64)
    speed = to_rotvec(multiply(conjugate(turns[:-1]), turns[1:])) * fps
    return jerk, np.degrees(np.linalg.norm(np.diff(speed, axis=0), axis=-1)) * fps


def _measures(part: Performance) -> tuple[float, float]:
    jerk, turning = motion(part)
    return float(jerk.max(initial=0.0)), float(turning.max(initial=0.0))


def _limits(performance: Performance, near: Array) -> tuple[float, float]:
    """What the take shows far from anything given: 95th percentiles of jerk and of angular acceleration."""
    far = max(runs(near == 0), key=lambda run: run[1] - run[0], default=(0, 0))
    if far[1] - far[0] < 2.0 * performance.fps:
        return _USUAL
    part = performance.cut(far[0], min(far[1], far[0] + _SAMPLE))
    jerk, turning = motion(part)
    return float(np.percentile(jerk, 95)), float(np.percentile(turning, 95))
