"""Runs the in-between network where the artist gave key poses, and says how far its answer counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter1d

from ...core.arrays import Array
from ...core.mask import Mask, runs, same_columns
from ...core.performance import Performance
from ...core.rotations import slerp
from ...core.skeleton import FACE_JOINTS
from ..runtime import Networks
from .inputs import Heard
from .likely import Poses, likely_motion
from .parts import JOINTS, matrix_quaternions, metric_root, rot6d_matrices

KEY: Final = 45
"""A given run of up to this many frames (1.5 s) is a key pose; longer ones are a performance that is kept, and what
is asked for beside it is acted."""
WANDER: Final = 6
"""Tokens (0.8 s) over which what a seed varies changes."""
NEAR, FAR, GONE = 60, 90, 150
"""Frames from a key within which this network alone answers, at which half is the take's own, and all of it."""

Fill = Callable[[Networks, Heard, Mask, Performance, Array, Array, int, Callable[[float], None]], Array]
"""A way to fill in between given poses: see `fill_in`."""


def key_weights(given: Array) -> Array:
    """How far the in-between network counts, (T, K) in 0..1, for given bits (T, K): 1 near key poses, 0 far away."""
    out = np.zeros(given.shape, np.float32)
    for members, own in same_columns(given):
        keys = np.zeros(len(own), bool)
        for first, stop in runs(own):
            keys[first:stop] = stop - first <= KEY
        if keys.any():
            away = distance_transform_edt(~keys)
            out[:, members] = np.interp(away, [NEAR, FAR, GONE], [1.0, 0.5, 0.0])[:, None]
    return out


def fill_in(
    nets: Networks,
    heard: Heard,
    mask: Mask,
    hints: Performance,
    rotations: Array,
    translation: Array,
    seed: int,
    tick: Callable[[float], None],
) -> Array:
    """Blends the in-between network's answer into rotations (T, 55, 4) and translation (T, 3) near key poses, in place.

    Returns how far it counts, (T, 55). Nothing changes where no key pose is near.
    """
    frames = len(rotations)
    weights, root_weight = key_weights(~mask.joints), key_weights(~mask.root[:, None])[:, 0]
    weights[:, list(FACE_JOINTS)] = 0.0  # jaw and eyes are the face's
    if not (weights.any() or root_weight.any()):
        return weights
    given = Poses(
        (~mask.joints).astype(np.float32), (~mask.root).astype(np.float32), hints.rotations, hints.translation
    )
    busy = weights.any(axis=1) | (root_weight > 0)
    likely = likely_motion(nets, replace(heard, controls=varied(heard.controls, seed)), given, tick, busy=busy)
    near = np.flatnonzero(weights.any(axis=1))
    turns = matrix_quaternions(rot6d_matrices(likely.values[near, :-3].reshape(-1, JOINTS, 6)))
    rotations[near] = slerp(rotations[near], turns, weights[near])
    translation += root_weight[:, None] * (metric_root(likely.values[:frames, -3:]) - translation)
    return weights


def varied(controls: Array, seed: int) -> Array:
    """Controls (N, 7) with gesture rate and handedness wandering about theirs: another seed, another answer."""
    random = np.random.default_rng((int(seed) & 0xFFFFFFFF, 77))
    wide = 5 * WANDER
    noise = gaussian_filter1d(random.normal(size=(len(controls) + 2 * wide, 2)), WANDER, axis=0)[wide:-wide]
    noise *= np.sqrt(2.0 * np.sqrt(np.pi) * WANDER)
    out = np.array(controls, np.float32)
    out[:, 0] += 0.3 * noise[:, 0]
    out[:, 1] = np.clip(out[:, 1] + 0.2 * noise[:, 1], -1.0, 1.0)
    return out
