"""Takes whose face is made of expressions, as EMAGE's are, and what a body shows of them. Needs bpy."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
from helpers.characters import make_motion
from orator.core.arkit import INDEX as INDEX_OF
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake
from orator.core.blender.bake_target import read_target
from orator.core.blender.directions import directions_record
from orator.core.blender.scene_rate import scene_fps
from orator.core.directing.directions import Directions
from orator.core.performance import Performance, Take, make_performance
from orator.core.rotations import from_rotvec
from orator.core.skeleton import INDEX
from orator.core.smplx.arkit_map import ExpressionMap, eye_rotations, to_arkit

SECONDS = 3.0


def own_take(seed: int = 2) -> Performance:
    """A take as Orator makes it: its face is ARKit weights, jaw and eye joints are still."""
    motion = make_motion(SECONDS, seed=seed)
    rotations = np.array(motion.rotations)
    rotations[:, [INDEX[j] for j in ("jaw", "left_eye_smplhf", "right_eye_smplhf")]] = [1.0, 0.0, 0.0, 0.0]
    return replace(motion, rotations=rotations)


def expressive_take(mapping: ExpressionMap | None, seed: int = 1) -> Performance:
    """A take as EMAGE makes it: 100 expressions, jaw and eyes that turn, and the ARKit weights that a map gives."""
    motion = own_take(seed)
    rng = np.random.default_rng(seed)
    t = np.arange(motion.frames)[:, None] / motion.fps
    expressions = 0.6 * np.sin(2 * np.pi * rng.uniform(0.4, 1.5, 100) * t + rng.uniform(0, 6.3, 100))
    rotations = np.array(motion.rotations)
    jaw = np.zeros((motion.frames, 3))
    jaw[:, 0], jaw[:, 1] = 0.16 + 0.14 * np.sin(7 * t[:, 0]), 0.05 * np.sin(3 * t[:, 0])
    rotations[:, INDEX["jaw"]] = from_rotvec(jaw)
    face = to_arkit(expressions, rotations[:, INDEX["jaw"]], mapping)
    for name in ("eyeLookInLeft", "eyeLookOutRight"):
        face[:, INDEX_OF[name]] = 0.2 + 0.15 * np.sin(2 * t[:, 0])
    for side, joint in (("Left", "left_eye_smplhf"), ("Right", "right_eye_smplhf")):
        rotations[:, INDEX[joint]] = eye_rotations(face, side)
    return make_performance(rotations, motion.translation, face, motion.fps, expressions)


def take_of(
    armature, performance: Performance, name: str = "Take 1", directions: Directions | None = None, keying=None
):
    """The performance as a take that is shown; dense keys unless a keying says otherwise."""
    scene = bpy.context.scene
    directions = directions or Directions()
    keying = keying or Keying(None)
    prepared = prepare(performance, 0.0, read_target(armature, scene), keying, directions=directions)
    meta = {"seed": 3, **directions_record(directions)}
    return bake.add_take(armature, Take(performance, name, meta), 0.0, prepared), prepared


def keyed(armature) -> dict[str, np.ndarray]:
    """Every curve that plays on the body and its face, at the take's frames: path[index] -> (T,)."""
    frames = np.arange(round(SECONDS * scene_fps(bpy.context.scene)))
    meshes = [child.data.shape_keys for child in armature.children if child.type == "MESH" and child.data.shape_keys]
    out = {}
    for owner in (armature, *meshes):
        for curve in bake.compat.animated_curves(owner):
            path = curve.data_path.removeprefix('key_blocks["').removesuffix('"].value')
            name = path if owner != armature else f"{path}[{curve.array_index}]"
            out[name] = np.array([curve.evaluate(f) for f in frames])
    return out


def expressions_of(curves: dict[str, np.ndarray], count: int = 100) -> np.ndarray:
    """(T, count) the expression keys."""
    return np.stack([curves[f"Exp{k:03d}"] for k in range(count)], axis=1)


def turn_of(curves: dict[str, np.ndarray], bone: str) -> np.ndarray:
    """(T, 4) what a bone's quaternion curves say."""
    return np.stack([curves[f'pose.bones["{bone}"].rotation_quaternion[{k}]'] for k in range(4)], axis=1)


def weights(**values: float) -> np.ndarray:
    """(52,) weights by name."""
    out = np.zeros(len(INDEX_OF))
    for name, value in values.items():
        out[INDEX_OF[name]] = value
    return out
