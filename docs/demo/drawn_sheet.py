"""Five drawn faces at rest and in nine looks, rendered: `python docs/demo/drawn_sheet.py OUT.jpg [SIZE]`.

Prints what can be counted: how far the puppet at rest is from its picture, how much of the irises is seen with the eyes
shut, and holes that a turn of 15 degrees opens.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
import orator
from drawn_faces import SIZE, STYLES, Style, draw_face
from scipy.ndimage import binary_erosion, binary_fill_holes, maximum_filter, minimum_filter

LOOKS: dict[str, dict[str, float]] = {
    "rest": {},
    "blink": {"eyeBlinkLeft": 1, "eyeBlinkRight": 1},
    "half": {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5, "browDownLeft": 1, "browDownRight": 1},
    "a": {"jawOpen": 0.9, "browInnerUp": 0.8, "browOuterUpLeft": 0.8, "browOuterUpRight": 0.8},
    "e": {
        "jawOpen": 0.3,
        "mouthSmileLeft": 0.7,
        "mouthSmileRight": 0.7,
        "mouthStretchLeft": 0.4,
        "mouthStretchRight": 0.4,
    },
    "o": {"jawOpen": 0.5, "mouthFunnel": 0.8},
    "smile": {"mouthSmileLeft": 1, "mouthSmileRight": 1, "cheekSquintLeft": 0.8, "cheekSquintRight": 0.8},
    "left": {"headTurnLeft": 1, "jawOpen": 0.2},
    "right": {"headTurnRight": 1, "eyeBlinkLeft": 1, "eyeBlinkRight": 1},
    "down": {"headNodDown": 1, "headTiltLeft": 0.6, "eyeLookDownLeft": 1, "eyeLookDownRight": 1},
}


def stage(scene: bpy.types.Scene, size: int) -> None:
    """A camera that sees a square picture pixel by pixel, and no light."""
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    camera.data.type, camera.data.ortho_scale = "ORTHO", 1.0
    camera.location, camera.rotation_euler = (0.0, -3.0, 0.5), (np.pi / 2, 0.0, 0.0)
    scene.camera = camera
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 4, False
    scene.cycles.pixel_filter_type = "BOX"
    # Half clear edges of layers over one another are all followed, not some by chance.
    scene.cycles.min_transparent_bounces = scene.cycles.transparent_max_bounces = 16
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.render.film_transparent = True
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"


def shot(scene: bpy.types.Scene, path: Path) -> Image.Image:
    """What the camera sees."""
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    return Image.open(path).convert("RGBA")


def rest_difference(drawn: np.ndarray, seen: np.ndarray) -> int:
    """How far any pixel within the picture is outside the colours of the drawn one and its neighbours, of 255."""
    inside = binary_erosion(drawn[..., 3] == 255, iterations=2)
    low, high = minimum_filter(drawn, (3, 3, 1)).astype(int), maximum_filter(drawn, (3, 3, 1)).astype(int)
    return int(np.maximum(low - seen, seen - high)[inside].max())


def marked_eyes(scene: bpy.types.Scene, style: Style, folder: Path) -> tuple[int, int]:
    """Pixels of irises, drawn in a colour that nothing else has, with open eyes and with shut ones."""
    path = folder / f"{style.name}-marked.png"
    marked = replace(style, iris=(255, 0, 255), finish="cel")
    draw_face(marked).save(path)
    bpy.data.objects.remove(scene.orator.character)
    bpy.ops.orator.add_talking_picture(filepath=str(path))
    counts = []
    for value in (0.0, 1.0):
        for side in ("Left", "Right"):
            scene.orator.character.data.shape_keys.key_blocks[f"eyeBlink{side}"].value = value
        pixels = np.array(shot(scene, folder / "shot.png")).astype(int)
        # The shirt has the irises' colour too.
        face = pixels[: int(style.centre[1] + style.face[1])]
        counts.append(int((np.abs(face - (255, 0, 255, 255)).max(axis=2) < 60).sum()))
    return counts[0], counts[1]


def torn(rest: np.ndarray, turned: np.ndarray) -> int:
    """Pixels of holes that a turn opened in the figure."""
    holes = [binary_fill_holes(p[..., 3] > 128) & (p[..., 3] <= 128) for p in (rest, turned)]
    return max(0, int(holes[1].sum()) - int(holes[0].sum()))


def main() -> None:
    """Render, lay out, and print a table of what can be counted."""
    output, size = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 256
    sheet = Image.new("RGBA", (size * len(LOOKS), size * len(STYLES)), (214, 222, 216, 255))
    print("| picture | rest, of 255 | iris pixels open / shut | holes left, right, down |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for row, style in enumerate(STYLES):
            bpy.ops.wm.read_factory_settings(use_empty=True)
            orator.register()
            scene = bpy.context.scene
            path = Path(folder) / f"{style.name}.png"
            draw_face(style).save(path)
            stage(scene, SIZE)
            bpy.ops.orator.add_talking_picture(filepath=str(path))
            blocks = scene.orator.character.data.shape_keys.key_blocks
            seen = {}
            for column, (name, look) in enumerate(LOOKS.items()):
                for block in blocks[1:]:
                    block.value = look.get(block.name, 0.0)
                picture = shot(scene, Path(folder) / "shot.png")
                seen[name] = np.array(picture)
                sheet.alpha_composite(picture.resize((size, size), Image.Resampling.BOX), (column * size, row * size))
            rest = seen["rest"]
            eyes = " / ".join(map(str, marked_eyes(scene, style, Path(folder))))
            holes = ", ".join(str(torn(rest, seen[turn])) for turn in ("left", "right", "down"))
            off = rest_difference(np.array(Image.open(path)), rest.astype(int))
            print(f"| {style.name} | {off} | {eyes} | {holes} |", flush=True)
            orator.unregister()
    output.parent.mkdir(parents=True, exist_ok=True)
    sheet.convert("RGB").save(output, quality=88)


if __name__ == "__main__":
    main()
