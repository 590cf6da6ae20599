"""Measures of how alive a body is: variety of poses, the trunk's and the pelvis' part, weight, steps, fingers, rest."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from ..arrays import Array
from ..performance import MODEL_FPS
from ..rotations import conjugate, forward_kinematics, from_rotvec, multiply, rotate, to_rotvec
from ..skeleton import INDEX, SOLE_BELOW_ANKLE
from .measure import WRISTS, wrist_speed

FPS: Final = MODEL_FPS
NEAR: Final = 0.08
"""Metres (root mean square over elbows, wrists, knuckles and head) within which two arm poses are the same."""
_POINTS: Final = tuple(
    INDEX[n]
    for n in ("left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_middle1", "right_middle1", "head")
)


def distinct_poses(positions: Array) -> tuple[int, float]:
    """(how many arm poses cover the take, the commonest one's share) for positions (T, 55, 3) without the root's turn.

    Five poses a second; greedily the pose that covers most others within NEAR of it, until all are covered.
    """
    points = positions[::6][:, list(_POINTS)] - positions[::6][:, INDEX["spine3"], None]
    flat = points.reshape(len(points), -1)
    square = np.sum(flat**2, axis=1)
    apart = np.maximum(square[:, None] + square[None] - 2.0 * flat @ flat.T, 0.0) / len(_POINTS)
    near = apart < NEAR**2
    left, count, biggest = np.ones(len(flat), bool), 0, 0.0
    while left.any():
        covered = near[(near & left).sum(axis=1).argmax()] & left
        biggest = max(biggest, float(covered.mean()))
        left &= ~covered
        count += 1
    return count, biggest


def _spread(values: Array, percent: float = 2.0) -> float:
    low, high = np.percentile(values, [percent, 100.0 - percent])
    return float(high - low)


def _heading(world: Array) -> Array:
    forward = rotate(world, np.array([0.0, 0.0, 1.0]))
    return np.degrees(np.unwrap(np.arctan2(forward[:, 0], forward[:, 2])))


def _across(positions: Array, name: str) -> Array:
    """Heading in degrees of the line from a right joint to its left one."""
    line = positions[:, INDEX[f"left_{name}"]] - positions[:, INDEX[f"right_{name}"]]
    return np.degrees(np.unwrap(np.arctan2(-line[:, 2], line[:, 0])))


def weight_shifts(pelvis: Array, feet: Array, least: float = 0.15) -> float:
    """Shifts a minute of pelvis (T, 3) between feet (T, 2, 3), each of over `least` of the distance between them."""
    line = (feet[:, 0] - feet[:, 1])[:, [0, 2]]
    length = np.linalg.norm(line, axis=1)
    balance = np.sum((pelvis - feet.mean(axis=1))[:, [0, 2]] * line, axis=1) / np.maximum(length, 1e-3) ** 2
    if len(balance) > 30:
        balance = sosfiltfilt(butter(3, 1.0, fs=FPS, output="sos"), balance)
    count, way, turned = 0, 0, balance[0]
    for value in balance:
        if (way >= 0 and value < turned - least) or (way <= 0 and value > turned + least):
            way, turned, count = (-1 if value < turned else 1), value, count + 1
        turned = max(turned, value) if way > 0 else min(turned, value) if way < 0 else turned
    return count / (len(balance) / FPS / 60.0)


def _fingers(rotations: Array) -> tuple[int, float, float]:
    """(dimensions that hold 90 % of the variance, mean speed in degrees/s, least effective dimensions of a hand)."""
    hands = np.asarray(rotations[:, 25:55], np.float64)
    step = to_rotvec(multiply(conjugate(hands[:-1]), hands[1:]))
    speed = float(np.degrees(np.linalg.norm(step, axis=-1)).mean() * FPS)
    vectors = to_rotvec(hands)
    vectors = vectors - vectors.mean(axis=0)
    power = np.linalg.svd(vectors.reshape(len(vectors), -1), compute_uv=False) ** 2
    dimensions = int(np.searchsorted(np.cumsum(power) / power.sum(), 0.9) + 1)
    effective = []
    for k in range(2):
        own = np.linalg.svd(vectors[:, 15 * k : 15 * k + 15].reshape(len(vectors), -1), compute_uv=False) ** 2
        share = own / own.sum()
        effective.append(float(np.exp(-(share * np.log(share + 1e-12)).sum())))
    return dimensions, speed, min(effective)


def _stroke_shape(wrists: Array, local: Array) -> tuple[float, float]:
    """(median travel in cm of the 0.33 s around strokes' speed peaks, share of strokes along the commonest axis).

    wrists (T, 2, 3) about the pelvis in the world; local (T, 2, 3) without the root's turn. An axis counts where it is
    0.6 of a stroke's direction or more.
    """
    smooth = sosfiltfilt(butter(3, 6.0, fs=FPS, output="sos"), wrists, axis=0)
    speed = np.linalg.norm(np.gradient(smooth, axis=0), axis=-1) * FPS
    moved = np.zeros_like(local)
    moved[5:-5] = local[10:] - local[:-10]
    found = []
    for side in range(2):
        peaks, _ = find_peaks(speed[:, side], height=0.35, prominence=0.3, distance=6)
        found += [(int(k), side) for k in peaks if 5 <= k < len(local) - 5]
    if not found:
        return 0.0, 1.0
    # Both hands within 0.15 s are one stroke: the one that goes further.
    kept: list[tuple[int, Array]] = []
    for k, side in sorted(found):
        way = moved[k, side]
        if kept and k - kept[-1][0] < 5:
            if np.linalg.norm(way) > np.linalg.norm(kept[-1][1]):
                kept[-1] = (k, way)
            continue
        kept.append((k, way))
    ways = np.array([way for _, way in kept])
    travel = np.linalg.norm(ways, axis=1)
    along = np.abs(ways) / np.maximum(travel, 1e-6)[:, None] > 0.6
    return 100.0 * float(np.median(travel)), float(along.mean(axis=0).max())


def _workspace(positions: Array, world: Array) -> float:
    """Square root of the determinant of the wrists' covariance about the chest, mean of both, litres."""
    heading = np.radians(_heading(world[:, 0]))
    back = from_rotvec(np.stack([0.0 * heading, -heading, 0.0 * heading], axis=1))
    about = positions[:, list(WRISTS)] - positions[:, INDEX["spine3"], None]
    about = rotate(back[:, None], about)
    return float(np.mean([np.sqrt(max(np.linalg.det(np.cov(about[:, k].T)), 0.0)) for k in range(2)]) * 1000.0)


def describe(rotations: Array, translation: Array) -> dict[str, float]:
    """Every measure by name, for a take of twenty seconds or more; metres, degrees and minutes unless the name says."""
    rotations = np.asarray(rotations, np.float64)
    positions, world = forward_kinematics(rotations, np.asarray(translation, np.float64))
    still = rotations.copy()
    still[:, 0] = (1.0, 0.0, 0.0, 0.0)
    local, _ = forward_kinematics(still, np.zeros((len(still), 3)))
    count, biggest = distinct_poses(local)
    pelvis = positions[:, 0]
    wrists = positions[:, list(WRISTS)] - pelvis[:, None]
    lean = positions[:, INDEX["neck"]] - pelvis
    turn = to_rotvec(multiply(conjugate(world[:-1, 0]), world[1:, 0])) * FPS
    turn = rotate(world[:-1, 0], turn)
    head = to_rotvec(multiply(rotations[:, INDEX["neck"]], rotations[:, INDEX["head"]]))
    ankles = positions[:, [INDEX["left_ankle"], INDEX["right_ankle"]]]
    lifted = ankles[..., 1] > SOLE_BELOW_ANKLE + 0.03
    minutes = len(rotations) / FPS / 60.0
    dimensions, speed, effective = _fingers(rotations)
    travel, axis = _stroke_shape(wrists, local[:, list(WRISTS)])
    elbows = positions[:, [INDEX["left_elbow"], INDEX["right_elbow"]], 1]
    return {
        "distinct_poses": count,
        "biggest_pose": biggest,
        "workspace": _workspace(positions, world),
        "stroke_travel_cm": travel,
        "stroke_axis": axis,
        "above_elbow": float((positions[:, list(WRISTS), 1] > elbows).mean()),
        "wrist_speed_relative": float(wrist_speed(wrists).mean()),
        "pelvis_acceleration": float(np.degrees(np.sqrt((np.diff(turn, axis=0) ** 2).sum(axis=-1).mean())) * FPS),
        "body_yaw": _spread(_heading(world[:, 0]), 1.0),
        "shoulder_yaw": _spread(_across(positions, "shoulder")),
        "hip_yaw": _spread(_across(positions, "hip")),
        "side_lean": _spread(np.degrees(np.arctan2(lean[:, 0], lean[:, 1]))),
        "forward_lean": _spread(np.degrees(np.arctan2(lean[:, 2], lean[:, 1]))),
        **{f"pelvis_{axis}_cm": 100.0 * _spread(pelvis[:, k], 2.5) for k, axis in enumerate("xyz")},
        "weight_shifts": weight_shifts(pelvis, ankles),
        "steps": float((np.diff(lifted.astype(int), axis=0) > 0).sum() / minutes),
        "head_roll": float(np.degrees(head[:, 2].std())),
        "head_off_axis": float((np.abs(np.degrees(head[:, 1])) > 10.0).mean()),
        "finger_dimensions": dimensions,
        "finger_speed": speed,
        "finger_effective": effective,
        "both_down": float((local[:, list(WRISTS), 1] < local[:, 0, None, 1] + 0.02).all(axis=1).mean()),
    }
