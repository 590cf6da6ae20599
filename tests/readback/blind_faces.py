"""Three stills of each emotion on one character, shuffled, for somebody to name; the key lies in a file of its own.

    python tests/readback/blind_faces.py --who orator --intensity 1 --out SHEET.png [--speech speech.wav]
    python tests/readback/blind_faces.py --who "rocketbox female" --rows FOLDER --key KEY.json

Runs in a Python with bpy and PyTorch. Every row is one generation of the same speech with a seed of its own; its stills
are three instants of talk drawn by chance, the same for every row. Nothing in the picture tells which emotion it is.
Rows of a sheet are A, B (first row of the page), C, D ... H; `--open` leaves them in the emotions' own order.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "docs" / "demo")]
SKIN, BALL, LINE = (0.62, 0.45, 0.38), (0.9, 0.9, 0.88), (0.07, 0.04, 0.03)


def stills(speech_file: Path, intensity: float, count: int, rng: np.random.Generator) -> dict[str, tuple]:
    """Emotion -> faces (count, 52) and head rotations (count, 4) at the same instants of the speech."""
    from orator.core.catalogue.emotions import EMOTIONS
    from orator.core.emotion import constant_emotion
    from orator.core.face.prosody import prosody_of
    from orator.core.performance import frame_count
    from orator.core.rotations import from_rotvec
    from orator.core.settings import Settings
    from orator.core.speech.features import speech_features
    from orator.core.speech.load import load_speech
    from orator.models.face import generate_face
    from orator.models.interface.condition import SpeechCondition
    from orator.models.phones import posteriors

    speech = load_speech(speech_file)
    features = speech_features(speech)
    frames = frame_count(speech.seconds)
    heard = SpeechCondition(features, posteriors(features), None, frames, speech.seconds)
    spoken = np.concatenate([np.arange(a + 6, b) for a, b in prosody_of(features, frames).phrases])
    chosen = [int(rng.choice(part)) for part in np.array_split(spoken, count)]
    out = {}
    for name in EMOTIONS:
        seed = int(rng.integers(1000))
        face, head = generate_face(heard, Settings(blink_rate=0.0), constant_emotion(name, intensity), seed)
        out[name] = face[chosen], from_rotvec(head[chosen])
    return out


def performed(made: dict[str, tuple]) -> object:
    """All stills behind each other, a frame each, as a performance that nothing else moves in."""
    from orator.core import skeleton
    from orator.core.performance import make_performance
    from orator.core.stance import relaxed_performance

    face = np.concatenate([f for f, _ in made.values()])
    base = relaxed_performance(len(face))
    rotations = base.rotations.copy()
    rotations[:, skeleton.INDEX["head"]] = np.concatenate([h for _, h in made.values()])
    return make_performance(rotations, base.translation, face)


def staged(who: str, performance: object, shared: Path) -> object:
    """The character in an empty scene, showing the performance at 30 fps from frame 0."""
    import bpy
    from helpers.cast import add_member
    from orator.core.bake.road import Keying, prepare
    from orator.core.blender import bake
    from orator.core.blender.bake_target import read_target
    from orator.core.performance import Take

    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    rig = drawn(scene) if who == "anime" else add_member(who, shared)
    scene.render.fps, scene.render.fps_base = 30, 1.0
    prepared = prepare(performance, 0.0, read_target(rig, scene), Keying(None))
    bake.add_take(rig, Take(performance, "Stills", {}), 0.0, prepared)
    if who.startswith("rocketbox"):
        for mesh in (o for o in bpy.data.objects if o.type == "MESH" and o.find_armature() == rig):
            paint(mesh)
    for obj in list(bpy.data.objects):
        if obj.type == "MESH" and obj != rig and obj.find_armature() is None and obj.parent is None:
            obj.hide_render = True
    return rig


def drawn(scene: object) -> object:
    """A drawn anime face as a talking picture."""
    import bpy
    from drawn_faces import STYLES, draw_face

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawn.png"
        draw_face(next(s for s in STYLES if s.name == "cel")).save(path)
        bpy.ops.orator.add_talking_picture(filepath=str(path))
        for image in bpy.data.images:
            if image.source == "FILE" and not image.packed_file:
                image.pack()
    return scene.orator.character


def paint(mesh: object) -> None:
    """Brows and irises onto a head that comes without its pictures: arches above the eyes, and the eyes' middles."""
    keys = mesh.data.shape_keys
    count = len(mesh.data.vertices)

    def places(block: object) -> np.ndarray:
        out = np.empty(3 * count, np.float32)
        block.data.foreach_get("co", out)
        return out.reshape(-1, 3)

    colour = np.tile(np.array((*SKIN, 1.0), np.float32), (count, 1))
    if keys is not None:
        rest = places(keys.reference_key)
        for name in ("LEye", "REye"):
            group = next((g.index for g in mesh.vertex_groups if g.name.endswith(name)), None)
            own = [v.index for v in mesh.data.vertices for g in v.groups if g.group == group and g.weight > 0.9]
            if own:
                ball = rest[own][:, [0, 2]]
                aside = np.linalg.norm(ball - (ball.min(axis=0) + ball.max(axis=0)) / 2, axis=1)
                # A brow is an arch a lid's width above the eye, thicker towards the nose.
                middle, size = (ball.min(axis=0) + ball.max(axis=0)) / 2, np.ptp(ball[:, 0])
                away = np.sign(middle[0]) * (rest[:, 0] - middle[0]) / size
                over = (rest[:, 2] - middle[1]) / size - (0.80 + 0.10 * np.cos(2.6 * (away - 0.25)))
                brow = (np.abs(over) < 0.17 - 0.07 * away) & (away > -0.62) & (away < 0.80)
                colour[brow & (rest[:, 1] < rest[own][:, 1].max() + size), :3] = LINE
                colour[own, :3] = BALL
                colour[np.array(own)[aside < 0.56 * aside.max()], :3] = LINE
    layer = mesh.data.color_attributes.new("Paint", "FLOAT_COLOR", "POINT")
    layer.data.foreach_set("color", colour.ravel())
    mesh.data.color_attributes.active_color = layer


