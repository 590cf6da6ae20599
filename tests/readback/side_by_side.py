"""Renders one take on several characters of the cast side by side: a sheet of bodies and a sheet of faces.

    python tests/readback/side_by_side.py TAKE.npz --bodies docs/images/rigs_side_by_side.png \
        --faces docs/images/rigs_faces.png

Runs in a Python with bpy; rows are moments, columns are characters.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
CLAY = {"rocketbox female": (0.42, 0.30, 0.27), "rocketbox male": (0.30, 0.36, 0.42), "vircadia": (0.40, 0.40, 0.34)}
APART = 1.1


def perform(names: list[str], take: Path, shared: Path) -> list:
    """All characters in one scene, in a row, showing the take; their armatures."""
    import bpy
    from helpers.cast import add_member
    from orator.core.bake.road import prepare
    from orator.core.bake.target import Keying
    from orator.core.blender import bake
    from orator.core.blender.bake_target import read_target
    from orator.core.formats.take_npz import read_take

    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 30, 1.0
    made, rigs = read_take(take), []
    for k, name in enumerate(names):
        rig = add_member(name, shared)
        scene.render.fps, scene.render.fps_base = 30, 1.0
        prepared = prepare(made.performance, 1 / 30, read_target(rig, scene), Keying(None))
        bake.add_take(rig, made, 1 / 30, prepared)
        rig.location = (APART * (k - (len(names) - 1) / 2), 0.0, rig.location.z)
        print(name, prepared.coverage.sentence(), flush=True)
        if name in CLAY:
            for mesh in (o for o in bpy.data.objects if o.type == "MESH" and o.find_armature() == rig):
                dress(mesh, CLAY[name])
        rigs.append(rig)
    for obj in list(bpy.data.objects):  # what importers bring as the bones' display shapes
        if obj.type == "MESH" and obj.find_armature() is None and obj.parent is None:
            obj.hide_render = True
    return rigs


def dress(mesh, colour: tuple[float, float, float]) -> None:
    """One plain material: the files come without their pictures."""
    import bpy

    material = bpy.data.materials.new(mesh.name)
    material.diffuse_color = (*colour, 1.0)
    if material.node_tree is None:
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (*colour, 1.0)
    shader.inputs["Roughness"].default_value = 0.6
    for slot in mesh.material_slots:
        slot.material = material


def light(samples: int) -> None:
    """Floor, three soft lights, a grey world, and Cycles with few samples."""
    import bpy
    from mathutils import Vector

    scene = bpy.context.scene
    scene.world = bpy.data.worlds.new("World")
    if scene.world.node_tree is None:
        scene.world.use_nodes = True
    background = next(n for n in scene.world.node_tree.nodes if n.type == "BACKGROUND")
    background.inputs[0].default_value = (0.75, 0.77, 0.8, 1.0)
    background.inputs[1].default_value = 0.4
    lamps = (((-4.0, -5.0, 5.0), 300.0, 3.0), ((5.0, -4.0, 3.0), 110.0, 4.0), ((0.0, 5.0, 5.0), 220.0, 3.0))
    for at, watts, size in lamps:
        lamp = bpy.data.objects.new("Light", bpy.data.lights.new("Light", "AREA"))
        lamp.data.energy, lamp.data.size, lamp.location = watts, size, at
        lamp.rotation_euler = (Vector((0, 0, 1.0)) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
        scene.collection.objects.link(lamp)
    if samples:
        scene.render.engine = "CYCLES"
        scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.max_bounces = samples, False, 4
        floor = bpy.data.meshes.new("Floor")
        floor.from_pydata([(-200, -200, 0), (200, -200, 0), (200, 200, 0), (-200, 200, 0)], [], [(0, 1, 2, 3)])
        scene.collection.objects.link(bpy.data.objects.new("Floor", floor))
    else:
        scene.render.engine = "BLENDER_WORKBENCH"
        scene.display.shading.color_type, scene.display.shading.light = "MATERIAL", "STUDIO"
        scene.display.shading.show_cavity, scene.display.shading.show_shadows = True, True
    scene.view_settings.view_transform = "Standard"


def camera():
    import bpy

    scene = bpy.context.scene
    if scene.camera is None:
        scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
        scene.collection.objects.link(scene.camera)
        scene.camera.data.type = "ORTHO"
    return scene.camera


def shoot(centre: tuple[float, float, float], wide: float, size: tuple[int, int], turn: float = 0.0) -> np.ndarray:
    """(H, W, 3) uint8: what a camera in front of `centre` sees, `wide` metres of it, from `turn` radians aside."""
    import bpy
    from mathutils import Vector

    scene = bpy.context.scene
    view = camera()
    away = Vector((np.sin(turn), -np.cos(turn), 0.06)) * 12.0
    view.location = Vector(centre) + away
    view.rotation_euler = (-away).to_track_quat("-Z", "Y").to_euler()
    view.data.ortho_scale = wide if size[0] >= size[1] else wide * size[1] / size[0]
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = *size, 100
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "out.png")
        scene.render.image_settings.file_format = "PNG"
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(scene.render.filepath)
        pixels = np.empty(4 * size[0] * size[1], np.float32)
        image.pixels.foreach_get(pixels)
        bpy.data.images.remove(image)
    return (255 * pixels.reshape(size[1], size[0], 4)[::-1, :, :3]).round().astype(np.uint8)


def head_of(rig) -> np.ndarray:
    """World place of the head bone's head, and how tall the character stands."""
    import bpy
    from orator.core.blender.rig_profile import read_rig

    bone = read_rig(rig)[1].joints["head"]
    evaluated = rig.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array(evaluated.matrix_world @ evaluated.pose.bones[bone].head)


