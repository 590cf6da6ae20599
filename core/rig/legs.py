"""Feet that stand: legs solved so that a foot in contact does not slide, on legs of other proportions.

Directions are matched first (core/rig/rest.py); that alone slides, since a rig's thighs and shins are not scaled copies
of the performance's. In each contact phase the ball of the foot is held where it is on the median, at its rest height;
the pelvis goes with what both feet need, and sinks where a leg would otherwise not reach. What is given (a pinned leg,
a pinned place to stand) is shown as it is, and the solving fades towards it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..arrays import Array
from ..mask import Mask, given_leg, given_root, nearness
from ..performance import Performance
from ..rotations import forward_kinematics, rotate, slerp
from ..skeleton import INDEX
from .body import BodyRetarget
from .contacts import contact_phases, locked_offsets
from .limb import Limb

_SIDES = ("left", "right")
_ALOFT_FADE = 0.25
_PLANE_FADE = 0.15
_REACH = 0.9995
"""How much of a leg's length may be used: a knee is never locked quite straight."""


@dataclass(frozen=True)
class LegPlan:
    """The solved legs of a whole performance, armature space.

    shift  (T, 3) how far the pelvis is moved, rig units.
    turns  joint ('left_hip', 'left_knee' ...) -> (T, 4) armature-space rotation from rest.
    ankles joint ('left_ankle') -> (T, 3) where the ankles end.
    poles  joint -> (T, 3) a point in front of each knee.
    """

    shift: Array
    turns: dict[str, Array]
    ankles: dict[str, Array]
    poles: dict[str, Array]
    phases: dict[str, list[tuple[int, int]]]


@dataclass
class _Track:
    """One leg gathered over the windows."""

    root: Array
    upper: Array
    lower: Array
    foot: Array
    source: Array


def _sides(body: BodyRetarget) -> list[str]:
    return [s for s in _SIDES if all(f"{s}_{j}" in body.present for j in ("hip", "knee", "ankle"))]


def _head(body: BodyRetarget, joint: str) -> Array:
    return body.description.by_name[body.present[joint]].head


def _ball(body: BodyRetarget, side: str) -> Array:
    """Rest position of the ball of the foot: the toe joint, or a point before and below the ankle."""
    if f"{side}_foot" in body.present:
        return _head(body, f"{side}_foot")
    return _head(body, f"{side}_ankle") + body.fit.scale * body.fit.axes @ np.array([0.0, -0.06, 0.12])


def _gather(body: BodyRetarget, performance: Performance, sides: list[str], window: int) -> dict[str, _Track]:
    frames = performance.frames
    empty = ((3,), (4,), (4,), (4,), (3,))
    tracks = {s: _Track(*(np.empty((frames, *shape)) for shape in empty)) for s in sides}
    for first in range(0, frames, window):
        part = slice(first, min(first + window, frames))
        positions, world = forward_kinematics(
            performance.rotations[part].astype(np.float64), performance.translation[part].astype(np.float64)
        )
        joints = body.joint_turns(world)
        turns = body.bone_turns(joints, len(world))
        hips = tuple(body.present[f"{s}_hip"] for s in sides)
        heads = body.heads(hips, body.travel(performance.translation[part]), turns)
        for side, hip in zip(sides, hips, strict=True):
            track = tracks[side]
            track.root[part] = heads[hip]
            track.upper[part] = joints[f"{side}_hip"]
            track.lower[part] = joints[f"{side}_knee"]
            track.foot[part] = joints[f"{side}_ankle"]
            track.source[part] = positions[:, INDEX[f"{side}_foot"]]
    return tracks


def _sinking(limb: Limb, target: Array, up: Array) -> Array:
    """(T,) how far the root must sink for the limb to reach."""
    way = limb.root - target
    high = way @ up
    flat = np.linalg.norm(way - high[:, None] * up, axis=1)
    room = np.sqrt(np.maximum((_REACH * limb.length) ** 2 - flat**2, 0.0))
    return np.maximum(high - room, 0.0)


def _carried(offsets: dict[str, Array], fps: float) -> Array:
    """(T, 3) what the feet are moved by on the average, smoothed: moved with the pelvis, it bends no knee.

    A nearly straight leg that is made 5 mm shorter bends its knee by 5 degrees, so this matters.
    """
    return gaussian_filter1d(np.mean(list(offsets.values()), axis=0), 0.4 * fps, axis=0, mode="nearest")


def _aloft(given: Array, phases: list[tuple[int, int]]) -> Array:
    """(T,) bool: given frames in which the foot does not stand."""
    out = given.copy()
    for first, last in phases:
        out[first:last] = False
    return out


def plan_legs(
    body: BodyRetarget, performance: Performance, fps: float, window: int, given: Mask | None = None
) -> LegPlan | None:
    """Solves both legs, or None for a rig without legs; `given` is False where the performance's value must show."""
    sides = _sides(body)
    if not sides:
        return None
    tracks = _gather(body, performance, sides, window)
    up, left = body.up, body.fit.axes[:, 0]
    limbs: dict[str, Limb] = {}
    targets: dict[str, Array] = {}
    phases: dict[str, list[tuple[int, int]]] = {}
    offsets: dict[str, Array] = {}
    frames = performance.frames
    pinned = {side: given_leg(given, side, frames) for side in sides}
    free = 1.0 - nearness(np.any([given_root(given, frames), *pinned.values()], axis=0), fps)[:, None]
    for side, track in tracks.items():
        hip, knee, ankle = (_head(body, f"{side}_{j}") for j in ("hip", "knee", "ankle"))
        limb = Limb(track.root, track.upper, track.lower, knee - hip, ankle - knee, left)
        ball = _ball(body, side)
        end = limb.end()
        point = end + rotate(track.foot, ball - ankle)
        phases[side] = contact_phases(track.source, fps)
        offsets[side] = locked_offsets(point, phases[side], float(ball @ up), up, pinned[side])
        offsets[side] *= 1.0 - nearness(_aloft(pinned[side], phases[side]), fps, _ALOFT_FADE)[:, None]
        targets[side] = end + offsets[side]
        limbs[side] = limb
    shift = _carried(offsets, fps) * free
    limbs = {side: replace(limb, root=limb.root + shift) for side, limb in limbs.items()}
    sink = np.max([_sinking(limb, targets[side], up) for side, limb in limbs.items()], axis=0)
    if sink.max() > 0.0:
        width = max(3, round(0.2 * fps))
        sink = np.maximum(gaussian_filter1d(maximum_filter1d(sink, 2 * width + 1), width / 2.0, mode="nearest"), sink)
    shift = shift - (drop := sink[:, None] * free * up)
    turns, ankles, poles = {}, {}, {}
    for side, limb in limbs.items():
        lowered = replace(limb, root=limb.root - drop)
        upper, lower = lowered.reach(targets[side])
        # By now the foot is where the given pose has it; only the plane of the knee may still differ.
        own = nearness(pinned[side], fps, _PLANE_FADE)
        upper, lower = slerp(upper, limb.upper, own), slerp(lower, limb.lower, own)
        turns[f"{side}_hip"], turns[f"{side}_knee"] = upper, lower
        ankles[f"{side}_ankle"] = targets[side]
        bent = lowered.root + rotate(upper, limb.upper_rest)
        poles[f"{side}_ankle"] = bent + 0.5 * limb.length * rotate(upper, body.fit.axes[:, 2])
    return LegPlan(shift, turns, ankles, poles, phases)
