"""Emotion as a performance: what an artist asks for, with onset, apex and offset that follow the speech.

An asked emotion is a ceiling, not a pose. It comes with a phrase, swells on syllables that stand out, is let go in
pauses, mixes with a neighbour now and then, and leaks it for a blink (Ekman and Friesen's micro-expressions, 1969;
regulation after Gross, 1998). Where nothing is asked, a speaker is still somebody: warmth comes and goes in arcs of
seconds, with a doubt in between. All of it is a function of the speech alone, so seeds agree about the mouth.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Array
from ..catalogue.emotions import EMOTIONS
from .prosody import Prosody

_GOLDEN: Final = 0.6180339887498949
_PARTNERS: Final[dict[str, tuple[str, str]]] = dict(
    happy=("surprise", "happy"), sad=("fear", "sad"), angry=("disgust", "angry"), fear=("surprise", "sad"),
    disgust=("contempt", "angry"), contempt=("disgust", "contempt"), surprise=("happy", "fear"),
)  # fmt: skip
"""What an emotion mixes with, and what leaks."""
_HAPPY, _SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")
_ONSET, _OFFSET = 0.11, 0.30
"""Seconds (time constants) in which a face follows a rising and a falling feeling."""
_PAUSE_LEVEL: Final = 0.12
_LEAK_EVERY: Final = 9.0


def perform(asked: Array, prosody: Prosody) -> Array:
    """Weights times intensity (T, 8) as the face shows them, of what is asked (T, 8), for this speech.

    At intensity 1 an emotion's row moves between about 0.15 and 1 with a mean of about 0.55. Rows sum to at most 1.
    """
    asked = np.asarray(asked, np.float64)
    frames = len(asked)
    out = np.zeros_like(asked)
    if frames == 0:
        return out
    felt = asked.copy()
    felt[:, 0] = 0.0
    share = np.clip(felt.sum(axis=1), 0.0, 1.0)
    if share.any():
        # Half an emotion is more than half as visible: it is the small signs that are read.
        reach = np.where(share > 0, np.maximum(share, 1e-3) ** -0.42, 0.0)
        out += _mixed(felt * reach[:, None], prosody) * envelope(prosody, frames, share)[:, None]
    out += _attitude(prosody, frames) * (1.0 - share)[:, None]
    out = gaussian_filter1d(out, 0.04 * prosody.fps, axis=0, mode="nearest")
    out /= np.maximum(out.sum(axis=1, keepdims=True), 1.0)
    out[:, 0] = asked[:, 0]
    return out


def _turn(k: int, salt: float) -> float:
    """An even scatter over 0 - 1: the k-th of a golden sequence."""
    return (salt + k * _GOLDEN) % 1.0


def envelope(prosody: Prosody, frames: int, share: Array) -> Array:
    """How much of an asked emotion shows, (T,) 0 - 1: a level a phrase, swells on accents, releases in pauses.

    `share` (T,) is the asked intensity: more of it swells more often.
    """
    fps = prosody.fps
    wanted = np.full(frames, _PAUSE_LEVEL)
    times = np.arange(frames) / fps
    # A long silence still breathes.
    wanted += 0.10 * (1.0 + np.sin(2 * np.pi * times / 5.3) * np.sin(2 * np.pi * times / 3.7 + 1.0))
    for k, (start, end) in enumerate(prosody.phrases):
        level = 0.16 + 0.66 * _turn(k, 0.35)
        level += 0.35 * float(np.clip(prosody.pitch[start:end].max(initial=0.0) - 0.25, -0.2, 0.3))
        first = max(start - int(0.2 * fps), 0)
        # A phrase builds up or runs out.
        slope = 0.22 * (_turn(k, 0.1) - 0.5)
        wanted[first:end] = level + slope * np.linspace(-1.0, 1.0, max(end - first, 1))[: len(wanted[first:end])]
    base = _follow(wanted, fps)
    swell = np.zeros(frames)
    needed = 0.62 - 0.34 * share
    for at, strength in prosody.accents:
        if at < frames and strength > needed[at]:
            _bump(swell, at, 0.30 + 0.7 * strength, (0.20, 0.10, 0.55), fps)
    return np.clip(base + (1.0 - base) * swell, 0.0, 1.0)


def _follow(wanted: Array, fps: float) -> Array:
    """A track (T,) eased: quick up, slow down."""
    up, down = 1 - np.exp(-1 / (_ONSET * fps)), 1 - np.exp(-1 / (_OFFSET * fps))
    out = np.empty_like(wanted)
    value = float(wanted[0])
    for t, goal in enumerate(wanted.tolist()):
        value += (up if goal > value else down) * (goal - value)
        out[t] = value
    return gaussian_filter1d(out, 0.06 * fps, mode="nearest")


def _bump(track: Array, at: float, size: float, seconds: tuple[float, float, float], fps: float) -> None:
    """Raises a track (T,) to `size` around frame `at`: seconds of rise before it, hold, fall."""
    rise, hold, fall = (s * fps for s in seconds)
    low, high = max(int(at - rise), 0), min(int(at + hold + fall) + 1, len(track))
    k = np.arange(low, high)
    up, down = np.clip((k - at + rise) / rise, 0, 1), np.clip((at + hold + fall - k) / fall, 0, 1)
    shape = (up * up * (3 - 2 * up)) * (down * down * (3 - 2 * down))
    track[low:high] = np.maximum(track[low:high], size * shape)


def _mixed(felt: Array, prosody: Prosody) -> Array:
    """Felt rows (T, 8) that borrow from a neighbour in some phrases and leak it for a third of a second."""
    frames, fps = len(felt), prosody.fps
    borrow, leak = np.zeros(frames), np.zeros(frames)
    for k, (start, end) in enumerate(prosody.phrases):
        if _turn(k, 0.9) > 0.68:
            _bump(borrow, start, 0.26, (0.2, max(end - start, 1) / fps, 0.4), fps)
    ready = 0.6 * _LEAK_EVERY * fps
    for at, strength in prosody.accents:
        if at >= ready and strength < 0.5:
            _bump(leak, at, 0.45, (0.12, 0.08, 0.18), fps)
            ready = at + _LEAK_EVERY * fps
    out = felt.copy()
    for name, (mixes, leaks) in _PARTNERS.items():
        own = felt[:, EMOTIONS.index(name)]
        if not own.any():
            continue
        for other, amount in ((mixes, borrow), (leaks, leak)):
            moved = own * amount
            out[:, EMOTIONS.index(name)] -= moved
            out[:, EMOTIONS.index(other)] += moved
    return out


def _attitude(prosody: Prosody, frames: int) -> Array:
    """Rows (T, 8) of somebody who is asked for nothing: arcs of warmth, and now and then a doubt."""
    fps = prosody.fps
    out = np.zeros((frames, len(EMOTIONS)))
    friendly = float(np.clip(0.45 + 2.9 * prosody.spread, 0.5, 1.05))
    ready, doubt, k = 1.5 * fps, 9.0 * fps, 0
    for start, end in prosody.phrases:
        if start >= ready:
            size = friendly * (0.46 + 0.32 * _turn(k, 0.6))
            hold = 1.0 + 3.0 * _turn(k, 0.2)
            _bump(out[:, _HAPPY], start + 0.35 * (end - start), size, (0.9, hold, 1.6), fps)
            ready = start + (hold + 10.0 + 7.0 * _turn(k, 0.8)) * fps
            doubt = max(doubt, start + (hold + 3.0) * fps)
            k += 1
        elif start >= doubt:
            lasts = (0.35, 0.4 + (end - start) / fps, 0.6)
            _bump(out[:, _SAD], start + 0.2 * fps, 0.30 + 0.12 * _turn(k, 0.4), lasts, fps)
            doubt = start + (13.0 + 8.0 * _turn(k, 0.5)) * fps
    return out
