"""Arms made easy: no wrist is thrown about, hands trail their strokes, reach no further than is easy, do not cross.

Everything here takes arm states over time, see `reach`, and gives them back; nothing knows of scores or styles.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..arrays import Array
from .reach import ANGLE, FLEXION, HEIGHT, RADIUS, SUPINATION, elbow_place, forearm_line, wrist_place
from .tracks import FPS

HURRIED: Final = 2.0
"""Metres a second of a wrist about the chest from which on strokes are made rounder."""
POPPED: Final = 0.006
"""Metres of a frame off the curve through its neighbours, likewise."""
TRAILS: Final = 0.2
"""Radians by which a wrist trails for each metre a second that it moves palm first."""
MOST_TRAILED: Final = 0.3
LATER: Final = 1
"""Frames by which a hand trails its forearm."""
WIDEST: Final = ((-0.34, -0.15, 0.05), (0.27, 0.34, 0.43))
"""Metres over the chest's joint, and how far to the own side a wrist comes there: low arms stay at the body."""
HIGHEST: Final = ((0.12, 0.34), (0.03, 0.17))
"""Metres to the own side, and over the chest's joint how high a wrist comes there: beside the face, not before it."""
BESIDE: Final = 0.195
"""Metres to the own side at the least of a hand that hangs."""
GAP: Final = 0.05
"""Metres that the hands leave between each other, seen from the front."""


def unhurried(state: Array) -> Array:
    """States (T, 8) in which no wrist or elbow is thrown about as no arm can: rounder there, and the same elsewhere."""
    if len(state) < 5:
        return state
    for width in (1.8, 2.4, 3.2):
        place = np.stack([wrist_place(state), elbow_place(state)], axis=1)
        speed = np.linalg.norm(np.gradient(place[:, 0], axis=0), axis=1) * FPS
        over = np.clip((speed - HURRIED) / (0.45 * HURRIED), 0.0, 1.0)
        # How far a frame is from the curve through its neighbours.
        off = place[2:-2] - (4.0 * (place[1:-3] + place[3:-1]) - place[:-4] - place[4:]) / 6.0
        over[2:-2] = np.maximum(over[2:-2], np.clip(np.linalg.norm(off, axis=-1).max(axis=1) / POPPED - 1.0, 0.0, 1.0))
        if not over.any():
            break
        share = np.clip(1.6 * gaussian_filter1d(maximum_filter1d(over, 9), 2.5), 0.0, 1.0)[:, None]
        state = state + share * (gaussian_filter1d(state, width, axis=0, mode="nearest") - state)
    return state


def _softly_over(x: Array, least: Array | float, knee: float) -> Array:
    """x where it is well over `least`, bent so that it never falls below."""
    return least + np.logaddexp(0.0, (x - least) / knee) * knee


def _moved_aside(state: Array, x: Array) -> Array:
    """States (T, 8) with wrists at x (T,) to the own side, as far ahead as they were."""
    out = state.copy()
    ahead = state[:, RADIUS] * np.cos(state[:, ANGLE])
    angle = np.arctan2(x, ahead)
    # A hand behind the back may pass the middle: its angle goes on, it does not begin anew from the other side.
    out[:, ANGLE] = angle + 2.0 * np.pi * np.round((state[:, ANGLE] - angle) / (2.0 * np.pi))
    out[:, RADIUS] = np.hypot(x, ahead)
    return out


def reined(state: Array, level: Array, busy: Array) -> Array:
    """States (T, 8) of arms that stay near the body where they are low, and hang beside the legs, not before them.

    What beats add to a high stroke lifts it no further than people gesture; `busy` (T,) is 1 where an arm does. Energy,
    `level` (T, 1), gives more room.
    """
    room = np.maximum(level[:, 0] - 1.0, 0.0)
    x = state[:, RADIUS] * np.sin(state[:, ANGLE])
    height = state[:, HEIGHT]
    height = height + busy * (-_softly_over(-height, -np.interp(x, *HIGHEST) - 0.17 * room, 0.02) - height)
    x = -_softly_over(-x, -np.interp(height, *WIDEST) - 0.1 * room, 0.015)
    ahead = state[:, RADIUS] * np.cos(state[:, ANGLE])
    hangs = np.clip((-0.24 - height) / 0.07, 0.0, 1.0) * np.clip((ahead + 0.15) / 0.05, 0.0, 1.0)
    out = _moved_aside(state, x + hangs * (_softly_over(x, BESIDE, 0.012) - x))
    out[:, HEIGHT] = height
    return out


def followed_through(state: Array) -> Array:
    """How far a hand trails (T,), -1 to 1, positive towards its palm; the wrists of `state` (T, 8) trail in place."""
    place = wrist_place(state)
    speed = np.gradient(place, axis=0) * FPS if len(place) > 1 else np.zeros_like(place)
    turn = state[:, SUPINATION]
    # A palm faces the other hand, and up where the forearm is turned so.
    palm_first = -np.cos(turn) * speed[:, 0] + np.sin(turn) * speed[:, 1]
    later = np.concatenate([np.repeat(palm_first[:1], LATER), palm_first])[: len(place)]
    trail = -np.tanh(gaussian_filter1d(later, 1.6, mode="nearest") * TRAILS / MOST_TRAILED)
    state[:, FLEXION] += MOST_TRAILED * trail
    return trail


def apart(states: tuple[Array, Array], together: Array) -> tuple[Array, Array]:
    """Both arms' states (T, 8) with hands that do not cross; `together` (T,) 1: they hold each other."""
    left, right = states
    for _ in range(2):
        a, b = forearm_line(left), forearm_line(right)
        level = np.exp(-(((a[:, :, None, 1] - b[:, None, :, 1]) / 0.1) ** 2))
        before = np.clip(np.minimum(a[:, -2, 2], b[:, -2, 2]) / 0.05, 0.0, 1.0)
        lacks = level * np.maximum(GAP - a[:, :, None, 0] - b[:, None, :, 0], 0.0)
        need = lacks.max(axis=(1, 2)) * before * (1.0 - together)
        if not (need > 1e-4).any():
            break
        need = gaussian_filter1d(maximum_filter1d(need, 7), 3.0, mode="nearest")
        left, right = (
            _moved_aside(state, state[:, RADIUS] * np.sin(state[:, ANGLE]) + 0.5 * need) for state in (left, right)
        )
    return left, right
