"""Pictures between Blender's images and plain arrays (H, W, 4) uint8, sRGB, the top row first."""

from __future__ import annotations

from typing import Final

import bpy
import numpy as np

from ..arrays import Array
from ..pictures import linear_to_srgb

_SHOWN: Final = 2048


def pixels_of(image: bpy.types.Image) -> Array:
    """(H, W, 4) uint8, the top row first; larger pictures by the mean of so many pixels."""
    width, height = image.size
    values = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(values)
    picture = values.reshape(height, width, 4)[::-1]
    step = max(1, -(-max(width, height) // _SHOWN))
    if step > 1:
        rows, columns = height // step, width // step
        picture = picture[: rows * step, : columns * step].reshape(rows, step, columns, step, 4).mean(axis=(1, 3))
    if image.is_float:
        picture = np.concatenate([linear_to_srgb(np.clip(picture[..., :3], 0.0, 1.0)), picture[..., 3:]], axis=2)
    return np.rint(np.clip(picture, 0.0, 1.0) * 255.0).astype(np.uint8)


def image_of(name: str, pixels: Array, into: bpy.types.Image | None = None) -> bpy.types.Image:
    """A packed image of (H, W, 4) uint8."""
    height, width = pixels.shape[:2]
    image = into or bpy.data.images.new(name, width, height, alpha=True)
    image.alpha_mode = "STRAIGHT"
    image.pixels.foreach_set((pixels[::-1].astype(np.float32) / 255.0).ravel())
    image.update()
    image.pack()
    return image
