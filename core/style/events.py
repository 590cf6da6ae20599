"""Where in a piece of motion hands stroke and where they rest, from the wrists' speed in the chest's frame."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..learned_style import OwnRest, OwnStroke
from ..mask import runs
from .channels import FPS, Channels

STROKE_SPEED: Final = 0.3
"""Metres a second: the peak of a wrist's speed from which a movement counts."""
STILL: Final = 0.12
"""Metres a second under which a wrist is still."""
LONGEST: Final = 0.3
"""Metres before its end from which a stroke is kept: what was before is the way to it."""
_REST: Final = 1.0
"""Seconds for which hands that rest are still; holds of a stroke are shorter."""
_EDGE: Final = 0.2
"""Seconds of stillness that are a rest where a piece begins or ends: clips begin and end at rest."""
_NEAR: Final = 0.09
"""Metres within which two places are the same."""


def speeds(channels: Channels) -> Array:
    """(T, 2) metres a second of both wrists on the chest."""
    if len(channels.places) < 2:
        return np.zeros(channels.places.shape[:2])
    return gaussian_filter1d(np.linalg.norm(np.gradient(channels.places, axis=0), axis=-1) * FPS, 1.0, axis=0)


def resting(speed: Array) -> Array:
    """(T,) bool: both arms rest."""
    still, out = (speed < STILL).all(axis=1), np.zeros(len(speed), bool)
    for first, last in runs(still):
        edge = first == 0 or last == len(still)
        if last - first >= (_EDGE if edge else _REST) * FPS:
            out[first:last] = True
    return out


def rests_of(channels: Channels) -> list[OwnRest]:
    """The rests of a piece."""
    rest = resting(speeds(channels))
    return [
        OwnRest(channels.states[a:b].mean(axis=0), channels.hands[a:b].mean(axis=0), (b - a) / FPS)
        for a, b in runs(rest)
    ]


def _one(channels: Channels, speed: Array, k: int, peak: int) -> tuple[int, int, float]:
    """Begin, end and hold (seconds) of the movement of arm `k` whose speed is highest at `peak`."""
    own, top = speed[:, k], speed[peak, k]
    end = peak
    while end < len(own) - 1 and own[end] > 0.25 * top and not (own[end] < 0.6 * top and own[end + 1] > own[end]):
        end += 1
    begin, way = peak, 0.0
    while begin > 0 and own[begin] > 0.2 * top and way < LONGEST:
        if own[begin] < 0.6 * top and own[begin - 1] > own[begin]:
            break
        begin -= 1
    begin = max(begin, 0)
    path = np.linalg.norm(np.diff(channels.places[begin : end + 1, k], axis=0), axis=1)[::-1].cumsum()
    far = np.flatnonzero(path > LONGEST)
    if len(far):
        begin = end - int(far[0])
    rest = np.flatnonzero(own[end:] > max(0.2, 0.3 * top))
    hold = (int(rest[0]) if len(rest) else len(own) - end) / FPS
    return begin, end, hold


def strokes_of(channels: Channels, labels: tuple[tuple[float, str], ...] = ()) -> list[OwnStroke]:
    """The strokes of a piece; a way back to rest is none. labels: (seconds, kind) of gestures that are known."""
    from scipy.signal import find_peaks  # slow to load, and only needed to learn

    speed = speeds(channels)
    homes = np.array([r.states[:, :3] for r in rests_of(channels)]).reshape(-1, 2, 3)
    homes = np.stack(
        [homes[..., 1] * np.sin(homes[..., 0]), homes[..., 2], homes[..., 1] * np.cos(homes[..., 0])], axis=-1
    )
    found: list[tuple[int, int, int, float]] = []
    for k in range(2):
        peaks, _ = find_peaks(speed[:, k], height=STROKE_SPEED, prominence=0.15, distance=6)
        for peak in peaks:
            begin, end, hold = _one(channels, speed, k, int(peak))
            place = channels.places[end, k]
            home = bool(len(homes)) and np.linalg.norm(homes[:, k] - place, axis=1).min() < _NEAR
            span = float(np.linalg.norm(place - channels.places[begin, k]))
            if not home and span > 0.05 and end > begin + 2:
                found.append((end, begin, k, hold))
    found.sort()
    out: list[OwnStroke] = []
    used: set[int] = set()
    for i, (end, begin, k, hold) in enumerate(found):
        if i in used:
            continue
        pair = next((j for j in range(i + 1, len(found)) if found[j][2] != k and found[j][0] - end <= 5), None)
        side, spans = k, {k: (begin, end)}
        if pair is not None and pair not in used:
            used.add(pair)
            side, spans[1 - k] = 2, (found[pair][1], found[pair][0])
        out.append(_stroke(channels, side, spans, hold, labels))
    return out


def _stroke(
    channels: Channels, side: int, spans: dict[int, tuple[int, int]], hold: float, labels: tuple[tuple[float, str], ...]
) -> OwnStroke:
    start, end, bow = np.zeros((2, 8)), np.zeros((2, 8)), np.zeros((2, 3))
    before, shape = np.zeros((2, 13)), np.zeros((2, 13))
    length, span = 0.0, 0.0
    for k, (a, b) in spans.items():
        start[k], end[k] = channels.states[a, k], channels.states[b, k]
        before[k], shape[k] = channels.hands[a, k], channels.hands[b, k]
        bow[k] = channels.states[(a + b) // 2, k, :3] - (start[k, :3] + end[k, :3]) / 2.0
        far = float(np.linalg.norm(channels.places[b, k] - channels.places[a, k]))
        if far > span:
            span, length = far, (b - a) / FPS
    frame = max(b for _, b in spans.values())
    label = next((kind for at, kind in labels if abs(at - frame / FPS) < 0.2), "")
    return OwnStroke(side, frame, start, end, bow, before, shape, span, length, hold, label)
