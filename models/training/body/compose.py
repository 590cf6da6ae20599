"""From planned gestures to frames: clip offsets aligned to accents, held, co-articulated, and layered on an idle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ....core.arrays import Array
from ....core.rotations import slerp
from .clips import FPS, Clip

IDENTITY: Final = np.array([1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True)
class Event:
    """One planned gesture: its stroke ends at `time` and is held until `hold_until` (seconds).

    arms        which arms take part, of 'left' and 'right'
    retract     whether the arms go home after the hold (else they wait for the next gesture, half relaxed)
    amplitude   multiplier of the offsets
    tempo       multiplier of the clip's speed before the stroke's end
    """

    clip: Clip
    time: float
    hold_until: float
    arms: tuple[str, ...]
    retract: bool
    amplitude: float
    tempo: float
    relax_to: float
    label: str


def quintic(x: Array) -> Array:
    """Minimum-jerk step from 0 to 1 over x in [0, 1], clamped."""
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)


def step_path(times: Array, keys: Sequence[tuple[float, float, Array | float]], start: Array | float = 0) -> Array:
    """A path that moves to each key's value by minimum-jerk steps: keys are (begin, duration, value)."""
    value = np.asarray(start, np.float64)
    out = np.broadcast_to(value, (len(times), *value.shape)).copy()
    for begin, duration, target in keys:
        target = np.asarray(target, np.float64)
        w = quintic((times - begin) / max(duration, 1e-3))
        w = w.reshape(-1, *([1] * target.ndim))
        out += w * (target - value)
        value = target
    return out


def scale_rotation(offsets: Array, factor: Array | float) -> Array:
    """Rotations (..., 4) whose angles are multiplied by `factor` (broadcast over the leading axes)."""
    angle = np.arccos(np.clip(np.abs(offsets[..., 0]), 0.0, 1.0))
    sign = np.where(offsets[..., 0] < 0, -1.0, 1.0)
    sin = np.sin(angle)
    new = angle * factor
    ratio = np.where(sin > 1e-6, np.sin(new) / np.maximum(sin, 1e-6), factor)
    return np.concatenate([np.cos(new)[..., None], (sign * ratio)[..., None] * offsets[..., 1:]], axis=-1)


def sample_clip(clip: Clip, joints: Sequence[int], seconds: Array) -> Array:
    """The clip's offsets of some joints at any times, (N, J, 4); normalised linear between frames."""
    position = np.clip(seconds * FPS, 0.0, len(clip.offsets) - 1.0)
    low = np.minimum(position.astype(int), len(clip.offsets) - 2)
    t = (position - low)[:, None, None]
    chosen = clip.offsets[:, list(joints)]
    mixed = chosen[low] * (1.0 - t) + chosen[low + 1] * t
    return mixed / np.linalg.norm(mixed, axis=-1, keepdims=True)


def _event_track(event: Event, joints: Sequence[int], times: Array) -> Array:
    """The gesture alone over `times`: preparation, stroke, hold, then retraction or a half relaxed wait; (N, J, 4)."""
    clip = event.clip
    span = max(event.hold_until - event.time, 1e-3)
    own = clip.leaving - clip.stroke_end
    before = clip.stroke_end - (event.time - times) * event.tempo
    during = clip.stroke_end + (times - event.time) * min(1.0, own / span)
    local = np.where(times <= event.time, np.maximum(before, max(clip.onset - 0.15, 0.0)), during)
    local = np.minimum(local, clip.leaving) if not event.retract else local
    held = clip.stroke_end + min(span, own)
    if event.retract:
        local = np.where(times > event.hold_until, np.maximum(held, clip.leaving) + times - event.hold_until, local)
        # Jump over what the hold left out, within a third of a second.
        skip = (clip.leaving - held) * quintic((times - event.hold_until) / 0.35)
        local = np.where(times > event.hold_until, held + skip + (times - event.hold_until), local)
    offsets = sample_clip(clip, joints, local)
    factor = np.full(len(times), event.amplitude)
    if event.retract:
        home = event.hold_until + clip.returned - clip.leaving
        factor *= 1.0 - quintic((times - event.hold_until) / max(home - event.hold_until, 0.5))
    else:
        factor *= 1.0 - (1.0 - event.relax_to) * quintic((times - event.hold_until - 0.05) / 0.9)
    return scale_rotation(offsets, factor[:, None])


def arm_track(events: Sequence[Event], joints: Sequence[int], frames: int) -> Array:
    """The offsets of one arm (or of the trunk) over all its gestures in time order, (frames, J, 4)."""
    times = np.arange(frames) / FPS
    out = np.tile(IDENTITY, (frames, len(joints), 1))
    for k, event in enumerate(events):
        previous = events[k - 1] if k else None
        arrive = event.time - 0.03
        natural = (event.clip.stroke_end - event.clip.onset) / event.tempo + 0.15
        gap = natural if previous is None else event.time - previous.time
        length = float(np.clip(min(natural, gap - 0.08), 0.3, 0.75))
        until = events[k + 1].time if k + 1 < len(events) else times[-1] + 1.0
        first = max(0, int(np.floor((arrive - max(length, natural)) * FPS)))
        last = min(frames, int(np.ceil(until * FPS)) + 2)
        if first >= last:
            continue
        here = times[first:last]
        own = _event_track(event, joints, here)
        w = quintic((here - (arrive - length)) / length)
        out[first:last] = slerp(out[first:last], own, w[:, None])
        # What follows continues from this gesture until the next one takes over.
        if last < frames:
            out[last:] = _event_track(event, joints, times[last:])
    return out


def pulse(times: Array, centre: float, dip: float = 0.2, rise: float = 0.2, back: float = 0.42) -> Array:
    """A beat: a small dip, a quick rise that ends at `centre`, then a slower way home; 1 high at `centre`."""
    down = quintic((times - (centre - rise - dip)) / dip) * 0.3
    up = quintic((times - (centre - rise)) / rise) * 1.3
    home = quintic((times - centre - 0.03) / back)
    return up - down - home
