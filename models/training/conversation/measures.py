"""What a conversation's performance is measured by, from the take alone: gaze, nods, blinks, head, weight, arms."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from ....core.arkit import INDEX as FACE
from ....core.arkit import LOOK_DEGREES
from ....core.arrays import Array
from ....core.conversation.turns import Turns
from ....core.performance import Performance
from ....core.rotations import angle_between, forward_kinematics, rotate, world_rotations
from ....core.skeleton import INDEX

AT_PARTNER = 8.0
"""Degrees of the partner's face within which a gaze is a look at it (a face at 1.6 m spans about as much)."""


def gaze_angles(performance: Performance) -> Array:
    """(T, 2) degrees of where the eyes look in the model's space: yaw to the left, pitch down."""
    world = world_rotations(performance.rotations.astype(np.float64))[:, INDEX["head"]]
    facing = rotate(world, np.array([0.0, 0.0, 1.0]))
    yaw, pitch = (
        np.degrees(np.arctan2(facing[:, 0], facing[:, 2])),
        -np.degrees(np.arcsin(np.clip(facing[:, 1], -1, 1))),
    )
    face = performance.face.astype(np.float64)
    side = face[:, FACE["eyeLookOutLeft"]] - face[:, FACE["eyeLookInLeft"]]
    down = face[:, FACE["eyeLookDownLeft"]] - face[:, FACE["eyeLookUpLeft"]]
    return np.stack([yaw + LOOK_DEGREES * side, pitch + LOOK_DEGREES * down], axis=1)


def at_partner(performance: Performance) -> Array:
    """(T,) bool: whether the eyes are on a partner who stands straight ahead."""
    return np.linalg.norm(gaze_angles(performance), axis=1) < AT_PARTNER


def bouts(on: Array, fps: float) -> Array:
    """Lengths in seconds of the stretches where `on` holds; gaps under 0.15 s (blinks, saccades) do not end one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(np.int8), [0]]))).reshape(-1, 2)
    merged: list[list[int]] = []
    for a, b in edges:
        if merged and a - merged[-1][1] < 0.15 * fps:
            merged[-1][1] = b
        else:
            merged.append([a, b])
    return np.array([(b - a) / fps for a, b in merged])


def nod_times(performance: Performance) -> Array:
    """Seconds of nods: the head dips by at least 2.2 degrees and comes back within half a second."""
    world = world_rotations(performance.rotations.astype(np.float64))[:, INDEX["head"]]
    pitch = -np.degrees(np.arcsin(np.clip(rotate(world, np.array([0.0, 0.0, 1.0]))[:, 1], -1.0, 1.0)))
    band = gaussian_filter1d(pitch, 1.5) - gaussian_filter1d(pitch, 0.55 * performance.fps)
    peaks, _ = find_peaks(band, height=1.4, prominence=2.2, distance=int(0.25 * performance.fps))
    times = peaks / performance.fps
    return times[np.concatenate([[True], np.diff(times) > 0.75])] if len(times) else times


def blink_times(performance: Performance) -> Array:
    """Seconds at which the lids come down."""
    lids = performance.face[:, FACE["eyeBlinkLeft"]]
    peaks, _ = find_peaks(np.concatenate([[0.0], lids, [0.0]]), height=0.6, distance=5)
    return (peaks - 1) / performance.fps


def head_speed(performance: Performance) -> Array:
    """(T,) degrees a second of the head in the model's space."""
    world = world_rotations(performance.rotations.astype(np.float64))[:, INDEX["head"]]
    step = angle_between(world[1:], world[:-1]) * performance.fps
    return np.concatenate([step[:1], step]) if len(step) else np.zeros(performance.frames)


def strokes(performance: Performance) -> Array:
    """Seconds of arm strokes: peaks of a wrist's speed over 0.45 m/s."""
    positions, _ = forward_kinematics(performance.rotations.astype(np.float64), performance.translation)
    found = []
    for name in ("left_wrist", "right_wrist"):
        path = gaussian_filter1d(positions[:, INDEX[name]] - positions[:, INDEX["spine3"]], 1.5, axis=0)
        speed = np.linalg.norm(np.gradient(path, 1.0 / performance.fps, axis=0), axis=1)
        peaks, _ = find_peaks(speed, height=0.45, distance=int(0.25 * performance.fps))
        found.append(peaks / performance.fps)
    return np.sort(np.concatenate(found))


def weight_shifts(performance: Performance) -> Array:
    """Seconds at which the pelvis has gone at least 1.5 cm aside within two seconds."""
    side = gaussian_filter1d(performance.translation[:, 0].astype(np.float64), 0.2 * performance.fps)
    speed = np.abs(np.gradient(side, 1.0 / performance.fps))
    peaks, _ = find_peaks(speed, height=0.008, distance=int(1.5 * performance.fps))
    near = int(performance.fps)
    moved = [np.ptp(side[max(0, p - near) : p + near]) for p in peaks]
    return peaks[np.array(moved) > 0.015] / performance.fps if len(peaks) else np.zeros(0)


