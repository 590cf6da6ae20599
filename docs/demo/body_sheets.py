"""Takes beside each other on the demo's character, from one camera: a sheet of stills, and a film of all in a row.

    python docs/demo/body_sheets.py TAKE.npz ... --sheet SHEET.jpg [--film FILM.mp4 --sound SPEECH.wav]
                                    [--stills 10] [--seconds 20] [--fps 15]

Needs bpy. A take may come from anywhere: `orator generate`, an older checkout of it, or a real clip made one by
`python -m orator.models.training.body.rocketbox`. One that is shorter than the others is repeated.
"""

from __future__ import annotations

import argparse
import tempfile
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
from orator.core.formats.take_npz import read_take
from orator.core.performance import Performance, Take, make_performance

APART = 1.25
STILL = pictures.Framing(height=1.95, degrees=14.0, size=(216, 330), lift=0.1)
WIDE = pictures.Framing(height=1.95, degrees=0.0, size=(0, 324), lift=0.1)
MIDDLE = 0.9


def fitted(performance: Performance, seconds: float) -> Performance:
    """A performance of this length: cut, or gone through forth and back until it is filled."""
    count, want = len(performance.rotations), round(seconds * performance.fps) + 1
    there = np.abs((np.arange(want) + count - 1) % max(2 * count - 2, 1) - (count - 1))
    at = np.arange(want) if want <= count else there
    return make_performance(
        performance.rotations[at], performance.translation[at], performance.face[at], performance.fps
    )


def cast(takes: list[Path], seconds: float) -> list[bpy.types.Object]:
    """A character a take, in a row, each with its take as keys."""
    rigs = []
    for k, path in enumerate(takes):
        performance = fitted(read_take(path).performance, seconds)
        rig = add_character(bpy.context)
        prepared = prepare(performance, 0.0, read_target(rig, bpy.context.scene), Keying(None))
        bake.add_take(rig, Take(performance, path.stem, {}), 0.0, prepared)
        rig.location = (APART * (k - (len(takes) - 1) / 2), 0.0, rig.location.z)
        rigs.append(rig)
    return rigs


def sheet(scene: bpy.types.Scene, rigs: list[bpy.types.Object], stills: int, path: Path) -> None:
    """A row a take."""
    cells = []
    with tempfile.TemporaryDirectory() as folder:
        for rig in rigs:
            for other in rigs:
                for mesh in other.children:
                    mesh.hide_render = other is not rig
            for k in range(stills):
                scene.frame_set(round(scene.frame_start + (scene.frame_end - scene.frame_start) * (k + 0.5) / stills))
                pictures.aim(scene, Vector((rig.location.x, 0.0, MIDDLE)), STILL)
                cells.append(np.array(pictures.render(scene, Path(folder) / "still.png")))
    for mesh in (mesh for rig in rigs for mesh in rig.children):
        mesh.hide_render = False
    pictures.write_png(pictures.page(cells, stills), path)


def film(scene: bpy.types.Scene, rigs: list[bpy.types.Object], sound: Path | None, to: Path) -> None:
    """Everybody in one picture, with the sound."""
    if sound is not None:
        editor = scene.sequence_editor_create()
        strips = editor.strips if hasattr(editor, "strips") else editor.sequences
        strips.new_sound("Speech", str(sound), 1, 0)
    width = int(WIDE.size[1] * APART * len(rigs) / WIDE.height) // 2 * 2
    framing = pictures.Framing(WIDE.height, WIDE.degrees, (width, WIDE.size[1]), WIDE.lift)
    pictures.movie(scene, rigs[0], to, at=Vector((0.0, 0.0, MIDDLE)), framing=framing)


def main() -> None:
    """Bake, draw, film."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("takes", nargs="+", type=Path, metavar="TAKE.npz")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--film", type=Path)
    parser.add_argument("--sound", type=Path)
    parser.add_argument("--stills", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--fps", type=int, default=15)
    given = parser.parse_args()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    orator.register()
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = given.fps, 1.0
    scene.frame_start, scene.frame_end = 0, round(given.seconds * given.fps)
    rigs = cast(given.takes, given.seconds)
    pictures.add_camera(scene)
    scene.camera.data.clip_start = 0.05
    pictures.use_workbench(scene)
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (0.30, 0.32, 0.36)
    if given.sheet is not None:
        sheet(scene, rigs, given.stills, given.sheet)
    if given.film is not None:
        film(scene, rigs, given.sound, given.film)


if __name__ == "__main__":
    main()
