"""Attitudes over phrases, accents on top and head motion: rules with chance, for the diffusion to learn.

Accents fall on stressed vowels that stand out in loudness or pitch, as brow raises and nods do in talk (Ekman,
"About brows", 1979; Graf et al., "Visual prosody", 2002): about nine brow raises and thirty nods a minute. Below them
an attitude is held over a phrase or two: a real speaker's brow is up for seconds, not for syllables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ....core.arkit import COUNT, INDEX
from ....core.arrays import Array
from ....core.catalogue.emotions import EMOTION_ROWS, LEARNED
from ....core.speech.phones import Phone
from .emotions import HEAD_MOTION, noise
from .visemes import VOWELS

FPS = 30.0


def accents(
    phones: Sequence[Phone], energy: Array, pitch: Array, rng: np.random.Generator, fps: float = FPS
) -> list[tuple[float, float]]:
    """Prominent syllables as (seconds of the vowel's middle, strength 0..1), in order, at least 0.28 s apart.

    energy (T,) 0..1 and pitch (T,) in octaves around the clip's median, both at fps.
    """
    found: list[tuple[float, float]] = []
    for phone in phones:
        if phone.name not in VOWELS or phone.stress == 0:
            continue
        middle = (phone.start + phone.end) / 2
        k = min(int(middle * fps), len(energy) - 1)
        strength = 0.45 * energy[k] + 0.9 * max(pitch[k], 0.0) + 0.9 * min(phone.end - phone.start, 0.25)
        strength = float(np.clip(strength + 0.12 * rng.standard_normal(), 0.0, 1.0))
        if found and middle - found[-1][0] < 0.28:
            if strength > found[-1][1]:
                found[-1] = (middle, strength)
            continue
        found.append((middle, strength))
    return found


def pulse(times: Array, at: float, rise: float, hold: float, fall: float) -> Array:
    """A smooth bump (T,) that starts `rise` before `at`, holds, and falls: 0..1, smooth at every joint."""
    up = np.clip((times - at + rise) / rise, 0, 1)
    down = np.clip((at + hold + fall - times) / fall, 0, 1)
    return (up * up * (3 - 2 * up)) * (down * down * (3 - 2 * down))


ATTITUDES: Final[tuple[tuple[float, dict[str, tuple[float, float]]], ...]] = (
    (0.24, dict(browInnerUp=(0.45, 0.80), browOuterUp=(0.26, 0.60), eyeWide=(0.10, 0.42))),
    (0.17, dict(browInnerUp=(0.55, 0.92), browOuterUp=(0.04, 0.20), cheekSquint=(0.0, 0.12))),
    (0.15, dict(browOuterUpLeft=(0.35, 0.65), browDownRight=(0.25, 0.50), eyeSquintRight=(0.15, 0.40))),
    (0.20, dict(browDown=(0.40, 0.75), eyeSquint=(0.18, 0.50), noseSneer=(0.06, 0.26))),
    (0.10, dict(eyeSquint=(0.35, 0.62), cheekSquint=(0.12, 0.34), browDown=(0.05, 0.20))),
    (0.08, dict(noseSneer=(0.26, 0.48), browDown=(0.15, 0.35), cheekSquint=(0.10, 0.30))),
    (0.06, dict(eyeWide=(0.40, 0.75), browOuterUp=(0.30, 0.60), browInnerUp=(0.25, 0.55))),
)
"""Attitudes of talk, how often and how far: interest, earnest, doubt, effort, knowing, distaste, news."""
_HELD: Final = 0.56
"""Share of phrases that show an attitude; one may go on over the next phrase."""
_DRIFT: Final = ((0.05, 0.03), (0.05, 0.03), (0.03, 0.02), (0.06, 0.035), (0.01, 0.01), (0.05, 0.03), (0.03, 0.02))
"""Mean and deviation of what never stops, by `_SEVEN`."""
_SEVEN: Final = ("browInnerUp", "browDown", "browOuterUp", "eyeSquint", "eyeWide", "cheekSquint", "noseSneer")


def attitudes(spans: Sequence[tuple[int, int]], frames: int, rng: np.random.Generator, fps: float = FPS) -> Array:
    """The slow layer (T, 52): plateaus of one to four seconds that come and go with phrases, uneven between sides."""
    face = np.zeros((frames, COUNT))
    times = np.arange(frames) / fps
    chances = np.array([chance for chance, _ in ATTITUDES])
    skip = False
    for number, (start, end) in enumerate(spans):
        if skip or rng.random() > _HELD:
            skip = False
            continue
        last = end
        if end - start < 1.6 * fps and number + 1 < len(spans) and rng.random() < 0.5:
            last, skip = spans[number + 1][1], True
        units = ATTITUDES[int(rng.choice(len(ATTITUDES), p=chances / chances.sum()))][1]
        reach = rng.uniform(0.7, 1.0)
        mirror = rng.random() < 0.5
        lean = float(np.clip(rng.normal(0, 0.14), -0.35, 0.35))
        rise, fall = rng.uniform(0.22, 0.45), rng.uniform(0.3, 0.65)
        span = pulse(times, start / fps, rise, (last - start) / fps + rng.uniform(-0.15, 0.1), fall)
        span = span * (1.0 + 0.12 * noise(rng, frames, 1, 0.8, fps)[:, 0])
        for name, (low, high) in units.items():
            value = reach * rng.uniform(low, high)
            for full, side in sides(name, mirror):
                face[:, INDEX[full]] += value * (1 + side * lean) * span
    return np.clip(face, 0.0, 1.0)


def sides(name: str, mirror: bool = False) -> list[tuple[str, float]]:
    """The ARKit names of a unit with their side (-1 right, 1 left, 0 middle); one-sided units may be mirrored."""
    if mirror and name.endswith(("Left", "Right")):
        name = name.replace("Left", "\0").replace("Right", "Left").replace("\0", "Right")
    found = [(name, 0.0), (name + "Left", 1.0), (name + "Right", -1.0)]
    return [(full, side) for full, side in found if full in INDEX]


def accent_moves(points: Sequence[tuple[float, float]], phrase_ends: Sequence[float], frames: int,
                 rng: np.random.Generator, fps: float = FPS) -> Array:  # fmt: skip
    """The fast layer (T, 52): raises and frowns on accents that stand out, a thought at a phrase's end."""
    face = np.zeros((frames, COUNT))
    times = np.arange(frames) / fps
    quiet, last = rng.uniform(1.5, 4.0), -9.0
    for at, strength in points:
        if at - last < quiet or rng.random() > np.clip((strength - 0.28) * 2.2, 0.0, 1.0):
            continue
        last, quiet = at, rng.uniform(4.5, 10.0)
        bump = pulse(times, at - 0.03, rng.uniform(0.14, 0.22), rng.uniform(0.05, 0.30), rng.uniform(0.25, 0.45))
        size = rng.uniform(0.24, 0.46) * (0.75 + 0.5 * strength)
        lean = float(np.clip(rng.normal(0, 0.25), -0.6, 0.6))
        kind = rng.random()
        if kind < 0.60:
            units = dict(browInnerUp=0.9, browOuterUp=0.75, eyeWide=0.35)
        elif kind < 0.88:
            units = dict(browDown=0.95, eyeSquint=0.55, noseSneer=0.25)
        else:
            units = dict(browOuterUpLeft=0.9, cheekSquintRight=0.4, eyeSquintRight=0.5)
        for name, value in units.items():
            for full, side in sides(name, bool(kind * 1000 % 1 < 0.5)):
                face[:, INDEX[full]] += value * size * (1 + side * lean) * bump
    for end in phrase_ends:
        if rng.random() < 0.12:
            face[:, INDEX["browInnerUp"]] += 0.28 * pulse(times, end - 0.15, 0.25, 0.15, 0.5)
    return face


def brows(points: Sequence[tuple[float, float]], spans: Sequence[tuple[int, int]], phrase_ends: Sequence[float],
          driven: Array, rng: np.random.Generator, fps: float = FPS) -> Array:  # fmt: skip
    """The upper face of talk (T, 52): attitudes over phrases, accents on top, and a drift that never stops."""
    frames = len(driven)
    share = np.clip(driven[:, 2:].sum(axis=1) + driven[:, 1] ** 2, 0, 1)[:, None]
    face = attitudes(spans, frames, rng, fps) * (1.0 - 0.80 * share)
    face += accent_moves(points, phrase_ends, frames, rng, fps) * (1.0 - 0.40 * share)
    drift = noise(rng, frames, len(_SEVEN), 1.6, fps)
    for k, name in enumerate(_SEVEN):
        base, size = (
            (0.05, 0.03),
            (0.05, 0.03),
            (0.03, 0.02),
            (0.06, 0.035),
            (0.01, 0.01),
            (0.05, 0.03),
            (0.03, 0.02),
        )[k]
        value = np.maximum(base + size * drift[:, k], 0.0)
        for full, _ in sides(name):
            face[:, INDEX[full]] += value * (1.0 + 0.1 * rng.standard_normal())
    return np.clip(face, 0.0, 1.0)


def head(points: Sequence[tuple[float, float]], phrase_ends: Sequence[float], energy: Array, driven: Array,
         rng: np.random.Generator, fps: float = FPS) -> Array:  # fmt: skip
    """Head rotations (T, 3), rotation vectors in radians: pitch (down positive), yaw (to its left), roll.

    Nods on accents, new resting directions at phrase ends, sway that never stops and calms in pauses.
    """
    frames = len(energy)
    times = np.arange(frames) / fps
    degrees = np.zeros((frames, 3))
    for at, strength in points:
        if rng.random() > 0.30 + 0.6 * strength:
            continue
        size = (0.9 + 3.6 * strength) * rng.uniform(0.6, 1.3)
        rise, fall = rng.uniform(0.14, 0.20), rng.uniform(0.22, 0.38)
        bump = pulse(times, at + 0.02, rise, 0.03, fall)
        lift = pulse(times, at - rise - 0.04, 0.16, 0.0, 0.18)
        degrees[:, 0] += size * bump - 0.3 * size * lift
        degrees[:, 2] += rng.normal(0, 0.25) * size * bump
        degrees[:, 1] += rng.normal(0, 0.30) * size * bump
    rest = np.zeros((frames, 3))
    for end in (0.0, *phrase_ends):
        start = int(max(end - 0.1, 0) * fps)
        rest[start:] = rng.normal(0, 1, 3) * (1.4, 3.6, 1.7)
        if end > 0 and rng.random() < 0.5:
            degrees[:, 0] += rng.uniform(0.8, 2.2) * pulse(times, end - 0.05, 0.3, 0.1, 0.5)
    degrees += gaussian_filter1d(rest, 0.33 * fps, axis=0, mode="nearest")
    lively = 0.55 + 0.6 * gaussian_filter1d(np.clip(energy, 0, 1), 0.4 * fps, mode="nearest")
    degrees += noise(rng, frames, 3, 2.4, fps) * (0.9, 1.5, 0.8) * lively[:, None]
    degrees += noise(rng, frames, 3, 0.6, fps) * (0.22, 0.28, 0.2) * lively[:, None]
    share = np.clip(driven, 0, 1)
    motion = 1.0 + share @ (np.array([HEAD_MOTION[e] for e in LEARNED]) - 1.0)
    pose = share @ np.array([row.head for row in EMOTION_ROWS], float)
    return np.radians(degrees * motion[:, None] + gaussian_filter1d(pose, 0.2 * fps, axis=0, mode="nearest"))