def camera_on(rig: object, own: bool, size: tuple[int, int]) -> None:
    """Workbench before a grey wall, and a camera on the head."""
    import bpy
    import pictures
    from mathutils import Vector
    from side_by_side import head_of

    scene = bpy.context.scene
    if rig.type == "MESH":
        from drawn_sheet import stage

        stage(scene, size[0])
        scene.camera.data.ortho_scale, scene.camera.location.z = 0.62, 0.56
        scene.render.film_transparent = False
        scene.world = bpy.data.worlds.new("World")
        scene.world.color = (0.32, 0.34, 0.38)
        scene.frame_set(0)
        return
    pictures.add_camera(scene)
    pictures.use_workbench(scene)
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (0.32, 0.34, 0.38)
    scene.display.shading.show_cavity, scene.display.shading.cavity_type = True, "BOTH"
    scene.frame_set(0)
    at = Vector(head_of(rig)) + Vector((0.0, -0.09, 0.015 if own else 0.045))
    pictures.aim(scene, at, pictures.Framing(height=0.25 if own else 0.195, degrees=9.0, size=size))


def in_files(cells: dict[str, list[np.ndarray]], given: argparse.Namespace, rng: np.random.Generator) -> None:
    """A picture a row under a name of random letters, and the key beside those of other calls."""
    import pictures

    given.rows.mkdir(parents=True, exist_ok=True)
    key = json.loads(given.key.read_text()) if given.key.exists() else {}
    for name in rng.permutation(list(cells)):
        letters = "".join(rng.choice(list("ABCDEFGHJKLMNPQRSTUVWXYZ"), 6))
        pictures.write_png(pictures.page(cells[name], given.count, 2), given.rows / f"{letters}.png")
        key[letters] = {"who": given.who, "intensity": given.intensity, "emotion": str(name)}
    given.key.write_text(json.dumps(key, indent=1, sort_keys=True))


def main() -> None:
    """Render, shuffle, and write the sheet and the key."""
    import bpy
    import orator
    import pictures

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--who", default="orator")
    parser.add_argument("--intensity", type=float, default=1.0)
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--speech", type=Path, default=ROOT / "docs" / "demo" / "speech.wav")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, help="one picture of all rows")
    where.add_argument("--rows", type=Path, help="a folder: a picture a row, named by random letters; needs --key")
    parser.add_argument("--key", type=Path, help="where the answers go; by default beside the picture")
    parser.add_argument("--seed", type=int, help="the same stills again; by default they are another's every time")
    parser.add_argument("--open", action="store_true", help="emotions in order, for looking at, not for naming")
    given = parser.parse_args()
    if given.rows and not given.key:
        parser.error("--rows needs --key: a file outside of that folder")
    orator.register()
    rng = np.random.default_rng(secrets.randbits(32) if given.seed is None else given.seed)
    made = stills(given.speech, given.intensity, given.count, rng)
    rig = staged(given.who, performed(made), given.shared)
    scene = bpy.context.scene
    camera_on(rig, given.who not in ("rocketbox female", "rocketbox male"), (300, 360) if given.rows else (190, 230))
    if given.who.startswith("rocketbox"):
        scene.display.shading.color_type = "VERTEX"
    names = list(made)
    cells: dict[str, list[np.ndarray]] = {name: [] for name in names}
    still = (given.rows or given.out.parent) / "still.png"
    for k in range(given.count * len(names)):
        scene.frame_set(k)
        cells[names[k // given.count]].append(pictures.render(scene, still)[..., :3])
    still.unlink()
    if given.rows:
        in_files(cells, given, rng)
        return
    order = names if given.open else [names[k] for k in rng.permutation(len(names))]
    pictures.write_png(pictures.page([c for n in order for c in cells[n]], 2 * given.count, 2), given.out)
    key = given.key or given.out.with_suffix(".json")
    key.write_text(json.dumps(dict(zip("ABCDEFGH", order, strict=True))))


if __name__ == "__main__":
    main()
