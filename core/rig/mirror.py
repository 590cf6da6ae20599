"""The right side of a mapping from its left side (or the other way), by where the bones are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..skeleton import JOINTS
from .description import RigDescription
from .profile import RigProfile
from .rest import body_axes, joint_positions

_TOLERANCE = 0.04


def mirrored(description: RigDescription, profile: RigProfile, source: str = "left") -> RigProfile:
    """The profile with one side's joints replaced by the mirror images of the `source` side's bones.

    A bone whose mirror image is nowhere near another bone is left without a partner.
    """
    other = "right" if source == "left" else "left"
    axes, _ = body_axes(joint_positions(description, profile), description.world)
    names = [bone.name for bone in description.bones]
    points = np.array([bone.head for bone in description.bones]) @ axes
    tails = np.array([bone.tail for bone in description.bones]) @ axes
    size = max(float(np.ptp(points, axis=0).max()), 1e-9)
    middle = [points[names.index(profile.joints[j])][0] for j in ("pelvis", "spine3", "head") if j in profile.joints]
    centre = float(np.median(middle)) if middle else float(np.median(points[:, 0]))
    joints = {j: b for j, b in profile.joints.items() if not j.startswith(other)}
    for joint, bone in profile.joints.items():
        if not joint.startswith(source) or bone not in names:
            continue
        k = names.index(bone)
        flip = np.array([-1.0, 1.0, 1.0])
        shift = np.array([2.0 * centre, 0.0, 0.0])
        gaps = np.linalg.norm(points - (points[k] * flip + shift), axis=1)
        gaps = gaps + 0.2 * np.linalg.norm(tails - (tails[k] * flip + shift), axis=1)
        gaps[k] = np.inf
        best = int(np.argmin(gaps))
        if gaps[best] < _TOLERANCE * size:
            joints[f"{other}{joint[len(source) :]}"] = names[best]
    return replace(profile, joints={j: joints[j] for j in JOINTS if j in joints})
