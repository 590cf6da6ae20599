"""A film: one paragraph said eight times side by side, neutral and each emotion rising and falling by keyed intensity.

    python docs/demo/face_film.py [--out docs/images/face_emotions.mp4]

Needs bpy and PyTorch in one Python. Every face is `orator generate` with an emotion track of four keys, baked onto the
demo's character as an artist would; the sound is the demo's speech.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import bpy
import numpy as np
import orator
import pictures
from mathutils import Vector
from orator.core.bake.road import Keying, prepare
from orator.core.blender import bake
from orator.core.blender.bake_target import read_target
from orator.core.blender.character import add_character
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.emotion import parse_emotion
from orator.core.performance import Take
from orator.core.request.generation import GenerationRequest
from orator.core.settings import Settings
from orator.core.speech.load import load_speech
from orator.models.generate import generate

HERE = Path(__file__).resolve().parent
FPS = 15
APART = (0.235, 0.347)
SIZE = (640, 486)
CHIN = 0.205
"""Metres from the middle of the head down to where the picture of it ends."""
KEYS = (0.08, 0.42, 0.60, 0.94)
"""Shares of the paragraph at which the intensity begins to rise, is full, begins to fall, and is 0 again."""


def track(emotion: str, seconds: float) -> str:
    """The emotion as the command line takes it."""
    levels = zip(KEYS, (0.0, 1.0, 1.0, 0.0), strict=True)
    return ",".join(f"{seconds * at:.2f}={emotion}:{level:g}" for at, level in levels)


def cast(speech_file: Path) -> list[bpy.types.Object]:
    """Eight characters that say the paragraph, heads in two rows before the camera."""
    speech = load_speech(speech_file)
    made = []
    for k, emotion in enumerate(EMOTIONS):
        asked = parse_emotion(track(emotion, speech.seconds))
        request = GenerationRequest((speech,), Settings(parts=("face",)), emotion=asked)
        performance = generate(request, seed=3)
        rig = add_character(bpy.context)
        prepared = prepare(performance, 0.0, read_target(rig, bpy.context.scene), Keying(None))
        bake.add_take(rig, Take(performance, emotion, {}), 0.0, prepared)
        column, row = k % 4, k // 4
        rig.location = (APART[0] * (column - 1.5), 0.9 * row, -APART[1] * row)
        print(emotion, flush=True)
        made.append(rig)
    return made


def heads_only(rigs: list[bpy.types.Object]) -> None:
    """Leave what hangs below a neck out of the picture: a row of bodies would stand before the heads under it."""
    for rig in rigs:
        for mesh in (m for m in rig.children if m.type == "MESH"):
            group = mesh.vertex_groups
            least = rig.pose.bones["head"].bone.head_local.z - CHIN + 0.09
            low = [v.index for v in mesh.data.vertices if v.co.z < least]
            if len(low) == len(mesh.data.vertices):
                mesh.hide_render = True
            elif low:
                shown = group.new(name="Shown")
                shown.add([v.index for v in mesh.data.vertices if v.co.z >= least], 1.0, "REPLACE")
                mask = mesh.modifiers.new("Heads", "MASK")
                mask.vertex_group = shown.name


def main() -> None:
    """Generate, bake, film."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE.parent / "images" / "face_emotions.mp4")
    parser.add_argument("--speech", type=Path, default=HERE / "speech.wav")
    parser.add_argument("--still", type=float, help="only one picture, of this second")
    given = parser.parse_args()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    orator.register()
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = FPS, 1.0
    rigs = cast(given.speech)
    heads_only(rigs)
    camera = pictures.add_camera(scene)
    pictures.use_workbench(scene)
    scene.display.shading.show_cavity, scene.display.shading.cavity_type = True, "BOTH"
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (0.30, 0.32, 0.36)
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    camera.data.type, camera.data.sensor_fit = "ORTHO", "HORIZONTAL"
    camera.data.ortho_scale = 4 * APART[0]
    scene.frame_set(0)
    middle = pictures.head_of(rigs[0]).z - 0.232
    camera.location = Vector((0.0, -6.0, middle))
    camera.rotation_euler = (np.pi / 2, 0.0, 0.0)
    for rig, name in zip(rigs, EMOTIONS, strict=True):
        caption(camera, name, rig.location.x, rig.location.z + pictures.head_of(rigs[0]).z - CHIN - 0.017 - middle)
    if given.still is not None:
        scene.frame_set(round(given.still * FPS))
        pictures.write_png(pictures.render(scene, given.out.with_suffix(".png")), given.out.with_suffix(".png"))
        return
    film(scene, given.speech, given.out, load_speech(given.speech).seconds)


def caption(camera: bpy.types.Object, text: str, x: float, y: float) -> None:
    """A word before the camera."""
    data = bpy.data.curves.new(text, "FONT")
    data.body, data.size, data.align_x = text, 0.02, "CENTER"
    material = bpy.data.materials.new("Caption")
    material.diffuse_color = (1.0, 1.0, 1.0, 1.0)
    data.materials.append(material)
    label = bpy.data.objects.new(text, data)
    camera.users_collection[0].objects.link(label)
    label.parent, label.location = camera, (x, y, -1.0)


def film(scene: bpy.types.Scene, speech: Path, path: Path, seconds: float, fps: int = FPS) -> None:
    """The frame range as a small mp4 with the speech."""
    scene.frame_start, scene.frame_end = 0, int(seconds * fps)
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    strips.new_sound("Speech", str(speech), 1, 0)
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format, settings.color_mode = "FFMPEG", "RGB"
    video = scene.render.ffmpeg
    video.format, video.codec, video.constant_rate_factor, video.gopsize = "MPEG4", "H264", "LOW", 60
    video.audio_codec, video.audio_bitrate = "AAC", 64
    scene.render.filepath, scene.render.use_file_extension = str(path), False
    scene.render.use_sequencer = False
    bpy.ops.render.render(animation=True)


if __name__ == "__main__":
    main()
