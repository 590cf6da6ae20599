"""A body that is led: joint limits, and feet planted again."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.ndimage import median_filter

from ...core.arrays import Array
from ...core.body import legs
from ...core.body.plausible import clear_torso, limit_joints
from ...core.mask import runs
from ...core.skeleton import SOLE_BELOW_ANKLE


def planted_targets(ankles: Array, yaw: Array, contacts: Array) -> tuple[Array, Array]:
    """Foot targets over a whole performance: (ankle positions (T, 2, 3), headings (T, 2)).

    A foot stands still while in contact, at the mean of where the network had it, and swings over in between. Swings
    of under 2 cm are not worth a step.
    """
    frames = len(ankles)
    places, turns = np.empty((frames, 2, 3)), np.empty((frames, 2))
    for k in range(2):
        down = contacts[:, k] > 0.5
        if frames > 9:
            down = median_filter(down.astype(np.uint8), 9, mode="nearest") > 0
        spans = runs(down)
        if not spans:
            spans = [(0, frames)]
        stays: list[tuple[int, int, Array, float]] = []
        for a, b in spans:
            place = np.median(ankles[a:b, k], axis=0)
            turn = float(np.median(yaw[a:b, k]))
            if stays and (np.linalg.norm((place - stays[-1][2])[[0, 2]]) < 0.02 or a - stays[-1][1] < 8):
                weight = (stays[-1][1] - stays[-1][0]) / max(b - stays[-1][0], 1)
                merged = weight * stays[-1][2] + (1 - weight) * place
                stays[-1] = (stays[-1][0], b, merged, weight * stays[-1][3] + (1 - weight) * turn)
            else:
                stays.append((a, b, place, turn))
        places[:, k], turns[:, k] = stays[0][2], stays[0][3]
        places[:, k, 1] = SOLE_BELOW_ANKLE
        for (_, leave, _, _), (arrive, _, place, turn) in itertools.pairwise(stays):
            phase = np.clip((np.arange(leave, frames) - leave) / max(arrive - leave, 1), 0.0, 1.0)
            w = phase**3 * (10 - 15 * phase + 6 * phase**2)
            places[leave:, k][:, [0, 2]] += w[:, None] * (place[[0, 2]] - places[leave, k][[0, 2]])
            turns[leave:, k] += w * (turn - turns[leave, k])
            places[leave:, k, 1] = SOLE_BELOW_ANKLE + np.where(phase < 1, 0.035 * np.sin(np.pi * phase) ** 2, 0.0)
    return places, turns


def settle(rotations: Array, translation: Array, places: Array, turns: Array) -> tuple[Array, Array]:
    """Joint limits, arms out of the torso, feet on their targets."""
    rotations = clear_torso(limit_joints(rotations))
    return legs.plant(rotations, translation, places, legs.level_feet(turns))
