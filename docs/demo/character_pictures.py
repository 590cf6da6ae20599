"""Pictures of the starting character in docs/images: its face, four poses, and each of its 52 shapes.

    python docs/demo/character_pictures.py [--out docs/images]

Needs bpy.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pictures
from orator.core.arkit import ARKIT
from orator.core.blender.character import add_character, add_stage
from orator.core.rotations import from_rotvec, multiply
from orator.core.skeleton import INDEX as JOINT
from orator.core.skeleton import JOINTS
from orator.core.stance import relaxed_rotations

PORTRAIT = pictures.Framing(height=0.52, degrees=26.0, size=(440, 476), lift=0.02)
TILE = pictures.Framing(height=0.27, degrees=12.0, size=(132, 158))
TALL = pictures.Framing(height=2.2, degrees=16.0, size=(300, 400), lift=0.1)
HALF = pictures.Framing(height=1.15, degrees=10.0, size=(300, 400), lift=0.06)
SMILE = {"mouthSmileLeft": 0.55, "mouthSmileRight": 0.5, "cheekSquintLeft": 0.3, "cheekSquintRight": 0.3,
         "jawOpen": 0.12, "mouthUpperUpLeft": 0.15, "mouthUpperUpRight": 0.15, "browInnerUp": 0.15}  # fmt: skip
AT_EASE: dict[str, tuple[float, float, float]] = {}
EXPLAIN = {"left_shoulder": (0, -34, 14), "left_elbow": (0, -60, 0), "left_wrist": (-58, 0, 0),
           "right_shoulder": (0, 34, -14), "right_elbow": (0, 60, 0), "right_wrist": (-58, 0, 0),
           "head": (0, 8, 4)}  # fmt: skip
ONE_HAND = {"right_shoulder": (0, 62, -12), "right_elbow": (0, 50, 0), "left_elbow": (0, -24, 0), "spine2": (0, 6, 0),
            "head": (4, -6, -3)}  # fmt: skip
CHEER = {"left_shoulder": (0, -10, 108), "left_elbow": (0, -22, 8), "right_shoulder": (0, 10, -104),
         "right_elbow": (0, 26, -8), "head": (-6, 0, 0)}  # fmt: skip
POSES = (
    (AT_EASE, {}, TALL),
    (EXPLAIN, {"jawOpen": 0.25, "mouthFunnel": 0.2, "browInnerUp": 0.4}, HALF),
    (ONE_HAND, {"mouthPucker": 0.4, "browDownLeft": 0.4, "browDownRight": 0.4}, HALF),
    (CHEER, {**SMILE, "jawOpen": 0.35}, TALL),
)
"""Degrees about X, Y and Z on top of standing at ease, the face, and the camera."""


class Studio:
    """The character on its stage, before a camera."""

    def __init__(self) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.scene = bpy.context.scene
        self.character = add_character(bpy.context)
        add_stage(self.scene, self.character)
        camera = pictures.add_camera(self.scene)
        self.label = pictures.add_label(camera, 0.075)

    def pose(self, turns: dict[str, tuple[float, float, float]], face: dict[str, float]) -> None:
        """Standing at ease with some joints turned further, and a face."""
        rotations = relaxed_rotations()
        for joint, degrees in turns.items():
            rotations[JOINT[joint]] = multiply(from_rotvec(np.radians(degrees)), rotations[JOINT[joint]])
        for joint, rotation in zip(JOINTS, rotations, strict=True):
            pictures.turn_bone(self.character, joint, rotation)
        pictures.shape_face(self.character, face)
        bpy.context.view_layer.update()

    def shoot(self, framing: pictures.Framing, at: Vector, label: str = "") -> np.ndarray:
        """Pixels (H, W, 3) of a framing."""
        pictures.aim(self.scene, at, framing)
        self.label.data.body = label
        with tempfile.TemporaryDirectory() as folder:
            return pictures.render(self.scene, Path(folder) / "still.png")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1] / "images")
    folder = parser.parse_args().out
    studio = Studio()
    pictures.use_cycles(studio.scene, 32)
    studio.pose({"head": (2, 10, -3)}, SMILE)
    at = pictures.head_of(studio.character)
    pictures.write_png(studio.shoot(PORTRAIT, at - Vector((0.0, 0.0, 0.07))), folder / "character_face.png")
    cells = []
    for turns, face, framing in POSES:
        studio.pose(turns, face)
        height = 0.95 if framing is TALL else 1.32
        cells.append(studio.shoot(framing, Vector((0.0, 0.0, height))))
    pictures.write_png(pictures.page(cells, len(cells)), folder / "character_poses.png")
    pictures.use_workbench(studio.scene)
    studio.scene.display.shading.show_cavity, studio.scene.display.shading.cavity_type = True, "BOTH"
    tiles = []
    for name in ("", *ARKIT):
        studio.pose({}, {name: 1.0} if name else {})
        tiles.append(studio.shoot(TILE, at - Vector((0.0, 0.04, 0.085)), name or "neutral"))
    pictures.write_png(pictures.page(tiles, 11, 2), folder / "character_shapes.jpg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
