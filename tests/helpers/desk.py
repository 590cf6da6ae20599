"""The desk with a score on it: a performance of five seconds whose words are known, and hands that move strips."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
import soundfile
from orator.core.arkit import INDEX as FACE
from orator.core.blender import compat, score, takes
from orator.core.blender.take_store import load_performance
from orator.core.errors import OratorError
from orator.models import runtime

DEMO = Path(__file__).resolve().parents[2] / "docs" / "demo" / "speech.wav"
SECONDS = 5.5
WORDS = "Hello! Do you want to know a secret? I never liked public speaking."
MOUTH = [FACE[name] for name in ("jawOpen", "mouthFunnel", "mouthPucker", "mouthClose", "mouthStretchLeft")]


def furnish(scene: bpy.types.Scene, folder: Path) -> None:
    """A character that has performed five seconds, with the words known, and its score laid out.

    Skips the test where neither PyTorch nor ONNX Runtime is.
    """
    try:
        runtime.chosen()
    except OratorError as reason:
        pytest.skip(f"networks need a runtime: {reason}")
    samples, rate = soundfile.read(DEMO)
    path = folder / "speech.wav"
    soundfile.write(path, samples[: round(SECONDS * rate)], rate)
    scene.render.fps = 30
    bpy.ops.orator.add_character()
    bpy.ops.orator.add_speech(filepath=str(path))
    scene.orator.transcript = WORDS
    scene.orator.seed = 3
    look(scene)
    assert bpy.ops.orator.generate() == {"FINISHED"}
    assert bpy.ops.orator.score_lay() == {"FINISHED"}


def look(scene: bpy.types.Scene) -> None:
    target = bpy.data.objects.new("Bird", None)
    target.location = (1.5, -2.0, 2.2)
    scene.collection.objects.link(target)
    scene.frame_set(61)
    bpy.ops.orator.pin_look()
    pin = scene.orator.character.orator.pins[0]
    pin.target, pin.hold = target, 20


def strips_of(scene: bpy.types.Scene, kind: str) -> list:
    channels = {c.name: k for k, c in enumerate(scene.sequence_editor.channels)}
    found = [s for s in score.text_strips(scene) if s.channel == channels.get(score.CHANNELS[kind])]
    return sorted(found, key=lambda strip: compat.strip_bounds(strip)[0])


def shift(strip, frames: int) -> None:
    """Drag a strip."""
    if hasattr(strip, "content_start"):
        strip.content_start += frames
    else:
        strip.frame_start += frames


def lengthen(strip, frames: int) -> None:
    """Drag a strip's right handle."""
    if hasattr(strip, "right_handle"):
        strip.right_handle += frames
    else:
        strip.frame_final_end += frames


def again(scene: bpy.types.Scene):
    """Regenerate Changes: the performance before and after."""
    character = scene.orator.character
    before = load_performance(takes.shown(character))
    assert bpy.ops.orator.score_regenerate() == {"FINISHED"}
    return before, load_performance(takes.shown(character))


def changed(before, after) -> np.ndarray:
    """(T,) bool: frames in which anything of body or face is not the same to the bit."""
    body = (before.rotations != after.rotations).any(axis=(1, 2)) | (before.translation != after.translation).any(
        axis=1
    )
    return body | (before.face != after.face).any(axis=1)


def span(frames: np.ndarray) -> tuple[float, float]:
    found = np.flatnonzero(frames)
    return found[0] / 30.0, (found[-1] + 1) / 30.0
