"""Five drawn faces say the demo's text, twelve drawings a second: `python docs/demo/drawn_film.py OUT.mp4 [SECONDS]`.

Each is a talking picture with a take of its own. Prints how many of the text's P, B and M are found as shut lips in the
keys, and how many would be if the curve at 30 a second were just read at every drawing.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import orator
from drawn_faces import STYLES, draw_face
from drawn_sheet import stage
from face_film import film
from orator.core.anime.stepping import openness
from orator.core.arkit import INDEX
from orator.core.bake.road import prepare
from orator.core.blender import bake, compat
from orator.core.blender.bake_target import read_keying, read_target
from orator.core.performance import Performance, Take
from orator.core.request.generation import GenerationRequest
from orator.core.speech.features import speech_features
from orator.core.speech.load import load_speech
from orator.models.generate import generate
from orator.models.phones.classify import posteriors
from orator.models.phones.transcript import align

HERE = Path(__file__).parent
FPS = 12
APART = 0.62
SPEECH = HERE / "speech.wav"


def lips_meet() -> list[tuple[float, float]]:
    """Seconds of every P, B and M of the demo's text, as its transcript is placed in its sound."""
    speech = load_speech(SPEECH)
    text = (HERE / "speech.txt").read_text(encoding="utf-8")
    words = align(posteriors(speech_features(speech)), text, speech.seconds)
    return [(phone.start, phone.end) for word in words for phone in word.phones if phone.name in "PBM"]


def found(gap: np.ndarray, fps: float, spans: list[tuple[float, float]], limit: float) -> int:
    """In how many spans lips (T,) that are held for 1 / fps shut, a thirtieth of a second early or late."""
    count = 0
    for start, end in spans:
        first, last = max(int((start - 1 / 30) * fps), 0), min(int((end + 1 / 30) * fps) + 1, len(gap))
        count += bool(gap[first:last].min(initial=1.0) < limit)
    return count


def keyed(obj: bpy.types.Object, frames: int) -> np.ndarray:
    """The face (T, 52) that the keys of a talking picture hold at each frame."""
    face = np.zeros((frames, len(INDEX)), np.float32)
    for curve in compat.animated_curves(obj.data.shape_keys):
        name = curve.data_path.split('"')[1]
        if name in INDEX:
            face[:, INDEX[name]] = [curve.evaluate(frame) for frame in range(frames)]
    return face


def puppet(path: Path, performance: Performance, place: float) -> bpy.types.Object:
    """A talking picture with a take, at its place in the row."""
    scene = bpy.context.scene
    bpy.ops.orator.add_talking_picture(filepath=str(path))
    obj = scene.orator.character
    # The pictures' clear edges lie over one another: each has a depth of its own, which this camera does not see.
    obj.location = (place, 0.3 * place / APART, 0.0)
    scene.orator.keys = "ONES"
    bake.add_take(
        obj,
        Take(performance, path.stem, {}),
        0.0,
        prepare(performance, 0.0, read_target(obj, scene), read_keying(scene)),
    )
    return obj


def main() -> None:
    """Generate, key, count, film."""
    out, seconds = Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    bpy.ops.wm.read_factory_settings(use_empty=True)
    orator.register()
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = FPS, 1.0
    speech, spans = load_speech(SPEECH), lips_meet()
    print(f"{len(spans)} P, B and M\n| picture | shut at 30 fps | held, 12 drawings | read, 12 drawings |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for k, style in enumerate(STYLES):
            path = Path(folder) / f"{style.name}.png"
            draw_face(style).save(path)
            performance = generate(GenerationRequest((speech,)), seed=k)
            obj = puppet(path, performance, APART * (k - 2))
            gap = openness(performance.face)
            limit = min(0.08, 0.2 * float(np.percentile(gap, 90)))
            held = openness(keyed(obj, int(speech.seconds * FPS)))
            read = gap[np.round(np.arange(len(held)) * 30.0 / FPS).astype(int).clip(0, len(gap) - 1)]
            counts = (found(gap, 30.0, spans, limit), found(held, FPS, spans, limit), found(read, FPS, spans, limit))
            print(f"| {style.name} | {' | '.join(map(str, counts))} |", flush=True)
    stage(scene, 320)
    scene.cycles.samples = 2
    scene.camera.data.ortho_scale, scene.camera.location.z = 5 * APART, 0.6
    scene.render.resolution_x, scene.render.resolution_y = 800, 210
    scene.render.film_transparent = False
    scene.world = bpy.data.worlds.new("World")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = (0.67, 0.72, 0.69, 1.0)
    if seconds >= 0.0:
        film(scene, SPEECH, out, seconds or speech.seconds, FPS)


if __name__ == "__main__":
    main()
