"""Rigs built in tests, and forward kinematics that knows only what Blender does with matrix_basis."""

from __future__ import annotations

import numpy as np
from orator.core.performance import Performance, make_performance, rest_performance
from orator.core.rig.description import Bone, RigDescription
from orator.core.rig.limb import Limb
from orator.core.rig.motion import RigMotion
from orator.core.rotations import (
    conjugate,
    forward_kinematics,
    from_rotvec,
    hemisphere_continuous,
    multiply,
    normalise,
    to_matrix,
)
from orator.core.skeleton import INDEX, rest_positions


def posed(description: RigDescription, motion: RigMotion, frame: int) -> dict[str, np.ndarray]:
    """Armature-space matrices (4, 4) of every bone at one frame, composed as Blender composes them."""
    out: dict[str, np.ndarray] = {}
    for bone in description.bones:
        basis = np.eye(4)
        if bone.name in motion.rotations:
            basis[:3, :3] = to_matrix(motion.rotations[bone.name][frame].astype(np.float64))
        if bone.name in motion.locations and not bone.connected:
            basis[:3, 3] = motion.locations[bone.name][frame]
        if bone.parent is None:
            out[bone.name] = bone.rest @ basis
        else:
            out[bone.name] = out[bone.parent] @ np.linalg.inv(description.by_name[bone.parent].rest) @ bone.rest @ basis
    return out


def rolled(axis_y: np.ndarray, roll: float) -> np.ndarray:
    """(3, 3) bone axes with Y along a direction and any roll about it."""
    y = axis_y / np.linalg.norm(axis_y)
    x = np.cross(y, np.eye(3)[np.argmin(np.abs(y))])
    x /= np.linalg.norm(x)
    frame = np.stack([x, y, np.cross(x, y)], axis=1)
    return to_matrix(from_rotvec(y * roll)) @ frame


def rig(
    heads: dict[str, tuple[str | None, np.ndarray]],
    rng: np.random.Generator | None = None,
    tails: dict[str, np.ndarray] | None = None,
    world: np.ndarray | None = None,
) -> RigDescription:
    """A rig from name -> (parent, head in armature space); bones point at their first child unless a tail is given."""
    children: dict[str, list[str]] = {}
    for name, (parent, _) in heads.items():
        children.setdefault(parent or "", []).append(name)
    bones = []
    for name, (parent, head) in heads.items():
        tail = (tails or {}).get(name)
        if tail is None:
            tail = heads[children[name][0]][1] if name in children else head + np.array([0.0, 0.0, 0.05])
        direction = np.asarray(tail, float) - head
        if np.linalg.norm(direction) < 1e-6:
            direction = np.array([0.0, 0.0, 0.05])
        rest = np.eye(4)
        rest[:3, :3] = rolled(direction, rng.uniform(-np.pi, np.pi) if rng is not None else 0.0)
        rest[:3, 3] = head
        bones.append(Bone(name, parent, rest, float(np.linalg.norm(direction))))
    return RigDescription("Rig", tuple(bones), world=np.eye(4) if world is None else world)


def moving(frames: int, seed: int, degrees: float = 35.0, fps: float = 30.0) -> Performance:
    """A smooth performance that moves every joint, and the pelvis by centimetres."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / fps
    phase, speed = rng.uniform(0, 6.28, (55, 3)), rng.uniform(0.5, 3.0, (55, 3))
    vectors = np.radians(degrees) * np.sin(t[:, None, None] * speed + phase) / np.sqrt(3.0)
    rest = rest_performance(frames, fps)
    sway = 0.05 * np.sin(t[:, None] * np.array([1.0, 1.7, 0.6]))
    rotations = hemisphere_continuous(normalise(from_rotvec(vectors)))
    face = 0.5 + 0.5 * np.sin(t[:, None] * rng.uniform(1, 5, 52) + rng.uniform(0, 6, 52))
    return make_performance(rotations, rest.translation + sway, face, fps)


def standing(frames: int, seed: int, fps: float = 30.0) -> Performance:
    """A speaker: arms, fingers and trunk in motion, the pelvis swaying over feet that stay where they are."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / fps
    vectors = np.zeros((frames, 55, 3))

    def wave(low: float, high: float) -> np.ndarray:
        return low + (high - low) * (0.5 + 0.5 * np.sin(rng.uniform(1.0, 4.0) * t + rng.uniform(0, 6.28)))

    for joint in ("spine1", "spine2", "spine3", "neck", "head"):
        vectors[:, INDEX[joint]] = np.stack([wave(-0.1, 0.1) for _ in range(3)], axis=1)
    vectors[:, 0, 1] = wave(-0.1, 0.1)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        vectors[:, INDEX[f"{side}_shoulder"], 2] = -sign * wave(0.4, 1.3)
        vectors[:, INDEX[f"{side}_shoulder"], 0] = wave(-0.3, 0.3)
        vectors[:, INDEX[f"{side}_elbow"], 1] = -sign * wave(0.3, 1.8)
        vectors[:, INDEX[f"{side}_elbow"], 0] = wave(-0.5, 0.5)
        vectors[:, INDEX[f"{side}_wrist"], 2] = wave(-0.4, 0.4)
        for finger in ("index", "middle", "ring", "pinky"):
            for k in (1, 2, 3):
                vectors[:, INDEX[f"{side}_{finger}{k}"], 2] = -sign * wave(0.0, 0.9)
    rotations = from_rotvec(vectors)
    sway = np.stack([wave(-0.03, 0.03), wave(-0.035, -0.015), wave(-0.02, 0.02)], axis=1)
    translation = rest_performance(frames).translation + sway
    positions, world = forward_kinematics(rotations, translation)
    rest = rest_positions()
    for side in ("left", "right"):
        hip, knee, ankle = (INDEX[f"{side}_{j}"] for j in ("hip", "knee", "ankle"))
        straight = world[:, 0]
        thigh, shin = rest[knee] - rest[hip], rest[ankle] - rest[knee]
        limb = Limb(positions[:, hip], straight, straight, thigh, shin, np.eye(3)[0])
        goal = np.broadcast_to(rest[ankle] + rest_performance(1).translation[0], (frames, 3))
        upper, lower = limb.reach(goal)
        rotations[:, hip] = multiply(conjugate(world[:, 0]), upper)
        rotations[:, knee] = multiply(conjugate(upper), lower)
        rotations[:, ankle] = conjugate(lower)
    return make_performance(hemisphere_continuous(rotations), translation, np.zeros((frames, 52)), fps)
