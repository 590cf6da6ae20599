"""Small characters, motions for them, and what Blender shows of them. Needs bpy."""

from __future__ import annotations

import wave
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector
from orator.core.arkit import ARKIT
from orator.core.performance import Performance, make_performance
from orator.core.rotations import from_matrix, from_rotvec
from orator.core.skeleton import FLOOR_AT_REST, JOINTS, PARENTS, rest_positions


def make_rig(name: str = "Rig", shapes: tuple[str, ...] = ARKIT, meshes: int = 1, joints=JOINTS, seed: int = 1):
    """An SMPL-X armature with bones of random roll and direction, and meshes with the shapes; returns the armature."""
    rng = np.random.default_rng(seed)
    scene = bpy.context.scene
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    heads = rest_positions() @ np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]) + [0, 0, -FLOOR_AT_REST]
    made = {}
    for j, joint in enumerate(JOINTS):
        if joint not in joints:
            continue
        bone = armature.data.edit_bones.new(joint)
        bone.head = Vector(heads[j])
        bone.tail = Vector(heads[j] + 0.05 * rng.normal(size=3))
        bone.roll = float(rng.uniform(-3, 3))
        parent = PARENTS[j]
        while parent >= 0 and JOINTS[parent] not in made:
            parent = PARENTS[parent]
        bone.parent = made[JOINTS[parent]] if parent >= 0 else None
        made[joint] = bone
    bpy.ops.object.mode_set(mode="OBJECT")
    for k in range(meshes):
        data = bpy.data.meshes.new(f"{name} Face {k}")
        data.from_pydata([(0, 0, 1.6), (0.1, 0, 1.6), (0, 0.1, 1.6)], [], [(0, 1, 2)])
        mesh = bpy.data.objects.new(f"{name} Face {k}", data)
        scene.collection.objects.link(mesh)
        mesh.parent = armature
        mesh.modifiers.new("Armature", "ARMATURE").object = armature
        if shapes:
            mesh.shape_key_add(name="Basis")
            for shape in shapes:
                mesh.shape_key_add(name=shape)
    return armature


def make_motion(seconds: float = 2.0, seed: int = 0, fps: float = 30.0, rate: float = 0.6) -> Performance:
    """Smooth motion of every joint, the root and every weight: sums of slow sines."""
    rng = np.random.default_rng(seed)
    frames = int(np.ceil(seconds * fps))
    t = np.arange(frames)[:, None] / fps

    def waves(channels: int, speed: float) -> np.ndarray:
        total = np.zeros((frames, channels))
        for octave in (1.0, 1.7, 2.6):
            total += np.sin(2 * np.pi * speed * octave * t + rng.uniform(0, 6.3, channels)) / octave
        return total

    rotations = from_rotvec(0.25 * waves(55 * 3, rate).reshape(frames, 55, 3))
    translation = 0.1 * waves(3, 0.2) + [0.0, -FLOOR_AT_REST, 0.0]
    face = np.clip(0.35 * waves(52, 1.5 * rate), 0.0, 1.0)
    return make_performance(rotations, translation, face, fps)


AXES = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""SMPL-X axes to Blender's: x, -z, y."""


def shown_pose(armature) -> tuple[np.ndarray, np.ndarray]:
    """Of the evaluated armature: each joint's local rotation (55, 4) wxyz in SMPL-X axes, and the translation (3,)."""
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    out = np.full((55, 3, 3), np.nan)
    for j, joint in enumerate(JOINTS):
        bone = evaluated.pose.bones.get(joint)
        if bone is not None:
            turn = np.array(bone.matrix)[:3, :3] @ np.linalg.inv(np.array(bone.bone.matrix_local)[:3, :3])
            out[j] = AXES.T @ turn @ AXES
    moved = np.array(evaluated.pose.bones["pelvis"].head - evaluated.pose.bones["pelvis"].bone.head_local)
    local = [out[PARENTS[j]].T @ out[j] if PARENTS[j] >= 0 else out[j] for j in range(55)]
    return from_matrix(np.array(local)), AXES.T @ moved + [0.0, -FLOOR_AT_REST, 0.0]


def shown_face(mesh) -> dict[str, float]:
    """Values of the evaluated mesh's shape keys."""
    evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return {block.name: block.value for block in evaluated.data.shape_keys.key_blocks}


def to_frame(frame: float) -> None:
    """Set the scene to a frame, fractions included."""
    whole = int(np.floor(frame))
    bpy.context.scene.frame_set(whole, subframe=float(frame - whole))


def speech_file(path: Path, seconds: float = 1.5) -> Path:
    """Something like a voice: a buzz with syllables."""
    t = np.arange(int(seconds * 16000)) / 16000
    buzz = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 12)) * np.clip(np.sin(2 * np.pi * 3 * t), 0, 1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((buzz / np.abs(buzz).max() * 20000).astype("<i2").tobytes())
    return path
