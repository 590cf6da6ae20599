"""A small drawn face for tests: plain shapes in plain colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SKIN, EYE, LINE, HAIR = (250, 220, 200), (30, 90, 180), (60, 30, 40), (120, 60, 150)
SIZE = 128


def draw(size: int = SIZE) -> np.ndarray:
    """(size, size, 4) uint8: hair, a round face, two eyes with brows, a mouth; clear around it."""
    y, x = np.mgrid[0:size, 0:size] / size
    out = np.zeros((size, size, 4), np.uint8)

    def paint(where: np.ndarray, colour: tuple[int, int, int]) -> None:
        out[where] = (*colour, 255)

    paint(((x - 0.5) / 0.33) ** 2 + ((y - 0.42) / 0.38) ** 2 < 1, HAIR)
    paint((np.abs(x - 0.5) < 0.3) & (y > 0.88), HAIR)
    paint(((x - 0.5) / 0.25) ** 2 + ((y - 0.5) / 0.3) ** 2 < 1, SKIN)
    for side in (-1, 1):
        paint(((x - 0.5 - side * 0.11) / 0.06) ** 2 + ((y - 0.47) / 0.07) ** 2 < 1, (255, 255, 255))
        paint(((x - 0.5 - side * 0.11) / 0.05) ** 2 + ((y - 0.47) / 0.06) ** 2 < 1, EYE)
        paint((np.abs(x - 0.5 - side * 0.11) < 0.06) & (np.abs(y - 0.35) < 0.012), LINE)
    paint((np.abs(x - 0.5) < 0.07) & (np.abs(y - 0.65) < 0.012), LINE)
    return out


def write(path: Path, size: int = SIZE) -> Path:
    """The face as a PNG."""
    import bpy

    pixels = draw(size)
    image = bpy.data.images.new("face", size, size, alpha=True)
    image.alpha_mode = "STRAIGHT"
    image.pixels.foreach_set((pixels[::-1].astype(np.float32) / 255.0).ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path
