"""Brow accents, squints and head motion that follow the speech: rules with chance, for the diffusion to learn.

Accents fall on stressed vowels that stand out in loudness or pitch, as brow raises and nods do in talk (Ekman,
"About brows", 1979; Graf et al., "Visual prosody", 2002): about nine brow raises and thirty nods a minute.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ....core.arkit import COUNT, INDEX
from ....core.catalogue.emotions import EMOTION_ROWS, EMOTIONS
from ....core.speech.phones import Phone
from .emotions import HEAD_MOTION, noise
from .visemes import VOWELS

FPS = 30.0


def accents(
    phones: Sequence[Phone], energy: np.ndarray, pitch: np.ndarray, rng: np.random.Generator, fps: float = FPS
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


def pulse(times: np.ndarray, at: float, rise: float, hold: float, fall: float) -> np.ndarray:
    """A smooth bump (T,) that starts `rise` before `at`, holds, and falls: 0..1, smooth at every joint."""
    up = np.clip((times - at + rise) / rise, 0, 1)
    down = np.clip((at + hold + fall - times) / fall, 0, 1)
    return (up * up * (3 - 2 * up)) * (down * down * (3 - 2 * down))


def brows(points: Sequence[tuple[float, float]], phrase_ends: Sequence[float], frames: int, driven: np.ndarray,
          rng: np.random.Generator, fps: float = FPS) -> np.ndarray:  # fmt: skip
    """Brow raises and frowns of talk, squints, (T, 52): the strongest accents get one, a little uneven."""
    face = np.zeros((frames, COUNT))
    times = np.arange(frames) / fps
    quiet = rng.uniform(2.5, 5.0)
    last = -9.0
    raising = rng.random() < 0.85
    for at, strength in points:
        chance = np.clip((strength - 0.32) * 2.2, 0.0, 1.0)
        if at - last < quiet or rng.random() > chance:
            continue
        last, quiet = at, rng.uniform(3.0, 8.5)
        bump = pulse(times, at - 0.03, rng.uniform(0.14, 0.22), rng.uniform(0.05, 0.30), rng.uniform(0.25, 0.45))
        size = rng.uniform(0.20, 0.40) * (0.7 + 0.5 * strength)
        if rng.random() < (0.82 if raising else 0.55):
            lean = np.clip(rng.normal(0, 0.25), -0.6, 0.6)
            face[:, INDEX["browInnerUp"]] += bump * size * 0.9
            face[:, INDEX["browOuterUpLeft"]] += bump * size * (0.75 + lean)
            face[:, INDEX["browOuterUpRight"]] += bump * size * (0.75 - lean)
            face[:, [INDEX["eyeWideLeft"], INDEX["eyeWideRight"]]] += 0.25 * (bump * size)[:, None]
        else:
            face[:, [INDEX["browDownLeft"], INDEX["browDownRight"]]] += 0.8 * (bump * size)[:, None]
            face[:, [INDEX["eyeSquintLeft"], INDEX["eyeSquintRight"]]] += 0.5 * (bump * size)[:, None]
    for end in phrase_ends:
        if rng.random() < 0.12:
            bump = pulse(times, end - 0.15, 0.25, 0.15, 0.5)
            face[:, INDEX["browInnerUp"]] += 0.22 * bump
    drift = noise(rng, frames, 6, 1.6, fps)
    for k, name in enumerate(("browInnerUp", "browDown", "browOuterUp", "eyeSquint", "cheekSquint", "noseSneer")):
        base, size = ((0.035, 0.02), (0.04, 0.025), (0.02, 0.015), (0.06, 0.03), (0.05, 0.03), (0.02, 0.015))[k]
        value = np.maximum(base + size * drift[:, k], 0.0)
        for full in (name, name + "Left", name + "Right"):
            if full in INDEX:
                face[:, INDEX[full]] += value * (1.0 + 0.1 * rng.standard_normal())
    # A brow that an emotion already holds moves less for an accent.
    held = 1.0 - 0.45 * np.clip(driven.sum(axis=1), 0, 1)
    return np.clip(face * held[:, None], 0.0, 1.0)


def head(points: Sequence[tuple[float, float]], phrase_ends: Sequence[float], energy: np.ndarray, driven: np.ndarray,
         rng: np.random.Generator, fps: float = FPS) -> np.ndarray:  # fmt: skip
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
    motion = 1.0 + share @ (np.array([HEAD_MOTION[e] for e in EMOTIONS]) - 1.0)
    pose = share @ np.array([row.head for row in EMOTION_ROWS], float)
    return np.radians(degrees * motion[:, None] + gaussian_filter1d(pose, 0.2 * fps, axis=0, mode="nearest"))
