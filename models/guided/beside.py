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
FINE: Final = 2.5
JERK: Final = 36.0
"""What a Gaussian of so many frames takes away is added until wrists have so much jerk, m/s³: hands are never as smooth
as what is likely. The exact meeting of poses (`core/directing/calm.py`) leaves a third of it; a half of the corpus's
real stretches of a second have over 23, one in twenty under 7."""
NEAR: Final = 30.0
"""So between given poses that are so many frames apart, less up to twice that: farther apart there is enough of it."""
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
    quick, fine = (_quicker(drawn - way, frames) * _free(given) * _SHARES for frames in (QUICK, FINE))
    some = given.any(axis=1)
    gain = _gain(likely, quick, some)
    moved = likely.values + (variety * gain[:, None] * quick).astype(np.float32)
    whole = moved + (variety * _rest(moved, fine, some)[:, None] * fine).astype(np.float32)
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


def _rest(moved: Array, fine: Array, given: Array) -> Array:
    """(T,) how much of what is fine is added to motion (T, 333) that is too smooth where poses are near each other."""
    still = _wrists(moved)
    own, added = _jerk(still), _jerk(_wrists(moved + fine) - still)
    rest = np.sqrt(np.maximum(JERK**2 - own**2, 0.0)) / np.maximum(added, 1e-3)
    return np.asarray(gaussian_filter1d(np.minimum(rest, 1.0) * _near(given), 5.0))


def _quicker(values: Array, frames: float) -> Array:
    """What a Gaussian of so many frames takes away of values (T, C)."""
    return np.asarray(values - gaussian_filter1d(values, frames, axis=0, mode="nearest"))


def _around(given: Array) -> tuple[Array, Array]:
    """(T,) how far the nearest given frame is, and how far those before and after are apart; inf where none is."""
    keys, frames = np.flatnonzero(given), np.arange(len(given))
    edges = np.concatenate([[-np.inf], keys, [np.inf]])
    before = edges[np.searchsorted(keys, frames, side="right")]
    after = edges[np.searchsorted(keys, frames) + 1]
    return np.minimum(frames - before, after - frames), after - before


def _midway(given: Array) -> Array:
    """(T,) 0 at given frames, 1 midway between two of them; less between two that are near each other."""
    far, apart = _around(given)
    half = np.where(np.isfinite(apart), np.maximum(apart / 2.0, FAR), FAR)
    return np.minimum(far / half, 1.0)


def _near(given: Array) -> Array:
    """(T,) 1 between given frames that are NEAR each other, 0 where they are twice as far apart."""
    return np.clip(2.0 - _around(given)[1] / NEAR, 0.0, 1.0)


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
    return _about(np.diff(places, axis=0, append=places[-1:]) * MODEL_FPS)


def _jerk(places: Array) -> Array:
    """(T,) mean jerk of both, m/s³, over a second about each frame."""
    ends = np.concatenate([places[:1], places, places[-1:], places[-1:]])
    return _about(np.diff(ends, 3, axis=0) * MODEL_FPS**3)


def _about(changes: Array) -> Array:
    """(T,) the mean length of changes (T, 2, 3) over a second about each frame."""
    return np.asarray(gaussian_filter1d(np.linalg.norm(changes, axis=-1).mean(axis=1), _ABOUT, mode="nearest"))
