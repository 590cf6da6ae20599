"""A performance as the numbers of a talking anime head on whole frames, each drawing held as `stepping` chooses it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..arkit import COUNT, INDEX
from ..arrays import Array
from ..errors import OratorError
from ..performance import Performance, sample
from ..rotations import hemisphere_continuous
from .names import NUMBERS
from .numbers import anime_numbers
from .stepping import chosen_frames, held_times, hold_face, shown

STEPS = (1, 2, 3, 4)


@dataclass(frozen=True)
class NumberTrack:
    """Numbers of a set over whole frames: values (N, K) in the order of `names`, frame k at k / fps seconds."""

    names: tuple[str, ...]
    values: Array
    fps: float


def group_of(number: str) -> str:
    """'mouth', 'eyes', 'brows', 'irises', 'turn', 'tilt' or 'breath': the numbers that are alike to an animator."""
    if number.startswith("mouth"):
        return "mouth"
    if number.startswith("eyebrow"):
        return "brows"
    if number.startswith("iris"):
        return "irises"
    if "eye" in number:
        return "eyes"
    return "breath" if number == "breathing" else ("tilt" if number.endswith("_z") else "turn")


def held_performance(performance: Performance, fps: float, every: int) -> tuple[Performance, Array]:
    """The drawings of a performance as one of K frames, and the seconds (K,) at which they begin.

    Raises OratorError for a step that is none of STEPS.
    """
    if every not in STEPS:
        raise OratorError(f"Drawings are held for {', '.join(map(str, STEPS))} frames, not {every}.")
    times = held_times(performance.seconds, fps, every)
    if every == 1 and fps >= performance.fps - 1e-6:
        return sample(performance, times), times
    _, _, rest = chosen_frames(performance.face, performance.fps, times, performance.seconds)
    face = hold_face(performance.face, performance.fps, times, performance.seconds)
    rotations, translation = performance.rotations[rest], performance.translation[rest]
    return replace(performance, rotations=rotations, translation=translation, face=face, expressions=None), times


def held_samples(performance: Performance, seconds: Array, every: int) -> Performance:
    """The performance at scene frames (T,) in seconds, evenly spaced, each drawing held for `every` of them.

    As `sample`: the result's `fps` is the source's.
    """
    times = np.asarray(seconds, np.float64)[::every]
    step = float(seconds[1] - seconds[0]) if len(seconds) > 1 else 1.0 / performance.fps
    end = float(seconds[-1]) + step
    _, _, rest = chosen_frames(performance.face, performance.fps, times, end)
    face = hold_face(performance.face, performance.fps, times, end)
    which = np.arange(len(seconds)) // every
    rest = rest[which]
    return replace(
        performance,
        rotations=hemisphere_continuous(performance.rotations[rest]),
        translation=performance.translation[rest],
        face=face[which],
        expressions=None if performance.expressions is None else performance.expressions[rest],
    )


def number_track(performance: Performance, name: str, fps: float, every: int = 1, brow: str = "angry") -> NumberTrack:
    """The numbers of a set ('6', '42', '45') over whole frames at `fps`, each drawing held for `every` of them."""
    drawings, times = held_performance(performance, fps, every)
    numbers = anime_numbers(drawings, name, times, brow)
    values = np.stack([numbers[key] for key in NUMBERS[name]], axis=1)
    frames = max(1, math.ceil(performance.seconds * fps - 1e-6))
    return NumberTrack(NUMBERS[name], shown(values, times, fps, frames), fps)


def step_numbers(track: NumberTrack, fps: float, every: int) -> NumberTrack:
    """Numbers from a file over whole frames at `fps`, held for `every`; mouths and eyes keep their closures."""
    seconds = len(track.values) / track.fps
    frames = max(1, math.ceil(seconds * fps - 1e-6))
    times = held_times(seconds, fps, every)
    if every == 1 and abs(fps - track.fps) < 1e-6:
        return track
    mouth, lids, rest = chosen_frames(_face_like(track), track.fps, times, seconds)
    which = {"mouth": mouth, "eyes": lids}
    held = [track.values[which.get(group_of(name), rest), k] for k, name in enumerate(track.names)]
    return NumberTrack(track.names, shown(np.stack(held, axis=1), times, fps, frames), fps)


def _face_like(track: NumberTrack) -> Array:
    """A face (T, 52) whose jaw and lids are open as far as the numbers': what the choice of frames looks at."""
    vowels = ("mouth", "mouth_aaa", "mouth_iii", "mouth_uuu", "mouth_eee", "mouth_ooo", "mouth_delta")
    opened = [k for k, name in enumerate(track.names) if name in vowels]
    face = np.zeros((len(track.values), COUNT), np.float32)
    face[:, INDEX["jawOpen"]] = np.clip(track.values[:, opened].sum(axis=1), 0.0, 1.0)
    for side in ("Left", "Right"):
        lids = {f"{side.lower()}_eye", f"eye_wink_{side.lower()}", f"eye_happy_wink_{side.lower()}"}
        shut = [k for k, name in enumerate(track.names) if name in lids]
        face[:, INDEX[f"eyeBlink{side}"]] = track.values[:, shut].sum(axis=1)
    return face
