"""Speech, poses and takes that the tests of the artist's loop start from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from helpers.characters import make_motion, speech_file
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, generation
from orator.core.blender.bake_target import read_target
from orator.core.performance import Take

ARM, ELBOW, WRIST = "right_shoulder", "right_elbow", "right_wrist"
SECONDS = 3.0


def speech(scene, tmp_path: Path, frame: float = 11.0, seconds: float = SECONDS) -> None:
    scene.orator.source, scene.orator.file_frame = "FILE", frame
    scene.orator.file = str(speech_file(tmp_path / "voice.wav", seconds))


def turn(armature, bone: str, angle: float) -> None:
    """Turn a bone about its own X."""
    armature.pose.bones[bone].rotation_mode = "QUATERNION"
    armature.pose.bones[bone].rotation_quaternion = (np.cos(angle / 2), np.sin(angle / 2), 0.0, 0.0)


def take_for(armature, request: generation.TakeRequest, seed: int = 1, keying: Keying | None = None):
    """What a worker would deliver for a request, with a motion that is made here."""
    motion = make_motion(request.asked.speech.seconds, seed=seed)
    keying = keying or Keying()
    prepared = prepare(motion, request.asked.speech.start, request.target, keying, directions=request.directions)
    meta = {"seed": seed, **request.meta}
    return bake.add_take(armature, Take(motion, "Take 1", meta), request.asked.speech.start, prepared)


def plain_take(armature, scene, seed: int = 1, start: float = 0.0, seconds: float = SECONDS):
    motion = make_motion(seconds, seed=seed)
    prepared = prepare(motion, start, read_target(armature, scene), Keying())
    return bake.add_take(armature, Take(motion, "Take 1", {"seed": seed}), start, prepared)


def curves(armature) -> dict[tuple[str, int], list[tuple[float, float]]]:
    found = bake.compat.animated_curves(armature)
    return {(c.data_path, c.array_index): [tuple(k.co) for k in c.keyframe_points] for c in found}


def animate(armature, keys: dict[int, float]) -> None:
    for frame, angle in keys.items():
        turn(armature, ARM, angle)
        armature.pose.bones[ARM].keyframe_insert("rotation_quaternion", frame=frame)
        armature.pose.bones["pelvis"].location = (0.05 * angle, 0.0, 0.0)
        armature.pose.bones["pelvis"].keyframe_insert("location", frame=frame)
