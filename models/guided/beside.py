"""What is drawn rides on the likely motion: arms and hands, quick, and where the given poses leave something open.

How far and how quick it may be was chosen on validation takes: seeds part, and the error hardly grows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter1d

from ...core.arrays import Array
from ...core.mask import same_columns
from ...core.performance import MODEL_FPS
from ...core.skeleton import INDEX, LOWER, PARENTS, REST_OFFSETS
from ..body.likely import Likely, wide_bits
from ..body.parts import JOINTS, rot6d_matrices

KEPT: Final = 0.8
"""How much of the speed that the likely motion lacks is added."""
QUICK: Final = 4.0
"""How quick that is: what a Gaussian of so many frames takes away."""
SHARE: Final = 0.15
FULL: Final = 0.075
"""How far wrists go from the likely motion: by SHARE of the error that is expected of it, less where that is under FULL
metres."""
LEAST: Final = 0.026
FAR: Final = 30.0
"""But by LEAST metres midway between given poses that are twice FAR frames apart or more, however sure it is:
another seed is to be another way."""
CLOSE: Final = 5.0
"""Frames from a given pose at which most of it counts."""
_WRISTS: Final = [INDEX["left_wrist"], INDEX["right_wrist"]]


def _bearing() -> tuple[int, ...]:
    """The joints on the way from the pelvis to a wrist, parents first."""
    found, open_ends = set(), [PARENTS[joint] for joint in _WRISTS]
    while open_ends:
        joint = open_ends.pop()
        if joint >= 0 and joint not in found:
            found.add(joint)
            open_ends.append(PARENTS[joint])
    return tuple(sorted(found))


_BEARING: Final = _bearing()
_ABOUT: Final = 12.0
"""Frames of the Gaussian over which speeds and distances are told."""


def _shares() -> Array:
    """(333,) how far what is drawn counts: the trunk and the legs go the likely way."""
    share = np.ones(JOINTS + 1, np.float32)
    share[[*LOWER, JOINTS, *(INDEX[name] for name in ("spine1", "spine2", "spine3"))]] = 0.0
    share[[INDEX["neck"], INDEX["head"]]] = 0.5
    return wide_bits(share[None, :-1], share[-1:])[0]


_SHARES: Final = _shares()


def beside_the_likely(drawn: Array, way: Array, bits: tuple[Array, Array], likely: Likely, variety: float) -> Array:
    """The likely motion (T, 333) with the quick part of what was drawn beside the straight way (both (T, 333)).

    bits: which joints (T, 55) and roots (T,) are given; a channel that is given nowhere stays as it was drawn.
    """
    given = wide_bits(*bits) > 0
    beside = drawn - way
    quick = (beside - gaussian_filter1d(beside, QUICK, axis=0, mode="nearest")) * _free(given) * _SHARES
    gain = variety * _gain(likely, quick, given.any(axis=1))
    whole = likely.values + (gain[:, None] * quick).astype(np.float32)
    return np.where(given.any(axis=0), whole, drawn).astype(np.float32)


def _gain(likely: Likely, quick: Array, given: Array) -> Array:
    """(T,) how much of what is quick is added: towards the speed that is expected, as far as the error that is.

    given (T,): whether anything is given at a frame.
    """
    still, moved = _wrists(likely.values), _wrists(likely.values + quick)
    own, added = _pace(still), _pace(moved - still)
    missing = np.sqrt(np.maximum(likely.speed**2 - own**2, 0.0))
    away = np.sqrt(gaussian_filter1d(np.square(moved - still).sum(axis=(1, 2)) / 2.0, _ABOUT, mode="nearest"))
    room = SHARE * likely.error * np.minimum(likely.error / FULL, 1.0)
    gain = np.minimum(KEPT * missing / np.maximum(added, 1e-3), room / np.maximum(away, 1e-3))
    gain = np.maximum(gain, LEAST * _midway(given) ** 2 / np.maximum(away, 1e-3))
    return np.asarray(gaussian_filter1d(gain, 5.0, mode="nearest"))


def _midway(given: Array) -> Array:
    """(T,) 0 at given frames, 1 midway between two of them; less between two that are near each other."""
    keys, frames = np.flatnonzero(given), np.arange(len(given))
    if not len(keys):
        return np.ones(len(given))
    before = keys[np.clip(np.searchsorted(keys, frames, side="right") - 1, 0, None)]
    after = keys[np.clip(np.searchsorted(keys, frames), None, len(keys) - 1)]
    far = np.minimum(np.abs(frames - before), np.abs(after - frames))
    return np.minimum(far / np.maximum((after - before) / 2.0, FAR), 1.0)


def _free(given: Array) -> Array:
    """0 where something is given (T, C), 1 from some frames away."""
    out = np.ones(given.shape, np.float32)
    for members, own in same_columns(given):
        out[:, members] = (1.0 - np.exp(-((distance_transform_edt(~own) / CLOSE) ** 2)))[:, None]
    return out


def _wrists(values: Array) -> Array:
    """Places (T, 2, 3) of both wrists about the pelvis for frames (T, 333): of no joint that bears none of them."""
    turns = rot6d_matrices(values[:, :-3].reshape(-1, JOINTS, 6)[:, list(_BEARING)])
    world: dict[int, Array] = {}
    place: dict[int, Array] = {}
    for k, joint in enumerate((*_BEARING, *_WRISTS)):
        parent, offset = PARENTS[joint], REST_OFFSETS[joint].astype(np.float32)
        place[joint] = place[parent] + world[parent] @ offset if parent >= 0 else np.zeros((len(turns), 3), np.float32)
        if k < len(_BEARING):
            world[joint] = world[parent] @ turns[:, k] if parent >= 0 else turns[:, k]
    return np.stack([place[joint] for joint in _WRISTS], axis=1)


def _pace(places: Array) -> Array:
    """(T,) mean speed of both, m/s, over a second about each frame."""
    step = np.linalg.norm(np.diff(places, axis=0, append=places[-1:]), axis=-1).mean(axis=1) * MODEL_FPS
    return np.asarray(gaussian_filter1d(step, _ABOUT, mode="nearest"))
