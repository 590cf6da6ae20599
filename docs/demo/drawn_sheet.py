"""Five drawn faces at rest and in nine looks, rendered: `python docs/demo/drawn_sheet.py OUT.jpg [SIZE]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
import orator
from drawn_faces import STYLES, draw_face

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
    scene.render.engine, scene.cycles.samples = "CYCLES", 16
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


def main() -> None:
    """Render and lay out."""
    output, size = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 256
    sheet = Image.new("RGBA", (size * len(LOOKS), size * len(STYLES)), (214, 222, 216, 255))
    with tempfile.TemporaryDirectory() as folder:
        for row, style in enumerate(STYLES):
            bpy.ops.wm.read_factory_settings(use_empty=True)
            orator.register()
            scene = bpy.context.scene
            path = Path(folder) / f"{style.name}.png"
            draw_face(style).save(path)
            stage(scene, size)
            bpy.ops.orator.add_talking_picture(filepath=str(path))
            blocks = scene.orator.character.data.shape_keys.key_blocks
            for column, look in enumerate(LOOKS.values()):
                for block in blocks[1:]:
                    block.value = look.get(block.name, 0.0)
                picture = shot(scene, Path(folder) / "shot.png")
                sheet.alpha_composite(picture, (column * size, row * size))
            orator.unregister()
    output.parent.mkdir(parents=True, exist_ok=True)
    sheet.convert("RGB").save(output, quality=88)


if __name__ == "__main__":
    main()
