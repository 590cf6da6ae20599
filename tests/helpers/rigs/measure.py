"""How well a rig shows a performance: limb directions, sliding feet, hands, flips; and a naive copy to compare with."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from orator.core.performance import Performance
from orator.core.rig.contacts import contact_phases
from orator.core.rig.description import RigDescription
from orator.core.rig.motion import RigMotion
from orator.core.rig.profile import RigProfile
from orator.core.rig.rest import fit_rest
from orator.core.rotations import forward_kinematics, from_matrix, multiply, rotate
from orator.core.skeleton import INDEX, JOINTS, PARENTS

LIMBS = [
    (f"{s}_{a}", f"{s}_{b}")
    for s in ("left", "right")
    for a, b in (
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        ("wrist", "middle1"),
        ("hip", "knee"),
        ("knee", "ankle"),
        *((f"{f}{k}", f"{f}{k + 1}") for f in ("thumb", "index", "middle", "ring", "pinky") for k in (1, 2)),
    )
]


@dataclass(frozen=True)
class Measured:
    """direction: mean degrees; worst: of one bone's mean; slide: worst mm a frame in contact; hand: share of height."""

    direction: float
    worst: float
    slide: float
    hand: float
    flips: int


def heads(description: RigDescription, motion: RigMotion) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Armature-space heads (T, 3) and orientations (T, 4) of every bone, composed as Blender composes matrix_basis."""
    frames = len(motion.times)
    at: dict[str, np.ndarray] = {}
    turn: dict[str, np.ndarray] = {}
    identity = np.tile([1.0, 0, 0, 0], (frames, 1))
    for bone in description.bones:
        q = motion.rotations.get(bone.name, identity).astype(float)
        shift = motion.locations.get(bone.name, np.zeros((frames, 3))).astype(float)
        rest = bone.rest if bone.parent is None else np.linalg.inv(description.by_name[bone.parent].rest) @ bone.rest
        r = from_matrix(rest[None, :3, :3])
        p, w = (np.zeros((frames, 3)), identity) if bone.parent is None else (at[bone.parent], turn[bone.parent])
        offset = rest[:3, 3] + (0.0 if bone.connected else rotate(np.broadcast_to(r, (frames, 4)), shift))
        at[bone.name] = p + rotate(w, offset)
        turn[bone.name] = multiply(multiply(w, r), q)
    return at, turn


def measure(performance: Performance, description: RigDescription, profile: RigProfile, motion: RigMotion) -> Measured:
    fit = fit_rest(description, profile)
    positions, _ = forward_kinematics(performance.rotations.astype(float), performance.translation.astype(float))
    bones = profile.present(description)
    placed, _ = heads(description, motion)
    at = {j: placed[b] @ fit.axes for j, b in bones.items()}
    errors = {}
    for a, b in LIMBS:
        if a in at and b in at:
            u, v = at[b] - at[a], positions[:, INDEX[b]] - positions[:, INDEX[a]]
            c = np.sum(u * v, 1) / np.linalg.norm(u, axis=1) / np.linalg.norm(v, axis=1)
            errors[a] = np.degrees(np.arccos(np.clip(c, -1, 1)))
    slide = 0.0
    for side in ("left", "right"):
        foot = f"{side}_foot" if f"{side}_foot" in at else f"{side}_ankle"
        if foot not in at:
            continue
        step = np.linalg.norm(np.diff(at[foot], axis=0), axis=1) * 1000.0 / fit.scale
        for first, last in contact_phases(positions[:, INDEX[f"{side}_foot"]], performance.fps):
            slide = max(slide, float(step[first : last - 1].max(initial=0.0)))
    rest = {j: description.by_name[b].head @ fit.axes for j, b in bones.items()}
    height = np.linalg.norm(rest["head"] - rest["left_ankle"]) * 1.15 if "left_ankle" in rest else fit.scale * 1.7
    hand = 0.0
    flips = 0
    for side in ("left", "right"):
        chain = [f"{side}_{j}" for j in ("shoulder", "elbow", "wrist")]
        if all(j in at for j in chain):
            goal = at[chain[0]].copy()
            for a, b in itertools.pairwise(chain):
                v = positions[:, INDEX[b]] - positions[:, INDEX[a]]
                goal += np.linalg.norm(rest[b] - rest[a]) * v / np.linalg.norm(v, axis=1, keepdims=True)
            hand = max(hand, float(np.linalg.norm(at[chain[2]] - goal, axis=1).mean() / height))
        for names in (chain, [f"{side}_{j}" for j in ("hip", "knee", "ankle")]):
            if all(j in at for j in names):
                flips += bends_apart(positions[:, [INDEX[j] for j in names]], np.stack([at[j] for j in names], 1))
    every = np.concatenate(list(errors.values()))
    return Measured(float(every.mean()), max(float(e.mean()) for e in errors.values()), slide, hand, flips)


def bends_apart(source: np.ndarray, rig: np.ndarray) -> int:
    """Frames at which a clearly bent limb (T, 3 joints, 3) bends to another side on the rig than in the source."""

    def axis(p: np.ndarray) -> np.ndarray:
        u, v = p[:, 1] - p[:, 0], p[:, 2] - p[:, 1]
        return np.cross(u, v) / (np.linalg.norm(u, axis=1) * np.linalg.norm(v, axis=1))[:, None]

    a, b = axis(source), axis(rig)
    clear = (np.linalg.norm(a, axis=1) > 0.2) & (np.linalg.norm(b, axis=1) > 0.1)
    return int(np.sum(clear & (np.sum(a * b, axis=1) < 0.0)))


def naive(performance: Performance, description: RigDescription, profile: RigProfile, motion: RigMotion) -> RigMotion:
    """The performance's local rotations copied onto the bones as they are; the pelvis travels unscaled."""
    bones = profile.present(description)
    pelvis = bones["pelvis"]
    return replace(
        motion,
        rotations={bone: performance.rotations[:, INDEX[j]] for j, bone in bones.items()},
        locations={pelvis: performance.translation - performance.translation[:1]},
    )


__all__ = ["JOINTS", "LIMBS", "PARENTS", "Measured", "bends_apart", "heads", "measure", "naive"]
