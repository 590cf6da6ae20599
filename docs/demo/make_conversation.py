"""`make demo-conversation`: two characters, two voices, one press; the file, a contact sheet and a movie.

make_conversation.py [OUT [A.wav B.wav]]      runs inside a Python with bpy and the extension's packages
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from pathlib import Path

import bpy
import make_demo
import numpy as np
import pictures
from make_demo import FPS, ROOT, Stages, must
from mathutils import Vector

MOMENTS = 12
APART = 1.25
"""Metres between the two."""
TURNED = 52.0
"""Degrees from the camera's side towards the other: open to who looks on, as on a stage."""
BOTH = pictures.Framing(height=1.98, degrees=0.0, size=(400, 330), lift=0.08)
MOVIE = pictures.Framing(height=1.30, degrees=0.0, size=(640, 360), lift=0.05)
LOOKS = {
    "Anna": {"Sweater": (0.40, 0.11, 0.06), "Hair": (0.16, 0.075, 0.03)},
    "Ben": {"Sweater": (0.035, 0.115, 0.22), "Trousers": (0.16, 0.125, 0.09)},
}
"""Colours, so that one is told from the other."""


def add_people(scene: bpy.types.Scene, voices: tuple[Path, Path]) -> list[bpy.types.Object]:
    """Anna on the left and Ben on the right, each with a strip, each listening to the other."""
    people = []
    for k, (name, voice) in enumerate(zip(LOOKS, voices, strict=True)):
        must(bpy.ops.orator.add_speech(filepath=str(voice)), "Add Speech")
        strip = scene.orator.strip
        must(bpy.ops.orator.add_character(), "Add Character")
        person = scene.orator.character
        person.name = name
        side = 1.0 - 2.0 * k
        person.location = (-0.5 * APART * side, 0.0, 0.0)
        person.rotation_euler = (0.0, 0.0, side * math.radians(TURNED))
        person.orator_talk.speaks = strip
        dress(person, LOOKS[name])
        people.append(person)
    people[0].orator_talk.listens_to, people[1].orator_talk.listens_to = people[1], people[0]
    return people


def dress(person: bpy.types.Object, colours: dict[str, tuple[float, float, float]]) -> None:
    """Clothes and hair in other colours."""
    for material in {slot.material for mesh in person.children for slot in mesh.material_slots if slot.material}:
        for label, colour in colours.items():
            if material.name.split(".")[0].endswith(label):
                material.diffuse_color = (*colour, 1.0)
                shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
                shader.inputs["Base Color"].default_value = (*colour, 1.0)


def middle(people: list[bpy.types.Object], height: float) -> Vector:
    """Between the two, at a height."""
    return Vector((sum(p.location.x for p in people) / len(people), 0.0, height))


def sheet(scene: bpy.types.Scene, people: list[bpy.types.Object], path: Path) -> None:
    """Both at so many moments, a row of four each."""
    pictures.use_cycles(scene, 8)
    cells = []
    with tempfile.TemporaryDirectory() as folder:
        for k in range(MOMENTS):
            scene.frame_set(round(scene.frame_start + (scene.frame_end - scene.frame_start) * (k + 0.5) / MOMENTS))
            pictures.aim(scene, middle(people, 0.9), BOTH)
            cells.append(np.array(pictures.render(scene, Path(folder) / "still.png")))
    pictures.write_png(pictures.page(cells, 4), path)


def main(out: Path, voices: tuple[Path, Path]) -> None:
    """All stages in order."""
    stages = Stages()
    with stages.stage("open an empty file, enable Orator"):
        scene = make_demo.new_scene()
    with stages.stage("two characters and their strips"):
        people = add_people(scene, voices)
        scene.frame_start = 1
        must(bpy.ops.orator.add_stage(), "Add Stage")
    with stages.stage("generate the conversation"):
        must(bpy.ops.orator.generate_conversation(), "Generate Conversation")
    with stages.stage("turns as markers"):
        must(bpy.ops.orator.lay_turns(), "Turns as Markers")
    with stages.stage("save conversation.blend"):
        make_demo.save(out / "conversation.blend")
    pictures.add_camera(scene)
    with stages.stage("render the contact sheet sheet.jpg"):
        sheet(scene, people, out / "sheet.jpg")
    with stages.stage("render the movie conversation.mp4 with sound"):
        pictures.movie(scene, people[0], out / "conversation.mp4", make_demo.progress(), middle(people, 1.2), MOVIE)
    total = sum(took for _, took in stages.took)
    seconds = (scene.frame_end - scene.frame_start) / FPS
    print(f"{'in all':<46} {total:7.1f} s for {seconds:.1f} s of two voices ({os.cpu_count()} cores); {out}/")


if __name__ == "__main__":
    words = [Path(word).resolve() for word in sys.argv[1:]]
    folder = words[0] if words else Path("out/demo-conversation").resolve()
    here = Path(__file__).resolve().parent / "conversation"
    folder.mkdir(parents=True, exist_ok=True)
    make_demo.LOG = ROOT / "build" / "demo.log"
    make_demo.LOG.write_text("", encoding="utf-8")
    main(folder, (words[1], words[2]) if len(words) > 2 else (here / "anna.flac", here / "ben.flac"))