def save(rows: list[np.ndarray], path: Path) -> None:
    """Rows under each other, as a PNG."""
    import bpy

    sheet = np.concatenate(rows)[::-1].astype(np.float32) / 255.0
    height, width = sheet.shape[:2]
    image = bpy.data.images.new("Sheet", width, height)
    image.pixels.foreach_set(np.dstack([sheet, np.ones((height, width), np.float32)]).ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("take", type=Path)
    parser.add_argument("--members", default="orator,rocketbox female,rocketbox male,vircadia,rigify,child")
    parser.add_argument("--moments", default="0.3,6.1,10.4,16.7", help="seconds of the take")
    parser.add_argument("--face-moments", default="1.4,5.4,12.2,17.7", help="seconds for the sheet of faces")
    parser.add_argument("--bodies", type=Path)
    parser.add_argument("--faces", type=Path)
    parser.add_argument("--width", type=int, default=1500)
    parser.add_argument("--turn", type=float, default=0.0, help="degrees that the camera stands aside")
    parser.add_argument("--samples", type=int, default=24, help="of Cycles; 0: Workbench, fast")
    args = parser.parse_args()
    os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(prefix="orator-picture-")
    sys.path[:0] = [str(ROOT / "tests")]
    import bpy
    import conftest  # noqa: F401  (makes `import orator` find this checkout)
    import orator

    orator.register()
    shared = Path(os.environ.get("ORATOR_SHARED", ROOT.parent / "shared"))
    names = args.members.split(",")
    rigs = perform(names, args.take, shared)
    light(args.samples)
    bodies, faces = [], []
    wide = APART * len(names)
    for moment in args.moments.split(",") if args.bodies else ():
        bpy.context.scene.frame_set(round(float(moment) * 30) + 1)
        size = (args.width, round(args.width * 2.05 / wide))
        bodies.append(shoot((0.0, 0.0, 0.95), wide, size, np.radians(args.turn)))
    for moment in args.face_moments.split(",") if args.faces else ():
        bpy.context.scene.frame_set(round(float(moment) * 30) + 1)
        side = args.width // len(names)
        places = [head_of(rig) for rig in rigs]
        cells = [shoot((x, y, z + 0.07), 0.36, (side, side), np.radians(12.0)) for x, y, z in places]
        faces.append(np.concatenate(cells, axis=1))
    if bodies:
        save(bodies, args.bodies)
    if faces:
        save(faces, args.faces)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
