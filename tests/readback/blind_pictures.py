"""Puppet and rotator side by side, for eyes that do not know which is which: `python tests/readback/blind_pictures.py
FOLDER OUT [--loss l1] [--seed S]`.

FOLDER is what `orator.models.training.rotator.train` left. Of each of the five drawn pictures OUT gets N_a.png and
N_b.png, the same looks by the puppet and by the rotator, sides by chance, and key.json, which says which is which.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "demo"))
import orator
from drawn_faces import SIZE, STYLES, draw_face
from drawn_sheet import shot, stage
from orator.core.anime.names import TURN_SHAPES
from orator.models.training.rotator.batches import premultiplied
from orator.models.training.rotator.table import Networks, read_networks

LOOKS = (
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (0.0, 0.0, 0.0, 1.0, 1.0, 0.0),
    (0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    (0.0, 1.0, 0.0, 0.0, 0.0, 0.5),
    (0.0, -1.0, 0.0, 1.0, 1.0, 0.0),
    (0.7, 0.0, 0.0, 0.0, 0.0, 0.0),
    (-0.7, 0.5, 0.0, 0.0, 0.0, 0.7),
    (0.3, -0.4, 0.8, 0.0, 0.0, 0.2),
)
"""Six numbers: head_x, head_y, neck_z, left eye, right eye, mouth."""
PAPER = (214, 222, 216, 255)


def puppets(path: Path, folder: Path) -> list[Image.Image]:
    """The looks by the puppet, 256 x 256."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    orator.register()
    scene = bpy.context.scene
    stage(scene, 256)
    bpy.ops.orator.add_talking_picture(filepath=str(path))
    blocks = scene.orator.character.data.shape_keys.key_blocks
    out = []
    for look in LOOKS:
        numbers = dict(zip(("head_x", "head_y", "neck_z"), look[:3], strict=True))
        values = {name: max(0.0, sign * numbers[number]) for name, (number, sign) in TURN_SHAPES.items()}
        values |= {"eyeBlinkLeft": look[3], "eyeBlinkRight": look[4], "jawOpen": 0.7 * look[5]}
        for block in blocks[1:]:
            block.value = values.get(block.name, 0.0)
        out.append(shot(scene, folder / "shot.png"))
    orator.unregister()
    return out


def rotated(path: Path, networks: Networks) -> list[Image.Image]:
    """The looks by the rotator, 256 x 256."""
    picture = Image.open(path).convert("RGBa").resize((256, 256), Image.Resampling.BOX).convert("RGBA")
    image = premultiplied(np.array(picture)[None])
    out = []
    for look in LOOKS:
        pose = torch.tensor([look])
        made = networks.turn(networks.morph(image, pose), pose)[2][0].movedim(0, -1).numpy().clip(0.0, 1.0)
        made[..., :3] /= np.maximum(made[..., 3:], 1e-3)
        out.append(Image.fromarray((255 * made.clip(0, 1)).round().astype(np.uint8), "RGBA"))
    return out


def strip(pictures: list[Image.Image]) -> Image.Image:
    """Pictures in two rows on one colour."""
    half = (len(pictures) + 1) // 2
    sheet = Image.new("RGBA", (256 * half, 512), PAPER)
    for k, picture in enumerate(pictures):
        sheet.alpha_composite(picture, (256 * (k % half), 256 * (k // half)))
    return sheet.convert("RGB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--loss", default="l1", choices=("l1", "perceptual"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    networks, rng, key = read_networks(options.folder, options.loss), np.random.default_rng(options.seed), {}
    with tempfile.TemporaryDirectory() as folder:
        for number, style in enumerate(STYLES, 1):
            path = Path(folder) / f"{style.name}.png"
            draw_face(style).save(path)
            assert Image.open(path).size == (SIZE, SIZE)
            pair = [("puppet", puppets(path, Path(folder))), ("rotator", rotated(path, networks))]
            if rng.random() < 0.5:
                pair.reverse()
            for side, (name, pictures) in zip("ab", pair, strict=True):
                strip(pictures).save(options.out / f"{number}_{side}.png")
                key[f"{number}_{side}"] = name
    (options.out / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