def cue_z(times: Array, cues: Array, seconds: float, rng: np.random.Generator, shuffles: int = 400) -> float:
    """How many deviations more of `times` follow a cue within 0.75 s than after circular shifts of the cues."""

    def share(marks: Array) -> float:
        if not len(times) or not len(marks):
            return 0.0
        place = np.searchsorted(marks, times, side="right") - 1
        behind = np.where(place >= 0, times - marks[np.maximum(place, 0)], np.inf)
        return float(np.mean(behind < 0.75))

    by_chance = np.array([share(np.sort((cues + s) % seconds)) for s in rng.uniform(3.0, seconds - 3.0, shuffles)])
    return (share(cues) - by_chance.mean()) / max(by_chance.std(), 1e-6)


def turn_ends(performance: Performance, turns: Turns) -> tuple[float, float, int]:
    """Shares of own turns that end looking and that start averted, and how many turns there are."""
    on, fps = at_partner(performance), performance.fps
    own = [s for s in turns.of("own", "speech") if s.end - s.start > 1.2]

    def around(seconds: float) -> Array:
        a = int(np.clip((seconds - 0.1) * fps, 0, len(on) - 1))
        return on[a : a + max(1, int(0.3 * fps))]

    looking = [bool(around(s.end).mean() > 0.5) for s in own]
    averted = [bool(around(s.start).mean() < 0.5) for s in own]
    return float(np.mean(looking or [False])), float(np.mean(averted or [False])), len(own)


def taken_turns(turns: Turns, answered: bool = True) -> list[float]:
    """Starts in seconds of the own turns that follow a second of one's own silence.

    answered: also those into which a short answer of one's own runs, whose first word comes before the turn's.
    """
    own = turns.of("own", "speech")
    short = () if answered else turns.of("own", "backchannel", "laughter")

    def silent(start: float) -> bool:
        spoke = any(start - 1.0 < s.end < start + 0.01 for s in own)
        return not spoke and not any(start - 1.0 < s.end and s.start < start + 0.05 for s in short)

    return [s.start for s in own if s.start > 1.7 and silent(s.start)]


def first_movement(performance: Performance, turns: Turns, answered: bool = True) -> float:
    """Seconds before the first word at which head and chest set out for an own turn, over all turns that are taken.

    answered: as for `taken_turns`. Their speeds (degrees a second) are averaged over the turns. Back from where the
    mean is highest, 0.6 s before to 0.5 s after, they set out where it was last a quarter of the way up from what it is
    1.6 to 0.9 s before.
    """
    fps = performance.fps
    world = world_rotations(performance.rotations.astype(np.float64))
    speed = np.zeros(performance.frames)
    for name in ("head", "spine3", "left_collar", "right_collar"):
        turned = world[:, INDEX[name]]
        speed[1:] += angle_between(turned[1:], turned[:-1]) * fps
    speed = gaussian_filter1d(np.minimum(speed, 150.0), 1.0)
    span = np.arange(-int(1.6 * fps), int(0.5 * fps))
    rows = [speed[np.clip(int(at * fps) + span, 0, len(speed) - 1)] for at in taken_turns(turns, answered)]
    if not rows:
        return float("nan")
    mean = np.mean(rows, axis=0)
    quiet, near = mean[span < -0.9 * fps].mean(), np.flatnonzero(span >= -0.6 * fps)
    top = int(near[mean[near].argmax()])
    under = np.flatnonzero(mean[:top] < quiet + 0.25 * (mean[top] - quiet))
    return float(-span[under[-1] + 1] / fps) if len(under) else float("nan")


def smiles_after(performance: Performance, times: Array, rise: float = 0.08) -> Array:
    """Seconds (K,) from each time to the first frame from which the smile is wider by `rise`; inf beyond two seconds.

    Wider than it was, by the median, in the half second before; it must stay so for 0.6 s: an own "Yeah" widens the
    lips for a moment and is no smile.
    """
    smile = performance.face[:, [FACE["mouthSmileLeft"], FACE["mouthSmileRight"]]].mean(axis=1).astype(np.float64)
    held, before = int(0.6 * performance.fps), int(0.5 * performance.fps)
    stays = np.array([smile[k : k + held].min() for k in range(len(smile))])
    out = []
    for time in times:
        first = int(time * performance.fps)
        was = float(np.median(smile[max(0, first - before) : first + 1]))
        grown = np.flatnonzero(stays[first : first + 2 * int(performance.fps)] > was + rise)
        out.append(grown[0] / performance.fps if len(grown) else np.inf)
    return np.array(out)


def closures_a_second(performance: Performance, mask: Array) -> float:
    """How often in a second of `mask` (T,) the lips close or round as words make them."""
    lips = [FACE[name] for name in ("mouthClose", "mouthPucker", "mouthFunnel", "mouthRollLower", "mouthPressLeft")]
    peaks = [find_peaks(performance.face[:, k], height=0.08, prominence=0.05)[0] for k in lips]
    return float(mask[np.concatenate(peaks)].sum() / max(mask.sum() / performance.fps, 1e-6))
